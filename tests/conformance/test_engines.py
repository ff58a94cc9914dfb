"""What make bench times: every engine, and the compiled loops, return what poolkit does."""

import pytest
from experiments import benchmark
from experiments.engines import ENGINES, Job

RULES = [((2, 8, 6, 3), 3, 2, "same"), ((2, 8, 6, 1), 3, 1, "same"), ((1, 4, 6, 4, 2), 2, 2, "valid")]
JOBS = [
    Job(kind, *rule, layout, backward)
    for kind in ("max", "average")
    for rule in RULES
    for layout in benchmark.LAYOUTS
    for backward in (False, True)
] + [Job("average", shape, layout=layout) for shape in ((2, 9, 8, 3), (2, 8, 3)) for layout in benchmark.LAYOUTS]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: f"{benchmark.name_of(job)} {job.backward}")
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_returns_what_poolkit_does(name, job):
    taken = benchmark.seconds(name, job)
    if taken is None:
        assert job.backward and (name == "ONNX Runtime" or (len(job.shape) == 5 and job.kind == "max"))


def test_compiled_loops_return_what_poolkit_does():
    assert benchmark.seconds("compiled loops", Job("max", (2, 9, 11, 3), 3, 2)) > 0

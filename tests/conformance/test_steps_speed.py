"""The steps of the chapter on speed are about as far apart as was recorded; on a busy machine they are not."""

import json

from experiments import benchmark
from experiments.engines import Job


def test_slices_are_about_as_far_ahead_of_windows_as_was_recorded():
    job = Job("max", (256, 113, 113, 1), 3, 2)
    windows, slices = (min(benchmark.seconds(name, job) for _ in range(5)) for name in ("windows", "slices"))
    recorded = json.loads(benchmark.RECORD.read_text(encoding="utf-8"))["steps"][0]["nanoseconds"]
    assert 1 / 5 < windows / slices / (recorded["windows"] / recorded["slices"]) < 5

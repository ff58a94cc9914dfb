"""The recorded benchmark: what the chapter on speed shows is what was measured."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from poolkit import blocks

BOOK = Path(__file__).parent.parent / "book"
sys.path.insert(0, str(BOOK))

from experiments import benchmark, larger_than_memory, steps  # noqa: E402

RECORD = json.loads((BOOK / "experiments/benchmark.json").read_text())


def test_the_table_is_made_from_the_recorded_rows():
    assert (BOOK / "experiments/benchmark.md").read_text() == benchmark.markdown(RECORD["rows"])


def test_every_job_was_measured_with_one_thread_and_with_two():
    measured = [[row[field] for field in benchmark.Job._fields] for row in RECORD["rows"]]
    jobs = json.loads(json.dumps(list(benchmark.jobs())))
    assert measured == jobs + jobs


def test_every_row_has_poolkit_and_another_engine_and_no_wrong_result():
    assert all("poolkit" in row["milliseconds"] and len(row["milliseconds"]) > 1 for row in RECORD["rows"])
    assert not [row for row in RECORD["rows"] if row["wrong"]]


def test_what_a_call_does_was_timed_for_every_forward_row_with_one_thread():
    for row in RECORD["rows"]:
        timed = row["threads"] == 1 and row["table"] in ("forward max", "forward average", "other dtypes")
        assert timed == ("parts" in row)
        assert not timed or 0.5 < sum(row["parts"].values()) / row["milliseconds"]["poolkit"] < 2


# Stride 1. What reads x and writes y at once counts as reading; sums wait in the cache until they are divided.
@pytest.mark.parametrize(
    "kind, shape, size, kinds",
    [
        ("max", (4, 512, 128), 2, ["read"]),
        ("max", (4, 512, 128), 4, ["read", "write"]),
        ("max", (4, 512, 128), 8, ["read", "cache", "write"]),
        ("max", (4, 32, 32, 128), 2, ["read", "write"]),
        ("max", (4, 32, 32, 128), 3, ["read", "cache", "write"]),
        ("average", (4, 512, 128), 2, ["read", "write"]),
        ("average", (4, 512, 128), 4, ["read", "cache", "write"]),
    ],
)
def test_the_parts_of_a_call_are_told_apart(monkeypatch, kind, shape, size, kinds):
    monkeypatch.setattr(blocks, "_threads", 1)
    parts = benchmark.parts(benchmark.Job(f"forward {kind}", kind, shape, size, 1))
    assert [name for name in ("read", "cache", "write") if parts[name]] == kinds
    assert parts["rest"] > 0


@pytest.mark.parametrize("step", [step for step in steps.LADDER if step is not steps.reading_alone])
def test_every_step_gives_the_same_maxima(step):
    x = np.random.default_rng(0).random((2, 9, 11, 3))
    assert np.array_equal(step(x), steps.nine_slices(x))


@pytest.mark.parametrize("pool", [larger_than_memory.pool_images, larger_than_memory.pool_picture])
def test_pooling_in_blocks_with_dask_gives_what_the_whole_array_does(pool):
    x = larger_than_memory.made_in_blocks((2, 32, 20, 2), (1, 8, 20, 2))
    whole = x.rechunk((2, 32, 20, 2))
    assert np.array_equal(pool(x).compute(), pool(whole).compute())

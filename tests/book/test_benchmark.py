"""The benchmark, its record and the steps that it times: all return the same maxima, and the record has every row."""

import json

import numpy as np
import pytest
from experiments import benchmark, larger_than_memory, steps
from experiments.engines import ENGINES, Job

from poolkit import loops

RECORD = json.loads(benchmark.RECORD.read_text(encoding="utf-8"))
WAYS = {**steps.LADDER, "compiled loops": steps.loops_to_compile}  # without Numba, which only make bench has
del WAYS["reading alone"]


# The steps


def loop_maxima(x, size, stride):
    """As the package's plain loops find them."""
    return loops.pool(loops.largest, x, [loops.windows(n, size, stride, "valid") for n in x.shape[1:-1]])


@pytest.mark.parametrize("shape", [(2, 9, 11, 3), (1, 3, 3, 1), (3, 10, 8, 2)])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_every_step_gives_the_maxima_of_the_loops(way, shape):
    x = np.random.default_rng(0).integers(-99, 99, shape).astype("float32")
    assert way(x).dtype == x.dtype and np.array_equal(way(x), loop_maxima(x, 3, 2))


def test_blocks_of_any_size_give_the_same():
    x = np.random.default_rng(0).random((5, 13, 9, 2))
    assert all(np.array_equal(steps.in_blocks(x, size), steps.slices(x)) for size in (1, 500, 2000, 10**6))


class Counted(int):
    """A number that counts how often it is compared."""

    comparisons = 0

    def __ge__(self, other):
        Counted.comparisons += 1
        return int(self) >= int(other)


@pytest.mark.parametrize("size", [1, 2, 5, 12, 60])
def test_running_maxima_are_those_of_the_loops_in_three_comparisons_a_number(size):
    x = np.random.default_rng(0).integers(0, 9, 60)
    Counted.comparisons = 0
    found = steps.running_maxima(np.array([Counted(n) for n in x], object), size)
    assert np.array_equal(found.astype(int), loop_maxima(x.reshape(1, -1, 1), size, 1).ravel())
    assert Counted.comparisons == 2 * (60 - 60 // size) + 60 - size + 1  # each so far, and one a window


@pytest.mark.parametrize("pool", [larger_than_memory.pool_images, larger_than_memory.pool_picture])
def test_pooling_in_blocks_with_dask_gives_what_the_whole_array_does(pool):
    x = larger_than_memory.made_in_blocks((2, 32, 20, 2), (1, 8, 20, 2))
    whole = x.rechunk((2, 32, 20, 2))
    assert np.array_equal(pool(x).compute(), pool(whole).compute())


# The record


def test_the_record_has_every_row_and_its_summary():
    jobs = json.loads(json.dumps([{"table": table} | job._asdict() for table, job in benchmark.tables()]))
    assert [{name: row[name] for name in jobs[0]} for row in RECORD["rows"]] == jobs
    assert benchmark.summary(RECORD["rows"]) == RECORD["summary"]
    assert benchmark.text_of(RECORD) == benchmark.RECORD.read_text(encoding="utf-8")


def test_every_row_has_poolkit_and_at_least_two_others():
    for row in RECORD["rows"]:
        assert "poolkit" in row["milliseconds"] and len(row["milliseconds"]) >= 3
        assert row["milliseconds"].keys() <= ENGINES.keys() and row["mebibytes"] < 8


def test_steps_and_small_calls_were_timed_with_every_engine():
    assert [each["channels"] for each in RECORD["steps"]] == [1, 64]
    assert all(each["nanoseconds"].keys() == steps.LADDER.keys() | ENGINES.keys() for each in RECORD["steps"])
    assert all(calls.keys() == benchmark.CALLS.keys() for calls in RECORD["microseconds"].values())


# How it measures


@pytest.mark.parametrize("times, ratio", [((2, 1, 4), 0.5), ((2, 4, 3), 1.5)])
def test_a_ratio_is_the_time_of_the_fastest_other_over_poolkits(times, ratio):
    assert benchmark.ratio({"milliseconds": dict(zip(("poolkit", "JAX", "PyTorch"), times, strict=True))}) == ratio


def test_a_summary_has_the_geometric_mean_and_the_lowest():
    row = {"table": "t", "layout": "channels_last"}
    rows = [row | {"milliseconds": {"poolkit": 1, "JAX": other}, "mebibytes": 2} for other in (0.5, 8)]
    assert benchmark.summary(rows) == {"t, channels last": {"mean": 2, "lowest": 0.5, "mebibytes": 2}}


@pytest.mark.parametrize("layout, shape", [("channels_last", (2, 8, 6, 3)), ("channels_first", (2, 3, 8, 6))])
def test_arrays_have_the_layout_asked_for_and_begin_where_a_line_of_the_cache_does(layout, shape):
    x, dy = benchmark.arrange(Job("max", (2, 8, 6, 3), 2, 2, layout=layout, backward=True))
    assert x.shape == shape and dy.size == x.size // 4 and x.dtype == dy.dtype == np.float32
    assert x.ctypes.data % 64 == dy.ctypes.data % 64 == 0


def test_a_wrong_result_is_not_timed(monkeypatch):
    monkeypatch.setitem(steps.LADDER, "wrong", lambda x: steps.slices(x) + 0.01)
    with pytest.raises(AssertionError, match="wrong"):
        benchmark.seconds("wrong", Job("max", (1, 9, 9, 1), 3, 2))


@pytest.mark.parametrize("copies, mebibytes", [(np.copy, 0), (lambda x: np.copy(np.copy(x)), 4)])
def test_memory_beside_the_result_is_seen(monkeypatch, copies, mebibytes):
    monkeypatch.setitem(steps.LADDER, f"copies with {mebibytes} MiB", copies)
    job = Job("max", (16, 128, 128, 4), 1, 1)  # 4 MiB
    assert benchmark.mebibytes_beside(f"copies with {mebibytes} MiB", job) == pytest.approx(mebibytes, abs=0.1)

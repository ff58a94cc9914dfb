"""The recorded benchmark: what the chapter on speed shows is what was measured."""

import json
import sys
import time
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from poolkit import blocks

BOOK = Path(__file__).parents[2] / "book"
sys.path.insert(0, str(BOOK))

from experiments import benchmark, larger_than_memory, steps, timed  # noqa: E402

RECORDS = benchmark.records()
every_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["processor"])


def test_the_table_is_made_from_the_recorded_rows():
    assert (BOOK / "experiments/benchmark.md").read_text() == benchmark.markdown(RECORDS[0]["rows"])
    assert (BOOK / "experiments/benchmark.json").read_text() == benchmark.text_of(RECORDS)


def test_every_record_is_of_another_processor():
    assert len({record["processor"] for record in RECORDS}) == len(RECORDS)


@every_record
def test_every_job_was_measured_with_one_thread_and_with_two(record):
    measured = [[row[field] for field in benchmark.Job._fields] for row in record["rows"]]
    jobs = json.loads(json.dumps(list(benchmark.jobs())))
    assert measured == jobs + jobs


@every_record
def test_every_row_has_poolkit_and_another_engine_and_no_wrong_result(record):
    assert all("poolkit" in row["milliseconds"] and len(row["milliseconds"]) > 1 for row in record["rows"])
    assert not [row for row in record["rows"] if row["wrong"]]


@every_record
def test_what_a_call_does_was_timed_for_every_row(record):
    for row in record["rows"]:
        assert set(row["parts"]) == {"read", "cache", "write", "rest"}
        assert row["memory"] > 0 and sum(row["parts"].values()) > row["parts"]["rest"]


@every_record
def test_two_threads_were_timed_side_by_side(record):
    assert record["side_by_side"].keys() == {f"{size}" for size in benchmark.side_by_side()}


def test_a_ratio_can_leave_out_what_a_call_does():
    parts = {"read": 4, "cache": 2, "write": 1, "rest": 1}
    row = {"milliseconds": {"poolkit": 10, "one": 9, "other": 8}, "parts": parts, "memory": 4}
    assert benchmark.ratio(row) == 8 / 10
    assert benchmark.ratio_without_python(row) == pytest.approx(8 / 10 * 8 / 7)
    assert benchmark.ratio_of_read_and_write(row) == 8 / 10 * 8 / 5
    assert benchmark.ratio_of_memory(row) == 8 / 4


# Stride 1. What reads x and writes y at once counts as reading; sums wait in the cache until they are divided.
@pytest.mark.parametrize(
    "kind, shape, size, products, kinds",
    [
        ("max", (9, 1024, 128), 2, False, ["read"]),
        ("max", (9, 1024, 128), 4, False, ["read", "write"]),
        ("max", (9, 1024, 128), 8, False, ["read", "cache", "write"]),
        ("max", (10, 32, 32, 128), 2, False, ["read", "write"]),
        ("max", (10, 32, 32, 128), 3, False, ["read", "write"]),
        ("average", (9, 1024, 128), 2, False, ["read", "write"]),
        ("average", (9, 1024, 128), 4, False, ["read", "cache", "write"]),
        ("average", (9, 1024, 128), 4, True, ["read"]),
        ("average", (10, 32, 32, 128), 3, True, ["read", "write"]),
        ("average", (10, 32, 32, 128), 0, False, ["read", "cache"]),
    ],
)
def test_the_parts_of_a_call_are_told_apart(monkeypatch, kind, shape, size, products, kinds):
    monkeypatch.setattr(blocks, "_threads", 1)
    monkeypatch.setattr(blocks, "PRODUCTS", products)
    job = benchmark.Job(f"forward {kind}", kind, shape, size, 1)
    parts = benchmark.parts(job, benchmark.arrange(job), 1)
    assert [name for name in timed.KINDS if parts[name]] == kinds


@pytest.mark.parametrize("products", [False, True])
@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("size, stride", [(2, 2), (3, 2), (3, 1), (16, 1)])
def test_timed_arrays_are_pooled_as_all_are(monkeypatch, kind, size, stride, products):
    monkeypatch.setattr(blocks, "PRODUCTS", products)
    job = benchmark.Job("backward", kind, (48, 32, 32, 128), size, stride, backward=True)
    call, arguments, results = benchmark.poolkit_engine(job), benchmark.arrange(job), []
    expected = call(*arguments)
    spent = timed.seconds(lambda *given: results.extend(call(*given)), *arguments)
    for result, array in zip(results, expected, strict=True):
        assert np.array_equal(result, array) and result.kind == "result"
    assert spent["read"] > 0 and spent["write"] > 0 and (spent["cache"] > 0 or kind == "average")
    timed.spent.clear()
    assert {type(each) for each in call(*arguments)} == {np.ndarray} and not timed.spent


def test_memory_alone_reads_all_arguments_and_writes_no_result():
    x, y = np.ones((3, 1 << 20), "float32"), np.ones(5)
    benchmark.touch([x, x[0]], [(y.size, y.dtype)])
    assert x.all() and y.all()


ONE = benchmark.Job("forward max", "max", (2, 6, 6, 1), 2, 2)
JOBS = [ONE, ONE._replace(backward=True, layout="channels_first"), ONE._replace(kind="average", dtype="uint8")]


def slow_engine(job):
    run = benchmark.poolkit_engine(job)
    return lambda *arguments: time.sleep(0.1) or run(*arguments)


@pytest.fixture
def engines(monkeypatch):
    """Connections to engines that run in threads of this process."""
    makers = {
        "poolkit": benchmark.poolkit_engine,
        "slow": slow_engine,
        "wrong": lambda job: lambda *arguments: arguments if job.backward else arguments[0],
        "without averages": lambda job: benchmark.poolkit_engine(job) if job.kind == "max" else None,
    }
    monkeypatch.setattr(benchmark, "MAKERS", makers)
    monkeypatch.setattr(benchmark, "jobs", lambda: iter(JOBS))
    monkeypatch.setattr(benchmark, "begin", lambda threads: None)
    monkeypatch.setattr(benchmark, "pause", lambda: None)
    pipes = {name: Pipe() for name in makers}
    threads = [Thread(target=benchmark.work, args=(name, 1, there)) for name, (_, there) in pipes.items()]
    for thread in threads:
        thread.start()
    yield {name: here for name, (here, _) in pipes.items()}
    for here, _ in pipes.values():
        here.close()
    for thread in threads:
        thread.join()


def test_engines_take_turns_if_they_are_right(engines):
    for job in JOBS:
        row = benchmark.measure(job, engines)
        averages = job.kind == "average"
        assert list(row["milliseconds"]) == ["poolkit", "slow", "without averages"][: 3 - averages]
        assert row["wrong"] == ["wrong"]
        assert 0 < row["milliseconds"]["poolkit"] < 100 <= row["milliseconds"]["slow"]
        assert row["memory"] > 0 and sum(row["parts"].values()) > 0


def test_an_engine_that_is_far_behind_has_few_turns(engines, monkeypatch):
    monkeypatch.setattr(benchmark, "SECONDS", 0.05)
    asked, ask = [], benchmark.ask
    monkeypatch.setattr(benchmark, "ask", lambda *request: asked.append(request) or ask(*request))
    for job in JOBS:
        asked.clear()
        benchmark.measure(job, engines)
        assert asked.count((engines["slow"], "turn")) == 1
        assert asked.count((engines["poolkit"], "turn")) >= 3


@pytest.mark.parametrize("taken, counts", [((1, 2), 2), ((60, 3), 60)])
def test_after_a_short_call_a_second_one_counts(monkeypatch, taken, counts):
    calls, now = list(taken), [0]
    monkeypatch.setattr(benchmark, "pause", lambda: None)
    monkeypatch.setattr(benchmark.time, "perf_counter", lambda: now[0] / 1000)

    def call(milliseconds):
        now[0] += milliseconds.pop(0)

    assert benchmark.seconds(call, calls) == pytest.approx(counts / 1000)


@pytest.mark.parametrize("job", [JOBS[0], JOBS[1], JOBS[2], JOBS[1]._replace(dtype="float16")], ids=str)
def test_arrays_begin_where_a_line_of_the_cache_does(job):
    x, *dy = benchmark.arrange(job)
    assert x.dtype == job.dtype and x.shape[1 if job.layout == "channels_first" else -1] == 1
    assert len(dy) == job.backward and not any(array.ctypes.data % 64 for array in (x, *dy))


def test_results_are_the_same_if_every_image_is():
    x, dy = np.ones((3, 2)), np.zeros((2, 2))
    other = x.copy()
    other[2, 1] += 1e-3
    assert benchmark.same((x, dy), (x.copy(), dy), "float32") and benchmark.same(other, x, "float16")
    for found in (other, dy), (x, dy + 1), (x, dy[:1]):
        assert not benchmark.same(found, (x, dy), "float32")


@pytest.mark.parametrize("step", [step for step in steps.LADDER if step is not steps.reading_alone])
def test_every_step_gives_the_same_maxima(step):
    x = np.random.default_rng(0).random((2, 9, 11, 3))
    assert np.array_equal(step(x), steps.nine_slices(x))


@pytest.mark.parametrize("pool", [larger_than_memory.pool_images, larger_than_memory.pool_picture])
def test_pooling_in_blocks_with_dask_gives_what_the_whole_array_does(pool):
    x = larger_than_memory.made_in_blocks((2, 32, 20, 2), (1, 8, 20, 2))
    whole = x.rechunk((2, 32, 20, 2))
    assert np.array_equal(pool(x).compute(), pool(whole).compute())


def test_a_processor_is_named_in_a_few_words():
    assert benchmark.processor({"processor": "Intel(R) Xeon(R) Processor, 2 cores"}) == "Intel Xeon"
    assert benchmark.processor({"processor": "AMD EPYC, 2 cores"}) == "AMD EPYC"


def test_tables_of_several_records_stand_side_by_side():
    rows = {"one": [(2, 1), (8, 1)], "other": [(9, 2), (9, 2)]}
    records = [
        {
            "processor": name,
            "rows": [
                {"table": "t", "layout": "channels_last", "threads": 1, "milliseconds": {"poolkit": own, "it": its}}
                for its, own in times
            ],
        }
        for name, times in rows.items()
    ]
    assert list(benchmark.beside(records)) == [("t, channels last, threads: 1", "4.00", "2.00", "4.50", "4.50")]

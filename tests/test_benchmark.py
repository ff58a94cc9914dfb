"""The recorded benchmark: what the chapter on speed shows is what was measured."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from poolkit import blocks

BOOK = Path(__file__).parent.parent / "book"
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
    benchmark.touch([x, x[0]], [y])
    assert x.all() and y.all()


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

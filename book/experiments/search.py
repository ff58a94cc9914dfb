"""Is there a faster way to average with NumPy? Try all programs of a kind.

A program goes through an array block by block. It sums windows along one axis after
another, each by one of NumPy's operations, and divides. What is tried is every
operation for every axis, every order of the axes and several sizes of blocks; for
float16 also ways to make the numbers wider and narrow again; for whole maps also to see
each as one line. ``make experiments`` runs it, on one thread, and writes
``search.json``.
"""

import json
import os
from functools import lru_cache
from itertools import islice, permutations, product
from math import prod
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

import poolkit
from experiments.benchmark import machine, name_of, ratio
from poolkit import blocks

RECORD = Path(__file__).with_suffix(".json")
BLOCKS = [1 << n for n in range(18, 23)]  # bytes of input: 256 KiB to 4 MiB
BEST, TURNS = 6, 7  # the best programs are timed in all sizes, in so many turns


class Case(NamedTuple):
    """An average, channels last, of windows that fit; of whole maps, channels first."""

    shape: tuple
    size: int
    stride: int = 1
    dtype: str = "float32"

    @property
    def whole(self):
        return self.shape[1] == self.size


CASES = [
    Case((32, 113, 113, 64), 3, 2),
    Case((32, 56, 56, 128), 2, 2),
    Case((32, 30, 30, 256), 3),
    Case((8, 224, 224, 64), 2, 2),
    Case((8, 112, 112, 64), 7),
    Case((8, 512, 512, 3), 2, 2),
    Case((4, 32, 64, 64, 16), 2, 2),
    Case((32, 56, 56, 128), 2, 2, "float16"),
    Case((32 * 2048, 7, 7, 1), 7),
    Case((32 * 256, 56, 56, 1), 56),
    Case((3, 1024, 1024, 1), 1024),
]


class Program(NamedTuple):
    """How to see an array, its axes in order, how to sum along each, how to convert."""

    shape: tuple
    axes: tuple
    sums: tuple
    convert: tuple = (None, None)


def add(windows, result):
    np.add(windows[:, :, 0], windows[:, :, 1], out=result)
    for place in range(2, windows.shape[2]):
        np.add(result, windows[:, :, place], out=result)


def reduce(windows, result):
    np.add.reduce(windows, axis=2, out=result)


def einsum(windows, result):
    np.einsum("bcsi->bci", windows, out=result)


def einsum_with_ones(windows, result):
    np.einsum("bcsi,s->bci", windows, ones(windows), out=result)


def matmul(windows, result):
    np.matmul(ones(windows)[None], windows, out=result[:, :, None])


def vecmat(windows, result):
    np.vecmat(ones(windows), windows, out=result)


def vecdot(windows, result):
    np.vecdot(windows.swapaxes(2, 3), ones(windows), out=result)


def ones(windows):
    return np.ones(windows.shape[2], windows.dtype)


def cast(x, result):
    np.copyto(result, x, casting="unsafe")


def table(x, result):
    np.take(every_float16(), x.view(np.uint16), out=result, mode="clip")


def scale(x, result):
    np.multiply(x, 2.0**-112, out=result, dtype=np.float32)


def shift(x, result):
    """What poolkit does, without its look for infinities."""
    bits = result.view(np.int32)
    np.left_shift(x.view(np.int16), 13, out=bits, dtype=np.int32)
    np.bitwise_and(bits, ~0x70000000, out=bits)


def copy_and_shift(x, result):
    bits = result.view(np.int32)
    np.copyto(bits, x.view(np.int16))
    np.left_shift(bits, 13, out=bits)
    np.bitwise_and(bits, ~0x70000000, out=bits)


def round_bits(x, result):
    blocks._narrow(x, result)


SUMS = add, reduce, einsum, einsum_with_ones, matmul, vecmat
LINES = reduce, einsum, einsum_with_ones, matmul, vecmat, vecdot  # of many numbers
CONVERT = [(each, round_bits) for each in (scale, shift, copy_and_shift)]
CONVERT += (cast, cast), (table, cast)


@lru_cache
def every_float16():
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)


def programs(case):
    n, *spatial, channels = case.shape
    shapes = [case.shape, (n, prod(spatial), channels)] if case.whole else [case.shape]
    converts = CONVERT if case.dtype == "float16" else [(None, None)]
    for shape in shapes:
        rank = len(shape) - 2
        for axes in permutations(range(1, rank + 1)):
            for sums in product(LINES if case.whole else SUMS, repeat=rank):
                for convert in converts:
                    yield Program(shape, axes, sums, convert)


def run(program, x, y, stride, block):
    """Average the windows of ``x`` into ``y``, ``block`` bytes of input at a time."""
    x = x.reshape(program.shape)
    y = y.reshape(len(x), *y.shape[1 : x.ndim - 1], x.shape[-1])
    sizes = [n - stride * (m - 1) for n, m in zip(x.shape, y.shape, strict=True)]
    row, widen, narrow = x[0, 0].nbytes, *program.convert
    together = max(1, block // x[0].nbytes)
    rows = max(1, block // (row * stride)) if together == 1 else y.shape[1]
    for i in range(0, len(x), together):
        for first in range(0, y.shape[1], rows):
            last = min(first + rows, y.shape[1]) - 1
            part = x[i : i + together, first * stride : last * stride + sizes[1]]
            result = y[i : i + together, first : last + 1]
            if widen:
                wide = empty("wide", part.shape)
                widen(part, wide)
                part = wide
            for axis, sum_along in zip(program.axes, program.sums, strict=True):
                windows = windows_of(part, axis, sizes[axis], stride)
                before, count, _, behind = windows.shape
                shape = *part.shape[:axis], count, *part.shape[axis + 1 :]
                part = empty(axis, shape)
                sum_along(windows, part.reshape(before, count, behind))
            mean = part if narrow else result
            np.divide(part, prod(sizes[1:-1]), out=mean)
            if narrow:
                narrow(mean, result)


@lru_cache
def empty(_, shape):
    """The same array for the same step of every block."""
    return np.empty(shape, np.float32)


def windows_of(x, axis, size, stride):
    """A view ``(before, count, size, behind)`` of the windows along an axis."""
    before, behind = prod(x.shape[:axis]), prod(x.shape[axis + 1 :])
    x = x.reshape(before, x.shape[axis], behind)
    shape = before, (x.shape[1] - size) // stride + 1, size, behind
    strides = x.strides[0], stride * x.strides[1], *x.strides[1:]
    return as_strided(x, shape, strides, writeable=False)


def pool(case, x):
    return poolkit.average_pool(x, case.size, case.stride)


def take_turns(ways):
    """Milliseconds of each, a median."""
    times = {way: [] for way in ways}
    for _ in range(TURNS):
        for way, (call, *arguments) in ways.items():
            begin = perf_counter()
            call(*arguments)
            times[way].append(perf_counter() - begin)
    return {way: 1000 * median(each) for way, each in times.items()}


def is_exact(program, case):
    """Whether the mean of equal numbers is that number, as nearly as poolkit's is.

    Float32 numbers that are added one after the other drift away from it.
    """
    x = np.full(case.shape, 0.1, case.dtype)
    y = np.empty_like(pool(case, x))
    run(program, x, y, case.stride, BLOCKS[-1])
    return np.allclose(y, x.flat[0], rtol=4e-7, atol=0)


def measure(case):
    """Milliseconds of poolkit and of the best program, and which that is."""
    x = np.random.default_rng(0).standard_normal(case.shape, np.float32)
    x = x.astype(case.dtype)
    y, expected, found = pool(case, x), pool(case, x), []
    near = 2e-3 if case.dtype == "float16" else 1e-5
    for program in programs(case):
        begin = perf_counter()
        run(program, x, y, case.stride, 1 << 20)
        found.append((perf_counter() - begin, len(found), program))
        np.testing.assert_allclose(y, expected, rtol=near, atol=near)
    exact = (program for *_, program in sorted(found) if is_exact(program, case))
    ways = {None: (pool, case, x)}
    for program, block in product(islice(exact, BEST), BLOCKS):
        ways[program, block] = run, program, x, y, case.stride, block
    milliseconds = take_turns(ways)
    best = min(list(ways)[1:], key=milliseconds.get)
    # Again, since of many the best was also lucky.
    milliseconds = take_turns({way: ways[way] for way in (None, best)})
    program, block = best
    return {
        "programs": len(found),
        "poolkit": round(milliseconds[None], 2),
        "best": round(milliseconds[best], 2),
        "axes": program.axes,
        "sums": [each.__name__ for each in program.sums],
        "convert": [each.__name__ for each in program.convert if each],
        "block": block,
    }


def main():
    if hasattr(os, "sched_setaffinity"):  # the first processor also serves the system
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
    poolkit.set_threads(1)
    np.setbufsize(blocks.BUFFER)
    cases = []
    for number, case in enumerate(CASES, 1):
        cases.append(case._asdict() | measure(case))
        best = cases[-1]["best"] / cases[-1]["poolkit"]
        done = f"[{number}/{len(CASES)}] {case.shape} {case.size}/{case.stride}"
        print(f"{done} {case.dtype}: {best:.2f} of poolkit's time", flush=True)
    lines = ",\n".join(map(json.dumps, cases))
    record = json.dumps(machine())[:-1]
    RECORD.write_text(f'{record}, "cases": [\n{lines}\n]}}\n')


def recorded():
    return json.loads(RECORD.read_text())


def rows_of(rows):
    """The rows of the benchmark, on one thread, of the cases in their order."""
    for row in rows:
        if row["threads"] > 1 or row["kind"] == "max" or row["backward"]:
            continue
        last, planes = row["layout"] == "channels_last", len(row["shape"]) > 3
        sums = row["dtype"] in ("float32", "float16")
        if (last and row["size"] and planes and sums) or not (last or row["size"]):
            yield row


def beside(rows):
    """Of each case: its name, the number of ways, the best, and two ratios of times.

    These are of the best way and of the fastest other engine in ``rows``, the
    benchmark's on the same processor, both over poolkit's.
    """
    for case, row in zip(recorded()["cases"], rows_of(rows), strict=True):
        way = ", ".join([*case["convert"], *case["sums"]]).replace("_", " ")
        best = case["best"] / case["poolkit"]
        yield name_of(row), case["programs"], way, best, ratio(row)


if __name__ == "__main__":
    main()

"""Is there a faster way to pool with NumPy? Try all programs of a kind.

A program goes through an array block by block. It folds windows along one axis after
another, each by one of NumPy's operations or a few, and a mean is divided. What is
tried is every operation for every axis, every order of the axes and several sizes of
blocks; for float16 also ways to make the numbers wider and narrow again; for whole maps
also to see each as one line. Gradients of maxima are poolkit's, with other ways to find
the winner and hand it the gradient. ``make experiments`` runs it, on one thread, and
writes ``search.json``.
"""

import json
import os
from functools import lru_cache, partial
from itertools import permutations, product
from math import ceil, inf, prod
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple
from unittest import mock

import numpy as np
from numpy.lib.stride_tricks import as_strided

import poolkit
from experiments.benchmark import Job, jobs, machine, name_of, ratio
from poolkit import blocks, blocks_backward

RECORD = Path(__file__).with_suffix(".json")
BLOCKS = [1 << n for n in range(18, 23)]  # bytes of input: 256 KiB to 4 MiB
PART, BLOCK = 1 << 23, 1 << 20  # bytes of input on which all programs are tried
BEST, TURNS = 6, 7  # the best programs are timed in all sizes, in so many turns


class Case(NamedTuple):
    """A pooling, channels last, of windows that fit; channels first, of one channel."""

    kind: str  # "average", "max" or "gradient", which is that of a maximum
    shape: tuple
    size: int
    stride: int = 1
    dtype: str = "float32"

    @property
    def whole(self):
        return self.shape[1] == self.size

    def part(self):
        """The same of fewer samples."""
        n, *sample = self.shape
        size = prod(sample) * np.dtype(self.dtype).itemsize
        return self._replace(shape=(min(n, max(1, PART // size)), *sample))

    @property
    def combine(self):
        return np.add if self.kind == "average" else np.maximum


def searched(job):
    """Whether a job of the benchmark is one to search for."""
    if job.backward:
        return job.kind == "max" and job.last and job.size <= 3
    return job.dtype in ("float32", "float16")


def case_of(job):
    """Windows that fit, since padding would need code of its own."""
    n, *spatial, channels = job.shape
    size = job.size or spatial[0]
    stride = job.stride or 1
    if job.padding == "same":
        spatial = [(ceil(length / stride) - 1) * stride + size for length in spatial]
    lead, inner = (n, channels) if job.last else (n * channels, 1)
    kind = "gradient" if job.backward else job.kind
    return Case(kind, (lead, *spatial, inner), size, stride, job.dtype)


CASES = {job: case_of(job) for job in jobs() if searched(job)}


def one_by_one(combine, x, size, stride, result):
    windows = windows_of(x, size, stride)
    combine(windows[:, :, 0], windows[:, :, 1], out=result)
    for place in range(2, size):
        combine(result, windows[:, :, place], out=result)


def copies(combine, x, size, stride, result):
    """The same, of elements that have been brought together."""
    places = np.moveaxis(windows_of(x, size, stride), 2, 0)
    apart = empty("apart", places.shape, x.dtype)
    apart[...] = places
    combine(apart[0], apart[1], out=result)
    for place in apart[2:]:
        combine(result, place, out=result)


def reduce(combine, x, size, stride, result):
    combine.reduce(windows_of(x, size, stride), axis=2, out=result)


def doubling(combine, x, size, stride, result):
    """At all places, as if everything was one row; then take what is wanted."""
    reached = doubled(combine, x, size)
    result[...] = windows_of(reached, size, stride)[:, :, 0]


def doubling_and_pairs(combine, x, size, stride, result):
    """The same for a row of elements, of which every second is wanted."""
    reached, wide = doubled(combine, x, size), f"u{2 * x.itemsize}"
    before, count, _ = result.shape
    strides = reached.strides[0], 2 * x.itemsize
    pairs = np.ndarray((before, count), wide, reached, 0, strides)
    np.copyto(result.view(f"u{x.itemsize}")[..., 0], pairs, casting="unsafe")


def doubled(combine, x, size):
    line = reached = x.reshape(-1)
    behind = x.shape[2]
    hops = blocks.doubling(size, combine is np.add)
    for turn, (again, shift, reach) in enumerate(hops):
        one, other = reached, line if again else reached
        reached = empty(turn % 2, (line.size + 1,), x.dtype)  # and half a pair
        end, shift = line.size - (reach - 1) * behind, shift * behind
        combine(one[:end], other[shift : shift + end], out=reached[:end])
    return reached[: line.size].reshape(x.shape)


def einsum(_, x, size, stride, result):
    np.einsum("bcsi->bci", windows_of(x, size, stride), out=result)


def einsum_with_ones(_, x, size, stride, result):
    windows = windows_of(x, size, stride)
    np.einsum("bcsi,s->bci", windows, ones(x, size), out=result)


def matmul(_, x, size, stride, result):
    windows = windows_of(x, size, stride)
    np.matmul(ones(x, size)[None], windows, out=result[:, :, None])


def vecmat(_, x, size, stride, result):
    np.vecmat(ones(x, size), windows_of(x, size, stride), out=result)


def vecdot(_, x, size, stride, result):
    windows = windows_of(x, size, stride).swapaxes(2, 3)
    np.vecdot(windows, ones(x, size), out=result)


def ones(x, size):
    return np.ones(size, x.dtype)


def windows_of(x, size, stride):
    """A view ``(before, count, size, behind)`` of the windows along the middle axis."""
    shape = len(x), (x.shape[1] - size) // stride + 1, size, x.shape[2]
    strides = x.strides[0], stride * x.strides[1], *x.strides[1:]
    return as_strided(x, shape, strides, writeable=False)


@lru_cache
def empty(_, shape, dtype=np.float32):
    """The same array for the same step of every block."""
    return np.empty(shape, dtype)


def cast(x, result):
    np.copyto(result, x, casting="unsafe")


def table(x, result):
    np.take(every_float16(), x.view(np.uint16), out=result, mode="clip")


@lru_cache
def every_float16():
    return np.arange(1 << 16, dtype=np.uint16).view(np.float16).astype(np.float32)


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


def cut_bits(x, result):
    """The same of numbers that are exact."""
    bits = x.view(np.int32)
    sign = np.right_shift(bits, 16)
    np.bitwise_and(sign, -0x8000, out=sign)
    np.right_shift(bits, 13, out=bits)
    np.bitwise_or(bits, sign, out=result.view(np.int16), casting="unsafe")


def order(x, result):
    """Integers in the order of float16 numbers, but for NaN."""
    bits, turned = x.view(np.int16), result.view(np.int16)
    lowest = np.right_shift(bits, 15)
    np.bitwise_and(lowest, 0x7FFF, out=lowest)
    np.bitwise_xor(bits, lowest, out=turned)


FOLDS = one_by_one, copies, reduce, doubling
SUMS = einsum, einsum_with_ones, matmul, vecmat
LINES = reduce, *SUMS, vecdot  # of many numbers
WIDEN = scale, shift, copy_and_shift
UNCHANGED = None, None, "float32"
CONVERT = {
    ("average", "float16"): [
        *((each, round_bits, "float32") for each in WIDEN),
        (cast, cast, "float32"),
        (table, cast, "float32"),
    ],
    ("max", "float16"): [
        (None, None, "float16"),
        (order, order, "int16"),
        *((each, cut_bits, "float32") for each in WIDEN),
        (cast, cast, "float32"),
        (table, cast, "float32"),
    ],
}


class Forward(NamedTuple):
    """How to see an array, its axes in order, how to fold along each, and convert."""

    shape: tuple
    axes: tuple
    folds: tuple
    convert: tuple

    def __str__(self):
        names = [way.__name__ for way in (*self.convert[:2], *self.folds) if way]
        return ", ".join(names).replace("_", " ")

    def run(self, case, block, x):
        """Pool ``x``, ``block`` bytes of input at a time."""
        x, stride = x.reshape(-1, *self.shape[1:]), case.stride
        sizes = x.shape if case.whole else [case.size] * x.ndim
        lengths = zip(x.shape, sizes, strict=True)
        counts = [1 + (length - size) // stride for length, size in lengths]
        y = empty("result", (len(x), *counts[1:-1], x.shape[-1]), case.dtype)
        together = max(1, block // x[0].nbytes)
        some = max(1, block // (x[0, 0].nbytes * stride))
        rows = some if together == 1 else counts[1]
        for i in range(0, len(x), together):
            for first in range(0, counts[1], rows):
                last = min(first + rows, counts[1]) - 1
                part = x[i : i + together, first * stride : last * stride + sizes[1]]
                self.pool(case, sizes, part, y[i : i + together, first : last + 1])
        return y

    def pool(self, case, sizes, x, y):
        """Pool a block ``x`` into ``y``."""
        widen, narrow, dtype = self.convert
        if widen:
            wide = empty("wide", x.shape, dtype)
            widen(x, wide)
            x = wide
        result = empty("narrow", y.shape, dtype) if narrow else y
        for axis, fold in zip(self.axes, self.folds, strict=True):
            before, length, behind = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
            count = 1 + (length - sizes[axis]) // case.stride
            last = axis == self.axes[-1]
            folded = result if last else empty(axis, (*before, count, *behind), dtype)
            lines = x.reshape(prod(before), length, prod(behind))
            windows = folded.reshape(prod(before), count, prod(behind))
            fold(case.combine, lines, sizes[axis], case.stride, windows)
            x = folded
        if case.kind == "average":
            divide(result, prod(sizes[1:-1]))
        if narrow:
            narrow(result, y)


def divide(total, number):
    if number & (number - 1):
        np.divide(total, number, out=total)
    else:  # exact, and faster
        np.multiply(total, 1 / number, out=total)


def multiply(wins, dy):
    share = wins.astype(dy.dtype)
    share *= dy
    return share


def multiply_booleans(wins, dy):
    return wins * dy


def choose(wins, dy):
    return np.where(wins, dy, dy.dtype.type(0))


def mask_bits(wins, dy):
    bits = np.negative(wins.view(np.int8)).astype(np.int32)  # all of them, or none
    np.bitwise_and(bits, dy.view(np.int32), out=bits)
    return bits.view(np.float32)


def subtract(share_of, x, y, dy, places, few_channels):
    """Who wins takes what is left: as poolkit does, in new arrays."""
    *places, (outputs, positions) = places
    left = dy.copy()
    for earlier, there in places:
        share = share_of(x[there] == y[earlier], left[earlier])
        left[earlier] -= share
        yield there, share
    yield positions, left[outputs]


def remember(share_of, x, y, dy, places, few_channels):
    """Who wins takes all, if nobody has won before."""
    won = np.zeros(y.shape, bool)
    for outputs, there in places:
        wins = x[there] == y[outputs]
        np.greater(wins, won[outputs], out=wins)
        won[outputs] |= wins
        yield there, share_of(wins, dy[outputs])


SHARES = multiply, multiply_booleans, choose, mask_bits


class Backward(NamedTuple):
    """How to find the winners and their shares, for all places at once or by axis."""

    give: callable
    share: callable
    by_axis: bool

    def __str__(self):
        names = self.give.__name__, self.share.__name__, "by axis" * self.by_axis
        return ", ".join(filter(None, names)).replace("_", " ")

    def run(self, case, block, x, dy):
        """Pool ``x``, and the gradient back, ``block`` bytes of input at a time."""
        ways = {"_to_winners": partial(self.give, self.share)}
        if self.by_axis:
            ways["_are_side_by_side"] = lambda windows: False
        size = 2 * block  # of which one thread takes half
        with (
            mock.patch.multiple(blocks_backward, **ways),
            mock.patch.object(blocks, "BLOCK", size),
        ):
            return pool(case, x, dy)


def programs(case):
    if case.kind == "gradient":
        side_by_side = case.size == case.stride
        for give, share in product((subtract, remember), SHARES):
            for by_axis in (False, True)[: 1 + side_by_side]:
                yield Backward(give, share, by_axis)
        return
    n, *spatial, channels = case.shape
    shapes = [case.shape, (n, prod(spatial), channels)] if case.whole else [case.shape]
    folds = LINES if case.whole else FOLDS + SUMS * (case.kind == "average")
    pairs = (doubling_and_pairs,) * (channels == 1 and case.stride == 2)
    converts = CONVERT.get((case.kind, case.dtype), [UNCHANGED])
    for shape in shapes:
        last = len(shape) - 2
        for axes in permutations(range(1, last + 1)):
            ways = [folds + pairs * (axis == last) for axis in axes]
            for each, convert in product(product(*ways), converts):
                yield Forward(shape, axes, each, convert)


def pool(case, x, dy=None):
    """What poolkit does."""
    if case.kind == "average":
        return poolkit.average_pool(x, case.size, case.stride)
    if dy is None:
        return poolkit.max_pool(x, case.size, case.stride)
    y, pullback = poolkit.vjp(poolkit.max_pool, x, case.size, case.stride)
    return y, pullback(dy)


def arrange(case):
    """Random arguments."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal(case.shape, np.float32).astype(case.dtype)
    if case.kind != "gradient":
        return (x,)
    shape = poolkit.output_shape(case.shape, case.size, case.stride)
    return x, rng.standard_normal(shape, np.float32)


def seconds(call, *arguments):
    begin = perf_counter()
    call(*arguments)
    return perf_counter() - begin


def take_turns(ways, arguments):
    """Milliseconds of each, a median."""
    times = {way: [] for way in ways}
    for _ in range(TURNS):
        for way, call in ways.items():
            times[way].append(seconds(call, *arguments))
    return {way: 1000 * median(each) for way, each in times.items()}


def is_exact(program, case):
    """Whether the mean of equal numbers is that number, as nearly as poolkit's is.

    Float32 numbers that are added one after the other drift away from it.
    """
    if case.kind != "average":
        return True
    x = np.full(case.shape, 0.1, case.dtype)
    return np.allclose(program.run(case, BLOCK, x), x.flat[0], rtol=4e-7, atol=0)


def check(results, expected, case):
    """Whether a program returns what poolkit does."""
    near = 0 if case.kind == "max" else 2e-3 if case.dtype == "float16" else 1e-5
    if case.kind == "gradient":
        results, expected = results[1], expected[1]
    results = results.reshape(expected.shape)
    np.testing.assert_allclose(results, expected, rtol=near, atol=near)


def race(case, runners, arguments):
    """The best programs: all have a turn, then the faster half another, and so on."""
    times = dict.fromkeys(runners, inf)
    while True:
        for program in times:
            taken = seconds(program.run, case, BLOCK, *arguments)
            times[program] = min(times[program], taken)
        ranked = sorted(times, key=times.get)
        near = [each for each in ranked if times[each] < 2 * times[ranked[0]]]
        if len(ranked) <= BEST:
            return near
        times = {each: times[each] for each in near[: max(BEST, len(ranked) // 2)]}


def measure(case):
    """Milliseconds of poolkit and of the best program, and which that is."""
    empty.cache_clear()
    part = case.part()
    arguments = arrange(part)
    expected, tried = pool(case, *arguments), list(programs(case))
    for program in tried:
        check(program.run(case, BLOCK, *arguments), expected, case)
    best = race(case, [each for each in tried if is_exact(each, part)], arguments)
    ways = {None: partial(pool, case)}
    for program, block in product(best, BLOCKS):
        ways[program, block] = partial(program.run, case, block)
    arguments = arrange(case)
    milliseconds = take_turns(ways, arguments)
    best = min(list(ways)[1:], key=milliseconds.get)
    # Again, since of many the best was also lucky.
    milliseconds = take_turns({way: ways[way] for way in (None, best)}, arguments)
    program, block = best
    return {
        "programs": len(tried),
        "poolkit": round(milliseconds[None], 2),
        "best": round(milliseconds[best], 2),
        "way": str(program),
        "axes": getattr(program, "axes", None),
        "block": block,
    }


def main():
    if hasattr(os, "sched_setaffinity"):  # the first processor also serves the system
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])
    poolkit.set_threads(1)
    np.setbufsize(blocks.BUFFER)
    cases, start = [], perf_counter()
    for number, (job, case) in enumerate(CASES.items(), 1):
        cases.append(job._asdict() | measure(case))
        found = cases[-1]
        print(
            f"[{number}/{len(CASES)}, {perf_counter() - start:.0f} s] {case.kind}"
            f" {case.size}/{case.stride} of {case.shape} {case.dtype}: {found['way']}:"
            f" {found['best'] / found['poolkit']:.2f} of poolkit's time",
            flush=True,
        )
    lines = ",\n".join(map(json.dumps, cases))
    record = json.dumps(machine())[:-1]
    RECORD.write_text(f'{record}, "cases": [\n{lines}\n]}}\n')


def recorded():
    return json.loads(RECORD.read_text())


def beside(rows):
    """Of each job on one thread: its name, the number of ways, the best, two ratios.

    These are of the times of the best way and of the fastest other engine in ``rows``,
    the benchmark's on the same processor, both over poolkit's.
    """
    engines = {key_of(row): ratio(row) for row in rows if row["threads"] == 1}
    for case in recorded()["cases"]:
        best = case["best"] / case["poolkit"]
        kind = "gradient of " * case["backward"] + case["kind"]
        name = f"{kind} {name_of(case)}, {case['layout'].replace('_', ' ')}"
        yield name, case["programs"], case["way"], best, engines[key_of(case)]


def key_of(row):
    """The job of a row."""
    job = Job(**{name: row[name] for name in Job._fields})
    return job._replace(shape=tuple(job.shape))


if __name__ == "__main__":
    main()

"""The fast path: the same folds, block by block.

:mod:`poolkit.folds` says what pooling is; here it is done in the order that a processor likes. An array is cut into
blocks that fit into its cache. Inside a block one axis is folded after another, the outermost first, so that almost
every operation runs over long stretches of neighbours. Several threads take several blocks; NumPy lets them.

What to do with a block is worked out once for its shape: a list of *steps*, each of which combines two views into a
third (:func:`_steps`). To fold one axis, an array is seen as ``(before, length, behind)``: all before that axis, the
axis, and all behind it.
"""

import os
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby
from math import isfinite, prod
from threading import get_ident, local
from typing import NamedTuple

import numpy as np

from poolkit.windows import Windows, whole_number

_simd = set(np.show_config("dicts").get("SIMD Extensions", {}).get("found", ()))  # nothing is there if there are none
AVX512, AVX2 = bool(_simd & {"X86_V4", "AVX512_SKX"}), bool(_simd & {"X86_V3", "AVX2"})
PRODUCTS = AVX512  # with it, products of small matrices are faster than additions; with less, they were not
# Bytes of input in a block: with what it becomes, it fits into a cache. Processors with AVX-512 have a large one for
# each core; with less, a block is in the cache that all share anyway, and fewer operations are better.
BLOCK = (1 if AVX512 else 2) << 20
SHORT = 1 << 12  # bytes: a stretch of neighbours shorter than this is not worth an operation of its own
SHORTER = 16 if AVX512 else 1  # times: with a stride, all at once is more than is wanted, so it has to save more
BUFFER = 1 << 11  # elements: NumPy copies rows shorter than half of this into buffers before it works on them
PRODUCT = 1 << 18  # multiplications in a product of matrices: with more, its library may start threads of its own
VECTOR = 1 << 13  # elements of a matrix that is multiplied with a vector: likewise
# Elements of two vectors: the product of ones more than twice as long would not be exact enough. As many numbers as a
# register holds are added up apart from each other.
DOT = (16 if AVX512 else 8 if AVX2 else 4) << 7
NARROW = 16  # elements of float32 numbers: so many fill a register
WIDE = 512  # channels: fewer are not worth operations of their own for each place of a whole map
KEPT = 1 << 27  # bytes: so much memory of results that are gone is kept for others
SMALL = 1 << 15  # bytes of input: with fewer, the simple form is done sooner

FLOAT16, FLOAT32, FLOAT64 = map(np.dtype, (np.float16, np.float32, np.float64))
INT16, UINT16 = np.dtype(np.int16), np.dtype(np.uint16)
X, Y, FIRST, SECOND, EVEN, ODD = range(6)  # the arrays of a block: input, output, two to hop in, two between axes

_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def set_threads(count):
    """Use ``count`` threads for large arrays. At the start there are as many as processors.

    Raises
    ------
    TypeError, ValueError
        ``count`` is no integer of at least 1.

    Examples
    --------
    >>> set_threads(2)
    """
    global _threads
    _threads = whole_number("count", count, 1)


def is_large(x):
    """Whether ``x`` has so many elements that blocks are worth it."""
    return x.nbytes >= max(SMALL, 1) and x.itemsize <= 8


def fit(grid):
    """Whether to fold a large array here: windows that slide, without gaps, none longer than its axis."""
    return all(type(each) is Windows and each.dilation == 1 and each.size <= each.length for each in grid.values())


def fit_whole(grid):
    """Whether to fold a large array here, since every window is a whole map."""
    return all(each.is_whole_axis() for each in grid.values())


def extreme(combine, x, grid):
    """The maximum or minimum of every window."""
    if x.dtype == FLOAT16:
        return _extreme_of_bits(combine, x, grid)
    return _fold(combine, x, grid, x.dtype, x.dtype)


def _extreme_of_bits(combine, x, grid):
    """The same of float16, by comparing bits as integers, which NumPy does faster.

    As signed integers, numbers above zero are the greatest, and in order; as unsigned ones those below zero are, in
    reverse. So what the greatest integer of a window stands for is the extreme, if it has the right sign. Else all
    elements have the other one, and it is the smallest integer.
    """
    kind, other, infinity = (INT16, UINT16, 0xFC00) if combine is np.maximum else (UINT16, INT16, 0x7C00)

    def fold(_, steps, bits, result):
        if bits.view(other).max() > infinity:  # a NaN that would lose
            bits = np.where(np.isnan(bits.view(FLOAT16)), np.iinfo(kind).max, bits)
        _run(np.maximum, steps, bits, result)
        signed, unsigned = result.view(INT16), result.view(UINT16)
        if signed.min() < 0 if combine is np.maximum else signed.max() >= 0:
            smallest = scratch.empty(result.shape, kind)
            _run(np.minimum, steps, bits, smallest)
            if combine is np.maximum:  # if negative, the greatest is at least 2¹⁵ and, as unsigned one, not the least
                np.bitwise_or(smallest, -0x8000, out=smallest)
                np.minimum(unsigned, smallest.view(UINT16), out=unsigned)
            else:
                np.bitwise_and(smallest, 0x7FFF, out=smallest)
                np.minimum(signed, smallest.view(INT16), out=signed)

    return _fold(np.maximum, x.view(kind), grid, kind, kind, run=fold).view(FLOAT16)


def average(x, grid, count_include_pad=False):
    """The mean of every window."""
    first, *others = lengths(grid, count_include_pad)
    inner = prod(x.shape[next(reversed(grid)) + 1 :])

    def store(total, result, rows):
        numbers = (first[rows], *others)
        if x.dtype == FLOAT16 and total.dtype == FLOAT32:
            mean = scratch.empty(total.shape, FLOAT32)
            _divide(total, numbers, inner, mean)
            _narrow(mean, result)
        else:
            _divide(total, numbers, inner, result)

    means = product(x, grid, [Divisors(numbers) for numbers in (first, *others)])
    return _sum(x, grid, x.dtype if x.dtype.kind == "f" else FLOAT32, store) if means is None else means


def lengths(grid, count_include_pad):
    """How many elements windows see, or see with padding, along each axis."""
    return [_lengths(each.with_padding() if count_include_pad else each) for each in grid.values()]


@lru_cache(64)
def _lengths(windows):
    return tuple(windows.lengths().tolist())


def product(x, grid, divisors):
    """The sums of windows over ``divisors`` along each axis, by products with matrices.

    Along an axis before the last, windows side by side that are all alike are added; the last divides for them, too.
    None where additions alone are faster, or where an infinity or NaN would spoil windows that do not see it: it is
    times 0 in every output of its product.
    """
    windows = tuple(grid.values())
    narrow = prod(x.shape[next(reversed(grid)) + 1 :]) < NARROW
    longest = max(each.size for each in windows)
    if not PRODUCTS or x.dtype.kind != "f" or longest > (12 if narrow else 64):
        return None
    if any(each.size < max(2, each.stride) or (narrow and each.size == each.stride) for each in windows):
        return None
    load, store = (_widen, _narrow) if x.dtype == FLOAT16 else (None, None)
    work = FLOAT64 if x.dtype == FLOAT64 else FLOAT32
    divisors = _multiplied(windows, tuple(divisors))
    try:
        return _fold(_add_or_multiply, x, grid, work, x.dtype, load, store=store, divisors=divisors)
    except FloatingPointError:
        return None


@lru_cache(64)
def _multiplied(windows, divisors):
    """The divisors along each axis, None along those that are added."""
    *others, last = divisors
    for axis, each in enumerate(others):
        if windows[axis].size == windows[axis].stride and len(set(each.numbers)) == 1:
            others[axis], last = None, last.times(each.numbers[0])
    return *others, last


def _add_or_multiply(one, other, out):
    """The sum of two arrays, or the products of a matrix with many others."""
    (np.add if one.ndim == other.ndim else np.matmul)(one, other, out=out)


def total(x, grid):
    """The sum of every window of numbers of 32 or 64 bits."""
    return _sum(x, grid, x.dtype)


def _sum(x, grid, dtype, store=None, work=None):
    work = work or _sum_dtype(x.dtype, *(each.size for each in grid.values()))
    load = None if x.dtype == work else _widen if x.dtype == FLOAT16 and work == FLOAT32 else _cast
    convert = store or (None if dtype == work else _cast)
    try:
        return _fold(np.add, x, grid, work, dtype, load, store=convert)
    except FloatingPointError:  # a sum left the range of float32
        return _sum(x, grid, dtype, store, FLOAT64)


def whole_extreme(combine, x, grid):
    """The maximum or minimum of every map."""
    return _reduce(combine, x, grid, FLOAT32 if x.dtype == FLOAT16 else x.dtype, x.dtype)


def whole_average(x, grid):
    """The mean of every map."""
    dtype = x.dtype if x.dtype.kind == "f" else FLOAT32
    try:
        return _reduce(np.add, x, grid, FLOAT32 if _is_short(x.dtype) else FLOAT64, dtype)
    except FloatingPointError:  # a sum may have left the range of float32
        return _reduce(np.add, x, grid, FLOAT64, dtype)


def _sum_dtype(dtype, *sizes):
    """Where sums over windows of ``sizes`` are exact, or as good as the elements."""
    if dtype.itemsize == 1 and prod(sizes) <= 256:
        return INT16 if dtype.kind == "i" else UINT16
    few = max(sizes) <= (64 if dtype.kind == "f" else 8)  # 8³ integers of 16 bits have a sum of at most 25 bits
    return FLOAT32 if few and _is_short(dtype) else FLOAT64


def _is_short(dtype):
    return dtype.itemsize <= 2 or dtype == FLOAT32


def _reduce(combine, x, grid, work, dtype):
    """Fold whole maps, seen as ``(lead, length, inner)``; sums become means."""
    first, last = next(iter(grid)), next(reversed(grid))
    lead, inner, size = prod(x.shape[:first]), prod(x.shape[last + 1 :]), prod(x.shape[axis] for axis in grid)
    wide = 1 < inner < WIDE  # first fold all channels of a row at once, then what became of them
    rows = x.reshape(lead, x.shape[first], -1) if wide else x.reshape(lead, -1, inner)
    # What is read only once need not stay in the cache; what is converted has to.
    piece = -(-x.nbytes // _threads) if x.dtype == work else BLOCK // work.itemsize * x.itemsize
    map_size = x.nbytes // lead
    together = -(-piece // map_size)
    length = -(-rows.shape[1] // min(rows.shape[1], -(-map_size // piece)))
    starts = range(0, rows.shape[1], length)  # of the parts of a map
    whole, mean = len(starts) == 1, combine is np.add
    y = np.empty((lead, inner), dtype)
    totals = y[:, None] if whole else np.empty((lead, len(starts), inner), FLOAT64 if mean else work)

    def fold_rows(part):
        total = _reduce_rows(combine, part)
        return _reduce_rows(combine, total.reshape(len(total), -1, inner)) if wide else total

    def run(shares):
        for maps, part in shares:
            scratch.start()
            share = rows[maps, starts[part] : starts[part] + length]
            if x.dtype != work:
                share, narrow = scratch.empty(share.shape, work), share
                (_widen if x.dtype == FLOAT16 else _cast)(narrow, share)
            total = fold_rows(share)
            if x.dtype == FLOAT16:
                total = total * 2.0**112
            if mean and x.dtype == work == FLOAT32 and not np.isfinite(total).all():
                raise FloatingPointError
            totals[maps, part] = total / size if mean and whole else total

    shares = [(slice(i, i + together), part) for i in range(0, lead, together) for part in range(len(starts))]
    in_threads(run, shares, x.nbytes, over="ignore", invalid="ignore")
    if not whole:
        with np.errstate(invalid="ignore"):  # two infinities
            total = combine.reduce(totals, 1)
        y[...] = total / size if mean else total
    return y.reshape(*x.shape[:first], *[1] * len(grid), *x.shape[last + 1 :])


def _reduce_rows(combine, x):
    """Fold the middle axis of ``x``; sums of float32 a few at a time, and these sums in float64."""
    if combine is not np.add or x.dtype == FLOAT64:
        return combine.reduce(x, axis=1)
    lead, length, inner = x.shape
    # NumPy lets other threads run during more than 500 products of vectors, or one of matrices.
    few = _few(length, min(DOT, max(256, lead * length >> 10)) if inner == 1 else 32)
    some = length % few
    many = x[:, some:].reshape(lead, length // few, few, inner)
    ones = np.ones(few, FLOAT32)  # a product with them takes half the time of add.reduce
    if inner > 1:
        most = PRODUCT // few
        width = _divisor(inner, most, most // 4)
        sums = (ones @ many.reshape(lead, -1, few, inner // width, width).swapaxes(2, 3)).reshape(lead, -1, inner)
    elif few < 256:
        rows = many.reshape(lead if some else 1, -1, few)
        together = _divisor(rows.shape[1], VECTOR // few, 1)
        sums = (rows.reshape(len(rows), -1, together, few) @ ones).reshape(lead, -1, 1)
    else:
        sums = np.vecdot(many[..., 0], ones)[..., None]
    total = sums.sum(1, FLOAT64) if len(sums[0]) > 1 else sums[:, 0]
    return total + np.einsum("ikl->il", x[:, :some]) if some else total


@lru_cache(256)
def _few(length, most):
    """Into how many at a time to divide ``length``, best without a rest; twice ``most`` are still few."""
    if length <= 2 * most:
        return length
    return next((few for few in range(most, most // 4, -1) if length % few == 0), most)


def _fold(combine, x, grid, work, dtype, load=None, run=None, store=None, divisors=None):
    """Fold ``x`` in dtype ``work`` and return it as ``dtype``.

    If these are not the dtype of ``x``, ``load(part of x, input)`` and ``store(output, part of y, rows)`` convert.
    An axis with ``divisors`` is folded by products with matrices.
    """
    windows, first, last = tuple(grid.values()), next(iter(grid)), next(reversed(grid))
    shape = (*x.shape[:first], *(each.count for each in windows), *x.shape[last + 1 :])
    inner, disjoint = prod(x.shape[last + 1 :]), combine not in (np.maximum, np.minimum)
    from_x, to_y = x.reshape(-1), result_of(prod(shape), dtype)
    own = load is not None, store is not None
    run, divisors = run or _run, divisors or [None] * len(grid)

    def run_blocks(blocks):
        for (samples, first), positions, rows, inputs, outputs in blocks:
            scratch.start()
            over = divisors[0] and divisors[0].part(positions, rows)
            axes = (first, over), *zip(windows[1:], divisors[1:], strict=True)
            steps, source, result = _ready(get_ident(), samples, axes, inner, work, disjoint, own)
            if load:
                load(from_x[inputs], source)
            else:
                source = from_x[inputs]
            if not store:
                result = to_y[outputs]
            run(combine, steps, source, result)
            if store:
                store(result, to_y[outputs], rows)

    blocks = _blocks(prod(x.shape[:first]), windows, inner, work.itemsize, combine is _add_or_multiply, _threads)
    in_threads(run_blocks, blocks, x.nbytes, over="raise" if work == FLOAT32 else "ignore", invalid="ignore")
    return to_y.reshape(shape)


def _cast(x, result, rows=None):
    np.copyto(result, x, casting="unsafe")


def _widen(x, scaled):
    """Turn float16 numbers into float32, divided by 2¹¹², by moving their bits: NumPy takes four times as long."""
    bits, moved = x.view(INT16), scaled.view(np.int32)
    if bits.max() >= 0x7C00 or bits.view(UINT16).max() >= 0xFC00:  # infinities and NaN
        np.multiply(x, 2.0**-112, out=scaled, dtype=FLOAT32)
        return
    np.left_shift(bits, 13, out=moved, dtype=np.int32)
    np.bitwise_and(moved, ~0x70000000, out=moved)  # the sign was copied into the new bits of the exponent


def _narrow(scaled, half, rows=None):
    """Undo :func:`_widen`, to the nearest float16; to the even one on ties."""
    if not -np.inf < scaled.min() <= scaled.max() < np.inf:
        np.multiply(scaled, 2.0**112, out=half)
        return
    bits = scaled.view(np.uint32)
    part = np.right_shift(bits, 13, out=scratch.empty(bits.shape, bits.dtype))
    np.bitwise_and(part, 1, out=part)
    np.add(part, 0xFFF, out=part)
    np.add(bits, part, out=bits)
    np.right_shift(bits, 13, out=bits)
    np.right_shift(bits, 3, out=part)
    np.bitwise_and(part, 0x8000, out=part)  # the sign
    np.bitwise_or(bits, part, out=half.view(UINT16), casting="unsafe")


class Block(NamedTuple):
    """What is folded at once: how many samples, with which outermost windows; their rows, and where they lie."""

    key: tuple
    positions: slice
    rows: slice
    inputs: slice
    outputs: slice


@lru_cache(256)
def _blocks(samples, windows, inner, itemsize, products, threads):
    """Cut ``samples`` into blocks: of several samples, or of some rows of one sample."""
    outermost = windows[0]
    row_in = prod(each.length for each in windows[1:]) * inner
    row_out = prod(each.count for each in windows[1:]) * inner
    size_in, size_out = outermost.length * row_in, outermost.count * row_out
    length, hop = inner * itemsize, False  # between two arrays more
    for each in reversed(windows[1:]):
        length *= each.count
        hop |= each.stride == 1 and each.size > (2 if length < SHORT else 4)
    size = BLOCK // 2 if hop else BLOCK
    # To take turns costs threads some microseconds in every operation: they get fewer and larger ones.
    if threads > 1 and (products or outermost.stride > 1 < inner) and samples * size_in * itemsize >= 16 * BLOCK:
        size = 2 * BLOCK
    together = min(samples, size // (size_in * itemsize))
    if together:
        parts = [(slice(0, outermost.length), slice(0, outermost.count), outermost)]
    else:
        together, rows = 1, max(1, size // (outermost.stride * row_in * itemsize))
        rows = -(-outermost.count // -(-outermost.count // rows))  # about as many in every part
        parts = [outermost.part(o, min(o + rows, outermost.count)) for o in range(0, outermost.count, rows)]
    return [
        Block(
            (min(together, samples - i), part),
            inputs,
            outputs,
            slice(i * size_in + inputs.start * row_in, (i + together - 1) * size_in + inputs.stop * row_in),
            slice(i * size_out + outputs.start * row_out, (i + together - 1) * size_out + outputs.stop * row_out),
        )
        for i in range(0, samples, together)
        for inputs, outputs, part in parts
    ]


class View(NamedTuple):
    """Part of one array of a block: where it starts and, along each axis, how far apart its elements are, in bytes."""

    array: int
    start: int
    shape: tuple
    strides: tuple
    item: str

    def of(self, array):
        """The view itself; ``array`` is flat."""
        return np.ndarray(self.shape, self.item, array, self.start, self.strides)

    def stop(self):
        """Behind which byte it ends."""
        lengths = zip(self.shape, self.strides, strict=True)
        return self.start + sum((length - 1) * stride for length, stride in lengths) + np.dtype(self.item).itemsize


@lru_cache(16)
def _ready(thread, samples, axes, inner, work, disjoint, own):
    """The steps for a block, with all views of its own arrays; and those for its input and output, if it has them.

    No other thread gets the same arrays, and the next call of this one finds them where they are.
    """
    steps = _steps(samples, axes, inner, work, disjoint)
    sizes = {X: samples * prod(each.length for each, _ in axes) * inner * work.itemsize}
    for view in (view for step in steps for view in step if type(view) is View):
        sizes[view.array] = max(view.stop(), sizes.get(view.array, 0))
    arrays = {array: _aligned(size, work) for array, size in sizes.items() if array > Y or own[array]}

    def bind(view):
        return view.of(arrays[view.array]) if type(view) is View and view.array > Y else view

    return [tuple(map(bind, step)) for step in steps], arrays.get(X), arrays.get(Y)


def _aligned(size, dtype):
    """An empty array that begins where a line of the cache does: NumPy adds into it in half the time."""
    space = np.empty(size + 64, np.uint8)
    start = -space.ctypes.data % 64
    return space[start : start + size].view(dtype)


class Scratch(local):
    """A thread's memory for what a block needs on its way, the same for each block.

    An array that is made for a block and then gone may cost more than all else: where the system takes its memory back,
    it hands it over page by page and filled with zeros when the next block asks.
    """

    space, used, most = np.empty(0, np.uint8), 0, 0

    def start(self):
        """Begin a block: what the one before had is free, with room for all of it unless that is very much."""
        if len(self.space) < self.most <= 16 * BLOCK:
            self.space = _aligned(self.most, np.uint8)
        self.used = self.most = 0

    def empty(self, shape, dtype):
        """An empty array, to be used until the next block begins."""
        start, size = self.used, prod(shape) * np.dtype(dtype).itemsize
        self.used += -(-size // 64) * 64
        self.most = max(self.most, self.used)
        if self.used > len(self.space):
            return np.empty(shape, dtype)
        return self.space[start : start + size].view(dtype).reshape(shape)

    def copy(self, x):
        """A copy of ``x``, likewise."""
        return self.full(x.shape, x, x.dtype)

    def full(self, shape, value, dtype):
        """An array full of ``value``, likewise."""
        result = self.empty(shape, dtype)
        result[...] = value
        return result


scratch = Scratch()

_kept = {}  # memory of results that are gone, by its size, the latest last


def result_of(count, dtype):
    """An empty array of ``count`` elements, if it is large in the memory of an equally large one that is gone.

    New memory costs: the system fills it with zeros, page by page, and it is in no cache.
    """
    size = count * dtype.itemsize
    if size < BLOCK:
        return _aligned(size, dtype)
    space = _kept.pop(size, None)
    if space is None:
        space = _aligned(size, np.uint8)
    result = np.frombuffer(memoryview(space), dtype)  # all its views keep it, and it alone keeps the memory
    weakref.finalize(result, _keep, space)
    return result


def _keep(space):
    """Keep ``space``, and of what else is kept the latest."""
    _kept[space.size] = space
    for size in list(_kept):
        if sum(list(_kept)) > KEPT:
            _kept.pop(size, None)


def _run(combine, steps, x, y):
    """Do the steps; one without a result only finds out whether all is finite."""
    arrays = x, y
    for one, other, result in steps:
        if type(one) is View:
            one = one.of(arrays[one.array])
        if type(other) is View:
            other = other.of(arrays[other.array])
        if type(result) is View:
            result = result.of(arrays[result.array])
        if result is None:
            if not isfinite(np.add.reduce(one, axis=None)):
                raise FloatingPointError
        elif other is None:
            np.copyto(result, one, casting="unsafe")
        else:
            combine(one, other, out=result)


@lru_cache(1024)
def _steps(samples, axes, inner, work, disjoint):
    """What to do with a block: each step is ``(one, other, result)``; without ``other``, ``one`` is copied."""
    steps, source, before, firsts, row = [], X, samples, [], prod(each.count for each, _ in axes) * inner
    for axis, (each, divisor) in enumerate(axes):
        behind = prod(other.length for other, _ in axes[axis + 1 :]) * inner
        target = Y if axis == len(axes) - 1 else (EVEN, ODD)[axis % 2]
        rows = _at_once(each, behind, target == Y) if divisor else 1
        row //= each.count
        firsts.append((-(-each.count // rows), rows * row))
        if divisor:
            steps += _multiply_axis(source, target, before, each, divisor, behind, work, rows)
        else:
            steps += _fold_axis(source, target, before, each, behind, work, disjoint)
        source, before = target, before * each.count
    if divisor:  # the first output of every product, which tells whether all are finite
        shape, strides = zip((samples, before // samples * inner), *firsts, (inner, 1), strict=True)
        steps.append((View(Y, 0, shape, tuple(stride * work.itemsize for stride in strides), work.str), None, None))
    return steps


def _at_once(windows, behind, last):
    """How many outputs along an axis one product makes: about as many as the others."""
    most = 2 * NARROW // behind if behind < NARROW else -(-(NARROW if last else NARROW // 4) // windows.stride)
    return -(-windows.count // -(-windows.count // most))


class Divisors(NamedTuple):
    """What sums along an axis are divided by: a number for each output or, before they are added, for each input."""

    numbers: tuple
    of_inputs: bool = False

    def part(self, inputs, outputs):
        """Those of some inputs and outputs."""
        return self._replace(numbers=self.numbers[inputs if self.of_inputs else outputs])

    def times(self, factor):
        """As many times as much."""
        return self._replace(numbers=tuple(factor * number for number in self.numbers))


def _matrix(windows, divisors, dtype):
    """The matrix ``(outputs, inputs)`` that adds up windows and divides."""
    places = np.arange(windows.length) + windows.before - windows.stride * np.arange(windows.count)[:, None]
    numbers = np.array(divisors.numbers, dtype)
    return ((places >= 0) & (places < windows.size)) / (numbers if divisors.of_inputs else numbers[:, None])


def _multiply_axis(source, target, before, windows, divisors, behind, dtype, rows):
    """The steps that fold one axis by products with matrices, which add and divide at once: ``rows`` at a time."""
    narrow, width, row = behind < NARROW, dtype.itemsize, behind * dtype.itemsize
    pieces = [windows.part(start, min(start + rows, windows.count)) for start in range(0, windows.count, rows)]
    for (part, over), alike in groupby(pieces, lambda piece: (piece[2], divisors.part(*piece[:2]))):
        (inputs, outputs, _), *others = alike  # which have the same matrix
        matrix = _matrix(part, over, dtype)
        if narrow:  # from the right, for all channels at once
            matrix = np.kron(matrix.T, np.eye(behind, dtype=dtype))
        together = _divisor(before if narrow else behind, PRODUCT // matrix.size)
        views = []
        for array, length, step, index in (
            (source, windows.length, rows * windows.stride, inputs),
            (target, windows.count, rows, outputs),
        ):
            many, each = index.stop - index.start, length * row
            if narrow:
                shape, strides = (before // together, together, many * behind), (together * each, each, width)
            else:
                shape, strides = (before, behind // together, many, together), (each, together * width, row, width)
            shape, strides = (1 + len(others), *shape), (step * row, *strides)
            views.append(View(array, index.start * row, shape, strides, dtype.str))
        one, result = views
        yield *((one, matrix) if narrow else (matrix, one)), result


@lru_cache(256)
def _divisor(length, most, least=16):
    """The largest divisor of ``length`` from ``least`` to ``most``, or ``length`` itself."""
    return next((each for each in range(min(length, most), least - 1, -1) if length % each == 0), length)


def _fold_axis(source, target, before, windows, behind, work, disjoint):
    """The steps that fold one axis of ``source`` into ``target``."""
    size, stride, width = windows.size, windows.stride, work.itemsize
    first, last = windows.inside()
    total, start = before * windows.length * behind, first * stride - windows.before

    def at(array, index, item=None, channel=None):
        length, row = windows.count if array == target else windows.length, behind * width
        shape, strides = ((), ()) if item or channel is not None else ((behind,), (width,))
        if isinstance(index, slice):
            index = range(length)[index]
            shape, strides, index = (len(index), *shape), (index.step * row, *strides), index.start
        begin = index * row + (channel or 0) * width
        return View(array, begin, (before, *shape), (length * row, *strides), item or work.str)

    def flat(array, begin, length):
        return View(array, begin * behind * width, (length,), (width,), work.str)

    def inside(shift=0):
        return slice(start + shift, start + shift + (last - first - 1) * stride + 1, stride)

    hops, shifts = doubling(size, disjoint) if first < last else [], []
    alone = behind * (SHORTER if stride > 1 else windows.count)
    short = alone * width < SHORT
    three = behind == 3 and stride > 1  # channels: NumPy is slow to copy so many at a time
    if hops and not short and (len(hops) - 1) * stride + 1 < size - 1:
        *hops, (again, shift, _) = hops
        shifts = [(again, shift)]
    elif not short or (three and size <= 3):
        hops, shifts = [], [(False, shift) for shift in range(1, size)]
    in_place = short and hops and stride == 1 and windows.count == windows.length

    reached = source
    for turn, (again, shift, reach) in enumerate(hops):  # over all rows at once, as if they were one
        length = total - (reach - 1) * behind
        result = flat((FIRST, SECOND)[turn % 2], 0, length)
        if in_place and turn == len(hops) - 1:
            result = flat(target, windows.before, length)
        yield flat(reached, 0, length), flat(source if again else reached, shift, length), result
        reached = (FIRST, SECOND)[turn % 2]

    if first < last and not in_place:
        if behind == 1 and stride == 2 and width in (1, 2, 4) and start == windows.length % 2 == 0 and not shifts:
            pairs = windows.count - first  # whose lower half is wanted; clipped windows are made anew below
            wide = View(reached, 0, (before, pairs), (windows.length * width, 2 * width), f"u{2 * width}")
            yield wide, None, at(target, slice(first, None), f"u{width}")
        elif not shifts and not three:
            item = f"V{behind * width}"
            yield at(reached, inside(), item), None, at(target, slice(first, last), item)
        for channel in range(3) if three else [None]:
            one, result = at(reached, inside(), channel=channel), at(target, slice(first, last), channel=channel)
            if three and not shifts:
                yield one, None, result
            for again, shift in shifts:
                yield one, at(source if again else reached, inside(shift), channel=channel), result
                one = result

    ends = [0, *(o * stride - windows.before + size for o in range(first))]
    starts = [*(o * stride - windows.before for o in range(last, windows.count)), windows.length]
    left = [(o, range(ends[o], ends[o + 1])) for o in range(first)]
    right = [(o, range(starts[o - last], starts[o - last + 1])) for o in reversed(range(last, windows.count))]
    for clipped in left, right:  # each has what its neighbour has, and some more
        known = []
        for output, added in clipped:
            one, *others = [*known, *(at(source, position) for position in added)]
            known = [at(target, output)]
            if not others:
                yield one, None, *known
            for other in others:
                yield one, other, *known
                one = known[0]


def doubling(size, disjoint):
    """How to reach ``size`` elements by doubling: ``(again, shift, reach)``, ``again`` to add one more of the input.

    For a maximum the two halves of the last hop may overlap. A sum must not count an element twice.
    """
    hops, reach = [], 1
    if not disjoint:
        while reach < size:
            shift = min(reach, size - reach)
            hops.append((False, shift, reach + shift))
            reach += shift
        return hops
    for bit in f"{size:b}"[1:]:
        hops.append((False, reach, 2 * reach))
        reach *= 2
        if bit == "1":
            hops.append((True, reach, reach + 1))
            reach += 1
    return hops


def _divide(total, lengths, inner, result):
    """Divide the sums of a block by how many elements their windows see, given along each axis."""
    most, clipped = _numbers(lengths)
    dtype = np.result_type(total, FLOAT32)
    if np.frexp(most)[0] == 0.5:
        np.multiply(total, 1 / most, out=result, dtype=dtype)  # exact, and faster
    else:
        np.divide(total, most, out=result, dtype=dtype)
    for windows, numbers in clipped:
        total, result = (each.reshape(-1, *map(len, lengths), inner) for each in (total, result))
        np.divide(total[windows], numbers, out=result[windows], dtype=dtype)


@lru_cache(64)
def _numbers(lengths):
    """How many elements most windows see; where some see fewer, at the ends of an axis, and how many those see."""
    most = tuple(map(max, lengths))
    numbers = np.ones(1, np.float32)
    for each in reversed(lengths):
        numbers = np.multiply.outer(np.float32(each), numbers)
    clipped = []
    for axis, each in enumerate(lengths):
        start, stop = each.index(most[axis]), len(each) - each[::-1].index(most[axis])
        for end in slice(0, start), slice(stop, len(each)):
            if end.start < end.stop:
                windows = (slice(None),) * axis + (end,)
                clipped.append(((slice(None), *windows), numbers[windows]))
    return float(prod(most)), clipped


def in_threads(run, tasks, size, **errors):
    """Let ``run`` take its tasks from one iterator, in as many threads as are worth it if ``size`` bytes are read.

    What to do about ``errors`` is said as to :func:`numpy.errstate`.
    """
    shared = iter(tasks)

    def take():
        with np.errstate(**errors):  # when it ends, so does the size of the buffers
            np.setbufsize(BUFFER)
            run(shared)

    others = [_pool(_threads).submit(take) for _ in range(1, _threads)] if size > BLOCK else []
    try:
        take()
    finally:
        for other in others:
            if not other.cancel():
                other.result()


@lru_cache(8)
def _pool(threads):
    return ThreadPoolExecutor(threads, "poolkit")

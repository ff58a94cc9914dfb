"""Folding: how the elements of every window are combined, one axis after another and block by block.

Maximum, minimum and sum each combine two elements into one, grouped in any way (up to rounding). So a window of
any rank can be folded one axis after another: first the elements of each of its columns, then the row of results. What
lies between two axes is used once and never again, so a large array is folded some samples or rows at a time, and all
that a block needs stays in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from math import prod
from typing import Any, TypeAlias

import numpy as np

from poolkit.checks import Array
from poolkit.windows import EVERYWHERE, Bins, Grid, Index, Place, Windows, along, make_bins, places_along, split_places

Piece: TypeAlias = tuple[Index, Grid]

BLOCK = 1 << 21  # bytes of elements in a block: with what becomes of them, they fit into a processor's cache
LONG = 64  # longer float32 sums are taken in float64 (of whole maps: float32 groups first)


def blocks(
    shape: tuple[int, ...], grid: Grid, itemsize: int, cut_windows: bool = True, axis: int = 0
) -> Iterator[tuple[Index, list[Piece]]]:
    """Cut a pooling into blocks of about ``BLOCK`` bytes: some samples, or some rows of one sample.

    Yields where the outputs of a block are, and a list of pieces: where their elements are, each with its grid. There
    are several pieces only if one window is larger than a block; their totals have to be combined. With
    ``cut_windows=False`` no window is cut, so a block may be larger.
    """
    size = prod(shape) * itemsize
    if size <= BLOCK or axis == len(shape):
        yield (), [((), grid)]
        return
    windows = grid.get(axis)
    if windows and windows.sees_all and cut_windows and size <= BLOCK * shape[axis]:  # this axis alone is enough
        parts = _cut(shape[axis], size)
        yield (), [((part,), Grid({**grid, axis: make_bins(part.stop - part.start, 1)})) for part in parts]
        return
    for part in _cut(windows.outputs if windows else shape[axis], size):
        seen, narrowed = part, grid
        if windows:
            seen, inside = windows.part(part.start, part.stop)
            narrowed = Grid({**grid, axis: inside})
        smaller = with_length(shape, axis, seen.stop - seen.start)
        for outputs, pieces in blocks(smaller, narrowed, itemsize, cut_windows, axis + 1):
            yield (part, *outputs), [((seen, *inputs), each) for inputs, each in pieces]


def _cut(count: int, size: int) -> list[slice]:
    """Slices of about equal length: of ``size`` bytes, each has at most ``BLOCK`` or is 1 long."""
    parts = -(-count // max(1, BLOCK * count // size))
    return [slice(count * i // parts, count * (i + 1) // parts) for i in range(parts)]


def fold(combine: np.ufunc, x: Array, grid: Grid, longest: int = 0) -> Array:
    """Combine the elements of each window: one axis after another, the outermost first.

    ``longest`` is how many elements a window has where those of ``grid`` are only pieces of it.
    """
    exact = combine is np.add and max(longest, grid.longest) > LONG
    if x.ndim - 1 in grid and grid.sees_all:  # each map lies in one stretch of memory
        others = x.shape[: min(grid)]
        return _fold_whole_axis(combine, x.reshape(*others, -1), len(others), exact).reshape(*others, *[1] * len(grid))
    for axis, windows, places in grid.plan:
        if not places and windows.sees_all:
            x = _fold_whole_axis(combine, x, axis, exact)
        elif not places and isinstance(windows, Windows) and _doubling_pays(windows):
            x = _fold_by_doubling(combine, x, axis, windows)
        else:
            x = _fold_places(combine, x, axis, windows, *(places or split_places(axis, windows)))
    return x


def _fold_places(
    combine: np.ufunc, x: Array, axis: int, windows: Windows | Bins, everywhere: list[Index], somewhere: list[Place]
) -> Array:
    """Combine the elements at one place of all windows with those at the next."""
    if len(everywhere) > 1:
        y = combine(x[everywhere[0]], x[everywhere[1]])
    elif everywhere:
        y = x[everywhere[0]].copy()
    else:
        y = np.full(with_length(x.shape, axis, windows.outputs), identity(combine, x.dtype), x.dtype)
    for positions in everywhere[2:]:
        combine(y, x[positions], out=y)
    for outputs, positions in somewhere:
        if isinstance(outputs[axis], slice):
            combine(y[outputs], x[positions], out=y[outputs])
        else:
            y[outputs] = combine(y[outputs], x[positions])
    return y


def _fold_whole_axis(combine: np.ufunc, x: Array, axis: int, exact: bool) -> Array:
    """Combine all elements along an axis; ``exact`` adds float32 numbers a few at a time, and their sums in float64."""
    last = axis == x.ndim - 1
    if combine is not np.add or x.dtype != np.float32 or not (exact or last):
        return combine.reduce(x, axis, keepdims=True)
    # Along a contiguous axis einsum is faster; it keeps several partial sums, so that 256 numbers are safe.
    group, add = (256, partial(np.einsum, "...k->...")) if last else (32, partial(np.add.reduce, axis=axis + 1))
    if x.shape[axis] <= group:
        return add(np.expand_dims(x, axis)).astype(np.float64)
    head, tail = np.split(x, [x.shape[axis] // group * group], axis)
    sums = add(head.reshape(*x.shape[:axis], -1, group, *x.shape[axis + 1 :]))
    return np.add.reduce(sums, axis, np.float64, keepdims=True) + add(np.expand_dims(tail, axis))


def _doubling_pays(windows: Windows) -> bool:
    """Whether to visit each place of these windows would take longer."""
    return windows.span <= windows.length and windows.size >= 2 * windows.stride * windows.size.bit_length()


def _fold_by_doubling(combine: np.ufunc, x: Array, axis: int, windows: Windows) -> Array:
    """Combine long windows: two neighbours of length 1 make one of length 2, two of these one of length 4, and so on.

    A window of 13 elements is one of 1, one of 4 and one of 8, side by side.
    """
    starts = (windows.outputs - 1) * windows.stride + 1  # a window begins at each of them, though few are asked for
    reach, stop = starts + windows.span - 1, min(windows.length, starts + windows.span - 1 - windows.before)
    powers = np.full(with_length(x.shape, axis, reach), identity(combine, x.dtype), x.dtype)
    powers[along(axis, slice(windows.before, windows.before + stop))] = x[along(axis, slice(stop))]
    y: Array | None = None
    done, size = 0, 1
    while True:
        if windows.size & size:
            first = done * windows.dilation
            part = powers[along(axis, slice(first, first + starts, windows.stride))]
            y, done = part.copy() if y is None else combine(y, part, out=y), done + size
            if done == windows.size:
                return y
        step = size * windows.dilation
        powers = combine(powers[along(axis, slice(-step))], powers[along(axis, slice(step, None))])
        size *= 2


def unfold(dy: Array, dx: Array, grid: Grid) -> None:
    """The transpose of a folded sum: add to each element of ``dx`` the sum of ``dy`` over the windows that see it."""
    for axis, windows in reversed(grid.items()):
        spread = dx if axis == min(grid) else np.zeros(with_length(dy.shape, axis, dx.shape[axis]), dy.dtype)
        if isinstance(windows, Bins):  # bin by bin, since bins are few and long
            for output, (start, stop) in enumerate(zip(windows.starts, windows.stops, strict=True)):
                spread[along(axis, slice(start, stop))] += dy[along(axis, slice(output, output + 1))]
        else:
            for outputs, positions in places_along(axis, windows):
                spread[positions] += dy[outputs]
        dy = spread


def visits(grid: Grid) -> Iterator[tuple[Index, Index]]:
    """Yield, for each place in a sliding window, in row-major order, the windows with an element there, and these."""
    before = (EVERYWHERE,) * min(grid)
    for places in product(*(windows.places() for windows in grid.values())):
        outputs, positions = zip(*places, strict=True)
        yield (*before, *outputs), (*before, *positions)


def gather(x: Array, grid: Grid, absent: float) -> tuple[Array, Array]:
    """The elements of every sliding window along a new last axis, in row-major order, and which are really there.

    The others are ``absent``. For what is no fold: it takes as much memory as all windows together.
    """
    present = np.ones((1,) * x.ndim, bool)
    for axis, windows in grid.items():
        assert isinstance(windows, Windows)
        table = windows.table()
        x = np.moveaxis(np.take(x, table, axis), axis + 1, -1)
        present = present[..., None] & (table >= 0).reshape(-1, *[1] * (x.ndim - axis - 2), windows.size)
    outputs = x.ndim - len(grid)
    size = prod(x.shape[outputs:])
    present = present.reshape(*present.shape[:outputs], size)
    return np.where(present, x.reshape(*x.shape[:outputs], size), absent), present


def identity(combine: np.ufunc, dtype: np.dtype[Any]) -> Any:
    """What changes nothing when it is combined: 0 for a sum, the least number of ``dtype`` for a maximum, and so on."""
    if combine.identity is not None:
        return combine.identity
    least = combine is np.maximum
    if dtype.kind == "b":
        return not least
    if dtype.kind == "f":
        return -np.inf if least else np.inf
    return np.iinfo(dtype).min if least else np.iinfo(dtype).max


def with_length(shape: tuple[int, ...], axis: int, length: int) -> tuple[int, ...]:
    """``shape`` with another length on one axis."""
    return (*shape[:axis], length, *shape[axis + 1 :])

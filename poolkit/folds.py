"""Algebra: how one window becomes one number.

Maximum, minimum and sum each combine two elements into one, in any order of brackets (up to rounding). So a window of
any rank can be folded one axis after another: every row of it first, then the column of results. A *grid* is a dict
from each spatial axis to its windows (:mod:`poolkit.windows`). Large arrays go the fast way, in :mod:`poolkit.blocks`.
"""

from functools import lru_cache
from math import prod

import numpy as np

from poolkit import blocks


def real_array(value, name="x"):
    """``value`` as an array of real numbers or booleans, or an error that names the argument."""
    array = any_array(value, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers or booleans, got dtype {array.dtype}")
    return array


def any_array(value, name):
    """``value`` as an array, or an error that names the argument."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array; pass its data, and ~{name}.mask without channels as mask")
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array with rows of equal length") from None


def fold(combine, x, identity, grid, copy=np.ndarray.copy, full=np.full):
    """Combine the elements of each window: one axis after another, the last axis first.

    ``copy`` and ``full`` make the arrays.
    """
    for axis, windows in reversed(grid.items()):
        if windows.is_whole_axis():
            x = combine.reduce(x, axis, keepdims=True)
            continue
        steps = along(axis, windows)
        if windows.starts_inside():
            y = copy(x[steps[0][1]])
            steps = steps[1:]
        else:
            y = full(with_length(x.shape, axis, windows.count), identity, x.dtype)
        for outputs, positions in steps:
            part = y[outputs]
            combine(part, x[positions], out=part)
            if part.base is not y:  # no view, since the outputs are no slice
                y[outputs] = part
        x = y
    return x


def unfold_sum(dy, shape, grid):
    """The transpose of a folded sum: each element of an array of ``shape`` gets the sum of ``dy`` over its windows."""
    for axis, windows in grid.items():
        dx = np.zeros(with_length(dy.shape, axis, shape[axis]), dy.dtype)
        for outputs, positions in along(axis, windows):
            np.add.at(dx, positions, dy[outputs])
        dy = dx
    return dy


def extreme(combine, x, grid, mask):
    """The maximum or minimum of every window. The identity of ``combine`` is what a masked element cannot beat."""
    if mask is None and blocks.is_large(x):
        if blocks.fit_whole(grid):
            return blocks.whole_extreme(combine, x, grid)
        if blocks.fit(grid):
            return blocks.extreme(combine, x, grid)
    identity = least_of(combine, x.dtype)
    if x.dtype.kind != "f":
        refuse_empty(counts(x, grid, mask) > 0, x.dtype)
    if mask is not None:
        x = np.where(presence(mask, x, grid), x, identity)
    return fold(combine, x, identity, grid).astype(x.dtype, copy=False)


def winners(combine, x, grid, mask):
    """The maximum or minimum of every window and its flat spatial index, the first on ties; -1 in an empty window.

    First along the last axis, then first along the one before it: that is first in row-major order.
    """
    beats = np.greater if combine is np.maximum else np.less
    spatial = [x.shape[axis] for axis in grid]
    index = np.arange(prod(spatial)).reshape([x.shape[axis] if axis in grid else 1 for axis in range(x.ndim)])
    index = np.broadcast_to(index, x.shape)
    if mask is not None:
        index = np.where(presence(mask, x, grid), index, -1)
    for axis, windows in reversed(grid.items()):
        shape = with_length(x.shape, axis, windows.count)
        best, best_index = np.full(shape, least_of(combine, x.dtype), x.dtype), np.full(shape, -1)
        for outputs, positions in along(axis, windows):
            new, old = x[positions], best[outputs]
            wins = (best_index[outputs] < 0) | beats(new, old) | ((new != new) & (old == old))
            wins &= index[positions] >= 0
            best[outputs] = np.where(wins, new, old)
            best_index[outputs] = np.where(wins, index[positions], best_index[outputs])
        x, index = best, best_index
    refuse_empty(index >= 0, x.dtype)
    return x, index


def average(x, grid, mask, count_include_pad=False):
    """The sum of every window over the number of its elements."""
    if mask is None and blocks.is_large(x):
        if blocks.fit_whole(grid) and not count_include_pad:
            return blocks.whole_average(x, grid)
        if blocks.fit(grid):
            return blocks.average(x, grid, count_include_pad)
    total, dtype = summable(x)
    if mask is not None:
        total = np.where(presence(mask, x, grid), total, 0)
    with np.errstate(invalid="ignore"):  # ∞ - ∞, and 0 / 0 where a window is empty, are NaN by design
        mean = fold(np.add, total, 0, grid) / counts(x, grid, mask, count_include_pad)
    return mean.astype(dtype, copy=False)


def counts(x, grid, mask, count_include_pad=False):
    """How many elements each window averages over, as floats, which divide sooner; it broadcasts over the result."""
    everything = _counts(x.ndim, tuple(grid.items()), count_include_pad)
    if mask is None:
        return everything
    count = fold(np.add, presence(mask, x, grid).astype(float), 0, grid)
    return count + everything - _counts(x.ndim, tuple(grid.items()), False) if count_include_pad else count


@lru_cache(256)
def _counts(ndim, grid, count_include_pad):
    grid = {axis: windows.with_padding() if count_include_pad else windows for axis, windows in grid}
    ones = np.ones([grid[axis].length if axis in grid else 1 for axis in range(ndim)])
    return fold(np.add, ones, 0, grid)


def power_mean_root(x, p, grid, mask):
    """The p-norm of every window."""
    powers, dtype = summable(x)
    powers = np.abs(powers) ** p
    if mask is not None:
        powers = np.where(presence(mask, x, grid), powers, 0)
    return (fold(np.add, powers, 0, grid) ** (1 / p)).astype(dtype, copy=False)


def gather(x, grid):
    """The elements of every sliding window along a new last axis, in row-major order, and which are really there.

    For what is no fold: it takes as much memory as all windows together.
    """
    present = np.ones((1, *x.shape[1:]), bool)
    for axis, windows in grid.items():
        table = windows.table()
        x = np.moveaxis(np.take(x, table, axis), axis + 1, -1)
        present = np.moveaxis(np.take(present, table, axis), axis + 1, -1)
        present &= np.expand_dims(table >= 0, [i for i in range(present.ndim) if i not in (axis, present.ndim - 1)])
    outputs = x.ndim - len(grid)
    size = prod(x.shape[outputs:])
    return x.reshape(*x.shape[:outputs], size), present.reshape(*present.shape[:outputs], size)


def summable(x):
    """``x`` in a dtype in which sums are safe, at least float64, and the dtype that the result has to have."""
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    return x.astype(np.promote_types(x.dtype, np.float64), copy=False), dtype


def presence(mask, x, grid):
    """The checked ``mask``, with the channel axis put in so that it broadcasts over ``x``."""
    mask = any_array(mask, "mask")
    if mask.dtype != bool:
        raise TypeError(f"mask must hold booleans, got dtype {mask.dtype}")
    shape = (x.shape[0], *(x.shape[axis] for axis in grid))
    if mask.shape != shape:
        raise ValueError(f"mask must have the shape (N, *spatial) of x, {shape}, got {mask.shape}")
    return np.expand_dims(mask, 1 if 1 not in grid else -1)


def refuse_empty(present, dtype):
    """A window without an element has no maximum, and only floating-point numbers have an infinity to say so."""
    if dtype.kind != "f" and not present.all():
        raise ValueError(f"mask or dilation leaves a window with no element; dtype {dtype} has no infinity to say so")


def least_of(combine, dtype):
    """The identity of ``combine``: the least of ``dtype`` for a maximum, the greatest for a minimum."""
    if dtype.kind == "b":
        return combine is np.minimum
    if dtype.kind == "f":
        return -np.inf if combine is np.maximum else np.inf
    return np.iinfo(dtype).min if combine is np.maximum else np.iinfo(dtype).max


@lru_cache(1024)
def along(axis, windows):
    """The steps of ``windows``, as indices into whole arrays."""
    before = (slice(None),) * axis
    return [((*before, outputs), (*before, positions)) for outputs, positions in windows.steps()]


def with_length(shape, axis, length):
    """``shape`` with another length on one axis."""
    return (*shape[:axis], length, *shape[axis + 1 :])

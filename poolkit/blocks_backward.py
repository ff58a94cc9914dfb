"""The fast path backward: the gradients of sliding maxima, minima and averages, block by block.

The gradient goes back along one axis after another, the outermost first. For a maximum that is to the first row of a
window that holds it, then to the first element in this row: the first in row-major order. No index is stored; what each
row is pooled to is worked out anew and compared.
"""

from math import prod

import numpy as np

from poolkit import blocks
from poolkit.folds import along, counts, fold, least_of

LONG = 12  # elements: in longer windows doubling finds the winner sooner than one comparison for each place


def average(x, dy, grid, count_include_pad):
    """The gradient of an average."""
    dy = dy / counts(x, grid, None, count_include_pad).astype(dy.dtype)
    turned = {axis: _turned(windows) for axis, windows in grid.items()}
    if all(windows.stride == 1 for windows in grid.values()) and blocks.fit(dy, turned):
        return blocks.total(dy, turned)
    return _spread(x, dy, grid)


def extreme(combine, x, y, dy, grid):
    """The gradient of a maximum or minimum ``y`` without NaN; ``dy`` is finite."""
    return _spread(x, dy, grid, combine, y)


def _turned(windows):
    """The windows of outputs that see each position, for a stride of 1."""
    return windows._replace(length=windows.count, before=windows.size - 1 - windows.before, count=windows.length)


def _spread(x, dy, grid, combine=None, y=None):
    """Add each ``dy`` to all elements of its window or, with ``combine``, to the first that is ``y``."""
    first, last, windows = next(iter(grid)), next(reversed(grid)), tuple(grid.values())
    lead, inner = prod(x.shape[:first]), prod(x.shape[last + 1 :])
    x_maps = x.reshape(lead, *x.shape[first : last + 1], inner)
    dy_maps = dy.reshape(lead, *(each.count for each in windows), inner)
    y_maps = None if y is None else y.reshape(dy_maps.shape)
    dx_maps = np.zeros(x_maps.shape, dy.dtype)
    together, parts = _cut(windows[0], dx_maps[0, 0].nbytes)

    def run(maps):  # windows of two parts may share rows, so one thread does all parts of a map
        for some in maps:
            for positions, outputs, outermost in parts:
                here, there, block = (some, positions), (some, outputs), (outermost, *windows[1:])
                y_block = None if y is None else y_maps[there]
                _spread_block(x_maps[here], y_block, dy_maps[there], dx_maps[here], block, combine)

    blocks.in_threads(run, [slice(start, start + together) for start in range(0, lead, together)], x.nbytes)
    return dx_maps.reshape(x.shape)


def _cut(windows, row):
    """How many maps, with rows of ``row`` bytes, make a block; and the parts of a map that is too large for one."""
    together = max(1, blocks.BLOCK // (row * windows.length))
    rows = max(1, blocks.BLOCK // (row * windows.stride))
    return together, [windows.part(o, min(o + rows, windows.count)) for o in range(0, windows.count, rows)]


def _spread_block(x, y, dy, dx, windows, combine):
    """The same for a block: ``dx`` has the gradients of earlier blocks, or zeros, and gets those of this one."""
    elements = [x]  # folded along no axis, the last, the last two, …
    for axis in reversed(range(1, len(windows) * bool(combine))):
        grid = {axis + 1: windows[axis]}
        elements.append(fold(combine, elements[-1], least_of(combine, x.dtype), grid))
    apart = all(each.size <= each.stride for each in windows)
    for axis, each in enumerate(windows, 1):
        shape = (*dy.shape[:axis], each.length, *dy.shape[axis + 1 :])
        target = dx if axis == len(windows) else np.zeros(shape, dy.dtype)
        if combine and each.size > LONG:
            shares = [(..., _send(dy, _winners(combine, elements[-1], axis, each), axis, each.length))]
        elif combine:
            shares = _to_winners(elements[-1], y, dy, axis, each)
        else:
            shares = ((positions, dy[outputs]) for outputs, positions in along(axis, each))
        for positions, share in shares:
            if apart:
                target[positions] = share
            else:
                target[positions] += share
        dy, y = target, combine and elements.pop()


def _to_winners(x, y, dy, axis, windows):
    """Go through the places of a window: where each is in ``x``, and what of ``dy`` it gets."""
    *places, (outputs, positions) = along(axis, windows)
    left = dy.copy()
    for earlier, there in places:
        share = left[earlier] * (x[there] == y[earlier])
        left[earlier] -= share
        yield there, share
    yield positions, left[outputs]  # who has not won before wins in the last place


def _winners(combine, x, axis, windows):
    """The position of the first winner in each window along ``axis``, by doubling."""
    beats = np.greater if combine is np.maximum else np.less
    x = np.moveaxis(x, axis, 0)
    span = (windows.count - 1) * windows.stride + windows.size
    best = np.full((span, *x.shape[1:]), least_of(combine, x.dtype), x.dtype)
    inside = min(windows.length, span - windows.before)
    best[windows.before : windows.before + inside] = x[:inside]
    small = np.int16 if windows.size < 2**15 else np.int64
    offset, reach = np.zeros(best.shape, small), 1
    while reach < windows.size:
        step = min(reach, windows.size - reach)
        later = -beats(best[step:], best[:-step]).view(np.int8).astype(small)  # all bits set where it is
        here, there = offset[:-step], offset[step:] + small(step)
        offset = here ^ ((here ^ there) & later)
        best, reach = combine(best[:-step], best[step:]), reach + step
    starts = np.arange(windows.count) * windows.stride - windows.before
    offset = offset[:: windows.stride] + starts.reshape(-1, *[1] * (x.ndim - 1))
    return np.moveaxis(np.maximum(offset, 0), 0, axis)  # what ties with outside is all infinite: its first gets it


def _send(dy, positions, axis, length):
    """Add each ``dy`` at its position along ``axis``."""
    shape = (prod(dy.shape[:axis]), dy.shape[axis], prod(dy.shape[axis + 1 :]))
    before, behind = np.arange(shape[0])[:, None, None], np.arange(shape[2])
    index = (before * length + positions.reshape(shape)) * shape[2] + behind
    size = shape[0] * length * shape[2]
    total = np.bincount(index.ravel(), dy.ravel(), size).astype(dy.dtype)
    return total.reshape(*dy.shape[:axis], length, *dy.shape[axis + 1 :])

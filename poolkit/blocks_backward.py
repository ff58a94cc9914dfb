"""The fast path backward: the gradients of sliding maxima, minima and averages, block by block.

The gradient goes back along one axis after another, the outermost first. For a maximum that is to the first row of a
window that holds it, then to the first element in this row: the first in row-major order. No index is stored; what each
row and column is pooled to is worked out anew and compared.
"""

from math import prod

import numpy as np

from poolkit import blocks
from poolkit.folds import along, counts, fold, least_of


def average(x, dy, grid, count_include_pad=False):
    """The gradient of an average."""
    dy = dy / counts(x, grid, None, count_include_pad).astype(dy.dtype)
    turned = {axis: _turned(windows) for axis, windows in grid.items()}
    if all(windows.stride == 1 for windows in grid.values()) and blocks.fit(dy, turned):
        return blocks.total(dy, turned)
    return _spread(x, dy, grid)


def extreme(combine, x, dy, grid):
    """The gradient of a maximum or minimum; ``x`` without NaN, ``dy`` finite."""
    return _spread(x, dy, grid, combine)


def _turned(windows):
    """The windows of outputs that see each position, for a stride of 1."""
    return windows._replace(
        length=windows.count, before=windows.size - 1 - windows.before, after=0, count=windows.length
    )


def _spread(x, dy, grid, combine=None):
    """Add each ``dy`` to all elements of its window, or with ``combine`` to the first that is the winner."""
    first, last, windows = next(iter(grid)), next(reversed(grid)), tuple(grid.values())
    lead, inner = prod(x.shape[:first]), prod(x.shape[last + 1 :])
    x_blocks = x.reshape(lead, *x.shape[first : last + 1], inner)
    dy_blocks = dy.reshape(lead, *(each.count for each in windows), inner)
    dx = np.zeros(x_blocks.shape, dy.dtype)
    row = prod(x_blocks.shape[2:]) * dy.itemsize
    together = max(1, blocks.BLOCK // (row * windows[0].length))
    rows = max(1, blocks.BLOCK // (row * windows[0].stride))
    parts = [windows[0].part(o, min(o + rows, windows[0].count)) for o in range(0, windows[0].count, rows)]
    alone = all(each.size <= each.stride for each in windows)

    def run(samples):
        for start in range(samples.start, samples.stop, together):
            block = slice(start, min(start + together, samples.stop))
            for positions, outputs, outermost in parts:
                here = dict(enumerate((outermost, *windows[1:]), 1))
                _spread_block(x_blocks[block, positions], dy_blocks[block, outputs], dx[block, positions], here)

    def _spread_block(x, gradient, dx, grid):
        pooled = [x]
        if combine:
            for axis in reversed(grid):
                pooled.append(fold(combine, pooled[-1], least_of(combine, x.dtype), {axis: grid[axis]}))
        for axis, each in grid.items():
            target = dx
            if axis < len(grid):
                shape = (*gradient.shape[:axis], each.length, *gradient.shape[axis + 1 :])
                target = np.zeros(shape, dy.dtype)
            if combine:
                y, elements = pooled.pop(), pooled[-1]
                taken = np.zeros(y.shape, bool)
            for outputs, positions in along(axis, each):
                share = gradient[outputs]
                if combine:
                    hit = elements[positions] == y[outputs]
                    np.greater(hit, taken[outputs], out=hit)
                    taken[outputs] |= hit
                    share = share * hit
                if alone or (axis < len(grid) and each.size <= each.stride):
                    target[positions] = share
                else:
                    target[positions] += share
            gradient = target

    blocks.in_threads(run, lead, x.nbytes)
    return dx.reshape(x.shape)

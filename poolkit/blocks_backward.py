"""The fast path backward: the gradients of sliding maxima, minima and averages, block by block.

The gradient goes back along one axis after another, the outermost first. For a maximum that is to the first row of a
window that holds it, then to the first element in this row: the first in row-major order. No index is stored; what each
row is pooled to is worked out anew and compared.
"""

from itertools import product
from math import prod

import numpy as np

from poolkit import blocks
from poolkit.blocks import scratch
from poolkit.folds import along, counts, fold, least_of, with_length

LONG = 12  # elements: the winner of longer windows is found sooner by halves, or along one axis after another


def average(x, dy, grid, count_include_pad):
    """The gradient of an average."""
    number = counts(x, grid, None, count_include_pad).astype(dy.dtype)
    turned = {axis: _turned(windows) for axis, windows in grid.items()}
    if all(windows.stride == 1 for windows in grid.values()) and blocks.is_large(dy) and blocks.fit(turned):
        divisors = [blocks.Divisors(each, of_inputs=True) for each in blocks.lengths(grid, count_include_pad)]
        if (dx := blocks.product(dy, turned, divisors)) is not None:
            return dx
        shares = np.empty_like(dy)

        def divide(samples):
            for each in samples:
                np.divide(dy[each], number[0], out=shares[each])

        blocks.in_threads(divide, range(len(dy)), dy.nbytes)
        return blocks.total(shares, turned)
    if (number == number.flat[0]).all():
        number = np.broadcast_to(number.flat[0], number.shape)  # which divides faster than a whole array
    return _spread(x, dy, grid, number=number)


def extreme(combine, x, y, dy, grid):
    """The gradient of a maximum or minimum ``y`` without NaN; ``dy`` is finite."""
    return _spread(x, dy, grid, combine, y)


def _turned(windows):
    """The windows of outputs that see each position, for a stride of 1."""
    return windows._replace(length=windows.count, before=windows.size - 1 - windows.before, count=windows.length)


def _spread(x, dy, grid, combine=None, y=None, number=None):
    """Add each ``dy`` to the first element of its window that is ``y`` or, over ``number``, to all elements."""
    first, last, windows = next(iter(grid)), next(reversed(grid)), tuple(grid.values())
    lead, inner = prod(x.shape[:first]), prod(x.shape[last + 1 :])
    x_maps = x.reshape(lead, *x.shape[first : last + 1], inner)
    dy_maps = dy.reshape(lead, *(each.count for each in windows), inner)
    y_maps = None if y is None else y.reshape(dy_maps.shape)
    numbers = None if number is None else number.reshape(*dy_maps.shape[1:-1], 1)
    dx_maps = blocks.result_of(x.size, dy.dtype).reshape(x_maps.shape)
    together, parts = _cut(windows[0], dx_maps[0, 0].nbytes)

    def run(maps):  # windows of two parts may share rows, so one thread does all parts of a map
        for some in maps:
            end = 0
            for positions, outputs, outermost in parts:
                scratch.start()
                here, there, block = (some, positions), (some, outputs), (outermost, *windows[1:])
                shared = dx_maps[some, positions.start : end]
                earlier = scratch.copy(shared)
                dx_maps[some, end : positions.start] = 0
                end = positions.stop
                if combine:
                    _spread_block(x_maps[here], y_maps[there], dy_maps[there], dx_maps[here], block, combine)
                else:
                    shares = scratch.empty(dy_maps[there].shape, dy.dtype)
                    np.divide(dy_maps[there], numbers[outputs], out=shares)
                    _share_out(shares, dx_maps[here], block)
                shared += earlier
            dx_maps[some, end:] = 0

    blocks.in_threads(run, [slice(start, start + together) for start in range(0, lead, together)], x.nbytes)
    return dx_maps.reshape(x.shape)


def _cut(windows, row):
    """How many maps, with rows of ``row`` bytes, make a block; and the parts of a map that is too large for one."""
    size = blocks.BLOCK if blocks._threads > 1 else blocks.BLOCK // 2  # threads gain more from few operations
    together, rows = max(1, size // (row * windows.length)), max(1, size // (row * windows.stride))
    return together, [windows.part(o, min(o + rows, windows.count)) for o in range(0, windows.count, rows)]


def _share_out(dy, dx, windows):
    """Give each ``dy`` of a block to all elements of its window, in an empty ``dx``."""
    if _are_side_by_side(windows):
        _clear_rest(dx, windows)
        pairs = [length for each in windows for length in (each.count, each.size)]
        seen = dx[:, *(slice(each.count * each.size) for each in windows)].reshape(len(dx), *pairs, -1)
        dy = np.expand_dims(dy, tuple(range(2, 2 * len(windows) + 1, 2)))
        if dx.shape[-1] < 16:  # too few channels for one copy each
            for place in range(windows[-1].size):
                _channels_together(seen)[..., place, 0] = _channels_together(dy)[..., 0, 0]
        else:
            seen[...] = dy
        return
    for axis, each in enumerate(windows, 1):
        target = dx if axis == len(windows) else scratch.empty(with_length(dy.shape, axis, each.length), dy.dtype)
        _add_to(target, ((positions, dy[outputs]) for outputs, positions in along(axis, each)), axis, each.stride)
        dy = target


def _channels_together(x):
    """The channels of a place as one element: few of them NumPy copies faster at once than one by one."""
    return x.view(f"V{x.shape[-1] * x.itemsize}")


def _are_side_by_side(windows):
    """Whether no window shares elements with another, none is clipped, and none are left between them."""
    return all(each.size == each.stride and each.inside() == (0, each.count) for each in windows)


def _spread_block(x, y, dy, dx, windows, combine):
    """Give each ``dy`` of a block to the first element of its window that is ``y``, in an empty ``dx``."""
    if _are_side_by_side(windows) and prod(each.size for each in windows) <= LONG:
        _clear_rest(dx, windows)
        places = product(*([positions for _, positions in each.steps()] for each in windows))
        few = 1 < x.shape[-1] <= 16
        for positions, share in _to_winners(x, y, dy, [(..., (slice(None), *place)) for place in places], few):
            if few:
                _channels_together(dx)[positions] = _channels_together(share)
            else:
                dx[positions] = share
        return
    elements = [x]  # folded along no axis, the last, the last two, …
    for axis in reversed(range(1, len(windows))):
        grid = {axis + 1: windows[axis]}
        elements.append(fold(combine, elements[-1], least_of(combine, x.dtype), grid, scratch.copy, scratch.full))
    for axis, each in enumerate(windows, 1):
        target = dx if axis == len(windows) else scratch.empty(with_length(dy.shape, axis, each.length), dy.dtype)
        if each.size > LONG or each.stride * len(_doublings(each.size)) < each.size - 1:
            _add_to(target, [_through_halves(combine, elements[-1], dy, axis, each)], axis, 1)
        else:
            shares = _to_winners(elements[-1], y, dy, along(axis, each), few_channels=False)
            _add_to(target, shares, axis, each.stride)
        dy, y = target, elements.pop()


def _clear_rest(dx, windows):
    """Set to zero what lies behind the last of windows side by side, but for the outermost axis."""
    for axis, each in enumerate(windows[1:], 2):
        dx[_at(axis, each.count * each.size, None)] = 0


def _add_to(target, shares, axis, stride):
    """Add the shares to their places, ``stride`` apart, in an empty ``target``; what none reaches becomes zero."""
    fresh = set(range(stride))  # the first places of those not reached yet
    for positions, share in shares:
        reached = range(target.shape[axis])[positions[axis]]
        first = reached[0] % stride
        if first in fresh:
            fresh.remove(first)
            target[positions] = share
            target[_at(axis, reached[-1] + stride, None)] = 0
        else:
            target[positions] += share
    for first in fresh:
        target[_at(axis, first, None, stride)] = 0


def _at(axis, *bounds):
    """The index of a slice along ``axis``."""
    return (*(slice(None),) * axis, slice(*bounds))


def _to_winners(x, y, dy, places, few_channels):
    """Go through the places of a window: where each is in ``x``, and what of ``dy`` it gets."""
    *places, (outputs, positions) = places
    used = scratch.used
    left, shares, wins = scratch.copy(dy), scratch.empty(dy.shape, dy.dtype), scratch.empty(dy.shape, bool)
    copied = scratch.empty(dy.shape, x.dtype) if few_channels else None
    for earlier, there in places:
        elements = x[there]
        if few_channels:
            _channels_together(copied)[...] = _channels_together(elements)
            elements = copied
        share, won = shares, wins
        if elements.size < dy.size:
            share, won = (each.reshape(-1)[: elements.size].reshape(elements.shape) for each in (shares, wins))
        np.equal(elements, y[earlier], out=won)
        share[...] = won  # ahead of the product: NumPy is slow to multiply by bool
        share *= left[earlier]
        left[earlier] -= share
        yield there, share
    yield positions, left[outputs]  # who has not won before wins in the last place
    scratch.used = used


def _through_halves(combine, x, dy, axis, windows):
    """Undo a fold by doubling: what a window gets goes to the first of its two halves that holds its extreme."""

    def at(start, stop=None, step=None):
        return _at(axis, start, stop, step)

    span, before = (windows.count - 1) * windows.stride + windows.size, windows.before
    seen = min(windows.length, span - before)
    shape = with_length(x.shape, axis, span)
    extremes, shares = scratch.empty((2, *shape), x.dtype), scratch.empty((2, *shape), dy.dtype)  # in turns
    extreme = extremes[0]
    extreme[...] = least_of(combine, x.dtype)
    extreme[at(before, before + seen)] = x[at(0, seen)]
    holds = np.greater_equal if combine is np.maximum else np.less_equal
    folds = []
    for turn, apart in enumerate(_doublings(windows.size), 1):
        one, other = extreme[at(0, -apart)], extreme[at(apart)]
        folds.append((apart, holds(one, other, out=scratch.empty(one.shape, bool))))
        extreme = combine(one, other, out=extremes[turn % 2][_at(axis, one.shape[axis])])
    share = shares[0][_at(axis, extreme.shape[axis])]
    share[...] = 0
    share[at(0, None, windows.stride)] = dy
    for turn, (apart, first) in enumerate(reversed(folds), 1):
        halves = shares[turn % 2][_at(axis, share.shape[axis] + apart)]
        halves[at(0, -apart)] = first
        halves[at(0, -apart)] *= share
        halves[at(-apart)] = 0
        share -= halves[at(0, -apart)]
        halves[at(apart)] += share
        share = halves
    share[at(before, before + 1)] += share[at(0, before)].sum(axis, keepdims=True)  # it ties with all, if with outside
    return at(0, seen), share[at(before, before + seen)]


def _doublings(size):
    """How far apart the two windows are that make each longer one, up to ``size``."""
    return [apart for _, apart, _ in blocks.doubling(size, disjoint=False)]

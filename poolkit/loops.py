"""Pooling as a textbook writes it: plain loops, no cleverness.

These functions explain what the fast ones do, and the tests hold the two against each other. They share no line with
``poolkit.windows`` or ``poolkit.folds``, so that one mistake cannot hide in both.
"""

from itertools import product

import numpy as np


def global_average(feature_map):
    """The mean of one feature map, a list of rows, in the six steps of the book's pseudocode."""
    total = 0
    count = 0
    for row in feature_map:
        for value in row:
            total = total + value
            count = count + 1
    return total / count


def windows(length, size, stride, padding, dilation=1, ceil_mode=False):
    """The positions that each window sees along one axis: a list of lists.

    Walks from window to window instead of using a formula.
    """
    span = dilation * (size - 1) + 1
    if padding == "valid":
        before, after = 0, 0
    elif padding in ("same", "same_lower"):
        starts = range(0, length, stride)
        missing = max(starts[-1] + span - length, 0)
        half, rest = missing // 2, missing - missing // 2
        before, after = (half, rest) if padding == "same" else (rest, half)
    else:
        before, after = padding
    starts = []
    start = -before
    while start + span <= length + after:
        starts.append(start)
        start += stride
    sticks_out = start + span - (length + after)
    if ceil_mode and sticks_out < stride and start < length:
        starts.append(start)
    reach = range(0, span, dilation)
    return [[start + step for step in reach if 0 <= start + step < length] for start in starts]


def bins(length, count):
    """The positions that each bin of an adaptive pooling sees: those that it covers at least in part."""
    return [
        [i for i in range(length) if i * count < (o + 1) * length and (i + 1) * count > o * length]
        for o in range(count)
    ]


def pool(summarise, x, axes, mask=None):
    """Apply ``summarise`` to the list of elements of every window of ``x``, which is ``(N, *spatial, C)``.

    ``axes`` has, for each spatial axis, the positions that each window sees: :func:`windows` or :func:`bins`.
    """
    y = np.empty((x.shape[0], *map(len, axes), x.shape[-1]), object)
    for where in np.ndindex(y.shape):
        n, *outputs, c = where
        seen = product(*(axis[o] for axis, o in zip(axes, outputs, strict=True)))
        y[where] = summarise([x[(n, *i, c)].item() for i in seen if mask is None or mask[(n, *i)]])
    return y


def largest(elements):
    """The maximum by comparing; NaN wins, and nothing at all gives −∞."""
    best = float("-inf")
    for element in elements:
        if element != element:
            return element
        if element > best:
            best = element
    return best


def smallest(elements):
    """The minimum by comparing; NaN wins, and nothing at all gives +∞."""
    best = float("inf")
    for element in elements:
        if element != element:
            return element
        if element < best:
            best = element
    return best


def mean(elements):
    """The sum over the count; nothing at all gives NaN."""
    total = 0
    for element in elements:
        total = total + element
    return total / len(elements) if elements else float("nan")

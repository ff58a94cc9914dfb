"""Pooling as a textbook writes it: plain loops, no cleverness.

These functions explain what the fast ones do, and the tests hold the two against each other. They share no line with
``poolkit.windows`` or ``poolkit.pooling``, so that one mistake cannot hide in both.
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


def windows(length, size, stride, padding):
    """The positions that each window sees along one axis: a list of lists.

    Walks from window to window instead of using a formula.
    """
    if padding == "valid":
        before, after = 0, 0
    elif padding in ("same", "same_lower"):
        starts = range(0, length, stride)
        missing = max(starts[-1] + size - length, 0)
        half, rest = missing // 2, missing - missing // 2
        before, after = (half, rest) if padding == "same" else (rest, half)
    else:
        before, after = padding
    seen = []
    start = -before
    while start + size <= length + after:
        seen.append([place for place in range(start, start + size) if 0 <= place < length])
        start += stride
    return seen


def pool(summarise, x, pool_size, strides, padding, mask=None):
    """Apply ``summarise`` to the list of elements of every window of ``x``, which is ``(N, *spatial, C)``.

    ``pool_size`` and ``strides`` have one integer per spatial axis, ``padding`` one word or pair per spatial axis.
    """
    spatial = x.shape[1:-1]
    axes = [windows(*rule) for rule in zip(spatial, pool_size, strides, padding, strict=True)]
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

"""Ways to take the maxima of 3 × 3 windows with a stride of 2, from slow to fast."""

from functools import cache, reduce

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def loops(x):
    n, h, w, c = x.shape
    y = np.empty((n, (h - 3) // 2 + 1, (w - 3) // 2 + 1, c), x.dtype)
    for m, i, j, k in np.ndindex(y.shape):
        largest = x[m, 2 * i, 2 * j, k]
        for a in range(3):
            for b in range(3):
                largest = max(largest, x[m, 2 * i + a, 2 * j + b, k])
        y[m, i, j, k] = largest
    return y


def windows(x):
    seen = sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return seen.max(axis=(-2, -1))


def slices(x):
    rows, columns = x.shape[1] - 2, x.shape[2] - 2
    places = np.ndindex(3, 3)
    nine = [x[:, a : a + rows : 2, b : b + columns : 2] for a, b in places]
    return reduce(np.maximum, nine)


def one_axis_at_a_time(x):
    rows, columns = x.shape[1] - 2, x.shape[2] - 2
    three = [x[:, a : a + rows : 2] for a in range(3)]
    between = reduce(np.maximum, three)
    three = [between[:, :, b : b + columns : 2] for b in range(3)]
    return reduce(np.maximum, three)


def in_blocks(x, size=2**18):
    """One axis at a time, on as many bytes as stay in the cache."""
    n, h, w, c = x.shape
    y = np.empty((n, (h - 3) // 2 + 1, (w - 3) // 2 + 1, c), x.dtype)
    images = max(1, size // x[0].nbytes)
    rows = max(1, size // (2 * x[0, 0].nbytes))
    for m in range(0, n, images):
        for i in range(0, y.shape[1], rows):
            block = x[m : m + images, 2 * i : 2 * (i + rows) + 1]
            y[m : m + images, i : i + rows] = one_axis_at_a_time(block)
    return y


def loops_to_compile(x):
    """The loops again, with nothing in them but numbers."""
    n, h, w, c = x.shape
    y = np.empty((n, (h - 3) // 2 + 1, (w - 3) // 2 + 1, c), x.dtype)
    for m in range(n):
        for i in range(y.shape[1]):
            for j in range(y.shape[2]):
                for k in range(c):
                    largest = x[m, 2 * i, 2 * j, k]
                    for a in range(3):
                        for b in range(3):
                            seen = x[m, 2 * i + a, 2 * j + b, k]
                            largest = seen if seen > largest else largest
                    y[m, i, j, k] = largest
    return y


@cache
def compiled():
    from numba import njit

    return njit(loops_to_compile)


def compiled_loops(x):
    return compiled()(x)


def reading_alone(x):
    """No pooling: it only fetches every number once."""
    return x.max()


def running_maxima(x, size):
    """Of all windows of ``size`` on a signal that is whole stretches long."""
    stretches = x.reshape(-1, size)
    left = np.maximum.accumulate(stretches, axis=1)
    right = np.maximum.accumulate(stretches[:, ::-1], axis=1)[:, ::-1]
    ends, beginnings = right.ravel(), left.ravel()
    return np.maximum(ends[: len(x) - size + 1], beginnings[size - 1 :])


LADDER = {
    "loops": loops,
    "windows": windows,
    "slices": slices,
    "one axis at a time": one_axis_at_a_time,
    "in blocks": in_blocks,
    "compiled loops": compiled_loops,
    "reading alone": reading_alone,
}

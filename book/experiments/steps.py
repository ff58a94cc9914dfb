"""Ways to pool 3 × 3 windows, stride 2: to their maxima from slow to fast, to means."""

from functools import reduce

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import poolkit


def plain_loops(x):
    n, h, w, c = x.shape
    y = np.empty((n, (h - 3) // 2 + 1, (w - 3) // 2 + 1, c), x.dtype)
    for m, i, j, k in np.ndindex(y.shape):
        y[m, i, j, k] = max(
            x[m, 2 * i + a, 2 * j + b, k] for a in range(3) for b in range(3)
        )
    return y


def sliding_windows(x):
    windows = sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return windows.max(axis=(-2, -1))


def nine_slices(x):
    rows, columns = x.shape[1] - 2, x.shape[2] - 2
    slices = [
        x[:, a : a + rows : 2, b : b + columns : 2] for a in range(3) for b in range(3)
    ]
    return reduce(np.maximum, slices)


def one_axis_at_a_time(x):
    rows, columns = x.shape[1] - 2, x.shape[2] - 2
    y = reduce(np.maximum, [x[:, a : a + rows : 2] for a in range(3)])
    return reduce(np.maximum, [y[:, :, b : b + columns : 2] for b in range(3)])


def blocks(x):
    return poolkit.max_pool(x, 3, 2)


def reading_alone(x):
    """No pooling: the time that memory needs to hand over every element once."""
    return x.max()


LADDER = (
    plain_loops,
    sliding_windows,
    nine_slices,
    one_axis_at_a_time,
    blocks,
    reading_alone,
)


def means_by_einsum(x):
    windows = sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return np.einsum("nijcab->nijc", windows) / np.float32(9)


def means_by_sum(x):
    windows = sliding_window_view(x, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return windows.sum(axis=(-2, -1)) / np.float32(9)


def means_by_matrix(x):
    """The rows of each window by a matrix product, then the columns by additions."""
    n, h, w, c = x.shape
    rows = sliding_window_view(x.reshape(n, h, w * c), 3, axis=1)[:, ::2]
    sums = (np.ones(3, x.dtype) @ np.moveaxis(rows, 3, 2)).reshape(n, -1, w, c)
    columns = w - 2
    y = sums[:, :, 0:columns:2] + sums[:, :, 1 : 1 + columns : 2]
    return (y + sums[:, :, 2 : 2 + columns : 2]) / np.float32(9)


def means_by_blocks(x):
    return poolkit.average_pool(x, 3, 2)


MEANS = means_by_einsum, means_by_sum, means_by_matrix, means_by_blocks

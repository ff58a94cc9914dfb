"""Ways to pool 3 × 3 windows, stride 2: to their maxima from slow to fast, to means."""

from functools import reduce
from unittest import mock

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


def mean_matrix(length, size, stride):
    """Row o holds the share of each position in window o."""
    windows = np.arange((length - size) // stride + 1)[:, None]
    place = np.arange(length) - stride * windows
    return ((place >= 0) & (place < size)) / np.float32(size)


def means_by_matrices(x):
    n, h, w, c = x.shape
    rows = mean_matrix(h, 3, 2) @ x.reshape(n, h, w * c)
    return mean_matrix(w, 3, 2) @ rows.reshape(n, -1, w, c)


def blocks_of_sums(x):
    with mock.patch.object(poolkit.blocks, "PRODUCTS", False):
        return poolkit.average_pool(x, 3, 2)


def blocks_of_products(x):
    with mock.patch.object(poolkit.blocks, "PRODUCTS", True):
        return poolkit.average_pool(x, 3, 2)


MEANS = (
    means_by_einsum,
    means_by_sum,
    means_by_matrices,
    blocks_of_sums,
    blocks_of_products,
)

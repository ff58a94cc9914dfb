"""Unpooling: values put back where a pooling took them from."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from poolkit import checks
from poolkit.checks import Array, DataFormat
from poolkit.wording import explained


class Unpooling(NamedTuple):
    """One unpooling, checked and ready: pooled values, their indices, and the shape of the result."""

    x: Array
    indices: Array
    shape: tuple[int, ...]
    channel: int

    def rows(self, array: Array) -> Array:
        """``array`` as ``(N, C, positions)``."""
        moved = np.moveaxis(array, self.channel, 1)
        return moved.reshape(*moved.shape[:2], prod(moved.shape[2:]))

    def forward(self) -> Array:
        """The values in their places, and zeros elsewhere."""
        y = np.zeros(self.shape, self.x.dtype)
        moved = np.moveaxis(y, self.channel, 1)  # (N, C, *spatial)
        rows = np.zeros((*moved.shape[:2], prod(moved.shape[2:]) + 1), y.dtype)  # the last column collects index -1
        np.put_along_axis(rows, self.rows(self.indices), self.rows(self.x), -1)
        moved[...] = rows[..., :-1].reshape(moved.shape)
        return y

    def backward(self, dy: Array) -> Array:
        """The gradient of each value, from where it was put."""
        rows = np.pad(self.rows(dy), [(0, 0), (0, 0), (0, 1)])
        dx = np.take_along_axis(rows, self.rows(self.indices), -1)
        return np.moveaxis(dx.reshape(np.moveaxis(self.x, self.channel, 1).shape), 1, self.channel)


def unpooling(
    y: ArrayLike, indices: ArrayLike, output_shape: tuple[int, ...], data_format: DataFormat = "channels_last"
) -> Unpooling:
    """Check the arguments of :func:`max_unpool`."""
    y, indices = checks.real(y, "y"), checks.array(indices, "indices")
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indices must hold integers, got dtype {indices.dtype}")
    if indices.shape != y.shape:
        raise ValueError(f"indices must have the shape of y, {y.shape}, got {indices.shape}")
    shape = checks.shape("output_shape", output_shape)
    axes = checks.spatial_axes(shape, data_format, "output_shape")
    channel = checks.channel_axis(axes)
    if len(shape) != y.ndim or (shape[0], shape[channel]) != (y.shape[0], y.shape[channel]):
        raise ValueError(f"output_shape must have the rank, batch and channels of y {y.shape}, got {shape}")
    last = prod(shape[axis] for axis in axes) - 1
    if y.size and not -1 <= indices.min() <= indices.max() <= last:
        raise ValueError(f"indices must be from -1 to {last}, got {indices.min()} to {indices.max()}")
    return Unpooling(y, indices.astype(np.intp), shape, channel)


@explained
def max_unpool(
    y: ArrayLike, indices: ArrayLike, output_shape: tuple[int, ...], data_format: DataFormat = "channels_last"
) -> Array:
    """Put pooled values back where they came from, and zeros everywhere else.

    Parameters
    ----------
    y : array_like, real or bool
        What :func:`max_pool` returned.
    indices : array_like of int
        The indices that it returned with ``return_indices=True``: the shape of ``y``. Where windows overlap, an index
        may occur twice; its value is then the same, or the last one wins. What has the index -1 is put nowhere.
    output_shape : tuple of int
        The shape of what was pooled.
    data_format : str
        ``"channels_last"`` or ``"channels_first"``.

    Returns
    -------
    ndarray
        ``output_shape``, with the dtype of ``y``.

    Examples
    --------
    >>> from poolkit import max_pool
    >>> y, indices = max_pool(np.array([1, 3, 2, 5]).reshape(1, 4, 1), 2, return_indices=True)
    >>> max_unpool(y, indices, (1, 4, 1))[0, :, 0]
    array([0, 3, 0, 5])
    """
    return unpooling(y, indices, output_shape, data_format).forward()

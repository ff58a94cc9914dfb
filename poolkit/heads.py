"""From feature maps to a classifier: flattening, what a dense layer on top costs, and what it saw where."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import ArrayLike

from poolkit import checks
from poolkit.checks import Array, DataFormat
from poolkit.wording import explained


@explained
def flatten(x: ArrayLike, data_format: DataFormat = "channels_last") -> Array:
    """Write the feature maps of each sample as one long vector, in row-major order.

    Element ``(i, j, c)`` of a ``(H, W, C)`` sample lands at ``(i * W + j) * C + c``. Channels-first maps are turned to
    channels-last order before, as ``keras.layers.Flatten`` does, so that the same dense weights fit both layouts.

    Returns
    -------
    ndarray
        ``(N, prod(spatial) * C)``, with the dtype of ``x``.

    Examples
    --------
    >>> maps = np.arange(8).reshape(1, 2, 2, 2)
    >>> flatten(maps)
    array([[0, 1, 2, 3, 4, 5, 6, 7]])
    >>> flatten(maps, "channels_first")
    array([[0, 4, 1, 5, 2, 6, 3, 7]])
    """
    x = checks.real(x)
    if x.ndim < 2:
        raise ValueError(f"x must have at least two axes (batch and channels), got shape {x.shape}")
    if checks.is_channels_first(data_format):
        x = np.moveaxis(x, 1, -1)
    return x.reshape(len(x), prod(x.shape[1:])).copy()


@explained
def dense_parameters(inputs: int, units: int) -> int:
    """The number of parameters of a dense layer: one weight for each input of each unit, and one bias a unit.

    Parameters
    ----------
    inputs : int
        Length of the vector that goes in.
    units : int
        Length of the vector that comes out.

    Returns
    -------
    int
        ``inputs * units + units``

    Examples
    --------
    >>> dense_parameters(64, 10)
    650
    """
    inputs, units = checks.integer("inputs", inputs, 1), checks.integer("units", units, 1)
    return inputs * units + units


@explained
def class_activation_maps(x: ArrayLike, weights: ArrayLike, data_format: DataFormat = "channels_last") -> Array:
    r"""How much each position speaks for each class, under a global average and one dense layer.

    .. math:: M_{m i j k} = \sum_c x_{m i j c}\, w_{c k}

    The mean of a map and the bias of its class are the logit of that class.

    Parameters
    ----------
    x : array_like, real or bool
        The feature maps that are averaged: ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with
        one to three spatial axes.
    weights : array_like, real or bool
        ``(C, K)``: the dense layer's, for ``K`` classes.
    data_format : str
        ``"channels_last"`` or ``"channels_first"``.

    Returns
    -------
    ndarray
        ``(N, *spatial, K)`` or ``(N, K, *spatial)``. Floating dtypes as NumPy combines them, float32 for integers and
        booleans; summed in at least float64.

    Examples
    --------
    >>> maps = np.array([[[1.0, 0], [3, 2]]])  # one signal, two positions, two channels
    >>> class_activation_maps(maps, [[1], [10]])[0, :, 0]
    array([ 1., 23.])

    Source: Zhou et al. 2016, section 2, equation 2.
    """
    x, weights = checks.real(x), checks.real(weights, "weights")
    channels = checks.channel_axis(checks.spatial_axes(x.shape, data_format))
    if weights.ndim != 2 or weights.shape[0] != x.shape[channels]:
        raise ValueError(f"weights must be ({x.shape[channels]}, K) for x of shape {x.shape}, got {weights.shape}")
    dtype = np.result_type(*(each if each.dtype.kind == "f" else np.float32 for each in (x, weights)))
    x, weights = (each.astype(np.promote_types(each.dtype, np.float64)) for each in (x, weights))
    maps = np.tensordot(x, weights, axes=(channels, 0))  # (N, *spatial, K)
    return np.moveaxis(maps, -1, channels).astype(dtype)

"""From feature maps to a classifier: flattening, what a dense layer on top costs, and what it saw where."""

from math import prod

import numpy as np

from poolkit.folds import real_array, summable
from poolkit.windows import channels_first, spatial_axes, whole_number


def flatten(x, data_format="channels_last"):
    """Write the feature maps of each sample as one long vector, in row-major order.

    Element ``(i, j, c)`` of a ``(H, W, C)`` sample lands at ``(i * W + j) * C + c``. Channels-first maps are turned to
    channels-last order before, as ``keras.layers.Flatten`` does, so that the same dense weights fit both layouts.

    Parameters
    ----------
    x : array_like, real or bool
        ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with any number of spatial axes.
    data_format : str
        ``"channels_last"`` or ``"channels_first"``.

    Returns
    -------
    ndarray
        ``(N, prod(spatial) * C)``, with the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong type or value; fewer than two axes.

    Examples
    --------
    >>> maps = np.arange(8).reshape(1, 2, 2, 2)
    >>> flatten(maps)
    array([[0, 1, 2, 3, 4, 5, 6, 7]])
    >>> flatten(maps, "channels_first")
    array([[0, 4, 1, 5, 2, 6, 3, 7]])
    """
    x = real_array(x)
    if x.ndim < 2:
        raise ValueError(f"x must have at least two axes (batch and channels), got shape {x.shape}")
    if channels_first(data_format):
        x = np.moveaxis(x, 1, -1)
    return x.reshape(len(x), prod(x.shape[1:])).copy()


def dense_parameters(inputs, units):
    """The number of parameters of a dense layer: one weight for each input of each unit, and one bias a unit.

    Parameters
    ----------
    inputs, units : int
        Length of the vector that goes in, and of the one that comes out.

    Returns
    -------
    int
        ``inputs * units + units``

    Raises
    ------
    TypeError, ValueError
        An argument that is not a positive integer.

    Examples
    --------
    >>> dense_parameters(64, 10)
    650
    """
    inputs, units = whole_number("inputs", inputs, 1), whole_number("units", units, 1)
    return inputs * units + units


def class_activation_maps(x, weights, data_format="channels_last"):
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

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong type or value; weights that do not fit ``x``.

    Examples
    --------
    >>> maps = np.array([[[1.0, 0], [3, 2]]])  # one signal, two positions, two channels
    >>> class_activation_maps(maps, [[1], [10]])[0, :, 0]
    array([ 1., 23.])

    Source: Zhou et al. 2016, section 2, equation 2.
    """
    x, weights = real_array(x), real_array(weights, "weights")
    spatial_axes(x.shape, data_format)
    channels = 1 if channels_first(data_format) else x.ndim - 1
    if weights.ndim != 2 or weights.shape[0] != x.shape[channels]:
        raise ValueError(f"weights must be ({x.shape[channels]}, K) for x of shape {x.shape}, got {weights.shape}")
    (x, dtype), (weights, other) = summable(x), summable(weights)
    maps = np.tensordot(x, weights, axes=(channels, 0))  # (N, *spatial, K)
    return np.moveaxis(maps, -1, channels).astype(np.result_type(dtype, other))

"""From feature maps to a classifier: flattening, and what a dense layer on top costs."""

from math import prod

import numpy as np

from poolkit.folds import real_array
from poolkit.windows import channels_first, whole_number


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

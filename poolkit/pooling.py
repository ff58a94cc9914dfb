"""The public functions: each lays a grid of windows (geometry) and folds them (algebra)."""

from math import prod

import numpy as np

from poolkit.folds import any_array, average, extreme, power_mean_root, real_array, winners
from poolkit.windows import lay_bins, lay_grid, lay_whole_map, positive, spatial_axes, truth, whole_shape


def max_pool(
    x,
    pool_size,
    strides=None,
    padding="valid",
    data_format="channels_last",
    *,
    dilation=1,
    ceil_mode=False,
    mask=None,
    return_indices=False,
):
    r"""Take the largest element of every window.

    .. math:: y_o = \max_{i \in R_o} x_i

    where :math:`R_o` is the set of input positions inside window :math:`o`. Positions outside ``x``, or masked out, are
    in no window.

    Parameters
    ----------
    x : array_like, real or bool
        ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with one to three spatial axes.
    pool_size : int or tuple of int
        Window length, in elements, for all spatial axes or for each.
    strides : int or tuple of int, optional
        Step from window to window, in elements. The default is ``pool_size``: windows side by side.
    padding : str or tuple of pairs
        ``"valid"``: only windows that fit. ``"same"``: as many outputs as the stride allows, ``ceil(n / stride)``, with
        the odd missing cell after the input; ``"same_lower"``: before it. Or one pair ``(before, after)`` per spatial
        axis, each smaller than the window.
    data_format : str
        ``"channels_last"`` or ``"channels_first"``. The case of these words does not matter.
    dilation : int or tuple of int
        Distance between neighbours in a window, in elements.
    ceil_mode : bool
        Keep a last window that only partly fits (the words ``"same"`` and ``"same_lower"`` already do).
    mask : array_like of bool, optional
        ``(N, *spatial)``, true where an element counts. A window with none gives :math:`-\infty`.
    return_indices : bool
        Also return where each winner stands.

    Returns
    -------
    y : ndarray
        The shape of :func:`output_shape` and the dtype of ``x``. NaN in a window gives NaN.
    indices : ndarray of int
        Only with ``return_indices``: the shape of ``y``; the flat spatial index of each winner, in row-major order, the
        first on ties; -1 where a window has no element.

    Raises
    ------
    TypeError
        An argument of the wrong type; complex, object or string elements.
    ValueError
        An argument of the wrong value; a window longer than its axis and padding; an empty spatial axis; a window of
        integers or booleans with no element.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> max_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[9, 7],
           [8, 6]])
    """
    x = real_array(x)
    grid = lay_grid(x.shape, pool_size, strides, padding, data_format, dilation, ceil_mode)
    return (winners if truth("return_indices", return_indices) else extreme)(np.maximum, x, grid, mask)


def min_pool(
    x,
    pool_size,
    strides=None,
    padding="valid",
    data_format="channels_last",
    *,
    dilation=1,
    ceil_mode=False,
    mask=None,
    return_indices=False,
):
    r"""Take the smallest element of every window.

    .. math:: y_o = \min_{i \in R_o} x_i

    Arguments, shapes, dtype and errors are those of :func:`max_pool`; a masked-out window gives :math:`+\infty`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> min_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[2, 1],
           [1, 2]])
    """
    x = real_array(x)
    grid = lay_grid(x.shape, pool_size, strides, padding, data_format, dilation, ceil_mode)
    return (winners if truth("return_indices", return_indices) else extreme)(np.minimum, x, grid, mask)


def average_pool(
    x,
    pool_size,
    strides=None,
    padding="valid",
    data_format="channels_last",
    *,
    dilation=1,
    ceil_mode=False,
    mask=None,
    count_include_pad=False,
):
    r"""Take the mean of every window, over the elements that are really there.

    .. math:: y_o = \frac{1}{|R_o|} \sum_{i \in R_o} x_i

    Arguments, shapes and errors are those of :func:`max_pool`, but a window with no element gives NaN, whatever the
    dtype. Floating dtypes are kept, integers and booleans give float32; sums that could lose digits or leave the range
    of float32 are taken in float64. With ``count_include_pad`` the sum is divided by the padding that was asked for as
    well, as if it held zeros; what ``ceil_mode`` adds never counts.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> average_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[4.25, 4.25],
           [4.25, 3.5 ]], dtype=float32)
    """
    x = real_array(x)
    grid = lay_grid(x.shape, pool_size, strides, padding, data_format, dilation, ceil_mode)
    return average(x, grid, mask, truth("count_include_pad", count_include_pad))


def lp_pool(
    x,
    p,
    pool_size,
    strides=None,
    padding="valid",
    data_format="channels_last",
    *,
    dilation=1,
    ceil_mode=False,
    mask=None,
):
    r"""Take the p-norm of every window.

    .. math:: y_o = \Bigl( \sum_{i \in R_o} |x_i|^p \Bigr)^{1/p}

    ``p`` is any positive number. The other arguments, shapes and errors are those of :func:`max_pool`, dtypes those of
    :func:`average_pool`; powers are summed in float64, and a masked-out window gives 0.

    Source: ONNX operator LpPool, opset 22.

    Examples
    --------
    >>> lp_pool(np.array([3.0, -4, 0, 2]).reshape(1, 4, 1), 2, 2)[0, :, 0]
    array([5., 2.])
    """
    x = real_array(x)
    grid = lay_grid(x.shape, pool_size, strides, padding, data_format, dilation, ceil_mode)
    return power_mean_root(x, positive("p", p), grid, mask)


def adaptive_max_pool(x, output_size, data_format="channels_last", *, mask=None):
    r"""Take the largest element of each of a chosen number of bins.

    .. math:: y_o = \max_{i \in R_o} x_i, \quad
        R_o = \bigl[ \lfloor o n / O \rfloor, \lceil (o + 1) n / O \rceil \bigr)

    along each axis of :math:`n` elements and :math:`O` outputs. Bins may overlap, and there may be more than elements.

    Parameters
    ----------
    x, data_format, mask
        As for :func:`max_pool`.
    output_size : int or tuple of int
        Number of outputs along all spatial axes or along each.

    Returns
    -------
    ndarray
        ``x`` with its spatial axes of length ``output_size``; the dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        As for :func:`max_pool`.

    Examples
    --------
    >>> adaptive_max_pool(np.array([1, 1, 2, 2, 5, 1, 6]).reshape(1, 7, 1), 3)[0, :, 0]
    array([2, 5, 6])
    """
    x = real_array(x)
    return extreme(np.maximum, x, lay_bins(x.shape, output_size, data_format), mask)


def adaptive_min_pool(x, output_size, data_format="channels_last", *, mask=None):
    r"""Take the smallest element of each of a chosen number of bins.

    .. math:: y_o = \min_{i \in R_o} x_i

    Arguments, bins, shapes, dtype and errors are those of :func:`adaptive_max_pool`.

    Examples
    --------
    >>> adaptive_min_pool(np.array([1, 1, 2, 2, 5, 1, 6]).reshape(1, 7, 1), 3)[0, :, 0]
    array([1, 2, 1])
    """
    x = real_array(x)
    return extreme(np.minimum, x, lay_bins(x.shape, output_size, data_format), mask)


def adaptive_average_pool(x, output_size, data_format="channels_last", *, mask=None):
    r"""Take the mean of each of a chosen number of bins.

    .. math:: y_o = \frac{1}{|R_o|} \sum_{i \in R_o} x_i

    Arguments, bins, shapes and errors are those of :func:`adaptive_max_pool`, dtypes those of :func:`average_pool`.

    Examples
    --------
    >>> adaptive_average_pool(np.array([1.0, 1, 2, 2, 5, 1, 6]).reshape(1, 7, 1), 2)[0, :, 0]
    array([1.5, 3.5])
    """
    x = real_array(x)
    return average(x, lay_bins(x.shape, output_size, data_format), mask)


def global_max_pool(x, data_format="channels_last", *, keepdims=False, mask=None):
    r"""Take the largest element of every feature map.

    .. math:: y_{mc} = \max_{i} x_{mic}, \quad i \text{ over all spatial positions of sample } m

    Parameters
    ----------
    x, data_format, mask
        As for :func:`max_pool`.
    keepdims : bool
        Keep each spatial axis, with length 1.

    Returns
    -------
    ndarray
        ``(N, C)``; with ``keepdims``, the rank of ``x``. The dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        As for :func:`max_pool`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> global_max_pool(image.reshape(1, 4, 4, 1))
    array([[9]])
    """
    x = real_array(x)
    grid = lay_whole_map(x.shape, data_format)
    return _squeeze(extreme(np.maximum, x, grid, mask), grid, keepdims)


def global_min_pool(x, data_format="channels_last", *, keepdims=False, mask=None):
    r"""Take the smallest element of every feature map.

    .. math:: y_{mc} = \min_{i} x_{mic}

    Arguments, shapes, dtype and errors are those of :func:`global_max_pool`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> global_min_pool(image.reshape(1, 4, 4, 1))
    array([[1]])
    """
    x = real_array(x)
    grid = lay_whole_map(x.shape, data_format)
    return _squeeze(extreme(np.minimum, x, grid, mask), grid, keepdims)


def global_average_pool(x, data_format="channels_last", *, keepdims=False, mask=None):
    r"""Take the mean of every feature map.

    .. math:: y_{mc} = \frac{1}{HW} \sum_{i=1}^{H} \sum_{j=1}^{W} x_{mijc}

    for images; the mean over all spatial positions for any rank, and over those that ``mask`` counts where it is given.
    Arguments and shapes are those of :func:`global_max_pool`; dtypes and errors those of :func:`average_pool`.

    Source: Lin, Chen & Yan 2013, *Network In Network*, arXiv 1312.4400, section 3.2.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> global_average_pool(image.reshape(1, 4, 4, 1))
    array([[4.0625]], dtype=float32)
    """
    x = real_array(x)
    grid = lay_whole_map(x.shape, data_format)
    return _squeeze(average(x, grid, mask), grid, keepdims)


def max_unpool(y, indices, output_shape, data_format="channels_last"):
    """Put pooled values back where they came from, and zeros everywhere else.

    Parameters
    ----------
    y : array_like, real or bool
        What :func:`max_pool` returned.
    indices : array_like of int
        The indices that it returned with ``return_indices=True``: the shape of ``y``. Where windows overlap, an index
        may occur twice; its value is then the same, or the last one wins.
    output_shape : tuple of int
        The shape of what was pooled.
    data_format : str
        ``"channels_last"`` or ``"channels_first"``.

    Returns
    -------
    ndarray
        ``output_shape``, with the dtype of ``y``.

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong type or value; shapes that do not belong together; an index outside the map.

    Examples
    --------
    >>> y, indices = max_pool(np.array([1, 3, 2, 5]).reshape(1, 4, 1), 2, return_indices=True)
    >>> max_unpool(y, indices, (1, 4, 1))[0, :, 0]
    array([0, 3, 0, 5])
    """
    y, indices = real_array(y, "y"), any_array(indices, "indices")
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indices must hold integers, got dtype {indices.dtype}")
    if indices.shape != y.shape:
        raise ValueError(f"indices must have the shape of y, {y.shape}, got {indices.shape}")
    shape = whole_shape("output_shape", output_shape)
    axes = spatial_axes(shape, data_format, "output_shape")
    channel = 1 if 1 not in axes else -1
    if len(shape) != y.ndim or (shape[0], shape[channel]) != (y.shape[0], y.shape[channel]):
        raise ValueError(f"output_shape must have the rank, batch and channels of y {y.shape}, got {shape}")
    size = prod(shape[axis] for axis in axes)
    if y.size and not 0 <= indices.min() <= indices.max() < size:
        raise ValueError(f"indices must be from 0 to {size - 1}, got {indices.min()} to {indices.max()}")
    maps = np.zeros((shape[0], shape[channel], size), y.dtype)
    rows = (*maps.shape[:2], prod(y.shape[axis] for axis in axes))
    places, values = (np.moveaxis(each, channel, 1).reshape(rows) for each in (indices, y))
    np.put_along_axis(maps, places, values, axis=2)
    maps = maps.reshape(shape[0], shape[channel], *(shape[axis] for axis in axes))
    return np.ascontiguousarray(np.moveaxis(maps, 1, channel))


def _squeeze(y, grid, keepdims):
    return y if truth("keepdims", keepdims) else np.squeeze(y, tuple(grid))

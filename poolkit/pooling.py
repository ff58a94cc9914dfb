"""Algebra: how one window becomes one number, and the public functions.

Maximum, minimum and sum each combine two elements into one, in any order of brackets (up to rounding). So a window of
any rank can be folded one axis after another: every row of it first, then the column of results.
"""

import numpy as np

from poolkit.windows import lay_grid, lay_whole_map


def max_pool(x, pool_size, strides=None, padding="valid", data_format="channels_last", *, mask=None):
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
    mask : array_like of bool, optional
        ``(N, *spatial)``, true where an element counts. A window with none gives :math:`-\infty`.

    Returns
    -------
    ndarray
        The shape of :func:`output_shape` and the dtype of ``x``. NaN in a window gives NaN.

    Raises
    ------
    TypeError
        An argument of the wrong type; complex, object or string elements.
    ValueError
        An argument of the wrong value; a window longer than its axis and padding; an empty spatial axis; a window of
        integers or booleans in which the mask leaves nothing.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> max_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[9, 7],
           [8, 6]])
    """
    x = real_array(x)
    return _extreme(np.maximum, x, lay_grid(x.shape, pool_size, strides, padding, data_format), mask)


def min_pool(x, pool_size, strides=None, padding="valid", data_format="channels_last", *, mask=None):
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
    return _extreme(np.minimum, x, lay_grid(x.shape, pool_size, strides, padding, data_format), mask)


def average_pool(x, pool_size, strides=None, padding="valid", data_format="channels_last", *, mask=None):
    r"""Take the mean of every window, over the elements that are really there.

    .. math:: y_o = \frac{1}{|R_o|} \sum_{i \in R_o} x_i

    Arguments, shapes and errors are those of :func:`max_pool`, but a window in which the mask leaves nothing gives NaN,
    whatever the dtype. Floating dtypes are kept, integers and booleans give float32; sums are taken in float64.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> average_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[4.25, 4.25],
           [4.25, 3.5 ]], dtype=float32)
    """
    x = real_array(x)
    return _average(x, lay_grid(x.shape, pool_size, strides, padding, data_format), mask)


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
    return _squeeze(_extreme(np.maximum, x, grid, mask), grid, keepdims)


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
    return _squeeze(_extreme(np.minimum, x, grid, mask), grid, keepdims)


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
    return _squeeze(_average(x, grid, mask), grid, keepdims)


def real_array(value, name="x"):
    """``value`` as an array of real numbers or booleans, or an error that names the argument."""
    array = _array(value, name)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers or booleans, got dtype {array.dtype}")
    return array


def _array(value, name):
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be a masked array; pass its data, and ~{name}.mask without channels as mask")
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array with rows of equal length") from None


def _extreme(combine, x, grid, mask):
    """The maximum or minimum of every window. The identity of ``combine`` is what a masked element cannot beat."""
    identity = _identity(combine, x.dtype)
    if mask is not None:
        present = _present(mask, x, grid)
        if x.dtype.kind != "f" and not _fold(np.logical_or, present, False, grid).all():
            raise ValueError(f"mask leaves a window with no element, and dtype {x.dtype} has no infinity to say so")
        x = np.where(present, x, identity)
    return _fold(combine, x, identity, grid).astype(x.dtype, copy=False)


def _average(x, grid, mask):
    """The sum of every window over the number of its elements."""
    present = np.ones((1, *x.shape[1:]), bool) if mask is None else _present(mask, x, grid)
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    total = x.astype(np.result_type(x, np.float64), copy=False)
    if mask is not None:
        total = np.where(present, total, 0)
    with np.errstate(invalid="ignore"):  # ∞ − ∞, and 0 / 0 where a window is empty, are NaN by design
        mean = _fold(np.add, total, 0, grid) / _fold(np.add, present.astype(total.dtype), 0, grid)
    return mean.astype(dtype, copy=False)


def _fold(combine, x, identity, grid):
    """Combine the elements of each window: one axis after another, the last axis first."""
    for axis, windows in reversed(grid.items()):
        if windows.is_whole_axis():
            x = combine.reduce(x, axis, keepdims=True)
            continue
        shape = (*x.shape[:axis], windows.count, *x.shape[axis + 1 :])
        y = np.full(shape, identity, x.dtype)
        before = (slice(None),) * axis
        for outputs, positions in windows.steps():
            part = y[(*before, outputs)]
            combine(part, x[(*before, positions)], out=part)
        x = y
    return x


def _identity(combine, dtype):
    """The element that changes nothing: the least of ``dtype`` for a maximum, the greatest for a minimum."""
    if dtype.kind == "b":
        return combine is np.minimum
    if dtype.kind == "f":
        return -np.inf if combine is np.maximum else np.inf
    return np.iinfo(dtype).min if combine is np.maximum else np.iinfo(dtype).max


def _present(mask, x, grid):
    """The checked ``mask``, with the channel axis put in so that it broadcasts over ``x``."""
    mask = _array(mask, "mask")
    if mask.dtype != bool:
        raise TypeError(f"mask must hold booleans, got dtype {mask.dtype}")
    shape = (x.shape[0], *(x.shape[axis] for axis in grid))
    if mask.shape != shape:
        raise ValueError(f"mask must have the shape (N, *spatial) of x, {shape}, got {mask.shape}")
    return np.expand_dims(mask, 1 if 1 not in grid else -1)


def _squeeze(y, grid, keepdims):
    if not isinstance(keepdims, (bool, np.bool_)):
        raise TypeError(f"keepdims must be True or False, got {keepdims!r}")
    return y if keepdims else np.squeeze(y, tuple(grid))

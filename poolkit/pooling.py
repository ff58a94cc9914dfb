"""The public functions: each lays windows over its input (``windows.py``) and takes a row of the table of algebras.

The two make a ``Pooling``, whose ``forward`` is the result. ``POOLINGS``, at the end, tells :func:`poolkit.vjp` how to
make it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, overload

import numpy as np  # noqa: F401 (the examples use it)
from numpy.typing import ArrayLike

from poolkit import checks
from poolkit.algebras import GLOBAL_MAX, GLOBAL_MIN, MAX, MEAN, MIN, Algebra, Pooling, norm
from poolkit.checks import Array, DataFormat, Padding, Sizes
from poolkit.unpooling import Unpooling, max_unpool, unpooling
from poolkit.windows import adaptive_grid, global_grid, sliding_grid
from poolkit.wording import explained


def sliding_pooling(
    algebra: Algebra, x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, *, return_indices: bool = False, count_include_pad: bool = False,
) -> Pooling:  # fmt: skip
    """A pooling over windows that slide."""
    x = checks.real(x)
    grid = sliding_grid(x.shape, pool_size, strides, padding, data_format, dilation, ceil_mode)
    included = checks.boolean("count_include_pad", count_include_pad)
    indices = checks.boolean("return_indices", return_indices)
    return Pooling(
        algebra, x, grid, checks.mask(mask, x.shape, grid), count_include_pad=included, return_indices=indices
    )


def adaptive_pooling(
    algebra: Algebra, x: ArrayLike, output_size: Sizes, data_format: DataFormat = "channels_last",
    *, mask: ArrayLike | None = None,
) -> Pooling:  # fmt: skip
    """A pooling over a chosen number of bins."""
    x = checks.real(x)
    grid = adaptive_grid(x.shape, output_size, data_format)
    return Pooling(algebra, x, grid, checks.mask(mask, x.shape, grid))


def global_pooling(
    algebra: Algebra, x: ArrayLike, data_format: DataFormat = "channels_last",
    *, keepdims: bool = False, mask: ArrayLike | None = None,
) -> Pooling:  # fmt: skip
    """A pooling over whole maps."""
    x = checks.real(x)
    grid = global_grid(x.shape, data_format)
    return Pooling(algebra, x, grid, checks.mask(mask, x.shape, grid), keepdims=checks.boolean("keepdims", keepdims))


@overload
def max_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, return_indices: Literal[False] = False,
) -> Array: ...  # fmt: skip
@overload
def max_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, return_indices: Literal[True],
) -> tuple[Array, Array]: ...  # fmt: skip
@explained
def max_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, return_indices: bool = False,
) -> Array | tuple[Array, Array]:  # fmt: skip
    r"""Take the largest element of every window.

    .. math:: y_o = \max_{i \in R_o} x_i

    where :math:`R_o` is the set of input positions inside window :math:`o`. Positions outside ``x``, or masked out, are
    in no window.

    Returns
    -------
    y : ndarray
        The shape of :func:`output_shape` and the dtype of ``x``. A window with NaN gives NaN; one with no element
        :math:`-\infty`, or an error where the dtype has no infinity.
    indices : ndarray of int
        Only with ``return_indices``: the flat spatial index of each result, in row-major order, the first on ties; -1
        where a window has no element.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> max_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[9, 7],
           [8, 6]])
    """
    arguments = pool_size, strides, padding, data_format, dilation, ceil_mode, mask
    return sliding_pooling(MAX, x, *arguments, return_indices=return_indices).forward()


@overload
def min_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, return_indices: Literal[False] = False,
) -> Array: ...  # fmt: skip
@overload
def min_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, return_indices: Literal[True],
) -> tuple[Array, Array]: ...  # fmt: skip
@explained
def min_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, return_indices: bool = False,
) -> Array | tuple[Array, Array]:  # fmt: skip
    r"""Take the smallest element of every window.

    .. math:: y_o = \min_{i \in R_o} x_i

    Returns
    -------
    y : ndarray
        As :func:`max_pool`, but a window with no element gives :math:`+\infty`.
    indices : ndarray of int
        Only with ``return_indices``, as for :func:`max_pool`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> min_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[2, 1],
           [1, 2]])
    """
    arguments = pool_size, strides, padding, data_format, dilation, ceil_mode, mask
    return sliding_pooling(MIN, x, *arguments, return_indices=return_indices).forward()


@explained
def average_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None, count_include_pad: bool = False,
) -> Array:  # fmt: skip
    r"""Take the mean of every window, over the elements that are really there.

    .. math:: y_o = \frac{1}{|R_o|} \sum_{i \in R_o} x_i

    Returns
    -------
    ndarray
        The shape of :func:`output_shape`. Floating dtypes are kept, integers and booleans give float32. Sums that leave
        the range of float32, and sums of more than 64 elements, are taken in float64 (of a whole map, in float32
        groups of at most 256 first), as are those of integers from 32 bits on. A window with no element gives NaN.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> average_pool(image.reshape(1, 4, 4, 1), 2)[0, :, :, 0]
    array([[4.25, 4.25],
           [4.25, 3.5 ]], dtype=float32)
    """
    arguments = pool_size, strides, padding, data_format, dilation, ceil_mode, mask
    return sliding_pooling(MEAN, x, *arguments, count_include_pad=count_include_pad).forward()


@explained
def lp_pool(
    x: ArrayLike, p: float, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, dilation: Sizes = 1, ceil_mode: bool = False,
    mask: ArrayLike | None = None,
) -> Array:  # fmt: skip
    r"""Take the p-norm of every window.

    .. math:: y_o = \Bigl( \sum_{i \in R_o} |x_i|^p \Bigr)^{1/p}

    Source: ONNX operator LpPool, opset 22.

    Returns
    -------
    ndarray
        The shape of :func:`output_shape`. Floating dtypes are kept, integers and booleans give float32; powers are
        summed in float64, and as logarithms where they leave its range. A window with no element gives 0.

    Examples
    --------
    >>> lp_pool(np.array([3.0, -4, 0, 2]).reshape(1, 4, 1), 2, 2)[0, :, 0]
    array([5., 2.])
    """
    return lp_pooling(x, p, pool_size, strides, padding, data_format, dilation, ceil_mode, mask).forward()


def lp_pooling(x: ArrayLike, p: float, *arguments: Any, **options: Any) -> Pooling:
    """A pooling by p-norms, over windows that slide."""
    pooling = sliding_pooling(MAX, x, *arguments, **options)  # its checks come before that of p
    return pooling._replace(algebra=norm(checks.positive("p", p)))


@explained
def adaptive_max_pool(
    x: ArrayLike, output_size: Sizes, data_format: DataFormat = "channels_last", *, mask: ArrayLike | None = None
) -> Array:
    r"""Take the largest element of each of a chosen number of bins.

    .. math:: y_o = \max_{i \in R_o} x_i, \quad
        R_o = \bigl[ \lfloor o n / O \rfloor, \lceil (o + 1) n / O \rceil \bigr)

    along each axis of :math:`n` elements and :math:`O` outputs. Bins may overlap. There may be more bins than elements.

    Returns
    -------
    ndarray
        ``x`` with its spatial axes of length ``output_size``; its dtype, NaN and masks as for :func:`max_pool`.

    Examples
    --------
    >>> adaptive_max_pool(np.array([1, 1, 2, 2, 5, 1, 6]).reshape(1, 7, 1), 3)[0, :, 0]
    array([2, 5, 6])
    """
    return adaptive_pooling(MAX, x, output_size, data_format, mask=mask).forward()


@explained
def adaptive_min_pool(
    x: ArrayLike, output_size: Sizes, data_format: DataFormat = "channels_last", *, mask: ArrayLike | None = None
) -> Array:
    r"""Take the smallest element of each of a chosen number of bins, which are those of :func:`adaptive_max_pool`.

    Returns
    -------
    ndarray
        ``x`` with its spatial axes of length ``output_size``; its dtype, NaN and masks as for :func:`min_pool`.

    Examples
    --------
    >>> adaptive_min_pool(np.array([1, 1, 2, 2, 5, 1, 6]).reshape(1, 7, 1), 3)[0, :, 0]
    array([1, 2, 1])
    """
    return adaptive_pooling(MIN, x, output_size, data_format, mask=mask).forward()


@explained
def adaptive_average_pool(
    x: ArrayLike, output_size: Sizes, data_format: DataFormat = "channels_last", *, mask: ArrayLike | None = None
) -> Array:
    r"""Take the mean of each of a chosen number of bins, which are those of :func:`adaptive_max_pool`.

    Returns
    -------
    ndarray
        ``x`` with its spatial axes of length ``output_size``; dtypes and masks as for :func:`average_pool`.

    Examples
    --------
    >>> adaptive_average_pool(np.array([1.0, 1, 2, 2, 5, 1, 6]).reshape(1, 7, 1), 2)[0, :, 0]
    array([1.5, 3.5])
    """
    return adaptive_pooling(MEAN, x, output_size, data_format, mask=mask).forward()


@explained
def global_max_pool(
    x: ArrayLike, data_format: DataFormat = "channels_last", *, keepdims: bool = False, mask: ArrayLike | None = None
) -> Array:
    r"""Take the largest element of every feature map.

    .. math:: y_{mc} = \max_{i} x_{mic}, \quad i \text{ over all spatial positions of sample } m

    Returns
    -------
    ndarray
        ``(N, C)``; with ``keepdims``, the rank of ``x``. Its dtype, NaN and masks as for :func:`max_pool`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> global_max_pool(image.reshape(1, 4, 4, 1))
    array([[9]])
    """
    return global_pooling(GLOBAL_MAX, x, data_format, keepdims=keepdims, mask=mask).forward()


@explained
def global_min_pool(
    x: ArrayLike, data_format: DataFormat = "channels_last", *, keepdims: bool = False, mask: ArrayLike | None = None
) -> Array:
    r"""Take the smallest element of every feature map.

    Returns
    -------
    ndarray
        ``(N, C)``; with ``keepdims``, the rank of ``x``. Its dtype, NaN and masks as for :func:`min_pool`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> global_min_pool(image.reshape(1, 4, 4, 1))
    array([[1]])
    """
    return global_pooling(GLOBAL_MIN, x, data_format, keepdims=keepdims, mask=mask).forward()


@explained
def global_average_pool(
    x: ArrayLike, data_format: DataFormat = "channels_last", *, keepdims: bool = False, mask: ArrayLike | None = None
) -> Array:
    r"""Take the mean of every feature map.

    .. math:: y_{mc} = \frac{1}{HW} \sum_{i=1}^{H} \sum_{j=1}^{W} x_{mijc}

    for images; the mean over all spatial positions for any rank, and over those that ``mask`` counts where it is given.

    Source: Lin, Chen & Yan 2013, *Network In Network*, arXiv 1312.4400, section 3.2.

    Returns
    -------
    ndarray
        ``(N, C)``; with ``keepdims``, the rank of ``x``. Dtypes and masks as for :func:`average_pool`.

    Examples
    --------
    >>> image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    >>> global_average_pool(image.reshape(1, 4, 4, 1))
    array([[4.0625]], dtype=float32)
    """
    return global_pooling(MEAN, x, data_format, keepdims=keepdims, mask=mask).forward()


POOLINGS: dict[Callable[..., Any], Callable[..., Pooling | Unpooling]] = {
    max_pool: partial(sliding_pooling, MAX),
    min_pool: partial(sliding_pooling, MIN),
    average_pool: partial(sliding_pooling, MEAN),
    lp_pool: lp_pooling,
    adaptive_max_pool: partial(adaptive_pooling, MAX),
    adaptive_min_pool: partial(adaptive_pooling, MIN),
    adaptive_average_pool: partial(adaptive_pooling, MEAN),
    global_max_pool: partial(global_pooling, GLOBAL_MAX),
    global_min_pool: partial(global_pooling, GLOBAL_MIN),
    global_average_pool: partial(global_pooling, MEAN),
    max_unpool: unpooling,
}

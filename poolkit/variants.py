"""Rare poolings, each as its paper defines it, over the same windows.

``x``, ``pool_size``, ``strides``, ``padding`` and ``data_format``, shapes and errors are those of
:func:`poolkit.max_pool`. Floating dtypes are kept; integers and booleans give float32, unless elements are chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolkit import checks
from poolkit.algebras import MAX, MEAN, Algebra, Pooling, pool
from poolkit.checks import Array, DataFormat, Padding, Sizes
from poolkit.folds import gather
from poolkit.heads import flatten
from poolkit.pooling import adaptive_max_pool, global_average_pool, global_max_pool, max_pool
from poolkit.windows import Bins, Grid, sliding_grid
from poolkit.wording import explained

__all__ = [
    "concat_pool", "fractional_max_pool", "gated_pool", "gem_pool", "lse_pool", "max_blur_pool", "median_pool",
    "mixed_pool", "pyramid_pool", "soft_pool", "stochastic_pool",
]  # fmt: skip


@explained
def gem_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, p: float = 3.0, epsilon: float = 1e-6,
) -> Array:  # fmt: skip
    r"""Take the generalised mean of every window: the average for ``p = 1``, nearer to the maximum the larger ``p``.

    .. math:: y_o = \Bigl( \frac{1}{|R_o|} \sum_{i \in R_o} \max(x_i, \varepsilon)^p \Bigr)^{1/p}

    Elements below ``epsilon`` count as ``epsilon``, so it is made for maps after a ReLU. It is the log-sum-exp of
    logarithms, and computed so: powers do not overflow.

    Source: Radenović, Tolias & Chum 2017, arXiv 1711.02512.

    Examples
    --------
    >>> gem_pool(np.array([3.0, 4]).reshape(1, 2, 1), 2, p=2).round(4).item()
    3.5355
    """
    x, grid = _lay(x, pool_size, strides, padding, data_format)
    p, epsilon = checks.positive("p", p), checks.positive("epsilon", epsilon)
    row = Algebra(
        combine=np.logaddexp,
        lift=lambda x, dtype: p * np.log(np.maximum(x.astype(dtype), epsilon)),
        finish=lambda total, count: np.exp((total - np.log(count, dtype=total.dtype)) / p),
    )
    return pool(Pooling(row, x, grid))


@explained
def lse_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, r: float = 1.0,
) -> Array:  # fmt: skip
    r"""Take the log-sum-exp of every window: the average as ``r`` goes to 0, the maximum as it grows.

    .. math:: y_o = \frac{1}{r} \log \Bigl( \frac{1}{|R_o|} \sum_{i \in R_o} e^{r x_i} \Bigr)

    It is folded by ``logaddexp``, so exponentials do not overflow.

    Source: Pinheiro & Collobert 2014, arXiv 1411.6228.

    Examples
    --------
    >>> lse_pool(np.array([0.0, 1000]).reshape(1, 2, 1), 2).round(4).item()
    999.3069
    """
    x, grid = _lay(x, pool_size, strides, padding, data_format)
    r = checks.positive("r", r)
    row = Algebra(
        combine=np.logaddexp,
        lift=lambda x, dtype: r * x.astype(dtype),
        finish=lambda total, count: (total - np.log(count, dtype=total.dtype)) / r,
    )
    return pool(Pooling(row, x, grid))


@explained
def soft_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last",
) -> Array:  # fmt: skip
    r"""Take the mean of every window, weighted by the softmax of its own elements.

    .. math:: y_o = \frac{\sum_{i \in R_o} x_i \, e^{x_i}}{\sum_{i \in R_o} e^{x_i}}

    Source: Stergiou, Poppe & Kalliatakis 2021, arXiv 2101.00440.

    Examples
    --------
    >>> soft_pool(np.array([0.0, np.log(3)]).reshape(1, 2, 1), 2).round(4).item()
    0.824
    """
    values, dtype, grid = _prepare(x, pool_size, strides, padding, data_format)
    largest = pool(Pooling(MAX, values, grid))
    elements, _ = gather(values, grid, -np.inf)
    # Where the largest is infinite or NaN, it is the answer itself.
    with np.errstate(invalid="ignore", over="ignore", under="ignore"):
        weights = np.exp(elements - largest[..., None])
        weights /= weights.sum(-1, keepdims=True)
        mean = np.where(weights > 0, weights * elements, 0).sum(-1)
    return np.where(np.isfinite(largest), mean, largest).astype(dtype)


@explained
def stochastic_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, generator: np.random.Generator | None = None,
) -> Array:  # fmt: skip
    r"""Draw one element of every window, the larger the likelier; without ``generator``, the mean of many draws.

    .. math:: P(y_o = x_i) = p_i = \frac{x_i}{\sum_{j \in R_o} x_j} \qquad
        \text{without generator: } y_o = \sum_{i \in R_o} p_i \, x_i

    ``x`` must be finite and not negative; a window of zeros gives 0.

    Source: Zeiler & Fergus 2013, arXiv 1301.3557.

    Examples
    --------
    >>> stochastic_pool(np.array([1.0, 3]).reshape(1, 2, 1), 2).item()
    2.5
    """
    values, dtype, grid = _prepare(x, pool_size, strides, padding, data_format)
    if not ((values >= 0) & np.isfinite(values)).all():
        raise ValueError("x must be finite and not negative to be drawn from in proportion")
    if not isinstance(generator, (np.random.Generator, type(None))):
        raise TypeError(f"generator must be a numpy.random.Generator or None, got {generator!r}")
    elements, _ = gather(values, grid, 0)
    _, exponent = np.frexp(elements.max(-1))
    shares = np.ldexp(elements, -exponent[..., None])  # at most 1, so that no sum or square leaves the range
    levels = shares.cumsum(-1)
    total = levels[..., -1]
    if generator is None:
        return np.ldexp((shares**2).sum(-1) / np.where(total == 0, 1, total), exponent).astype(dtype)
    level = total * (1 - generator.random(total.shape))  # never 0, so an element of 0 is never drawn
    drawn = (levels < level[..., None]).sum(-1, keepdims=True)
    return np.take_along_axis(elements, drawn, -1)[..., 0].astype(dtype)


@explained
def mixed_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last", *, a: float = 0.5,
) -> Array:  # fmt: skip
    r"""Mix the maximum and the average of every window in a fixed proportion.

    .. math:: y_o = a \max_{i \in R_o} x_i + (1 - a) \frac{1}{|R_o|} \sum_{i \in R_o} x_i, \quad 0 < a \le 1

    Source: Lee, Gallagher & Tu 2015, arXiv 1509.08985.

    Examples
    --------
    >>> mixed_pool(np.array([1.0, 3]).reshape(1, 2, 1), 2, a=0.25).item()
    2.25
    """
    values, dtype, grid = _prepare(x, pool_size, strides, padding, data_format)
    if (a := checks.positive("a", a)) > 1:
        raise ValueError(f"a must be at most 1, got {a:g}")
    return _mix(np.array(a, values.dtype), values, grid).astype(dtype)


@explained
def gated_pool(
    x: ArrayLike, weights: ArrayLike, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last",
) -> Array:  # fmt: skip
    r"""Mix the maximum and the average of every window in a proportion that depends on its elements.

    .. math:: y_o = a_o \max_{i \in R_o} x_i + (1 - a_o) \frac{1}{|R_o|} \sum_{i \in R_o} x_i, \quad
        a_o = \frac{1}{1 + e^{-\sum_{i \in R_o} w_i x_i}}

    Source: Lee, Gallagher & Tu 2015, arXiv 1509.08985.

    Examples
    --------
    >>> gated_pool(np.array([1.0, 3]).reshape(1, 2, 1), np.array([0.0, 0])).item()
    2.5
    """
    x, weights = checks.real(x), checks.real(weights, "weights")
    rank = len(checks.spatial_axes(x.shape, data_format))
    if weights.ndim != rank or not weights.size:
        raise ValueError(f"weights must have one axis per spatial axis ({rank}), none empty, got {weights.shape}")
    values, dtype, grid = _prepare(x, weights.shape, strides, padding, data_format)
    elements, present = gather(values, grid, 0)
    answer = (elements * np.where(present, weights.ravel(), 0)).sum(-1)
    with np.errstate(over="ignore", under="ignore"):
        gate = 1 / (1 + np.exp(-answer))
    return _mix(gate, values, grid).astype(dtype)


@explained
def median_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, padding: Padding = "valid",
    data_format: DataFormat = "channels_last",
) -> Array:  # fmt: skip
    """Take the median of every window; unlike a maximum or a mean, it cannot be had one axis after another.

    Of an even number of elements it is the mean of the middle two. NaN in a window gives NaN.

    Examples
    --------
    >>> median_pool(np.array([1.0, 9, 2]).reshape(1, 3, 1), 3).item()
    2.0
    """
    values, dtype, grid = _prepare(x, pool_size, strides, padding, data_format)
    elements, present = gather(values, grid, np.inf)
    ordered = np.sort(elements)
    number = present.sum(-1, keepdims=True)
    low, high = (np.take_along_axis(ordered, place, -1)[..., 0] for place in ((number - 1) // 2, number // 2))
    middle = np.where(low == high, low, low / 2 + high / 2)
    return np.where(np.isnan(elements).any(-1), np.nan, middle).astype(dtype)


@explained
def max_blur_pool(
    x: ArrayLike, pool_size: Sizes, strides: Sizes | None = None, data_format: DataFormat = "channels_last",
    *, blur_size: Sizes = 3,
) -> Array:  # fmt: skip
    r"""Take maxima densely, blur them, and only then thin them out, so that a shift of the input changes less.

    Maxima with stride 1 and ``"same"`` padding; then a mean with binomial weights, for ``blur_size`` 3
    :math:`\tfrac14, \tfrac12, \tfrac14` along each axis, over the elements that are really there; then every
    ``strides``-th of them.

    Source: Zhang 2019, arXiv 1904.11486.

    Examples
    --------
    >>> max_blur_pool(np.array([0.0, 0, 8, 0, 0, 0]).reshape(1, 6, 1), 2)[0, :, 0]
    array([6., 2., 0.])
    """
    x = checks.real(x)
    sizes = checks.sizes("blur_size", blur_size, len(checks.spatial_axes(x.shape, data_format)))
    dense = max_pool(x, pool_size, 1, "same", data_format)
    values, dtype, grid = _prepare(dense, sizes, pool_size if strides is None else strides, "same", data_format)
    weights = np.ones(1, values.dtype)
    for size in sizes:
        row = [comb(size - 1, place) / 2 ** (size - 1) for place in range(size)]
        weights = np.multiply.outer(weights, row).ravel()
    elements, present = gather(values, grid, 0)
    shares = present * weights
    return (elements * (shares / shares.sum(-1, keepdims=True))).sum(-1).astype(dtype)


@explained
def fractional_max_pool(
    x: ArrayLike, output_size: Sizes, generator: np.random.Generator, data_format: DataFormat = "channels_last",
    *, pseudo_random: bool = False, overlap: bool = False,
) -> Array:  # fmt: skip
    r"""Take maxima of windows that differ in length by one, in random order, so that maps can shrink by less than half.

    With :math:`\alpha = n / O` for :math:`n` elements and :math:`O` outputs along an axis, the windows have lengths
    :math:`\lfloor \alpha \rfloor` and :math:`\lceil \alpha \rceil`, in an order that is drawn at random, or
    ``pseudo_random``: window :math:`o` starts at :math:`\lceil \alpha (o + u) \rceil - \lceil \alpha u \rceil` for
    one random :math:`u` in (0, 1]. With ``overlap`` each window also sees the first element of the next.

    Source: Graham 2014, arXiv 1412.6071.

    Examples
    --------
    >>> x = np.arange(10).reshape(1, 10, 1)
    >>> fractional_max_pool(x, 7, np.random.default_rng(0), pseudo_random=True)[0, :, 0]
    array([0, 2, 3, 5, 6, 8, 9])
    """
    x = checks.real(x)
    if not isinstance(generator, np.random.Generator):
        raise TypeError(f"generator must be a numpy.random.Generator, got {generator!r}")
    axes = checks.spatial_axes(x.shape, data_format)
    grid = Grid()
    for axis, count in zip(axes, checks.sizes("output_size", output_size, len(axes)), strict=True):
        length = x.shape[axis]
        if count > length:
            raise ValueError(f"output_size must be at most {length}, the length of axis {axis}, got {count}")
        edges = _edges(length, count, generator, checks.boolean("pseudo_random", pseudo_random))
        stops = np.minimum(edges[1:] + checks.boolean("overlap", overlap), length)
        grid[axis] = Bins(length, tuple(edges[:-1].tolist()), tuple(stops.tolist()))
    return pool(Pooling(MAX, x, grid))


@explained
def pyramid_pool(x: ArrayLike, levels: Sequence[int] = (1, 2, 4), data_format: DataFormat = "channels_last") -> Array:
    """Join adaptive maxima at several numbers of bins into one vector, equally long for maps of every size.

    Source: He et al. 2014, arXiv 1406.4729.

    Returns
    -------
    ndarray
        ``(N, C * sum(bins ** number_of_spatial_axes for bins in levels))``, level by level, each flattened.

    Examples
    --------
    >>> pyramid_pool(np.array([1, 5, 2, 7]).reshape(1, 4, 1), (1, 2))
    array([[7, 5, 7]])
    """
    if not isinstance(levels, (tuple, list)) or not levels:
        raise TypeError(f"levels must be a tuple of at least one integer, got {levels!r}")
    pooled = [adaptive_max_pool(x, checks.integer("levels", bins, 1), data_format) for bins in levels]
    return np.concatenate([flatten(each, data_format) for each in pooled], axis=1, dtype=pooled[0].dtype)


@explained
def concat_pool(x: ArrayLike, data_format: DataFormat = "channels_last", *, keepdims: bool = False) -> Array:
    """Join the global maximum and the global average of each map along the channels.

    Source: fastai's ``AdaptiveConcatPool2d``.

    Returns
    -------
    ndarray
        ``(N, 2 C)``: the maxima first; with ``keepdims``, the rank of ``x``. The dtype of the averages.

    Examples
    --------
    >>> concat_pool(np.array([1.0, 5]).reshape(1, 2, 1))
    array([[5., 3.]])
    """
    mean = global_average_pool(x, data_format, keepdims=keepdims)
    largest = global_max_pool(x, data_format, keepdims=keepdims)
    return np.concatenate([largest, mean], 1 if checks.is_channels_first(data_format) else -1, dtype=mean.dtype)


def _lay(x: ArrayLike, *rule: Any) -> tuple[Array, Grid]:
    """``x`` as an array, and its windows."""
    x = checks.real(x)
    return x, sliding_grid(x.shape, *rule)


def _prepare(x: ArrayLike, *rule: Any) -> tuple[Array, np.dtype[Any], Grid]:
    """``x`` in float64, the dtype of the result, and the windows."""
    x, grid = _lay(x, *rule)
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(np.float32)
    return x.astype(np.promote_types(x.dtype, np.float64), copy=False), dtype, grid


def _mix(a: Array, values: Array, grid: Grid) -> Array:
    """``a`` of the maximum and the rest of the mean; a share of 0 takes nothing, not even of infinity."""
    parts = (a, pool(Pooling(MAX, values, grid))), (1 - a, pool(Pooling(MEAN, values, grid)))
    return np.add(*(part * np.where(part == 0, 0, whole) for part, whole in parts))


def _edges(length: int, count: int, generator: np.random.Generator, pseudo_random: bool) -> Array:
    """Where the windows of a fractional pooling begin, and where the last one ends."""
    if pseudo_random:
        u = 1 - generator.random()  # in (0, 1]
        return np.ceil(length / count * (np.arange(count + 1) + u)).astype(int) - int(np.ceil(length / count * u))
    short, longer = divmod(length, count)
    lengths = generator.permutation([short + 1] * longer + [short] * (count - longer))
    return np.concatenate([[0], np.cumsum(lengths)])

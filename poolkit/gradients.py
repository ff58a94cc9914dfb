"""Backward: the transpose of geometry and algebra.

The algebra says how the gradient of an output is shared inside its window, the geometry says where it lands.
"""

from functools import partial
from inspect import signature
from math import prod
from types import SimpleNamespace

import numpy as np

from poolkit import blocks, blocks_backward
from poolkit.folds import counts, presence, real_array, unfold_sum, winners
from poolkit.pooling import (
    adaptive_average_pool,
    adaptive_max_pool,
    adaptive_min_pool,
    average_pool,
    global_average_pool,
    global_max_pool,
    global_min_pool,
    lp_pool,
    max_pool,
    max_unpool,
    min_pool,
)
from poolkit.windows import channels_first, lay_bins, lay_grid, lay_whole_map


def vjp(pool, x, *args, **kwargs):
    r"""Pool, and return with the result the function that pulls a gradient back through it.

    For outputs :math:`y = f(x)` and gradients :math:`dy` of a loss with respect to them, the pullback gives

    .. math:: dx_i = \sum_o \frac{\partial y_o}{\partial x_i} \, dy_o .

    A maximum or minimum hands ``dy`` to the first of its equals in row-major order; a global one shares it equally
    among them (as Keras does). A mean of :math:`m` elements hands :math:`dy / m` to each. Windows that overlap add up.

    Parameters
    ----------
    pool : callable
        A pooling function of this package, or :func:`max_unpool`.
    x : array_like, floating
        Its first argument.
    *args, **kwargs
        Its other arguments, without ``return_indices``.

    Returns
    -------
    y : ndarray
        ``pool(x, *args, **kwargs)``
    pullback : callable
        From ``dy``, with the shape of ``y``, to ``dx``, with the shape and dtype of ``x``.

    Raises
    ------
    TypeError, ValueError
        As ``pool``; integer ``x``; a ``pool`` that is none; a ``dy`` of another shape than ``y``.

    Examples
    --------
    >>> from poolkit import max_pool
    >>> y, pullback = vjp(max_pool, np.array([1.0, 5, 2, 2]).reshape(1, 4, 1), 2)
    >>> pullback(np.array([10.0, 20]).reshape(1, 2, 1))[0, :, 0]
    array([ 0., 10., 20.,  0.])
    """
    if pool not in BACKWARD:
        names = ", ".join(sorted(each.__name__ for each in BACKWARD))
        raise ValueError(f"pool must be one of {names}, got {pool!r}")
    x = real_array(x)
    if x.dtype.kind != "f":
        raise TypeError(f"x must hold floating-point numbers to have a gradient, got dtype {x.dtype}")
    call = signature(pool).bind(x, *args, **kwargs)
    call.apply_defaults()
    if call.arguments.get("return_indices"):
        raise ValueError("return_indices must be False: indices have no gradient")
    y = pool(*call.args, **call.kwargs)
    arguments = SimpleNamespace(**call.arguments)

    def pullback(dy):
        gradient = real_array(dy, "dy")
        if gradient.shape != y.shape:
            raise ValueError(f"dy must have the shape of y, {y.shape}, got {gradient.shape}")
        gradient = gradient.astype(np.result_type(x, np.float32), copy=False)
        return BACKWARD[pool](x, y, gradient, arguments).astype(x.dtype, copy=False)

    return y, pullback


def _grid(x, arguments):
    if hasattr(arguments, "pool_size"):
        a = arguments
        return lay_grid(x.shape, a.pool_size, a.strides, a.padding, a.data_format, a.dilation, a.ceil_mode)
    if hasattr(arguments, "output_size"):
        return lay_bins(x.shape, arguments.output_size, arguments.data_format)
    return lay_whole_map(x.shape, arguments.data_format)


def _extreme_backward(combine, x, y, dy, arguments):
    grid = _grid(x, arguments)
    fast = arguments.mask is None and blocks.is_large(x) and blocks.fit(grid)
    if fast and not np.isnan(y.max()) and _sums_are_finite(dy, grid):
        return blocks_backward.extreme(combine, *(each.astype(dy.dtype, copy=False) for each in (x, y)), dy, grid)
    index = winners(combine, x, grid, arguments.mask)[1]
    return _scatter(np.where(index < 0, 0, dy), np.maximum(index, 0), x.shape, grid)


def _sums_are_finite(dy, grid):
    """Whether no element can get more from all windows that see it than its dtype can hold."""
    windows = prod(each.size for each in grid.values())  # at most
    return windows * max(float(dy.max()), -float(dy.min())) <= np.finfo(dy.dtype).max


def _global_extreme_backward(combine, x, _, dy, arguments):
    grid = _grid(x, arguments)
    y, index = winners(combine, x, grid, arguments.mask)
    equals = x == y
    if arguments.mask is not None:
        equals &= presence(arguments.mask, x, grid)
    first = _scatter(index >= 0, np.maximum(index, 0), x.shape, grid)
    share = np.where(np.isnan(y), first, equals / np.maximum(equals.sum(tuple(grid), keepdims=True), 1))
    return share * dy.reshape(y.shape)


def _average_backward(x, _, dy, arguments):
    grid = _grid(x, arguments)
    include = getattr(arguments, "count_include_pad", False)
    if arguments.mask is None and blocks.is_large(x) and blocks.fit(grid):
        return blocks_backward.average(x, dy, grid, include)
    count = counts(x, grid, arguments.mask, include)
    shape = [grid[axis].count if axis in grid else length for axis, length in enumerate(x.shape)]
    dx = unfold_sum(dy.reshape(shape) / np.maximum(count, 1).astype(dy.dtype), x.shape, grid)
    return dx if arguments.mask is None else np.where(presence(arguments.mask, x, grid), dx, 0)


def _lp_backward(x, _, dy, arguments):
    p, grid = float(arguments.p), _grid(x, arguments)
    x = x.astype(np.result_type(x, np.float64))
    y = lp_pool(**vars(arguments) | {"x": x})
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = unfold_sum(np.where(y > 0, dy * y ** (1 - p), 0), x.shape, grid)
        dx = np.where(x == 0, 0, spread * np.sign(x) * np.abs(x) ** (p - 1))
    return dx if arguments.mask is None else np.where(presence(arguments.mask, x, grid), dx, 0)


def _unpool_backward(y, _, dx, arguments):
    channel = 1 if channels_first(arguments.data_format) else -1
    rows = np.moveaxis(np.asarray(arguments.indices), channel, 1)
    maps = np.moveaxis(dx, channel, 1)
    maps = maps.reshape(*maps.shape[:2], prod(maps.shape[2:]))
    dy = np.take_along_axis(maps, rows.reshape(*rows.shape[:2], prod(rows.shape[2:])), axis=2)
    return np.moveaxis(dy.reshape(rows.shape), 1, channel)


def _scatter(dy, index, shape, grid):
    """Add each ``dy`` to the element of its map that ``index`` names."""
    channel = 1 if 1 not in grid else -1
    maps, size = (shape[0], shape[channel]), prod(shape[axis] for axis in grid)
    start = size * np.arange(prod(maps)).reshape(*maps, *[1] * len(grid))  # of each map, in one long row
    place = np.moveaxis(index, channel, 1) + start
    dx = np.bincount(place.ravel(), np.moveaxis(dy, channel, 1).ravel(), minlength=prod(maps) * size)
    return np.moveaxis(dx.reshape(*maps, *(shape[axis] for axis in grid)), 1, channel)


BACKWARD = {
    max_pool: partial(_extreme_backward, np.maximum),
    min_pool: partial(_extreme_backward, np.minimum),
    adaptive_max_pool: partial(_extreme_backward, np.maximum),
    adaptive_min_pool: partial(_extreme_backward, np.minimum),
    global_max_pool: partial(_global_extreme_backward, np.maximum),
    global_min_pool: partial(_global_extreme_backward, np.minimum),
    average_pool: _average_backward,
    adaptive_average_pool: _average_backward,
    global_average_pool: _average_backward,
    lp_pool: _lp_backward,
    max_unpool: _unpool_backward,
}

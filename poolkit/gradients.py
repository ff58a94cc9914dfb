"""Backward: how the gradient of a pooling's outputs becomes the gradient of its inputs."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from poolkit import checks
from poolkit.checks import Array
from poolkit.pooling import POOLINGS


def vjp(
    pool: Callable[..., Array], x: ArrayLike, *args: Any, **kwargs: Any
) -> tuple[Array, Callable[[ArrayLike], Array]]:
    r"""Pool, and return with the result the function that pulls a gradient back through it.

    For outputs :math:`y = f(x)` and gradients :math:`dy` of a loss with respect to them, the pullback gives

    .. math:: dx_i = \sum_o \frac{\partial y_o}{\partial x_i} \, dy_o .

    A maximum or minimum hands ``dy`` to the first of its equals in row-major order; a global one shares it equally
    among them (as Keras does). A mean of :math:`m` elements hands :math:`dy / m` to each. Windows that overlap add up.
    An index that stands twice in :func:`max_unpool` hands ``dy`` to both values: after a pooling they are one element.

    Parameters
    ----------
    pool : callable
        A pooling function of this package, or :func:`max_unpool`.
    x : array_like, floating
        Its first argument. The pullback reads it again, so leave it as it is until then.
    *args, **kwargs
        Its other arguments, without ``return_indices``. The pullback reads a mask again too.

    Returns
    -------
    y : ndarray
        ``pool(x, *args, **kwargs)``; yours to change.
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
    if not any(pool is each for each in POOLINGS):
        names = ", ".join(sorted(each.__name__ for each in POOLINGS))
        raise ValueError(f"pool must be one of {names}, got {pool!r}")
    x = checks.real(x)
    if x.dtype.kind != "f":
        raise TypeError(f"x must hold floating-point numbers to have a gradient, got dtype {x.dtype}")
    if checks.boolean("return_indices", kwargs.get("return_indices", False)):
        raise ValueError("return_indices must be False: indices have no gradient")
    signature(pool).bind(x, *args, **kwargs)  # so that no argument is taken which the pooling itself would refuse
    pooling = POOLINGS[pool](x, *args, **kwargs)
    y = pooling.forward()
    shape = y.shape  # y itself is the caller's, who may change it

    def pullback(dy: ArrayLike) -> Array:
        gradient = checks.real(dy, "dy")
        if gradient.shape != shape:
            raise ValueError(f"dy must have the shape of y, {shape}, got {gradient.shape}")
        return pooling.backward(gradient.astype(np.result_type(x, np.float32), copy=False)).astype(x.dtype, copy=False)

    return y, pullback

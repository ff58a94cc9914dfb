"""Algebra: how the elements of a window become one number, and how the gradient of that number is shared among them.

The table at the end has a row for each kind of pooling. Forward: ``lift`` the elements, fold them with ``combine``,
and ``finish`` the total. Backward: ``share`` adds to ``dx`` what each element gets. To add a pooling, write a row here,
then its function and its entry in ``POOLINGS``, both in ``pooling.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import isfinite, prod
from typing import Any, NamedTuple

import numpy as np

from poolkit import checks
from poolkit.checks import LARGEST, Array
from poolkit.folds import BLOCK, LONG, Piece, blocks, fold, identity, unfold, visits, winners
from poolkit.windows import EVERYWHERE, Bins, Grid, Index, pooled_shape

WIDE = 16  # bytes: what the way back needs for each element, with its temporary arrays


class Algebra(NamedTuple):
    """How one window becomes one number."""

    combine: np.ufunc  # two elements into one
    lift: Callable[[Array, Any], Array]  # elements into what is combined, given the dtype to work in
    finish: Callable[[Array, Any], Array]  # the total, and the number of elements, into the result
    share: Callable[[Pooling, Array, Array], None] | None = None  # given dy, add up dx
    floating: bool = True  # the result has a floating dtype
    float32: bool = False  # the totals of short windows and of whole maps may be taken in float32
    fallback: Algebra | None = None  # for windows whose total leaves the range of its numbers


class Pooling(NamedTuple):
    """One pooling, checked and ready: what is folded, over which windows, by which algebra."""

    algebra: Algebra
    x: Array
    grid: Grid
    mask: Array | None = None  # with a channel axis of length 1
    keepdims: bool = True
    count_include_pad: bool = False
    return_indices: bool = False

    def forward(self) -> Any:
        """The pooled array; with ``return_indices``, a pair."""
        if self.return_indices:
            return pool_with_indices(self)
        y = pool(self)
        return y if self.keepdims else y.squeeze(tuple(self.grid))

    def backward(self, dy: Array) -> Array:
        """The gradient of ``x``: what each element gets of the gradients of all its windows."""
        dx = np.zeros(self.x.shape, np.result_type(self.x, np.float64 if self.grid.overlap > LONG else np.float32))
        if self.algebra.share is None:
            raise TypeError("this pooling has no gradient")
        if dx.size:
            self.algebra.share(self, dy.reshape(pooled_shape(dx.shape, self.grid)), dx)
        return dx.astype(self.x.dtype, copy=False)

    def elements(self, inputs: Index) -> Array:
        """Some elements, in one stretch of memory; what the mask hides is replaced by what changes nothing."""
        x = np.ascontiguousarray(self.x[inputs])
        if self.mask is None:
            return x
        return np.where(self.present(inputs), x, identity(self.algebra.combine, x.dtype))

    def present(self, inputs: Index) -> Any:
        """Which of some elements the mask shows; all channels alike, so it broadcasts over them."""
        if self.mask is None:
            return True
        channel = checks.channel_axis(self.grid) % self.x.ndim
        return self.mask[tuple(EVERYWHERE if axis == channel else where for axis, where in enumerate(inputs))]

    def counter(self) -> Callable[[Index, Sequence[Piece]], Any]:
        """What says how many elements the windows of a block have: a number, or an array that broadcasts over them."""
        if self.grid.common_count and self.mask is None and not self.count_include_pad:
            return lambda outputs, pieces: self.grid.common_count
        inside = self.grid.counts()
        counted = self.grid.with_padding().counts() if self.count_include_pad else inside
        if self.mask is None:
            return lambda outputs, pieces: _product(counted, outputs)

        def count(outputs: Index, pieces: Sequence[Piece]) -> Any:
            present = sum(fold(np.add, self.present(inputs).astype(float), grid) for inputs, grid in pieces)
            return _product(counted, outputs) - _product(inside, outputs) + present

        return count


def _product(counts: list[tuple[int, Array | int]], outputs: Index) -> Any:
    number: Any = 1
    for axis, each in counts:
        number = number * (each if isinstance(each, int) or axis >= len(outputs) else each[outputs[axis]])
    return number


@lru_cache(64)
def working_dtype(dtype: np.dtype[Any], floating: bool, float32: bool) -> np.dtype[Any]:
    """The dtype in which elements are combined: their own for maxima, for sums one that loses no digit."""
    own = dtype.newbyteorder("=")
    if not floating:
        return own
    return np.promote_types(own, np.float32 if float32 and own.kind == "f" else np.float64)


def pool(pooling: Pooling) -> Array:
    """Fold every window."""
    algebra, x, grid, *_ = pooling
    out = np.float32 if algebra.floating and x.dtype.kind != "f" else x.dtype
    dtype = working_dtype(x.dtype, algebra.floating, algebra.float32 and (grid.sees_all or grid.longest <= LONG))
    count = pooling.counter() if algebra.floating or dtype.kind != "f" else lambda *_: None
    if x.size * dtype.itemsize <= BLOCK and x.size:  # a single block, which needs no array to be copied into
        return _pool_block(pooling, [((), grid)], dtype, count((), [((), grid)])).astype(out, copy=False)
    y = np.empty(pooled_shape(x.shape, grid), out)
    for outputs, pieces in blocks(x.shape, grid, dtype.itemsize) if y.size else ():
        y[outputs] = _pool_block(pooling, pieces, dtype, count(outputs, pieces))
    return y


def _pool_block(pooling: Pooling, pieces: Sequence[Piece], dtype: np.dtype[Any], count: Any) -> Array:
    algebra = pooling.algebra
    if not algebra.fallback:
        return algebra.finish(_fold_pieces(algebra, pooling, pieces, dtype), count)
    with np.errstate(all="ignore"):
        total = _fold_pieces(algebra, pooling, pieces, dtype)
        in_range = isfinite(np.add.reduce(total, None))
    if in_range:
        return algebra.finish(total, count)
    wide = _fold_pieces(algebra.fallback, pooling, pieces, np.promote_types(dtype, np.float64))
    finite = np.isfinite(total)
    return np.where(finite, algebra.finish(np.where(finite, total, 0), count), algebra.fallback.finish(wide, count))


def _fold_pieces(algebra: Algebra, pooling: Pooling, pieces: Sequence[Piece], dtype: np.dtype[Any]) -> Array:
    (inputs, grid), *others = pieces
    total = fold(algebra.combine, algebra.lift(pooling.elements(inputs), dtype), grid)
    for inputs, grid in others:
        wide = np.promote_types(total.dtype, np.float64) if algebra.floating else total.dtype
        part = fold(algebra.combine, algebra.lift(pooling.elements(inputs), dtype), grid)
        total = algebra.combine(total, part, dtype=wide)
    return total


def pool_with_indices(pooling: Pooling) -> tuple[Array, Array]:
    """The maximum or minimum of every window and its flat spatial index, the first on ties; -1 in an empty window."""
    shape = pooled_shape(pooling.x.shape, pooling.grid)
    y, indices = np.empty(shape, pooling.x.dtype), np.empty(shape, np.intp)
    weights = {axis: prod(pooling.x.shape[later] for later in pooling.grid if later > axis) for axis in pooling.grid}
    for outputs, values, places in _find_winners(pooling, weights):
        y[outputs], indices[outputs] = values, places
    return y, indices


def _find_winners(pooling: Pooling, weights: dict[int, int]) -> Iterator[tuple[Index, Array, Array]]:
    """Yield where outputs stand, their values, and where these were found: the positions along the axes, weighted."""
    x = pooling.x
    for outputs, pieces in blocks(x.shape, pooling.grid, max(x.itemsize, WIDE), cut_windows=False) if x.size else ():
        ((inputs, grid),) = pieces
        places = _positions(x.shape, inputs, weights, np.int32 if x.size <= LARGEST else np.int64)
        present = None if pooling.mask is None else pooling.present(inputs)
        values, winning = winners(pooling.algebra.combine, pooling.elements(inputs), grid, places, present)
        _refuse_empty(x.dtype, winning >= 0)
        yield outputs, values, winning


def _positions(shape: tuple[int, ...], where: Index, weights: dict[int, int], dtype: Any) -> Any:
    """The sum over some axes of the position times a weight, for all elements of a block; it broadcasts over them."""
    total: Any = 0
    for axis, weight in weights.items():
        positions = np.arange(shape[axis], dtype=dtype)[where[axis] if axis < len(where) else EVERYWHERE]
        total = total + (positions * weight).reshape([-1 if each == axis else 1 for each in range(len(shape))])
    return total


# How elements are lifted and results finished


def _keep(x: Array, dtype: Any) -> Array:
    return x


def _convert(x: Array, dtype: Any) -> Array:
    return x.astype(dtype, copy=False)


def _extreme(total: Array, count: Any) -> Array:
    if count is not None:
        _refuse_empty(total.dtype, count)
    return total


def _refuse_empty(dtype: np.dtype[Any], present: Any) -> None:
    """A window without an element has no maximum, and only floating-point numbers have an infinity to say so."""
    if dtype.kind != "f" and not np.all(present):
        raise ValueError(f"mask or dilation leaves a window with no element; dtype {dtype} has no infinity to say so")


def _mean(total: Array, count: Any) -> Array:
    if isinstance(count, int):
        return total / count
    mean: Array = total / np.maximum(count, 1).astype(total.dtype)
    return mean if count.all() else np.where(count == 0, np.nan, mean)


# How gradients are shared


def give_to_first(pooling: Pooling, dy: Array, dx: Array) -> None:
    """All to the first of the largest (or smallest) elements of each window, in row-major order."""
    if any(isinstance(windows, Bins) for windows in pooling.grid.values()):
        _give_by_index(pooling, dy, dx)
        return
    combine = pooling.algebra.combine
    for outputs, [(inputs, grid)] in blocks(dx.shape, pooling.grid, max(dx.itemsize, WIDE), cut_windows=False):
        x, present, dx_block, dy_block = pooling.elements(inputs), pooling.present(inputs), dx[inputs], dy[outputs]
        y = fold(combine, x, grid)
        pending = np.ones(y.shape, bool)  # windows whose first largest element has not come yet
        has_nan, finite = np.isnan(combine.reduce(y, None)), isfinite(np.add.reduce(dy_block, None))
        for windows, elements in visits(grid):
            first = x[elements] == y[windows]
            if has_nan:
                first |= np.isnan(x[elements]) & np.isnan(y[windows])
            first &= pending[windows] if present is True else pending[windows] & present[elements]
            pending[windows] ^= first
            dx_block[elements] += first * dy_block[windows] if finite else np.where(first, dy_block[windows], 0)


def _give_by_index(pooling: Pooling, dy: Array, dx: Array) -> None:
    """The same for bins, of which many may begin at the same element."""
    strides = [stride // dx.itemsize for stride in dx.strides]
    inner = {axis: strides[axis] for axis in pooling.grid}
    outer = {axis: stride for axis, stride in enumerate(strides) if axis not in inner}
    for outputs, _, places in _find_winners(pooling, inner):
        index = np.maximum(places, 0) + _positions(dy.shape, outputs, outer, places.dtype)
        np.add.at(dx.reshape(-1), index.ravel().astype(np.intp), np.where(places < 0, 0, dy[outputs]).ravel())


def split_among_ties(pooling: Pooling, dy: Array, dx: Array) -> None:
    """The same to each of the largest (or smallest) elements of a whole map; all to the first NaN, if there is one."""
    y = pool(pooling)
    unknown = np.isnan(y)
    if unknown.any():
        _give_by_index(pooling, np.where(unknown, dy, 0), dx)
    for outputs, pieces in blocks(dx.shape, pooling.grid, dx.itemsize):
        tied = [(pooling.elements(inputs) == y[outputs]) & pooling.present(inputs) for inputs, _ in pieces]
        ties = sum(each.sum(tuple(pooling.grid), keepdims=True) for each in tied)
        for (inputs, _), each in zip(pieces, tied, strict=True):
            dx[inputs] += np.where(each, dy[outputs] / np.maximum(ties, 1), 0)


def spread_over_window(pooling: Pooling, dy: Array, dx: Array) -> None:
    """To each element of a window the gradient over the number of its elements."""
    count = pooling.counter()
    for outputs, pieces in blocks(dx.shape, pooling.grid, dx.itemsize):
        part = np.divide(dy[outputs], np.maximum(count(outputs, pieces), 1), dtype=dx.dtype)
        for inputs, grid in pieces:
            unfold(part, dx[inputs], grid)
    if pooling.mask is not None:
        np.copyto(dx, 0, where=~pooling.mask)


# The table

MAX = Algebra(np.maximum, _keep, _extreme, give_to_first, floating=False)
MIN = Algebra(np.minimum, _keep, _extreme, give_to_first, floating=False)
GLOBAL_MAX = MAX._replace(share=split_among_ties)
GLOBAL_MIN = MIN._replace(share=split_among_ties)
WIDE_MEAN = Algebra(np.add, _convert, _mean, spread_over_window)
MEAN = WIDE_MEAN._replace(float32=True, fallback=WIDE_MEAN)


def norm(p: float) -> Algebra:
    """The row of a p-norm: powers are added up, and where they leave the range of float64, their logarithms."""

    def powers(x: Array, dtype: Any) -> Array:
        raised: Array = np.abs(x.astype(dtype)) ** p
        raised[(raised < np.finfo(dtype).tiny) & (x != 0)] = np.inf  # too small to keep its digits
        return raised

    def logarithms(x: Array, dtype: Any) -> Array:
        size = np.abs(x.astype(dtype))
        return p * np.log(size, out=np.full(size.shape, -np.inf, dtype), where=size != 0)

    def share(pooling: Pooling, dy: Array, dx: Array) -> None:
        """The derivative: the power p - 1 of each element's part of the norm, with the element's sign."""
        for outputs, pieces in blocks(dx.shape, pooling.grid, max(dx.itemsize, WIDE)):
            y, part = _pool_block(pooling, pieces, np.promote_types(dx.dtype, np.float64), None), dy[outputs]
            for inputs, grid in pieces:
                x, dx_block = pooling.elements(inputs).astype(y.dtype), dx[inputs]
                for windows, elements in visits(grid):
                    some, norms = x[elements], y[windows]
                    slope = np.divide(np.abs(some), norms, out=np.zeros(some.shape, y.dtype), where=norms != 0)
                    np.power(slope, p - 1, out=slope, where=slope != 0)
                    np.multiply(slope, part[windows], out=slope, where=slope != 0)  # an infinite dy moves no zero
                    dx_block[elements] += slope * np.where(some < 0, -1, 1)

    in_logarithms = Algebra(np.logaddexp, logarithms, lambda total, count: np.exp(total / p), share)
    return Algebra(np.add, powers, lambda total, count: total ** (1 / p), share, fallback=in_logarithms)

"""Algebra: how the elements of a window become one number, and how the gradient of that number is shared among them.

The table at the end has a row for each kind of pooling, and ``norm`` makes one for each power. Forward: ``lift`` the
elements, fold them with ``combine``, and ``finish`` the total. Backward: ``share`` adds to ``dx`` what each element
gets. To add a pooling, write a row here, then its function and its entry in ``POOLINGS``, both in ``pooling.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from contextvars import copy_context
from functools import lru_cache
from math import isfinite, prod
from typing import Any, NamedTuple

import numpy as np

from poolkit import checks
from poolkit.checks import Array
from poolkit.folds import BLOCK, LONG, Piece, blocks, fold, identity, unfold, visits
from poolkit.windows import EVERYWHERE, Bins, Grid, Index, Windows, places_along, pooled_shape


class Algebra(NamedTuple):
    """How one window becomes one number."""

    combine: np.ufunc  # two elements into one
    lift: Callable[[Array, Any], Array]  # elements into what is combined, given the dtype to work in
    finish: Callable[[Array, Any], Array]  # the total, and the number of elements, into the result
    share: Callable[[Pooling, Array, Array], None] | None = None  # given dy, add each element's share to dx
    floating: bool = True  # the result has a floating dtype
    float32: bool = False  # the totals of short windows and of whole maps may be taken in float32
    fallback: Algebra | None = None  # for windows whose total overflows or loses its digits


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
        wide = np.float64 if self.grid.overlap > LONG else np.float32  # many gradients are added up
        dx = np.zeros(self.x.shape, np.result_type(self.x, wide))
        assert self.algebra.share  # as in each row that POOLINGS names
        if dx.size:
            self.algebra.share(self, dy.reshape(pooled_shape(dx.shape, self.grid)), dx)
        if self.mask is not None:
            np.copyto(dx, 0, where=~self.mask)
        return dx

    def elements(self, inputs: Index) -> Array:
        """Some elements, in one stretch of memory; what the mask hides is replaced by the identity of ``combine``."""
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

    def count(self, pieces: Sequence[Piece]) -> Any:
        """How many elements the windows of a block have: a number, or an array that broadcasts over them."""
        if self.mask is None:  # one number if all windows agree
            number: Any = self.grid.common_count or sum(prod(grid.counts(self.x.ndim)) for _, grid in pieces)
        else:
            number = sum(fold(np.add, self.present(inputs).astype(float), grid) for inputs, grid in pieces)
        if self.count_include_pad:
            ((_, grid),) = pieces  # no window was cut
            padding = prod(grid.counts(self.x.ndim, with_padding=True)) - prod(grid.counts(self.x.ndim))
            number = number + padding
        return number


@lru_cache(64)
def working_dtype(dtype: np.dtype[Any], floating: bool, float32: bool) -> np.dtype[Any]:
    """The dtype in which elements are combined: their own for maxima, for sums one that loses no digit."""
    own = dtype.newbyteorder("=")
    if not floating:
        return own
    return np.promote_types(own, np.float32 if float32 else np.float64)


def pool(pooling: Pooling) -> Array:
    """Fold every window."""
    algebra, x, grid, *_ = pooling
    out = np.float32 if algebra.floating and x.dtype.kind != "f" else x.dtype
    dtype = working_dtype(x.dtype, algebra.floating, algebra.float32 and (grid.sees_all or grid.longest <= LONG))
    if x.size * dtype.itemsize <= BLOCK and x.size:  # a single block, which needs no array to be copied into
        return _pool_block(pooling, [((), grid)], dtype).astype(out, copy=False)
    y = np.empty(pooled_shape(x.shape, grid), out)
    if y.size:
        for outputs, pieces in blocks(x.shape, grid, dtype.itemsize, not pooling.count_include_pad):
            y[outputs] = _pool_block(pooling, pieces, dtype)
    return y


def _pool_block(pooling: Pooling, pieces: Sequence[Piece], dtype: np.dtype[Any]) -> Array:
    algebra = pooling.algebra
    # Maxima of floating-point numbers need no count: an empty window's is infinite already.
    count = pooling.count(pieces) if algebra.floating or dtype.kind != "f" else None
    if not algebra.fallback:
        return algebra.finish(_fold_pieces(algebra, pooling, pieces, dtype), count)
    total, in_range = copy_context().run(_fold_quietly, algebra, pooling, pieces, dtype)
    if in_range:
        return algebra.finish(total, count)
    wide = _fold_pieces(algebra.fallback, pooling, pieces, np.promote_types(dtype, np.float64))
    finite = np.isfinite(total)
    return np.where(finite, algebra.finish(np.where(finite, total, 0), count), algebra.fallback.finish(wide, count))


def _fold_quietly(*arguments: Any) -> tuple[Array, bool]:
    """The total, and whether it is finite. Runs in a context of its own, so no interrupt can leave warnings off."""
    np.seterr(all="ignore")
    total = _fold_pieces(*arguments)
    return total, isfinite(np.add.reduce(total, None))


def _fold_pieces(algebra: Algebra, pooling: Pooling, pieces: Sequence[Piece], dtype: np.dtype[Any]) -> Array:
    total: Any = None
    # Only logaddexp warns of NaN, which all others pass on, and of what is too small to count.
    with np.errstate(invalid="ignore", under="ignore") if algebra.combine is np.logaddexp else nullcontext():
        for inputs, grid in pieces:
            x = algebra.lift(pooling.elements(inputs), dtype)
            part = fold(algebra.combine, x, grid, pooling.grid.longest)
            total = part if total is None else algebra.combine(total, part)
    return total


class Step(NamedTuple):
    """One axis of a block: what is folded along it, over which windows, and what comes out."""

    axis: int
    windows: Windows | Bins
    x: Array
    present: Any  # which elements the mask shows
    y: Array

    def firsts(self) -> Iterator[tuple[Index, Index, Array]]:
        """Yield, for each place in a window, the outputs that have an element there, these elements, and which win.

        Of the elements that equal the maximum or minimum of their window, or are NaN if it is, the first wins.
        """
        pending = np.ones(self.y.shape, bool)  # windows whose first has not come yet
        has_nan = np.isnan(self.y).any()
        for outputs, elements in places_along(self.axis, self.windows):
            first = self.x[elements] == self.y[outputs]
            if has_nan:
                first |= np.isnan(self.x[elements])
            first &= pending[outputs] if self.present is True else pending[outputs] & self.present[elements]
            pending[outputs] &= ~first
            yield outputs, elements, first


def step_by_step(pooling: Pooling) -> Iterator[tuple[Index, Index, list[Step]]]:
    """Yield, block by block, where outputs and their elements stand, and the steps from elements to outputs.

    The last axis comes first: so the first of equals along one axis after another is the first in row-major order.
    """
    native = pooling.x.dtype.newbyteorder("=")
    size = max(2 * native.itemsize, 16)  # of an element with its temporary arrays
    for outputs, [(inputs, grid)] in blocks(pooling.x.shape, pooling.grid, size, cut_windows=False):
        x, present, steps = pooling.elements(inputs).astype(native, copy=False), pooling.present(inputs), []
        for axis, windows in reversed(grid.items()):
            row = Grid({axis: windows})
            y = pool(Pooling(pooling.algebra, x, row))
            steps.append(Step(axis, windows, x, present, y))
            x, present = y, present if present is True else fold(np.maximum, present, row)
        yield outputs, inputs, steps


def pool_with_indices(pooling: Pooling) -> tuple[Array, Array]:
    """The maximum or minimum of every window and its flat spatial index, the first on ties; -1 in an empty window."""
    x, axes = pooling.x, [*pooling.grid]
    y = np.empty(pooled_shape(x.shape, pooling.grid), x.dtype)
    indices = np.empty(y.shape, np.intp)
    for outputs, inputs, steps in step_by_step(pooling):
        where = (*inputs, *[EVERYWHERE] * x.ndim)
        places = np.ix_(*(np.arange(x.shape[axis])[where[axis]] for axis in axes))
        index: Any = np.ravel_multi_index(places, [x.shape[axis] for axis in axes]) + 1  # 0 where there is no element
        index = np.expand_dims(index, (0, checks.channel_axis(axes)))
        for step in steps:
            found = np.zeros(step.y.shape, np.intp)
            for at, elements, first in step.firsts():
                found[at] += first * index[elements]
            index = found
        _refuse_empty(x.dtype, index)
        y[outputs], indices[outputs] = steps[-1].y, index - 1
    return y, indices


# How elements are lifted and results finished


def _convert(x: Array, dtype: Any) -> Array:
    return x.astype(dtype, copy=False)


def _extreme(total: Array, count: Any) -> Array:
    _refuse_empty(total.dtype, count)
    return total


def _refuse_empty(dtype: np.dtype[Any], present: Any) -> None:
    """A window without an element has no maximum, and only floating-point numbers have an infinity to say so."""
    if dtype.kind != "f" and not np.all(present):
        raise ValueError(f"mask or dilation leaves a window with no element; dtype {dtype} has no infinity to say so")


def _mean(total: Array, count: Any) -> Array:
    if not isinstance(count, int):
        count = total.dtype.type(np.where(count, count, np.nan))  # NaN for an empty window
    return total / count


# How gradients are shared


def one_axis_after_another(share: Callable[[Step, Array, Array], None]) -> Callable[[Pooling, Array, Array], None]:
    """Make of a rule for one step a rule for all: what a step hands to its elements is the next step's ``dy``."""

    def share_all(pooling: Pooling, dy: Array, dx: Array) -> None:
        for outputs, inputs, steps in step_by_step(pooling):
            part = dy[outputs]
            for step in reversed(steps):
                handed = dx[inputs] if step is steps[0] else np.zeros(step.x.shape, dx.dtype)
                share(step, part, handed)
                part = handed

    return share_all


@one_axis_after_another
def give_to_first(step: Step, dy: Array, dx: Array) -> None:
    """All to the first of the largest (or smallest) elements of each window, in row-major order."""
    finite = np.isfinite(dy).all()  # then a product will do, which is several times as fast
    for outputs, elements, first in step.firsts():
        dx[elements] += first * dy[outputs] if finite else np.where(first, dy[outputs], 0)


def split_among_ties(pooling: Pooling, dy: Array, dx: Array) -> None:
    """The same to each of the largest (or smallest) elements of a whole map; all to the first NaN, if there is one."""
    y = pool(pooling)
    unknown = np.isnan(y)
    if unknown.any():
        give_to_first(pooling, np.where(unknown, dy, 0), dx)
    for outputs, pieces in blocks(dx.shape, pooling.grid, dx.itemsize):
        tied = [(pooling.elements(inputs) == y[outputs]) & pooling.present(inputs) for inputs, _ in pieces]
        ties = sum(each.sum(tuple(pooling.grid), keepdims=True) for each in tied)
        for (inputs, _), each in zip(pieces, tied, strict=True):
            dx[inputs] += np.where(each, dy[outputs] / np.maximum(ties, 1), 0)


def spread_over_window(pooling: Pooling, dy: Array, dx: Array) -> None:
    """To each element of a window the gradient over what its total was divided by."""
    for outputs, pieces in blocks(dx.shape, pooling.grid, dx.itemsize, not pooling.count_include_pad):
        part = np.divide(dy[outputs], np.maximum(pooling.count(pieces), 1), dtype=dx.dtype)
        for inputs, grid in pieces:
            unfold(part, dx[inputs], grid)


# The table

MAX = Algebra(np.maximum, _convert, _extreme, give_to_first, floating=False)
MIN = Algebra(np.minimum, _convert, _extreme, give_to_first, floating=False)
GLOBAL_MAX = MAX._replace(share=split_among_ties)
GLOBAL_MIN = MIN._replace(share=split_among_ties)
WIDE_MEAN = Algebra(np.add, _convert, _mean, spread_over_window)  # sums in at least float64
MEAN = WIDE_MEAN._replace(float32=True, fallback=WIDE_MEAN)


def norm(p: float) -> Algebra:
    """The row of a p-norm: powers are added up, and where they leave the range of float64, their logarithms."""

    def powers(x: Array, dtype: Any) -> Array:
        raised: Array = np.abs(x.astype(dtype)) ** p
        raised[(raised < np.finfo(dtype).tiny) & (x != 0)] = np.inf  # lost digits: the fallback takes over
        return raised

    def logarithms(x: Array, dtype: Any) -> Array:
        size = np.abs(x.astype(dtype))
        return p * np.log(size, out=np.full(size.shape, -np.inf, dtype), where=size != 0)

    def share(pooling: Pooling, dy: Array, dx: Array) -> None:
        """The derivative: the power p - 1 of each element's part of the norm, with the element's sign."""
        for outputs, pieces in blocks(dx.shape, pooling.grid, max(dx.itemsize, 16)):
            y, part = _pool_block(pooling, pieces, np.promote_types(dx.dtype, np.float64)), dy[outputs]
            for inputs, grid in pieces:
                x, dx_block = pooling.elements(inputs).astype(y.dtype), dx[inputs]
                for windows, elements in visits(grid):
                    some, norms = x[elements], y[windows]
                    slope = np.divide(np.abs(some), norms, out=np.zeros(some.shape, y.dtype), where=norms != 0)
                    np.power(slope, p - 1, out=slope, where=slope != 0)
                    np.multiply(slope, part[windows], out=slope, where=slope != 0)  # where 0 * inf would be NaN
                    dx_block[elements] += slope * np.sign(some)

    in_logarithms = Algebra(np.logaddexp, logarithms, lambda total, count: np.exp(total / p))

    def root(total: Array, count: Any) -> Array:
        return total ** (1 / total.dtype.type(p))

    return Algebra(np.add, powers, root, share, fallback=in_logarithms)

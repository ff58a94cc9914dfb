"""Geometry: where the windows fall.

Along one axis a pooling is a table of windows: which input positions each output sees. Positions outside the input are
simply not there. There is no padded array, so no border value can win a maximum or dilute a mean. A :class:`Grid` has
the windows along every spatial axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache, wraps
from itertools import product
from math import prod
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from poolkit import checks
from poolkit.checks import Array, DataFormat, Padding, Sizes
from poolkit.wording import explained

Index: TypeAlias = tuple[Any, ...]  # of an array
Place: TypeAlias = tuple[Any, Any]  # of outputs, and of the positions they see: slices, or arrays of integers
Places: TypeAlias = tuple[list[Index], list[Place]]
EVERYWHERE = slice(None)
FEW = 8  # windows of at most so many positions are folded place by place, never by doubling
CACHEABLE = {int, bool, str, type(None)}


class Windows(NamedTuple):
    """Windows that slide: output ``o`` sees ``size`` positions, ``dilation`` apart, from ``o * stride - before`` on."""

    length: int
    size: int
    stride: int
    dilation: int
    before: int
    after: int
    outputs: int

    @property
    def span(self) -> int:
        """How many positions a window reaches over."""
        return self.dilation * (self.size - 1) + 1

    @property
    def longest(self) -> int:
        """An upper bound on how many positions one window sees."""
        return min(self.size, self.length)

    def places(self) -> Iterator[Place]:
        """Yield, for each place in a window, the outputs that have an element there and those elements' positions.

        Both are slices along one axis and equally long, so ``combine(y[outputs], x[positions])`` visits every window
        once, and no position twice. The outputs are ``EVERYWHERE`` where all windows have an element at that place.
        """
        first_place = (self.before - (self.outputs - 1) * self.stride) // self.dilation
        last_place = (self.before + self.length - 1) // self.dilation
        for place in range(max(0, first_place), min(self.size, last_place + 1)):
            offset = place * self.dilation - self.before
            first = max(0, -(offset // self.stride))  # the first output whose position is not negative
            last = min(self.outputs - 1, (self.length - 1 - offset) // self.stride)
            if first <= last:
                start = first * self.stride + offset
                stop = last * self.stride + offset + 1
                outputs = EVERYWHERE if last - first + 1 == self.outputs else slice(first, last + 1)
                yield outputs, slice(start, stop, self.stride)

    def table(self) -> Array:
        """The position of each place in each window, -1 where there is none: shape ``(outputs, size)``."""
        positions = np.arange(self.outputs)[:, None] * self.stride - self.before + self.dilation * np.arange(self.size)
        return np.where((positions >= 0) & (positions < self.length), positions, -1)

    @property
    def overlap(self) -> int:
        """How many windows see the same position, at most."""
        return min(-(-self.span // self.stride), self.outputs)

    def counts(self) -> Array:
        """How many positions each window sees."""
        starts = np.arange(self.outputs) * self.stride - self.before
        first = np.maximum(starts, starts % self.dilation)  # that is there, if any is
        last = np.minimum(starts + self.span, self.length) - 1
        return (last - first) // self.dilation + 1

    def part(self, start: int, stop: int) -> tuple[slice, Windows]:
        """The outputs from ``start`` up to ``stop`` alone: the positions that they see, and their windows over them."""
        offset = start * self.stride - self.before
        first, last = max(0, offset), min(self.length, (stop - 1) * self.stride - self.before + self.span)
        return slice(first, last), self._replace(length=last - first, before=first - offset, outputs=stop - start)

    @property
    def sees_all(self) -> bool:
        """Whether a single window sees every position."""
        return self.outputs == 1 and self.dilation == 1 and self.size - self.before >= self.length

    def with_padding(self) -> Windows:
        """The same windows over an axis whose padding is made of real positions."""
        return self._replace(length=self.before + self.length + self.after, before=0, after=0)


class Bins(NamedTuple):
    """Windows of any lengths: output ``o`` sees the positions from ``starts[o]`` up to, but without, ``stops[o]``."""

    length: int
    starts: tuple[int, ...]
    stops: tuple[int, ...]

    @property
    def outputs(self) -> int:
        """How many bins there are."""
        return len(self.starts)

    @property
    def longest(self) -> int:
        """How many positions the longest bin has."""
        return max(stop - start for start, stop in zip(self.starts, self.stops, strict=True))

    @property
    def overlap(self) -> int:
        """How many bins see the same position, at most."""
        return -(-self.outputs // self.length) + 1

    def places(self) -> Iterator[Place]:
        """As :meth:`Windows.places`, with arrays of integers; bins that begin at one position take turns."""
        starts, lengths = np.array(self.starts), self.counts()
        turns = np.arange(self.outputs) - np.searchsorted(starts, starts)
        for place, turn in product(range(self.longest), range(turns.max() + 1)):
            (outputs,) = np.nonzero((lengths > place) & (turns == turn))
            if outputs.size:
                yield (EVERYWHERE if outputs.size == self.outputs else outputs), starts[outputs] + place

    def counts(self) -> Array:
        """How many positions each bin sees."""
        return np.subtract(self.stops, self.starts)

    def part(self, start: int, stop: int) -> tuple[slice, Bins]:
        """As :meth:`Windows.part`."""
        first, last = self.starts[start], self.stops[stop - 1]
        starts, stops = ([each - first for each in edges[start:stop]] for edges in (self.starts, self.stops))
        return slice(first, last), Bins(last - first, tuple(starts), tuple(stops))

    @property
    def sees_all(self) -> bool:
        """Whether a single bin sees every position."""
        return self.starts == (0,) and self.stops == (self.length,)


class Grid(dict[int, Windows | Bins]):
    """The windows along each spatial axis, and what is asked of them again and again."""

    @cached_property
    def sees_all(self) -> bool:
        """Whether a single window sees a whole map."""
        return all(windows.sees_all for windows in self.values())

    @cached_property
    def longest(self) -> int:
        """An upper bound on how many elements one window sees."""
        return prod(windows.longest for windows in self.values())

    @cached_property
    def overlap(self) -> int:
        """How many windows see the same element, at most."""
        return prod(windows.overlap for windows in self.values())

    @cached_property
    def common_count(self) -> int:
        """How many elements every window sees; 0 if windows differ."""
        counts = [windows.counts() for windows in self.values()]
        return prod(int(each[0]) if (each == each[0]).all() else 0 for each in counts)

    @cached_property
    def plan(self) -> list[tuple[int, Windows | Bins, Places | None]]:
        """What :mod:`poolkit.folds` does along each axis: its windows, and their places where these are few."""
        few = {axis for axis, windows in self.items() if windows.longest <= FEW and not windows.sees_all}
        return [(axis, each, split_places(axis, each) if axis in few else None) for axis, each in self.items()]

    def counts(self, ndim: int, with_padding: bool = False) -> list[Array]:
        """How many positions windows see along each axis: arrays that broadcast; float64, as products may be large."""
        found = []
        for axis, windows in self.items():
            counted = windows.with_padding() if with_padding and isinstance(windows, Windows) else windows
            found.append(counted.counts().astype(float).reshape(-1, *[1] * (ndim - 1 - axis)))
        return found


def along(axis: int, positions: Any) -> Index:
    """The index of some positions along one axis of a whole array."""
    return (EVERYWHERE,) * axis + (positions,)


def places_along(axis: int, windows: Windows | Bins) -> list[Place]:
    """The places of windows, as indices into whole arrays."""
    return [(along(axis, outputs), along(axis, positions)) for outputs, positions in windows.places()]


def split_places(axis: int, windows: Windows | Bins) -> Places:
    """The positions of places where every window has an element, and the places where only some windows have one."""
    places = places_along(axis, windows)
    everywhere = [positions for outputs, positions in places if outputs[axis] is EVERYWHERE]
    return everywhere, [each for each in places if each[0][axis] is not EVERYWHERE]


def make_bins(length: int, count: int) -> Bins:
    """Lay ``count`` bins over an axis: from ``floor(o n / count)`` to ``ceil((o + 1) n / count)``, ``n = length``."""
    starts = tuple(o * length // count for o in range(count))
    return Bins(length, starts, tuple(-(-(o + 1) * length // count) for o in range(count)))


def make_windows(
    length: int, size: int, stride: int, padding: Any, dilation: int = 1, ceil_mode: bool = False
) -> Windows:
    """Lay windows over one axis of ``length`` positions.

    ``padding`` is a word or a pair ``(before, after)``; the rules are those of :func:`poolkit.output_shape`.
    """
    span = dilation * (size - 1) + 1
    if padding in ("same", "same_lower"):
        count = -(-length // stride)
        missing = max((count - 1) * stride + span - length, 0)
        before = missing // 2 if padding == "same" else missing - missing // 2
        return Windows(length, size, stride, dilation, before, missing - before, count)
    before, after = (0, 0) if padding == "valid" else padding
    room = length + before + after - span
    count = (-(-room // stride) if ceil_mode else room // stride) + 1
    if (count - 1) * stride >= length + before:  # only ceil_mode goes so far
        count -= 1
    if count < 1:
        spans = f" (spanning {span})" if dilation > 1 else ""
        raise ValueError(
            f"pool_size {size}{spans} is longer than the axis it slides over: {length} elements and "
            f"{before + after} of padding. Use a smaller pool_size or padding='same'."
        )
    return Windows(length, size, stride, dilation, before, after, count)


def cached(make: Callable[..., Grid]) -> Callable[..., Grid]:
    """Let ``make`` look up a grid that it has made before: to check the arguments again takes longer than to pool.

    Only plain arguments are looked up, by type and value: a sequence may hold True where it should hold 1.
    """
    look_up = lru_cache(512, typed=True)(make)

    @wraps(make)
    def make_or_look_up(shape: tuple[int, ...], *arguments: Any) -> Grid:
        plain = CACHEABLE.issuperset(map(type, arguments))
        return (look_up if plain else make)(shape, *arguments)

    return make_or_look_up


@cached
def sliding_grid(
    shape: tuple[int, ...],
    pool_size: Sizes,
    strides: Sizes | None,
    padding: Padding,
    data_format: DataFormat,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
    name: str = "x",
) -> Grid:
    """Check the arguments of a sliding pooling and lay its windows."""
    axes = checks.spatial_axes(shape, data_format, name)
    sizes = checks.sizes("pool_size", pool_size, len(axes))
    steps = sizes if strides is None else checks.sizes("strides", strides, len(axes))
    gaps = checks.sizes("dilation", dilation, len(axes))
    pads = checks.padding(padding, [gap * (size - 1) + 1 for gap, size in zip(gaps, sizes, strict=True)])
    checks.boolean("ceil_mode", ceil_mode)
    rules = zip(axes, sizes, steps, pads, gaps, strict=True)
    return Grid({a: make_windows(shape[a], size, step, pad, gap, ceil_mode) for a, size, step, pad, gap in rules})


def adaptive_grid(shape: tuple[int, ...], output_size: Sizes, data_format: DataFormat) -> Grid:
    """Check the arguments of an adaptive pooling and lay its bins."""
    axes = checks.spatial_axes(shape, data_format)
    counts = checks.sizes("output_size", output_size, len(axes))
    return Grid({axis: make_bins(shape[axis], count) for axis, count in zip(axes, counts, strict=True)})


@cached
def global_grid(shape: tuple[int, ...], data_format: DataFormat) -> Grid:
    """Lay one bin over each whole spatial axis."""
    return adaptive_grid(shape, 1, data_format)


@explained
def output_shape(
    input_shape: tuple[int, ...],
    pool_size: Sizes,
    strides: Sizes | None = None,
    padding: Padding = "valid",
    data_format: DataFormat = "channels_last",
    *,
    dilation: Sizes = 1,
    ceil_mode: bool = False,
) -> tuple[int, ...]:
    r"""The shape that a sliding pooling returns, found without pooling anything.

    Along an axis of :math:`n` elements a window of :math:`k` elements, :math:`d` apart, spans
    :math:`m = d (k - 1) + 1` of them. With stride :math:`s` the number of outputs is

    .. math::

        \text{valid: } \left\lfloor \frac{n - m}{s} \right\rfloor + 1 \qquad
        \text{same: } \left\lceil \frac{n}{s} \right\rceil \qquad
        (b, a)\text{: } \left\lfloor \frac{n + b + a - m}{s} \right\rfloor + 1 .

    With ``ceil_mode`` valid and :math:`(b, a)` round up instead, but no window starts at or past :math:`n + b`.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong type or value, or no room for a single window.

    Examples
    --------
    >>> output_shape((1, 4, 4, 1), 2)
    (1, 2, 2, 1)
    >>> output_shape((32, 3, 7, 7), 2, padding="same", data_format="channels_first")
    (32, 3, 4, 4)
    >>> output_shape((1, 7, 1), 2, ceil_mode=True)
    (1, 4, 1)
    """
    shape = checks.shape("input_shape", input_shape)
    grid = sliding_grid(shape, pool_size, strides, padding, data_format, dilation, ceil_mode, "input_shape")
    return pooled_shape(shape, grid)


def pooled_shape(shape: tuple[int, ...], grid: Grid) -> tuple[int, ...]:
    """``shape`` after pooling over ``grid``."""
    return tuple(grid[axis].outputs if axis in grid else length for axis, length in enumerate(shape))

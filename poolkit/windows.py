"""Geometry: where the windows fall.

Along one axis a pooling is a table of windows: which input positions each output sees. Positions outside the
input are simply not there; there is no padded array, so no border value that could win a maximum or dilute a mean.
"""

from functools import lru_cache, wraps
from math import prod
from numbers import Real
from operator import index
from typing import NamedTuple

import numpy as np

PLAIN = {int, bool, str, type(None)}
LARGEST = np.iinfo(np.int32).max  # no axis is longer than this in practice, and no product of two overflows


class Windows(NamedTuple):
    """Windows that slide: output ``o`` sees ``size`` positions, ``dilation`` apart, from ``o * stride - before`` on."""

    length: int
    size: int
    stride: int
    dilation: int
    before: int
    after: int
    count: int

    @property
    def span(self):
        """How many positions a window reaches over."""
        return self.dilation * (self.size - 1) + 1

    def steps(self):
        """Yield, for each place in a window, the outputs that have an element there and those elements' positions.

        Both index one axis and are equally many, so ``combine(y[outputs], x[positions])`` visits every window at once.
        """
        first_place = (self.before - (self.count - 1) * self.stride) // self.dilation
        last_place = (self.before + self.length - 1) // self.dilation
        for place in range(max(0, first_place), min(self.size, last_place + 1)):
            offset = place * self.dilation - self.before
            first = max(0, -(offset // self.stride))
            last = min(self.count - 1, (self.length - 1 - offset) // self.stride)
            if first <= last:
                start = first * self.stride + offset
                stop = last * self.stride + offset + 1
                yield slice(first, last + 1), slice(start, stop, self.stride)

    def table(self):
        """The position of each place in each window, -1 where there is none: shape ``(count, size)``."""
        positions = np.arange(self.count)[:, None] * self.stride - self.before + self.dilation * np.arange(self.size)
        return np.where((positions >= 0) & (positions < self.length), positions, -1)

    def inside(self):
        """The range ``first, last`` of the outputs whose window lies wholly inside the axis; without dilation."""
        first = min(-(-self.before // self.stride), self.count)
        last = min((self.length + self.before - self.size) // self.stride + 1, self.count)
        return first, max(first, last)

    def lengths(self):
        """How many positions each window sees; without dilation."""
        starts = np.arange(self.count) * self.stride - self.before
        return np.minimum(starts + self.size, self.length) - np.maximum(starts, 0)

    def part(self, start, stop):
        """Some outputs alone: the slice of positions that they see, their own slice, their windows; no dilation."""
        offset = start * self.stride - self.before
        first, last = max(0, offset), min(self.length, (stop - 1) * self.stride - self.before + self.size)
        windows = self._replace(length=last - first, before=first - offset, count=stop - start)
        return slice(first, last), slice(start, stop), windows

    def starts_inside(self):
        """Whether every window has its first place inside the axis."""
        return self.before == 0  # the last one starts inside in any case

    def is_whole_axis(self):
        """Whether a single window sees every position."""
        return self.count == 1 and self.dilation == 1 and self.size - self.before >= self.length

    def with_padding(self):
        """The same windows over an axis whose padding is made of real positions."""
        return self._replace(length=self.before + self.length + self.after, before=0, after=0)


class Bins(NamedTuple):
    """Windows of any lengths: output ``o`` sees the positions from ``starts[o]`` up to, but without, ``stops[o]``."""

    length: int
    starts: tuple
    stops: tuple

    @property
    def count(self):
        """How many bins there are."""
        return len(self.starts)

    def steps(self):
        """As :meth:`Windows.steps`."""
        starts, stops = np.array(self.starts), np.array(self.stops)
        outputs = np.arange(self.count)
        for place in range(max(stops - starts)):
            there = starts + place < stops
            yield outputs[there], starts[there] + place

    def starts_inside(self):
        """Every bin has at least one position."""
        return True

    def is_whole_axis(self):
        """Whether a single bin sees every position."""
        return self.starts == (0,) and self.stops == (self.length,)


def lay_adaptive(length, count):
    """Lay ``count`` bins over an axis: from ``floor(o n / count)`` to ``ceil((o + 1) n / count)``, ``n = length``."""
    starts = tuple(o * length // count for o in range(count))
    return Bins(length, starts, tuple(-(-(o + 1) * length // count) for o in range(count)))


def lay_windows(length, size, stride, padding, dilation=1, ceil_mode=False):
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


def remembered(lay):
    """Let ``lay`` look up a grid that it has laid before: checking the arguments anew would take longer than to pool.

    Only plain arguments are looked up, by type and value: a sequence may hold True where it should hold 1.
    """
    look_up = lru_cache(1024, typed=True)(lay)

    @wraps(lay)
    def lay_or_look_up(shape, *arguments):
        plain = PLAIN.issuperset(map(type, arguments))
        return (look_up if plain else lay)(shape, *arguments)

    return lay_or_look_up


@remembered
def lay_grid(shape, pool_size, strides, padding, data_format, dilation=1, ceil_mode=False, name="x"):
    """Check the arguments of a sliding pooling and lay its windows: a dict from spatial axis to :class:`Windows`."""
    axes = spatial_axes(shape, data_format, name)
    sizes = per_axis("pool_size", pool_size, len(axes))
    steps = sizes if strides is None else per_axis("strides", strides, len(axes))
    gaps = per_axis("dilation", dilation, len(axes))
    pads = pad_per_axis(padding, [gap * (size - 1) + 1 for gap, size in zip(gaps, sizes, strict=True)])
    truth("ceil_mode", ceil_mode)
    rules = zip(axes, sizes, steps, pads, gaps, strict=True)
    return {axis: lay_windows(shape[axis], *rule, ceil_mode) for axis, *rule in rules}


@remembered
def lay_bins(shape, output_size, data_format):
    """Check the arguments of an adaptive pooling and lay its bins: a dict from spatial axis to :class:`Bins`."""
    axes = spatial_axes(shape, data_format)
    counts = per_axis("output_size", output_size, len(axes))
    return {axis: lay_adaptive(shape[axis], count) for axis, count in zip(axes, counts, strict=True)}


@remembered
def lay_whole_map(shape, data_format):
    """Lay one window over each whole spatial axis: the grid of a global pooling."""
    return lay_bins(shape, 1, data_format)


def output_shape(
    input_shape,
    pool_size,
    strides=None,
    padding="valid",
    data_format="channels_last",
    *,
    dilation=1,
    ceil_mode=False,
):
    r"""The shape that a sliding pooling returns, found without pooling anything.

    Along an axis of :math:`n` elements a window of :math:`k` elements, :math:`d` apart, spans
    :math:`m = d (k - 1) + 1` of them. With stride :math:`s` the number of outputs is

    .. math::

        \text{valid: } \left\lfloor \frac{n - m}{s} \right\rfloor + 1 \qquad
        \text{same: } \left\lceil \frac{n}{s} \right\rceil \qquad
        (b, a)\text{: } \left\lfloor \frac{n + b + a - m}{s} \right\rfloor + 1 .

    With ``ceil_mode`` valid and :math:`(b, a)` round up instead, but no window starts at or past :math:`n + b`.

    Parameters
    ----------
    input_shape : tuple of int
        ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with one to three spatial axes.
    pool_size, strides, padding, data_format, dilation, ceil_mode
        As for :func:`max_pool`.

    Returns
    -------
    tuple of int

    Raises
    ------
    TypeError, ValueError
        An argument of the wrong type or value, or a window longer than its axis and padding.

    Examples
    --------
    >>> output_shape((1, 4, 4, 1), 2)
    (1, 2, 2, 1)
    >>> output_shape((32, 3, 7, 7), 2, padding="same", data_format="channels_first")
    (32, 3, 4, 4)
    >>> output_shape((1, 7, 1), 2, ceil_mode=True)
    (1, 4, 1)
    """
    shape = list(whole_shape("input_shape", input_shape))
    grid = lay_grid(tuple(shape), pool_size, strides, padding, data_format, dilation, ceil_mode, "input_shape")
    for axis, windows in grid.items():
        shape[axis] = windows.count
    return tuple(shape)


def spatial_axes(shape, data_format, name="x"):
    """The axes that are pooled, in order: ``(1, 2)`` for images, channels last. None of them may be empty."""
    first = 2 if channels_first(data_format) else 1
    if not 3 <= len(shape) <= 5:
        raise ValueError(
            f"{name} must have 3, 4 or 5 axes (batch, one to three spatial axes, channels), got shape {tuple(shape)}"
        )
    axes = tuple(range(first, first + len(shape) - 2))
    if not prod(shape[axis] for axis in axes):
        raise ValueError(f"{name} must have no empty spatial axis, got shape {tuple(shape)}")
    return axes


def channels_first(data_format):
    """Whether ``data_format`` is ``"channels_first"``; anything but the two words is an error."""
    word = _word("data_format", data_format)
    if word not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format must be 'channels_last' or 'channels_first', got {data_format!r}")
    return word == "channels_first"


def per_axis(name, value, count):
    """One positive integer per spatial axis, from an integer or a sequence of them."""
    values = value if isinstance(value, (tuple, list)) else (value,) * count
    if len(values) != count:
        raise ValueError(f"{name} must be one integer or one per spatial axis ({count}), got {value!r}")
    return tuple(whole_number(name, each, 1) for each in values)


def pad_per_axis(padding, spans):
    """One word or one checked pair ``(before, after)`` per spatial axis; ``spans`` are the lengths of the windows."""
    if isinstance(padding, str):
        word = padding.lower()
        if word in ("valid", "same", "same_lower"):
            return (word,) * len(spans)
    expected = f"'valid', 'same', 'same_lower' or one (before, after) pair per spatial axis ({len(spans)})"
    if not isinstance(padding, (str, tuple, list)):
        raise TypeError(f"padding must be {expected}, got {padding!r}")
    pairs = [pair for pair in padding if isinstance(pair, (tuple, list)) and len(pair) == 2]
    if not len(padding) == len(pairs) == len(spans):
        raise ValueError(f"padding must be {expected}, got {padding!r}")
    pairs = tuple(tuple(whole_number("padding", amount, 0) for amount in pair) for pair in pairs)
    for pair, span in zip(pairs, spans, strict=True):
        if max(pair) >= span:
            raise ValueError(f"padding must be smaller than the window ({span}) on each side, got {pair}")
    return pairs


def whole_shape(name, shape):
    """A tuple of integers of at least 0, or an error that names the argument."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"{name} must be a tuple of integers, got {shape!r}")
    return tuple(whole_number(name, length, 0) for length in shape)


def positive(name, value):
    """A positive finite number, or an error that names the argument."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not 0 < value < float("inf"):
        raise ValueError(f"{name} must be positive and finite, got {value}")
    return float(value)


def truth(name, value):
    """``value`` if it is true or false, or an error that names the argument."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return value


def whole_number(name, value, least):
    """``value`` as an integer of at least ``least``, or an error that names the argument."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    try:
        value = index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if value > LARGEST:
        raise ValueError(f"{name} must be at most {LARGEST}, got {value}")
    return value


def _word(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r}")
    return value.lower()

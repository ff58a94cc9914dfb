"""Geometry: where the windows fall.

Along one axis a pooling is a table of windows: which input positions each output sees. Positions outside the
input are simply not there; there is no padded array, so no border value that could win a maximum or dilute a mean.
"""

from math import prod
from operator import index
from typing import NamedTuple

import numpy as np


class Windows(NamedTuple):
    """The windows along one axis: output ``o`` sees the ``size`` positions from ``o * stride - before`` on."""

    length: int
    size: int
    stride: int
    before: int
    count: int

    def steps(self):
        """Yield, for each place in a window, the outputs that have an element there and those elements' positions.

        Both are slices of equal length, so ``combine(y[outputs], x[positions])`` visits every window at once.
        """
        for place in range(
            max(0, self.before - (self.count - 1) * self.stride), min(self.size, self.before + self.length)
        ):
            offset = place - self.before
            first = max(0, -(offset // self.stride))
            last = min(self.count - 1, (self.length - 1 - offset) // self.stride)
            if first <= last:
                start = first * self.stride + offset
                stop = last * self.stride + offset + 1
                yield slice(first, last + 1), slice(start, stop, self.stride)

    def is_whole_axis(self):
        """Whether a single window sees every position."""
        return self.count == 1 and self.size - self.before >= self.length


def lay_windows(length, size, stride, padding):
    """Lay windows over one axis of ``length`` positions.

    ``padding`` is a word or a pair ``(before, after)``; the rules are those of :func:`poolkit.output_shape`.
    """
    if padding in ("same", "same_lower"):
        count = -(-length // stride)
        missing = max((count - 1) * stride + size - length, 0)
        before = missing // 2 if padding == "same" else missing - missing // 2
        return Windows(length, size, stride, before, count)
    before, after = (0, 0) if padding == "valid" else padding
    padded = length + before + after
    if size > padded:
        raise ValueError(
            f"pool_size {size} is longer than the axis it slides over: {length} elements and {before + after} of "
            "padding. Use a smaller pool_size or padding='same'."
        )
    return Windows(length, size, stride, before, (padded - size) // stride + 1)


def lay_grid(shape, pool_size, strides, padding, data_format, name="x"):
    """Check the arguments of a sliding pooling and lay its windows: a dict from spatial axis to :class:`Windows`."""
    axes = spatial_axes(shape, data_format, name)
    sizes = per_axis("pool_size", pool_size, len(axes))
    steps = sizes if strides is None else per_axis("strides", strides, len(axes))
    pads = pad_per_axis(padding, sizes)
    return {axis: lay_windows(shape[axis], *rule) for axis, *rule in zip(axes, sizes, steps, pads, strict=True)}


def lay_whole_map(shape, data_format):
    """Lay one window over each whole spatial axis: the grid of a global pooling."""
    return {axis: lay_windows(shape[axis], shape[axis], 1, "valid") for axis in spatial_axes(shape, data_format)}


def output_shape(input_shape, pool_size, strides=None, padding="valid", data_format="channels_last"):
    r"""The shape that a sliding pooling returns, found without pooling anything.

    Along an axis of :math:`n` elements, with window :math:`k` and stride :math:`s`, the number of outputs is

    .. math::

        \text{valid: } \left\lfloor \frac{n - k}{s} \right\rfloor + 1 \qquad
        \text{same: } \left\lceil \frac{n}{s} \right\rceil \qquad
        (b, a)\text{: } \left\lfloor \frac{n + b + a - k}{s} \right\rfloor + 1 .

    Parameters
    ----------
    input_shape : tuple of int
        ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with one to three spatial axes.
    pool_size, strides, padding, data_format
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
    """
    if not isinstance(input_shape, (tuple, list)):
        raise TypeError(f"input_shape must be a tuple of integers, got {input_shape!r}")
    shape = [whole_number("input_shape", length, 0) for length in input_shape]
    for axis, windows in lay_grid(shape, pool_size, strides, padding, data_format, "input_shape").items():
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


def pad_per_axis(padding, sizes):
    """One word or one checked pair ``(before, after)`` per spatial axis."""
    if isinstance(padding, str):
        word = padding.lower()
        if word in ("valid", "same", "same_lower"):
            return (word,) * len(sizes)
    expected = f"'valid', 'same', 'same_lower' or one (before, after) pair per spatial axis ({len(sizes)})"
    if not isinstance(padding, (str, tuple, list)):
        raise TypeError(f"padding must be {expected}, got {padding!r}")
    pairs = [pair for pair in padding if isinstance(pair, (tuple, list)) and len(pair) == 2]
    if not len(padding) == len(pairs) == len(sizes):
        raise ValueError(f"padding must be {expected}, got {padding!r}")
    pairs = tuple(tuple(whole_number("padding", amount, 0) for amount in pair) for pair in pairs)
    for pair, size in zip(pairs, sizes, strict=True):
        if max(pair) >= size:
            raise ValueError(f"padding must be smaller than the window ({size}) on each side, got {pair}")
    return pairs


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
    return value


def _word(name, value):
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r}")
    return value.lower()

"""What an argument may be: a check for each kind, whose error names the argument, its value and what it must be.

Every check returns the value in the one form that the rest of the package works with.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from numbers import Real
from operator import index
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]
Sizes: TypeAlias = int | Sequence[int]  # one for all spatial axes, or one for each
Padding: TypeAlias = Literal["valid", "same", "same_lower"] | Sequence[Sequence[int]]
DataFormat: TypeAlias = Literal["channels_last", "channels_first"]

LARGEST = np.iinfo(np.int32).max  # no axis is longer than this in practice, and no product of two overflows


def real(value: ArrayLike, name: str = "x") -> Array:
    """``value`` as an array of real numbers or booleans."""
    found = array(value, name)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers or booleans, got dtype {found.dtype}")
    return found


def array(value: ArrayLike, name: str) -> Array:
    """``value`` as an array."""
    if _is_masked(value):
        raise TypeError(f"{name} must not be a masked array; pass its data, and ~{name}.mask without channels as mask")
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array with rows of equal length") from None


def _is_masked(value: ArrayLike) -> bool:
    """Whether a masked array, or a list that holds one: NumPy would drop the mask of either."""
    return isinstance(value, np.ma.MaskedArray) or (isinstance(value, (tuple, list)) and any(map(_is_masked, value)))


def mask(mask: ArrayLike | None, shape: tuple[int, ...], axes: Collection[int]) -> Array | None:
    """``mask`` as an array of booleans that broadcasts over ``shape``: the channel axis is put in, with length 1."""
    if mask is None:
        return None
    shown = array(mask, "mask")
    if shown.dtype != bool:
        raise TypeError(f"mask must hold booleans, got dtype {shown.dtype}")
    expected = (shape[0], *(shape[axis] for axis in axes))
    if shown.shape != expected:
        raise ValueError(f"mask must have the shape (N, *spatial) of x, {expected}, got {shown.shape}")
    return np.expand_dims(shown, channel_axis(axes))


def spatial_axes(shape: tuple[int, ...], data_format: str, name: str = "x") -> tuple[int, ...]:
    """The axes that are pooled, in order: ``(1, 2)`` for images, channels last. None of them may be empty."""
    first = 2 if is_channels_first(data_format) else 1
    if not 3 <= len(shape) <= 5:
        raise ValueError(
            f"{name} must have 3, 4 or 5 axes (batch, one to three spatial axes, channels), got shape {tuple(shape)}"
        )
    axes = tuple(range(first, first + len(shape) - 2))
    if not prod(shape[axis] for axis in axes):
        raise ValueError(f"{name} must have no empty spatial axis, got shape {tuple(shape)}")
    return axes


def channel_axis(axes: Collection[int]) -> int:
    """The axis of the channels, given the spatial axes."""
    return 1 if 1 not in axes else -1


def is_channels_first(data_format: str) -> bool:
    """Whether ``data_format`` is ``"channels_first"``; anything but the two words is an error."""
    if not isinstance(data_format, str):
        raise TypeError(f"data_format must be a string, got {data_format!r}")
    word = data_format.lower()
    if word not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format must be 'channels_last' or 'channels_first', got {data_format!r}")
    return word == "channels_first"


def sizes(name: str, value: Sizes, count: int) -> tuple[int, ...]:
    """One positive integer per spatial axis, from an integer or a sequence of them."""
    values: Sequence[Any] = value if isinstance(value, (tuple, list)) else (value,) * count
    if len(values) != count:
        raise ValueError(f"{name} must be one integer or one per spatial axis ({count}), got {value!r}")
    return tuple(integer(name, each, 1) for each in values)


def padding(padding: Padding, spans: Sequence[int]) -> tuple[Any, ...]:
    """One word or one pair ``(before, after)`` per spatial axis; ``spans`` are the lengths of the windows."""
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
    checked = [(integer("padding", before, 0), integer("padding", after, 0)) for before, after in pairs]
    for pair, span in zip(checked, spans, strict=True):
        if max(pair) >= span:
            raise ValueError(f"padding must be smaller than the window ({span}) on each side, got {pair}")
    return tuple(checked)


def shape(name: str, shape: Sequence[int]) -> tuple[int, ...]:
    """A tuple of integers of at least 0."""
    if not isinstance(shape, (tuple, list)):
        raise TypeError(f"{name} must be a tuple of integers, got {shape!r}")
    return tuple(integer(name, length, 0) for length in shape)


def positive(name: str, value: float) -> float:
    """A positive finite number."""
    if isinstance(value, (bool, np.bool_, np.timedelta64)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    if not 0 < number < np.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")
    return number


def boolean(name: str, value: bool) -> bool:
    """True or False, of Python or of NumPy."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def integer(name: str, value: int, least: int) -> int:
    """An integer of at least ``least``, of Python or of NumPy."""
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

"""What several test files use: the book's 4 × 4 image, lines of numbers, and random poolings."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

import poolkit
from poolkit import loops

WORDS = ("valid", "same", "same_lower")
LAYOUTS = ("channels_last", "channels_first")
FLOATS = ("float16", "float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
VALUES = {"b": range(2), "u": range(9), "i": range(-8, 9), "f": range(-8, 9)}
SPECIAL = (np.nan, np.inf, -np.inf)
IMAGE = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])


def line(elements, dtype=float):
    """One sample with one channel: shape (1, n, 1)."""
    return np.array(elements, dtype).reshape(1, -1, 1)


# Each function that has a gradient, with its arguments
POOLS = {
    "max": (poolkit.max_pool, (3, 2, "same")),
    "max, side by side": (poolkit.max_pool, (2,)),
    "min": (poolkit.min_pool, (3, 1)),
    "average": (poolkit.average_pool, (3, 2, "same")),
    "average, side by side": (poolkit.average_pool, (2,)),
    "p-norm": (poolkit.lp_pool, (3, 3, 2)),
    "adaptive max": (poolkit.adaptive_max_pool, (2,)),
    "adaptive min": (poolkit.adaptive_min_pool, (3,)),
    "adaptive average": (poolkit.adaptive_average_pool, (5,)),
    "global max": (poolkit.global_max_pool, ()),
    "global min": (poolkit.global_min_pool, ()),
    "global average": (poolkit.global_average_pool, ()),
}


class Pooling(NamedTuple):
    """The arguments of one sliding pooling."""

    x: np.ndarray
    pool_size: tuple
    strides: tuple
    padding: object
    data_format: str
    dilation: tuple
    ceil_mode: bool
    mask: object

    @property
    def arguments(self):
        return self[:5]

    @property
    def options(self):
        return {"dilation": self.dilation, "ceil_mode": self.ceil_mode, "mask": self.mask}

    @property
    def channel_axis(self):
        return -1 if self.data_format == "channels_last" else 1

    def by_loops(self, summarise, x=None):
        """The answer of the plain loops: an array of Python objects in the layout of ``x``."""
        rank = len(self.pool_size)
        padding = (self.padding,) * rank if isinstance(self.padding, str) else self.padding
        x = np.moveaxis(self.x if x is None else x, self.channel_axis, -1)
        rules = zip(x.shape[1:-1], self.pool_size, self.strides, padding, self.dilation, strict=True)
        y = loops.pool(summarise, x, [loops.windows(*rule, self.ceil_mode) for rule in rules], self.mask)
        return np.moveaxis(y, -1, self.channel_axis)


@st.composite
def axis_rules(draw, kinds=(*WORDS, "pair"), longest=9):
    """``(length, size, stride, padding)`` of one axis, with a window that fits."""
    kind = draw(st.sampled_from(kinds))
    length = draw(st.integers(1, longest))
    size = draw(st.integers(1, length if kind == "valid" else longest))
    stride = draw(st.integers(1, longest))
    if kind != "pair":
        return length, size, stride, kind
    before = draw(st.integers(0, size - 1))
    return length, size, stride, (before, draw(st.integers(max(0, size - length - before), size - 1)))


@st.composite
def wide_axis_rules(draw, kinds=(*WORDS, "pair"), longest=9):
    """``(length, size, stride, padding, dilation)`` of one axis, with a dilated window that fits."""
    kind = draw(st.sampled_from(kinds))
    length, stride, dilation = (draw(st.integers(1, most)) for most in (longest, longest, 3))
    most = (length - 1) // dilation + 1 if kind == "valid" else longest
    size = draw(st.integers(1, most))
    if kind != "pair":
        return length, size, stride, kind, dilation
    span = dilation * (size - 1) + 1
    before = draw(st.integers(0, span - 1))
    return length, size, stride, (before, draw(st.integers(max(0, span - length - before), span - 1))), dilation


@st.composite
def poolings(draw, dtypes, special=False, masked=False, wide=False, kinds=(*WORDS, "pair")):
    """A :class:`Pooling` of small whole numbers, whose sums are exact.

    ``special`` adds NaN and the infinities, ``masked`` a mask, ``wide`` dilation and ceil mode. The padding is one of
    ``kinds``.
    """
    rank = draw(st.integers(1, 3))
    kind = draw(st.sampled_from(kinds))
    longest = (9, 6, 4)[rank - 1]
    rule = wide_axis_rules((kind,), longest) if wide else axis_rules((kind,), longest).map(lambda rule: (*rule, 1))
    spatial, pool_size, strides, padding, dilation = zip(*(draw(rule) for _ in range(rank)), strict=True)
    data_format = draw(st.sampled_from(LAYOUTS))
    n, c = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    shape = (n, *spatial, c) if data_format == "channels_last" else (n, c, *spatial)
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.choice((*VALUES[dtype.kind], *SPECIAL * special), shape).astype(dtype)
    mask = random.random((n, *spatial)) < 0.7 if masked else None
    padding = padding if kind == "pair" else kind
    return Pooling(x, pool_size, strides, padding, data_format, dilation, wide and draw(st.booleans()), mask)

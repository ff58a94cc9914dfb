"""Whatever the layout of an array in memory, the answer is that for a plain copy of it, and an array of its own."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

import poolkit
from poolkit import max_pool, max_unpool, min_pool, variants, vjp
from tests.layouts import Subclass, kinds, lay, layouts, memory_map, real_part, record_field, subclass, unaligned
from tests.strategies import LAYOUTS, POOLS

RARE = {
    "generalised mean": partial(variants.gem_pool, pool_size=2),
    "log-sum-exp": partial(variants.lse_pool, pool_size=2),
    "soft": partial(variants.soft_pool, pool_size=2),
    "stochastic": partial(variants.stochastic_pool, pool_size=2),
    "mixed": partial(variants.mixed_pool, pool_size=2),
    "gated": lambda x, data_format: variants.gated_pool(x, np.ones([2] * (x.ndim - 2)) / 99, data_format=data_format),
    "median": partial(variants.median_pool, pool_size=2),
    "max, then blur": partial(variants.max_blur_pool, pool_size=2),
    "fractional": lambda x, **rest: variants.fractional_max_pool(x, 2, np.random.default_rng(0), **rest),
    "pyramid": partial(variants.pyramid_pool, levels=(1, 3)),
    "max beside average": variants.concat_pool,
    "flat": poolkit.flatten,
}
CALLS = {name: partial(lambda pool, rest, x, **o: pool(x, *rest, **o), *call) for name, call in POOLS.items()} | RARE
WITH_GRADIENT = {name: call for name, call in CALLS.items() if name in POOLS}
ONE_EXTREME = [name for name in POOLS if "min" not in name]  # large arrays are cut alike for minima

MIXED = ("int8", "uint16", "float16", "float32", "float64", "longdouble")
FLOATS = MIXED[2:]
SMALL = [(2, 7, 4), (2, 5, 4, 3), (1, 4, 3, 5, 3)]
LARGE = [(1, 900, 220, 3), (2, 3, 330, 300)]  # more than 2 MiB of float32, so several blocks
FEW = settings(max_examples=25)
FEWER = settings(max_examples=6, phases=[Phase.generate])  # to shrink large examples takes a minute


class Case(NamedTuple):
    """An array and its layout in words, so that a test that fails says them and no thousand numbers."""

    shape: tuple
    dtype: str
    layout: dict
    data_format: str

    def arrays(self):
        """The array in its layout, and its plain copy."""
        x = lay(np.random.default_rng(0).normal(50, 9, self.shape).astype(self.dtype), **self.layout)
        return x, plain(x)

    @property
    def channel(self):
        return -1 if self.data_format == "channels_last" else 1


@st.composite
def cases(draw, dtypes=MIXED, shapes=SMALL):
    shape = draw(st.sampled_from(shapes))
    return Case(shape, draw(st.sampled_from(dtypes)), draw(layouts(len(shape))), draw(st.sampled_from(LAYOUTS)))


def plain(x):
    return np.array(x, x.dtype.newbyteorder("="), order="C", subok=False)


def laid(data, x):
    """``x`` in a layout that is drawn now."""
    return lay(x, **data.draw(layouts(x.ndim)))


def assert_same(result, expected, *others):
    """The same numbers, in a plain writeable array that shares memory with no other and keeps no larger one alive."""
    assert_array_equal(result, expected)
    assert (type(result), result.dtype.newbyteorder("=")) == (np.ndarray, expected.dtype)
    assert result.flags.writeable
    assert result.base is None or result.base.nbytes < result.nbytes + 1024
    assert not any(np.may_share_memory(result, other) for other in others)


def check_forward(call, case):
    x, copy = case.arrays()
    assert_same(call(x, data_format=case.data_format), call(copy, data_format=case.data_format), x)
    assert_array_equal(x, copy)


def check_backward(pool, rest, case, data):
    x, copy = case.arrays()
    y, pullback = vjp(pool, x, *rest, data_format=case.data_format)
    expected, pullback_of_copy = vjp(pool, copy, *rest, data_format=case.data_format)
    dy = laid(data, np.random.default_rng(1).normal(size=y.shape).astype(case.dtype))
    dx = pullback(dy)
    assert_same(y, expected, x, dx, dy)
    assert_same(dx, pullback_of_copy(plain(dy)), x, y, dy, pullback(dy))
    assert dx.dtype == x.dtype
    assert_array_equal(x, copy)


def check_indices(pool, case, data):
    x, copy = case.arrays()
    y, indices = pool(x, 3, 2, "same", case.data_format, return_indices=True)
    expected, expected_indices = pool(copy, 3, 2, "same", case.data_format, return_indices=True)
    assert_same(y, expected, x, indices)
    assert_same(indices, expected_indices, x, y)
    y, indices = laid(data, y), laid(data, np.where(expected_indices > 2, expected_indices, 2))
    back = max_unpool(y, indices, x.shape, case.data_format)
    assert_same(back, max_unpool(plain(y), plain(indices), x.shape, case.data_format), y, indices)
    assert back.dtype == y.dtype


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@FEW
@given(cases())
def test_pooling_any_layout_is_pooling_its_copy(call, case):
    check_forward(call, case)


@pytest.mark.parametrize("name", ONE_EXTREME)
@FEWER
@given(cases(("float32",), LARGE))
def test_pooling_a_large_array_of_any_layout_is_pooling_its_copy(name, case):
    check_forward(CALLS[name], case)


@pytest.mark.parametrize("pool, rest", POOLS.values(), ids=POOLS)
@FEW
@given(cases(FLOATS), st.data())
def test_the_gradient_of_any_layout_from_any_layout_is_that_of_copies(pool, rest, case, data):
    check_backward(pool, rest, case, data)


@pytest.mark.parametrize("name", ONE_EXTREME)
@FEWER
@given(cases(("float32",), LARGE), st.data())
def test_the_gradient_of_a_large_array_of_any_layout_is_that_of_its_copy(name, case, data):
    check_backward(*POOLS[name], case, data)


@pytest.mark.parametrize("call", WITH_GRADIENT.values(), ids=WITH_GRADIENT)
@FEW
@given(cases(FLOATS), st.data())
def test_a_mask_of_any_layout_is_its_copy(call, case, data):
    x, copy = case.arrays()
    mask = laid(data, np.random.default_rng(2).random(copy.max(case.channel).shape) < 0.8)
    expected = call(copy, data_format=case.data_format, mask=plain(mask))
    assert_same(call(x, data_format=case.data_format, mask=mask), expected, x, mask)


@pytest.mark.parametrize("pool", [max_pool, min_pool])
@FEW
@given(cases(), st.data())
def test_indices_from_any_layout_and_in_any_layout_are_those_of_copies(pool, case, data):
    check_indices(pool, case, data)


@FEWER
@given(cases(("float32",), LARGE), st.data())
def test_indices_of_a_large_array_of_any_layout_are_those_of_its_copy(case, data):
    check_indices(max_pool, case, data)


@FEW
@given(cases(FLOATS), st.data())
def test_the_gradient_of_unpooling_any_layout_is_that_of_copies(case, data):
    dy, copy = case.arrays()
    y, indices = max_pool(copy, 2, data_format=case.data_format, return_indices=True)
    indices = laid(data, indices)
    dx = vjp(max_unpool, y, indices, copy.shape, case.data_format)[1](dy)
    assert_same(dx, vjp(max_unpool, y, plain(indices), copy.shape, case.data_format)[1](copy), y, indices, dy)


# Bytes from the start of a line of the cache, which no answer may depend on
PLACES = (0, 4, 20, 32)


@pytest.mark.parametrize("shape", [(2, 9, 7, 5), LARGE[0]])
@pytest.mark.parametrize("name", ONE_EXTREME)
def test_the_place_in_memory_changes_nothing(name, shape):
    pool, rest = POOLS[name]
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    memory = np.empty(x.nbytes + 128, "u1")
    memory = memory[-memory.ctypes.data % 64 :]
    copies = [memory[place : place + x.nbytes].view("f4").reshape(shape) for place in PLACES]
    found = []
    for copy in copies:
        copy[...] = x
        y, pullback = vjp(pool, copy, *rest)
        found.append((y.tobytes(), pullback(y).tobytes()))
    assert len(set(found)) == 1


# The layouts themselves: what was asked for -> what is true of it

PLAIN = np.arange(24, dtype="f4").reshape(2, 3, 4)
FACTS = [
    ({}, lambda x: x.flags.c_contiguous and x.flags.aligned and x.flags.writeable and type(x) is np.ndarray),
    ({"steps": [1, 1, 2]}, lambda x: x.strides == (96, 32, 8)),
    ({"steps": [2, 2, 2]}, lambda x: x.strides == (384, 64, 8)),
    ({"steps": [1, -1, 1]}, lambda x: x.strides == (48, -16, 4)),
    ({"steps": [-2, 1, -2]}, lambda x: x.strides == (-192, 32, -8)),
    ({"order": [2, 1, 0]}, lambda x: x.flags.f_contiguous and x.strides == (4, 8, 24)),
    ({"order": [0, 2, 1]}, lambda x: x.strides == (48, 4, 12)),
    ({"memory": real_part}, lambda x: x.base.dtype == "c8" and x.strides == (96, 32, 8)),
    ({"memory": record_field}, lambda x: x.base.dtype.names == ("before", "x", "after") and x.strides[-1] == 16),
    ({"memory": unaligned}, lambda x: not x.flags.aligned and x.ctypes.data % 4),
    ({"memory": memory_map}, lambda x: isinstance(x, np.memmap)),
    ({"memory": subclass}, lambda x: type(x) is Subclass),
    ({"memory": subclass, "steps": [2, 1, 1]}, lambda x: type(x) is Subclass and x.strides == (96, 16, 4)),
    ({"swap": True}, lambda x: x.dtype == np.dtype("f4").newbyteorder() and not x.dtype.isnative),
    ({"writeable": False}, lambda x: not x.flags.writeable),
]


@pytest.mark.parametrize("arguments, fact", FACTS)
def test_a_layout_is_what_was_asked_for_and_has_the_same_values(arguments, fact):
    x = lay(PLAIN, **arguments)
    assert fact(x)
    assert_array_equal(x, PLAIN)


def test_a_step_of_zero_repeats_the_first_value():
    x = lay(PLAIN, steps=[1, 0, 1])
    assert x.strides == (16, 0, 4)
    assert_array_equal(x, PLAIN[:, [0, 0, 0]])


@pytest.mark.parametrize("ndim", [3, 4, 5])
def test_each_kind_differs_from_every_other(ndim):
    laid = [lay(np.zeros((2, 3, 2, 3, 2)[:ndim], "f4"), **kind) for kind in kinds(ndim)]
    seen = {(x.strides, x.base.dtype, type(x), x.flags.aligned, x.flags.writeable) for x in laid}
    assert len(seen) == len(laid)


@FEW
@given(layouts(3))
def test_several_ways_at_once_keep_the_values_too(layout):
    steps = layout.get("steps", (1, 1, 1))
    kept = [range(length) if step else [0] * length for length, step in zip(PLAIN.shape, steps, strict=True)]
    assert_array_equal(lay(PLAIN, **layout), PLAIN[np.ix_(*kept)])

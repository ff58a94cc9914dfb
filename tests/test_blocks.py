"""The fast path against the simple form: the same answer to every random pooling, however it is cut into blocks."""

import gc
import os
import subprocess
import sys
import threading
import time
import tracemalloc
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import FLOATS, INTEGERS, LAYOUTS, axis_rules, poolings

from poolkit import (
    average_pool,
    blocks,
    blocks_backward,
    folds,
    global_average_pool,
    max_pool,
    min_pool,
    set_threads,
    vjp,
)
from poolkit.windows import lay_grid, lay_whole_map, lay_windows

EVERY_DTYPE = ("bool", *INTEGERS, *FLOATS)
EXTREMES = [np.maximum, np.minimum]
SHAPES = [(1, 1, 1), (3, 100, 1), (2, 33, 20), (2, 64, 5, 3), (1, 7, 7, 40), (2, 9, 1, 5, 2)]
GRADIENTS = [(max_pool, {}), (min_pool, {}), (average_pool, {}), (average_pool, {"count_include_pad": True})]
CUTS = st.tuples(st.sampled_from([16, 100, 2**20]), st.sampled_from([0, 16, 2**20]), st.integers(1, 3))


@pytest.fixture(autouse=True)
def results_in_used_memory(monkeypatch):
    """Results begin as NaN, as if an earlier one had been there."""
    result_of = blocks.result_of

    def used(count, dtype):
        result = result_of(count, dtype)
        result.view("uint8")[...] = 255
        return result

    monkeypatch.setattr(blocks, "result_of", used)


@contextmanager
def cut(block, short, threads, products=False):
    """Take the fast path for every array, with blocks, stretches and threads of other sizes.

    Without ``products``, which round, means of few whole numbers are exact.
    """
    usual = blocks.BLOCK, blocks.SHORT, blocks.SMALL, blocks._threads, blocks.PRODUCTS
    blocks.BLOCK, blocks.SHORT, blocks.SMALL, blocks._threads, blocks.PRODUCTS = block, short, 0, threads, products
    forget()
    try:
        yield
    finally:
        blocks.BLOCK, blocks.SHORT, blocks.SMALL, blocks._threads, blocks.PRODUCTS = usual
        forget()


def forget():
    blocks._blocks.cache_clear()
    blocks._steps.cache_clear()
    blocks._ready.cache_clear()


def watch_memory(call):
    tracemalloc.start()
    result = call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result, peak


# shape, dtype, windows -> whether that is folded block by block
FIT = [
    ((1, 8192, 1), "float32", (8192, 2, 2, "valid"), True),
    ((1, 8191, 1), "float32", (8191, 2, 2, "valid"), False),
    ((1, 4096, 1), "float64", (4096, 2, 2, "valid"), True),
    ((1, 4096, 1), "longdouble", (4096, 2, 2, "valid"), False),
    ((1, 8192, 1), "float32", (8192, 8192, 1, "valid"), True),
    ((1, 8192, 1), "float32", (8192, 8193, 1, "same"), False),
    ((1, 8192, 1), "float32", (8192, 2, 2, "valid", 2), False),
]


@pytest.mark.parametrize("shape, dtype, rule, expected", FIT)
def test_large_arrays_are_folded_block_by_block(shape, dtype, rule, expected):
    assert (blocks.is_large(np.ones(shape, dtype)) and blocks.fit({1: lay_windows(*rule)})) == expected


@pytest.mark.parametrize("samples, expected", [(0, False), (1, True)])
def test_an_empty_array_is_never_large(samples, expected):
    with cut(16, 16, 1):
        assert blocks.is_large(np.ones((samples, 1, 1), "uint8")) == expected


# bytes of a block -> of each block: samples, which rows of the output, where they start and stop in input and output;
# of 3 samples of 10 rows of 20 float32 numbers, pooled to 5 rows of 10
BLOCKS = [
    (2400, [(3, (0, 5), (0, 600), (0, 150))]),
    (1600, [(2, (0, 5), (0, 400), (0, 100)), (1, (0, 5), (400, 800), (100, 200))]),  # slices may stop behind the end
    (800, [(1, (0, 5), (200 * i, 200 * i + 200), (50 * i, 50 * i + 50)) for i in range(3)]),
    (
        799,
        [
            *((1, (0, 3), (0, 140), (0, 30)), (1, (3, 5), (120, 200), (30, 50))),
            *((1, (0, 3), (200, 340), (50, 80)), (1, (3, 5), (320, 400), (80, 100))),
            *((1, (0, 3), (400, 540), (100, 130)), (1, (3, 5), (520, 600), (130, 150))),
        ],
    ),
]


@pytest.mark.parametrize("block, expected", BLOCKS)
def test_an_array_is_cut_into_blocks(block, expected):
    with cut(block, 0, 1):
        cuts = blocks._blocks(3, (lay_windows(10, 3, 2, "same"), lay_windows(10, 2, 2, "valid")), 2, 4, False, 1)
    found = [(each.key[0], *((part.start, part.stop) for part in each[2:])) for each in cuts]
    assert found == expected
    seen = [lay_windows(10, 3, 2, "same").part(*rows)[0] for _, rows, *_ in expected]
    assert [each.positions for each in cuts] == seen


def test_the_buffers_of_numpy_are_small_in_blocks_alone():
    before, inside = np.getbufsize(), []

    def look(_):
        inside.append(np.getbufsize())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        blocks.in_threads(look, [], 0)
    assert inside == [blocks.BUFFER] and np.getbufsize() == before > blocks.BUFFER


def test_a_block_has_at_least_a_row():
    with cut(1, 0, 1):
        cuts = blocks._blocks(1, (lay_windows(10, 3, 2, "same"),), 2, 4, False, 1)
    assert [(each.rows.start, each.rows.stop) for each in cuts] == [(o, o + 1) for o in range(5)]


@pytest.mark.parametrize(
    "size, stride, short, count",
    [
        (4, 1, 0, 3),
        (5, 1, 0, 9),
        (5, 2, 0, 3),
        (4, 1, 56, 3),
        (4, 1, 57, 9),
        (3, 1, 99, 9),
        (2, 1, 99, 3),
        (3, 2, 99, 3),
    ],
)
def test_a_block_is_half_as_large_if_windows_hop(size, stride, short, count):
    rows, columns = lay_windows(10, 2, 2, "valid"), lay_windows(10, size, stride, "valid")
    with cut(800, short, 1):
        one = lay_windows(1, 1, 1, "valid")
        cuts = [(rows, columns), (rows, columns, one), (rows, one, columns), (columns, rows)]
        found = [len(blocks._blocks(3, windows, 2, 4, False, 1)) for windows in cuts]
    assert found == [count, count, count, 3]  # the first axis hops from the input


@pytest.mark.parametrize(
    "samples, stride, channels, products, threads, count",
    [
        (16, 2, 2, False, 2, 8),
        (15, 2, 2, False, 2, 15),
        (16, 2, 2, False, 1, 16),
        (32, 2, 1, False, 2, 16),
        (32, 2, 1, True, 2, 8),
        (16, 1, 2, False, 2, 16),
        (16, 1, 2, True, 2, 8),
        (16, 1, 2, True, 1, 16),
    ],
)
def test_several_threads_take_larger_blocks_of_many_long_rows(samples, stride, channels, products, threads, count):
    with cut(1600, 0, threads):
        found = blocks._blocks(samples, (lay_windows(200, 3, stride, "valid"),), channels, 4, products, threads)
    assert len(found) == count


# elements of a window -> by which shift to how many elements each hop leads, and whether one of the input is added
HOPS = [
    (1, False, []),
    (2, False, [(False, 1, 2)]),
    (7, False, [(False, 1, 2), (False, 2, 4), (False, 3, 7)]),
    (8, False, [(False, 1, 2), (False, 2, 4), (False, 4, 8)]),
    (1, True, []),
    (6, True, [(False, 1, 2), (True, 2, 3), (False, 3, 6)]),
    (7, True, [(False, 1, 2), (True, 2, 3), (False, 3, 6), (True, 6, 7)]),
]


@pytest.mark.parametrize("size, disjoint, expected", HOPS)
def test_the_elements_of_a_window_are_reached_by_doubling(size, disjoint, expected):
    assert blocks.doubling(size, disjoint) == expected


# windows, how many elements lie behind each position, whether they are added -> how many steps with AVX-512
STEPS = [
    ((200, 1, 1, "valid"), 512, False, 1),  # a copy
    ((200, 2, 2, "valid"), 512, False, 1),
    ((200, 2, 2, "valid"), 63, False, 2),  # short: all pairs of neighbours, then a copy of every second
    ((200, 2, 2, "valid"), 64, False, 1),
    ((128, 3, 1, "same"), 1, False, 4),  # two steps, and one for each end
    ((127, 3, 1, "same"), 1, False, 4),
    ((1025, 3, 1, "valid"), 1, False, 3),  # short: with a copy
    ((127, 5, 1, "same"), 1, True, 9),  # three steps, and three for each end
    ((1026, 3, 1, "valid"), 1, False, 2),
    ((200, 2, 2, "valid"), 3, False, 3),  # each of three channels alone
    ((200, 3, 2, "valid"), 3, False, 6),
    ((200, 4, 2, "valid"), 3, False, 5),
    ((200, 3, 1, "valid"), 3, False, 3),
    ((200, 4, 1, "valid"), 512, False, 2),
    ((200, 7, 1, "valid"), 512, False, 3),
    ((200, 7, 1, "valid"), 512, True, 4),
    ((200, 8, 2, "valid"), 512, False, 3),
    ((200, 8, 3, "valid"), 512, False, 7),
    ((200, 31, 1, "valid"), 512, True, 8),
    ((200, 32, 1, "valid"), 512, False, 5),
    ((200, 32, 8, "valid"), 512, False, 31),
]


@pytest.mark.parametrize("rule, behind, disjoint, expected", STEPS)
def test_long_windows_take_few_steps(rule, behind, disjoint, expected, monkeypatch):
    monkeypatch.setattr(blocks, "SHORTER", 16)
    axes = ((lay_windows(*rule), None),)
    assert len(blocks._steps.__wrapped__(1, axes, behind, blocks.FLOAT32, disjoint)) == expected


@pytest.mark.parametrize("behind, expected", [(1023, 2), (1024, 1)])
def test_without_avx512_longer_stretches_are_folded_all_at_once(behind, expected, monkeypatch):
    monkeypatch.setattr(blocks, "SHORTER", 1)
    axes = ((lay_windows(200, 2, 2, "valid"), None),)
    assert len(blocks._steps.__wrapped__(1, axes, behind, blocks.FLOAT32, False)) == expected


# dtype, elements of an axis, stride, elements behind each -> as what the elements that a stride meets are copied
COPIES = [
    ("uint8", 8, 2, 1, ["u2"]),  # pairs, of which half is kept: faster than to skip
    ("int16", 8, 2, 1, ["u4"]),
    ("float32", 8, 2, 1, ["u8"]),
    ("float64", 8, 2, 1, ["V8"]),
    ("float32", 9, 2, 1, ["V4"]),
    ("float32", 8, 3, 1, ["V4"]),
    ("float32", 8, 2, 2, ["V8"]),  # all at once
    ("float32", 8, 2, 3, 3 * ["<f4"]),  # but not three
]


@pytest.mark.parametrize("dtype, length, stride, behind, expected", COPIES)
def test_elements_are_copied_in_large_pieces(dtype, length, stride, behind, expected):
    axes = ((lay_windows(length, 1, stride, "valid"), None),)
    assert [one.item for one, *_ in blocks._steps(1, axes, behind, np.dtype(dtype), False)] == expected


@pytest.mark.parametrize("padding", ["valid", "same", "same_lower", [(1, 0)], [(1, 1)], [(2, 0)]])
@pytest.mark.parametrize("length, size", [(8, 3), (8, 4), (9, 3)])
def test_every_second_of_few_neighbours_is_that_of_the_simple_form(length, size, padding):
    x = np.random.default_rng(0).random((3, length, 1), "float32")
    grid = lay_grid(x.shape, size, 2, padding, "channels_last")
    expected = folds.extreme(np.maximum, x, grid, None), folds.average(x, grid, None)
    with cut(2**20, blocks.SHORT, 1):
        y = blocks.extreme(np.maximum, x, grid), blocks.average(x, grid)
    assert_array_equal(y[0], expected[0])
    assert_allclose(y[1], expected[1], rtol=1e-6)


# how many elements windows see along each axis -> how many most see, and where others see how many
NUMBERS = [
    ([(2, 2, 1), (2, 1)], 4, [(np.s_[:, 2:3], [[[2], [1]]]), (np.s_[:, :, 1:2], [[[2]], [[2]], [[1]]])]),
    ([(1, 2, 3, 3, 2)], 3, [(np.s_[:, 0:2], [[1], [2]]), (np.s_[:, 4:5], [[2]])]),
    ([(2, 2, 2), (3, 3, 3)], 6, []),
]


@pytest.mark.parametrize("lengths, most, clipped", NUMBERS)
def test_clipped_windows_know_how_many_elements_they_have(lengths, most, clipped):
    number, others = blocks._numbers(tuple(lengths))
    assert number == most and type(number) is float
    for (windows, numbers), (index, expected) in zip(others, clipped, strict=True):
        assert windows == index
        assert_array_equal(numbers, np.float32(expected), strict=True)


# dtype, elements of a window along each axis -> in what they are added
SUMS = [
    ("float32", 64, "float32"),
    ("float32", 65, "float64"),
    ("float16", 64, "float32"),
    ("float64", 1, "float64"),
    ("uint8", 256, "uint16"),
    ("uint8", 257, "float64"),
    ("int8", 256, "int16"),
    ("bool", 256, "uint16"),
    ("uint16", 8, "float32"),
    ("int16", 8, "float32"),
    ("int16", 9, "float64"),
    ("int32", 1, "float64"),
]


@pytest.mark.parametrize("dtype, size, expected", SUMS)
def test_sums_are_taken_in_a_short_dtype_where_that_is_enough(dtype, size, expected):
    assert blocks._sum_dtype(np.dtype(dtype), size) == expected


def test_blocks_of_two_rows_give_what_a_student_works_out():
    x = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]], "float32").reshape(1, 4, 4, 1)
    with cut(32, 0, 2):
        assert_array_equal(max_pool(x, 2)[0, :, :, 0], [[9, 7], [8, 6]])
        assert_array_equal(average_pool(x, 2)[0, :, :, 0], [[4.25, 4.25], [4.25, 3.5]])


RANGES = [(0, 0x7C00), (0x8000, 0xFC00), (0, 0x10000)]  # of the bits of float16: finite numbers, and all


@pytest.mark.parametrize("first, last", RANGES)
def test_every_float16_number_is_the_same_in_float32(first, last):
    numbers = np.arange(first, last).astype("uint16").view("float16")
    scaled = np.empty(numbers.shape, "float32")
    with np.errstate(invalid="ignore"):
        blocks._widen(numbers, scaled)
    assert_array_equal(scaled * np.float32(2**112), numbers.astype("float32"))


def test_float16_numbers_beside_infinity_are_scaled_as_all_are():
    numbers = np.float16([np.inf, -np.inf, 1, -6e-8, 65504])
    scaled = np.empty(5, "float32")
    blocks._widen(numbers, scaled)
    assert_array_equal(scaled, np.float32(numbers) / np.float32(2**112))


@pytest.mark.parametrize("first, last", [*RANGES, (0x7BFF, 0x7C01), (0xFBFF, 0xFC01)])  # and the infinities
def test_float32_numbers_become_the_nearest_float16(first, last):
    numbers = np.arange(first, last).astype("uint16").view("float16").astype("float32")
    short = np.empty(2 * numbers.size - 1, "float16")
    with np.errstate(over="ignore", invalid="ignore"):
        numbers = np.append(numbers, (numbers[1:] + numbers[:-1]) / 2)  # ties
        blocks._narrow(numbers / np.float32(2**112), short)
        assert_array_equal(short, numbers.astype("float16"))


@pytest.mark.parametrize("dtype, value", [("uint8", 255), ("int8", -128), ("int8", 127), ("bool", 1)])
@pytest.mark.parametrize("size", [16, 17])
def test_sums_of_short_integers_stay_in_range(dtype, value, size):
    x = np.full((1, 64, 64, 32), value, dtype)
    assert_array_equal(average_pool(x, size, 1), np.full((1, 65 - size, 65 - size, 32), value, "float32"))


@pytest.mark.parametrize("combine", EXTREMES)
@given(poolings(EVERY_DTYPE), CUTS)
def test_extremes_are_those_of_the_simple_form(combine, pooling, cuts):
    grid = lay_grid(pooling.x.shape, *pooling.arguments[1:])
    expected = folds.extreme(combine, pooling.x, grid, None)
    with cut(*cuts):
        assume(blocks.is_large(pooling.x) and blocks.fit(grid))
        y = blocks.extreme(combine, pooling.x, grid)
    assert_array_equal(y, expected)
    assert y.dtype == expected.dtype


@given(poolings(FLOATS, special=True), CUTS)
def test_nan_and_infinities_are_those_of_the_simple_form(pooling, cuts):
    grid = lay_grid(pooling.x.shape, *pooling.arguments[1:])
    expected = folds.extreme(np.maximum, pooling.x, grid, None), folds.average(pooling.x, grid, None)
    with cut(*cuts):
        assume(blocks.is_large(pooling.x) and blocks.fit(grid))
        y = blocks.extreme(np.maximum, pooling.x, grid), blocks.average(pooling.x, grid)
    assert_array_equal(y, expected)


@pytest.mark.parametrize("special", [[np.nan], [np.inf], [np.inf, -np.inf], [3e38, 3e38]])
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_whole_maps_with_nan_and_infinities_are_those_of_the_simple_form(data_format, special):
    x = np.zeros((2, 50, 40, 30), "float32")
    x[:, 20, 20 : 20 + len(special), 20] = special
    grid = lay_whole_map(x.shape, data_format)
    with np.errstate(invalid="ignore"):
        expected = x.mean(tuple(grid), float, keepdims=True)
    y = blocks.whole_average(x, grid)
    assert y.dtype == x.dtype
    assert_allclose(y, expected, rtol=1e-6)


@given(poolings(EVERY_DTYPE), st.booleans(), st.booleans(), CUTS)
def test_averages_are_those_of_the_simple_form(pooling, ceil_mode, count_include_pad, cuts):
    grid = lay_grid(pooling.x.shape, *pooling.arguments[1:], 1, ceil_mode)
    expected = folds.average(pooling.x, grid, None, count_include_pad)
    with cut(*cuts):
        assume(blocks.is_large(pooling.x) and blocks.fit(grid))
        y = blocks.average(pooling.x, grid, count_include_pad)
    assert_array_equal(y, expected)
    assert y.dtype == expected.dtype


@pytest.mark.parametrize("combine", [*EXTREMES, np.add])
@given(axis_rules(longest=150), st.integers(0, 2**32 - 1), CUTS)
def test_long_windows_on_a_line_are_those_of_the_simple_form(combine, rule, seed, cuts):
    x = np.random.default_rng(seed).integers(-9, 9, (2, rule[0], 3)).astype("float32")
    grid = {1: lay_windows(*rule)}
    simple, fast = (folds.average, blocks.average) if combine is np.add else (folds.extreme, blocks.extreme)
    first = () if combine is np.add else (combine,)
    expected = simple(*first, x, grid, None)
    with cut(*cuts):
        assume(blocks.is_large(x) and blocks.fit(grid))
        assert_array_equal(fast(*first, x, grid), expected)


@st.composite
def without_gaps(draw):
    """An array, and a grid of windows that leave none of its elements out between them."""
    rank = draw(st.integers(1, 3))
    rules = []
    for _ in range(rank):
        length = draw(st.integers(2, (120, 30, 9)[rank - 1]))
        size = draw(st.integers(2, min(length, 64)))
        pair = (draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1)))
        rules.append((length, size, draw(st.integers(1, size)), draw(st.sampled_from(["valid", "same", pair]))))
    samples, channels = draw(st.integers(1, 3)), draw(st.sampled_from([1, 2, 3, 15, 16, 17, 40]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.standard_normal((samples, *(length for length, *_ in rules), channels))
    grid = {axis: lay_windows(*rule) for axis, rule in enumerate(rules, 1)}
    return x.astype(draw(st.sampled_from(["float16", "float32", "float64"]))), grid


@given(without_gaps(), st.booleans(), CUTS)
def test_averages_by_products_are_those_of_the_simple_form(pooling, count_include_pad, cuts):
    x, grid = pooling
    expected = folds.average(x.astype(float), grid, None, count_include_pad)
    divisors = [blocks.Divisors(each) for each in blocks.lengths(grid, count_include_pad)]
    with cut(*cuts, products=True):
        assume(blocks.is_large(x) and blocks.fit(grid))
        y = blocks.product(x, grid, divisors)
        assume(y is not None)
        assert_array_equal(blocks.average(x, grid, count_include_pad), y)
    assert_allclose(y, expected, rtol=1e-3 if x.dtype == "float16" else 1e-5, atol=1e-6)
    assert y.dtype == x.dtype


@given(without_gaps(), st.booleans(), CUTS)
def test_gradients_by_products_are_those_of_the_simple_form(pooling, count_include_pad, cuts):
    x, grid = pooling
    x = x.astype(np.promote_types(x.dtype, "float32"))
    rules = [[each.size for each in grid.values()], 1, [(each.before, each.size - 1) for each in grid.values()]]
    y, pullback = vjp(average_pool, x, *rules, count_include_pad=count_include_pad)
    dy = np.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)
    expected = pullback(dy)
    with cut(*cuts, products=True):
        assert_allclose(pullback(dy), expected, rtol=1e-5, atol=1e-6)


PRODUCTS = [
    ((2, 200, 15), "float32", (12, 1), True, True),
    ((2, 200, 15), "float32", (13, 1), True, False),
    ((2, 200, 16), "float32", (13, 1), True, True),
    ((2, 200, 16), "float32", (64, 1), True, True),
    ((2, 200, 16), "float32", (65, 1), True, False),
    ((2, 200, 16), "float32", (2, 2), True, True),
    ((2, 200, 15), "float32", (2, 2), True, False),
    ((2, 200, 16), "float32", (2, 3), True, False),
    ((2, 200, 16), "float32", (3, 2), True, True),
    ((2, 200, 16), "float32", (3, 2), False, False),
    ((2, 200, 16), "float16", (3, 2), True, True),
    ((2, 200, 16), "float64", (3, 2), True, True),
    ((2, 200, 16), "int16", (3, 2), True, False),
    ((2, 20, 20, 16), "float32", ((3, 2), (2, 2)), True, True),
    ((2, 20, 20, 16), "float32", ((3, 1), (2, 1)), True, False),
]


@pytest.mark.parametrize("shape, dtype, rule, products, expected", PRODUCTS)
def test_windows_of_floats_without_gaps_are_averaged_by_products(shape, dtype, rule, products, expected):
    x = np.ones(shape, dtype)
    grid = lay_grid(shape, *rule, "same", "channels_last")
    with cut(2**20, 64, 1, products):
        y = blocks.product(x, grid, [blocks.Divisors(each) for each in blocks.lengths(grid, False)])
    assert (y is not None) == expected


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("channels", [1, 20])
def test_nan_and_infinities_stay_in_their_windows(channels, dtype, special):
    x = np.random.default_rng(0).integers(-9, 9, (2, 90, 80, channels)).astype(dtype)
    x[1, 50, 40, -1] = special
    expected, pullback = vjp(average_pool, x, 3, 1)
    with cut(20_000, 64, 2, products=True):
        y = average_pool(x, 3, 1)
        dx = pullback(expected)
    assert np.isfinite(expected).sum() == expected.size - 9
    assert_allclose(y, expected, rtol=1e-3)
    assert np.isfinite(dx).sum() == dx.size - 25


@pytest.mark.parametrize("block", [2**10, 2**20])
@pytest.mark.parametrize(
    "shape, size, stride",
    [
        ((1, 20, 24, 16), 3, 1),
        ((1, 20, 35, 1), 3, 1),
        ((1, 37, 17), 3, 1),
        ((1, 21, 24, 16), (2, 3), (2, 1)),
        ((1, 21, 24, 16), (3, 2), (1, 2)),
        ((1, 7, 9, 20, 16), (3, 2, 3), (2, 2, 1)),
    ],
)
def test_nan_anywhere_is_noticed(shape, size, stride, block):
    x = np.random.default_rng(0).integers(-9, 9, shape).astype("float32")
    for place in range(0, x.size, shape[-1]):
        special = x.copy()
        special.flat[place] = np.nan
        with cut(block, 64, 1, products=True):
            y = average_pool(special, size, stride)
        assert_allclose(y, average_pool(special, size, stride), rtol=1e-6, atol=1e-6)


def test_large_numbers_whose_mean_is_small_are_averaged():
    x = np.full((1, 10_000, 1), 3e38, "float32")
    with cut(2**20, 64, 1, products=True):
        assert_allclose(average_pool(x, 3, 1), np.full((1, 9998, 1), 3e38), rtol=1e-6)


# windows, what is divided by -> which share of each input each output gets
MATRICES = [
    ((4, 3, 1, "valid"), (3, 3), False, [[1 / 3, 1 / 3, 1 / 3, 0], [0, 1 / 3, 1 / 3, 1 / 3]]),
    ((3, 3, 1, "same"), (2, 3, 2), False, [[0.5, 0.5, 0], [1 / 3, 1 / 3, 1 / 3], [0, 0.5, 0.5]]),
    ((3, 3, 1, "same"), (2, 3, 2), True, [[0.5, 1 / 3, 0], [0.5, 1 / 3, 0.5], [0, 1 / 3, 0.5]]),
    ((5, 3, 2, "valid"), (1, 2), False, [[1, 1, 1, 0, 0], [0, 0, 0.5, 0.5, 0.5]]),
]


@pytest.mark.parametrize("rule, numbers, of_inputs, expected", MATRICES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_mean_is_a_product_with_a_matrix(dtype, rule, numbers, of_inputs, expected):
    matrix = blocks._matrix(lay_windows(*rule), blocks.Divisors(numbers, of_inputs), np.dtype(dtype))
    assert_array_equal(matrix, np.array(expected, dtype), strict=True)


@pytest.mark.parametrize("of_inputs, expected", [(False, (6, 7)), (True, (7, 8, 9))])
def test_a_part_of_an_axis_has_a_part_of_the_divisors(of_inputs, expected):
    part = blocks.Divisors((5, 6, 7, 8, 9), of_inputs).part(slice(2, 5), slice(1, 3))
    assert part == (expected, of_inputs)


DIVISORS = [(96, 40, 16, 32), (96, 17, 16, 16), (96, 15, 16, 96), (96, 15, 1, 12), (30, 100, 16, 30)]
DIVISORS += [(97, 50, 16, 97), (97, 50, 1, 1), (17, 16, 16, 17), (90, 17, 16, 90)]


@pytest.mark.parametrize("length, most, least, expected", DIVISORS)
def test_a_long_axis_is_divided_evenly(length, most, least, expected):
    assert blocks._divisor(length, most, least) == expected
    assert blocks._divisor(16 * 97, 20) == 16


@pytest.mark.parametrize(
    "length, expected", [(1, 1), (64, 64), (65, 13), (67, 32), (96, 32), (9 * 97, 9), (8 * 97, 32)]
)
def test_many_are_divided_into_a_few_at_a_time(length, expected):
    assert blocks._few(length, 32) == expected


@pytest.mark.parametrize(
    "stride, counted, added", [(2, False, 1), (2, True, 1), ((2, 1), False, 1), ((1, 2), False, 0), (1, False, 0)]
)
@pytest.mark.parametrize("length", [12, 13])
def test_windows_side_by_side_that_are_alike_are_added(monkeypatch, length, stride, counted, added):
    x, ways, add_or_multiply = np.ones((1, length, 12, 16), "float32"), [], blocks._add_or_multiply

    def spy(one, other, out):
        ways.append(one.ndim == other.ndim)
        add_or_multiply(one, other, out)

    monkeypatch.setattr(blocks, "_add_or_multiply", spy)
    grid = lay_grid(x.shape, 2, stride, "same", "channels_last")
    expected = folds.average(x, grid, None, counted)
    with cut(2**20, 0, 1, products=True):
        assert_allclose(blocks.average(x, grid, counted), expected, rtol=1e-6)
    clipped = length % 2 and not counted
    assert sum(ways) == (0 if clipped else added) and not all(ways)


# windows, elements behind each, whether the axis is the last -> how many outputs a product makes
AT_ONCE = [
    ((100, 3, 1, "valid"), 64, True, 14),  # of 98, at most 16
    ((98, 3, 1, "valid"), 16, True, 16),
    ((98, 3, 1, "valid"), 16, False, 4),
    ((99, 3, 1, "valid"), 15, False, 2),  # outputs of 15 channels
    ((98, 3, 1, "valid"), 1, True, 32),
    ((99, 3, 2, "valid"), 16, True, 7),
    ((99, 3, 2, "valid"), 16, False, 2),
    ((99, 5, 3, "valid"), 16, False, 2),
]


@pytest.mark.parametrize("rule, behind, last, expected", AT_ONCE)
def test_products_make_about_as_many_outputs_each(rule, behind, last, expected):
    assert blocks._at_once(lay_windows(*rule), behind, last) == expected


def test_a_product_makes_fewer_outputs_along_the_first_axes():
    windows = lay_windows(100, 3, 1, "valid")
    axes = ((windows, blocks.Divisors((3,) * 98)),) * 2
    steps = blocks._steps(2, axes, 16, np.dtype("float32"), True)
    assert [one.shape for one, _, result in steps if result] == [(4, 6), (2, 4), (14, 16)]
    (firsts, _, result) = steps[-1]
    assert result is None and firsts.shape == (2, 25, 7, 16) and firsts.array == blocks.Y
    assert firsts.strides == tuple(4 * step for step in (98 * 98 * 16, 4 * 98 * 16, 14 * 16, 1))


def test_what_is_added_is_not_taken_for_a_product():
    windows = lay_windows(100, 2, 2, "valid")
    axes = (windows, None), (windows, blocks.Divisors((4,) * 50))
    *_, (firsts, _, result) = blocks._steps(2, axes, 16, np.dtype("float32"), True)
    assert result is None and firsts.shape == (2, 50, 7, 16)


# windows, elements behind each, outputs at once -> the shapes of the matrices, and how many products each is in
MULTIPLIED = [
    ((100, 3, 1, "valid"), 64, 14, [((14, 16), 7)]),
    ((100, 3, 1, "same"), 64, 15, [((15, 16), 1), ((15, 17), 5), ((10, 11), 1)]),
    ((98, 3, 1, "valid"), 1, 32, [((32, 34), 3)]),
    ((98, 3, 1, "valid"), 3, 10, [((30, 36), 9), ((18, 24), 1)]),
    ((9, 3, 2, "valid"), 16, 4, [((4, 9), 1)]),
]


@pytest.mark.parametrize("rule, behind, rows, expected", MULTIPLIED)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equal_products_are_one_step(dtype, rule, behind, rows, expected):
    windows = lay_windows(*rule)
    divisors = blocks.Divisors(tuple(windows.lengths().tolist()))
    steps = blocks._multiply_axis(0, blocks.EVEN, 64, windows, divisors, behind, np.dtype(dtype), rows)
    found = []
    for one, other, result in steps:
        matrix, view = (one, other) if behind >= blocks.NARROW else (other.T, one)
        found.append((matrix.shape, view.shape[0]))
        assert view.shape[0] == result.shape[0]
        assert matrix.dtype == view.item == result.item == np.dtype(dtype)
        assert matrix.size * min(view.shape[-1], view.shape[-2]) <= blocks.PRODUCT
    assert found == expected


def test_products_are_small_enough_for_one_thread():
    windows = lay_windows(100, 3, 1, "valid")
    divisors = blocks.Divisors((3,) * 98)
    for before, behind, rows in (2**14, 1, 25), (1, 2**14, 14):
        steps = blocks._multiply_axis(0, blocks.EVEN, before, windows, divisors, behind, np.dtype("float32"), rows)
        for one, other, result in steps:
            inner = one.shape[-1]
            assert inner == other.shape[-2]
            assert blocks.PRODUCT / 2 < inner * result.shape[-1] * result.shape[-2] <= blocks.PRODUCT


def test_a_view_knows_where_it_starts_and_stops():
    view = blocks.View(0, 8, (2, 3), (20, 8), "f4")
    array = np.arange(12, dtype="f4")
    assert_array_equal(view.of(array), np.float32([[2, 4, 6], [7, 9, 11]]), strict=True)
    assert view.stop() == array.nbytes


def test_products_of_float64_are_float64():
    x = np.random.default_rng(0).random((2, 40, 30, 20))
    with cut(2**16, 64, 1, products=True):
        grid = lay_grid(x.shape, 3, 1, "valid", "channels_last", 1, False)
        y = blocks.average(x, grid)
        assert blocks.product(x, grid, [blocks.Divisors(each) for each in blocks.lengths(grid, False)]) is not None
    assert_allclose(y, folds.fold(np.add, x, 0, grid) / 9, rtol=1e-15, strict=True)


# What NumPy finds in a processor -> PRODUCTS, BLOCK, DOT, SHORTER
SIMD = [
    (["X86_V3", "X86_V4"], (True, 1 << 20, 1 << 11, 16)),
    (["AVX2", "AVX512_SKX"], (True, 1 << 20, 1 << 11, 16)),  # as older versions call them
    (["X86_V3"], (False, 1 << 21, 1 << 10, 1)),
    (["AVX2"], (False, 1 << 21, 1 << 10, 1)),
    (["NEON"], (False, 1 << 21, 1 << 9, 1)),
    (None, (False, 1 << 21, 1 << 9, 1)),
]


@pytest.mark.parametrize("found, expected", SIMD)
def test_blocks_and_products_suit_the_processor(found, expected):
    code = f"""
import numpy
numpy.show_config = lambda mode: {{"SIMD Extensions": {{"found": {found}}}}} if {found} else {{}}
from poolkit import blocks
print((blocks.PRODUCTS, blocks.BLOCK, blocks.DOT, blocks.SHORTER))"""
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == f"{expected}\n"


def test_features_that_are_disabled_are_not_found():
    code = "from poolkit import blocks; print(blocks.PRODUCTS)"
    features = np.show_config("dicts")["SIMD Extensions"]["found"]
    disabled = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(each for each in features if each != "X86_V3")}
    for environment, expected in (os.environ, blocks.PRODUCTS), (disabled, False):
        assert subprocess.check_output([sys.executable, "-c", code], env=environment, text=True) == f"{expected}\n"


AXES = [
    (8, 2, 2, "valid"),
    (9, 2, 2, "valid"),
    (8, 2, 2, (1, 1)),
    (8, 4, 2, (2, 2)),
    (8, 2, 3, "valid"),
    (8, 3, 2, "same"),
    (8, 3, 2, "same_lower"),
    (9, 3, 2, "same"),
    (9, 1, 2, "valid"),
    (9, 2, 3, "valid"),
    (9, 3, 1, "same"),
    (9, 9, 1, "same"),
    (9, 8, 1, (7, 7)),
    (9, 7, 3, (6, 5)),
    (40, 13, 1, "valid"),
    (40, 13, 2, "same"),
]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "float32", "float64"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("short", [0, 2**20])
@pytest.mark.parametrize("rule", AXES)
def test_an_axis_is_folded_as_in_the_simple_form(rule, short, channels, dtype):
    x = np.random.default_rng(0).integers(0, 9, (2, rule[0], channels)).astype(dtype)
    grid = {1: lay_windows(*rule)}
    mean, padded_mean = folds.average(x, grid, None), folds.average(x, grid, None, True)
    with cut(2**20, short, 1):
        assert_array_equal(blocks.extreme(np.maximum, x, grid), folds.fold(np.maximum, x, 0, grid))
        assert_array_equal(blocks.average(x, grid), mean)
        assert_array_equal(blocks.average(x, grid, True), padded_mean)


@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("dtype", EVERY_DTYPE)
@pytest.mark.parametrize("shape", SHAPES)
def test_whole_maps_are_those_of_the_simple_form(shape, dtype, data_format):
    x = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 9, shape).astype(dtype)
    grid = lay_whole_map(shape, data_format)
    expected = folds.extreme(np.maximum, x, grid, None), folds.average(x, grid, None)
    with cut(64, 0, 2):
        y = blocks.whole_extreme(np.maximum, x, grid), blocks.whole_average(x, grid)
    assert_array_equal(y[0], expected[0])
    assert_allclose(y[1], expected[1], rtol=1e-6)
    assert [each.dtype for each in y] == [each.dtype for each in expected]


@pytest.mark.parametrize(
    "maps, threads, expected",
    [
        (9, 1, [(9, 0)]),
        (9, 2, [(5, 0), (4, 0)]),
        (9, 4, [(3, 0)] * 3),
        (1, 2, [(1, 0), (1, 1)]),
        (1, 3, [(1, 0), (1, 1), (1, 2)]),
        (3, 2, [(2, 0), (1, 0)]),
        (2, 3, [(1, 0), (1, 1), (1, 0), (1, 1)]),
    ],
)
def test_every_thread_gets_a_share_of_the_maps(monkeypatch, maps, threads, expected):
    shares, in_threads = [], blocks.in_threads

    def watch(run, tasks, size, **errors):
        shares.extend(tasks)
        in_threads(run, tasks, size, **errors)

    monkeypatch.setattr(blocks, "in_threads", watch)
    x = np.arange(maps * 16, dtype="float32").reshape(maps, 4, 4, 1)
    with cut(2**20, 0, threads):
        y = blocks.whole_average(x, lay_whole_map(x.shape, "channels_last"))
    assert [(min(some.stop, maps) - some.start, part) for some, part in shares] == expected
    assert_array_equal(y, x.mean((1, 2), keepdims=True))


@pytest.mark.parametrize("channels", [1, 4, 32])
@pytest.mark.parametrize("special", [0, np.inf, -np.inf, np.nan])
def test_whole_maps_of_every_float16(special, channels):
    x = np.arange(2**16, dtype="uint16").view("float16")
    x = np.random.default_rng(0).permutation(x[np.isfinite(x)]).reshape(8, -1, 1, channels)
    x[0, 0, 0, 0] = special
    grid = lay_whole_map(x.shape, "channels_last")
    with cut(2**10, 0, 2), np.errstate(invalid="ignore"):
        y = blocks.whole_extreme(np.maximum, x, grid), blocks.whole_average(x, grid)
    assert_array_equal(y[0], x.max((1, 2), keepdims=True))
    assert_allclose(y[1], x.astype(float).mean((1, 2), keepdims=True).astype("float16"), rtol=1e-3)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_two_infinities_in_two_parts_of_a_map_warn_nobody(dtype):
    x = np.ones((1, 64, 1, 1), dtype)
    x[0, 0], x[0, -1] = np.inf, -np.inf
    with cut(64, 0, 2), warnings.catch_warnings(action="error"):
        assert np.isnan(blocks.whole_average(x, lay_whole_map(x.shape, "channels_last"))).all()


@pytest.mark.parametrize("pool, products", [(max_pool, False), (average_pool, True)])
def test_products_get_blocks_of_their_own(monkeypatch, pool, products):
    asked, cut_into_blocks = [], blocks._blocks

    def watch(*arguments):
        asked.append(arguments[-2:])
        return cut_into_blocks(*arguments)

    monkeypatch.setattr(blocks, "_blocks", watch)
    monkeypatch.setattr(blocks, "PRODUCTS", {"all"})
    pool(np.ones((1, 64, 64, 16), "float32"), 3, 1)
    assert asked == [(products, blocks._threads)]


@pytest.mark.parametrize("shape", [(12, 500, 500, 1), (1, 500, 500, 12), (1, 500, 500, 30)])
def test_the_mean_of_a_map_is_exact_where_its_sum_is(shape):
    x = np.random.default_rng(0).integers(0, 256, shape).astype("uint8")
    y = blocks.whole_average(x, lay_whole_map(shape, "channels_last"))
    assert_array_equal(y, x.mean((1, 2), float, keepdims=True).astype("float32"))


@pytest.mark.parametrize("channels", [1, 3, 20])
@pytest.mark.parametrize("length", [1, 63, 64, 67, 255, 256, 257, 1021, 1024, 4096, 4097, 9973])
def test_the_mean_of_a_map_of_any_length_is_right(length, channels):
    x = np.random.default_rng(length).random((40, length, channels), "float32")
    y = blocks.whole_average(x, lay_whole_map(x.shape, "channels_last"))
    assert_allclose(y, x.mean(1, float, keepdims=True), rtol=3e-7)


@pytest.mark.parametrize("maps, length, products", [(600, 3136, 1), (200, 3136, 7), (600, 255, 0), (300, 256, 1)])
def test_numpy_lets_other_threads_run_during_products_with_long_rows(monkeypatch, maps, length, products):
    made = []

    def watch(x, ones):
        made.append(x.shape)
        return np.sum(x, -1)

    monkeypatch.setattr(np, "vecdot", watch)
    monkeypatch.setattr(blocks, "DOT", 1 << 11)  # on all processors
    x = np.ones((maps, length, 1), "float32")
    assert (blocks._reduce_rows(np.add, x) == length).all()
    assert made == ([(maps, products, length // products)] if products else [])


@pytest.mark.parametrize("inner, width", [(3072, 3072), (8192, 8192), (14336, 7168), (9973, 9973)])
def test_products_of_wide_rows_start_no_threads_of_their_own(inner, width):
    made = []

    class Watched(np.ndarray):
        def __array_ufunc__(self, ufunc, method, *inputs, **options):
            plain = [np.asarray(each) for each in inputs]
            if ufunc is np.matmul:
                made.extend(each.shape for each in plain)
            return getattr(ufunc, method)(*plain, **options)

    x = np.random.default_rng(0).random((2, 96, inner), "float32")
    total = blocks._reduce_rows(np.add, x.view(Watched))
    assert_allclose(total, x.sum(1, float), rtol=1e-6)
    assert made == [(32,), (2, 3, inner // width, 32, width)]


def test_whole_maps_of_long_numbers_lose_no_digit():
    x, grid = np.arange(2**60, 2**60 + 10_000).reshape(1, 10_000, 1), lay_whole_map((1, 10_000, 1), "channels_last")
    assert blocks.whole_extreme(np.maximum, x, grid).ravel() == [2**60 + 9999]
    assert_allclose(blocks.whole_average(1 + (x - 2**60) / 2**50, grid).ravel(), 1 + 4999.5 / 2**50, rtol=1e-15)


@pytest.mark.parametrize("pool_size", [2, (2, 5), 40, (41, 1)])
def test_arrays_that_do_not_lie_in_one_piece_are_pooled_as_well(pool_size):
    x = np.random.default_rng(0).random((3, 90, 80, 5), "float32")[::2, :, ::-1]
    with cut(10_000, 64, 2):
        assert_array_equal(max_pool(x, pool_size), max_pool(x.copy(), pool_size))
        assert_array_equal(average_pool(x, pool_size), average_pool(x.copy(), pool_size))


@pytest.mark.parametrize("pool, options", GRADIENTS)
@given(poolings(FLOATS) | poolings(FLOATS, special=True), st.booleans(), CUTS)
def test_gradients_are_those_of_the_simple_form(pool, options, pooling, ceil_mode, cuts):
    def pull():
        y, pullback = vjp(pool, *pooling.arguments, ceil_mode=ceil_mode, **options)
        return pullback(np.random.default_rng(0).integers(-9, 9, y.shape))

    expected = pull()
    with cut(*cuts):
        dx = pull()
    assert_allclose(dx, expected, rtol=1e-2 if dx.dtype == np.float16 else 1e-6, atol=1e-5)
    assert dx.dtype == expected.dtype


@pytest.mark.parametrize("pool", [max_pool, average_pool])
@pytest.mark.parametrize("size, stride", [(2, 2), (3, 2), (3, 1), (7, 1), (2, 3), (13, 1), (20, 3)])
def test_gradients_of_many_ties_are_those_of_the_simple_form(pool, size, stride):
    x = np.random.default_rng(0).integers(0, 3, (3, 40, 41, 5)).astype("float32")
    y, pullback = vjp(pool, x, size, stride, "same")
    dy = np.random.default_rng(1).integers(-9, 9, y.shape)
    with cut(20_000, 64, 2):
        blocks.SMALL = x.nbytes + 1
        expected = pullback(dy)
        blocks.SMALL = 0
        assert_allclose(pullback(dy), expected, rtol=1e-6, atol=1e-5)


# windows side by side, of up to 12 elements and of more; axes that they fill, and that they do not
SIDE_BY_SIDE = [
    ((3, 30, 1), 3),
    ((3, 31, 16), 3),
    ((3, 40, 17), 20),
    ((2, 12, 9, 1), (2, 3)),
    ((2, 13, 10, 15), (3, 4)),
    ((2, 14, 13, 16), (2, 3)),
    ((2, 14, 15, 3), (1, 13)),
    ((2, 9, 6, 5, 16), (3, 2, 1)),
    ((2, 9, 6, 5, 2), (3, 2, 2)),
]


@pytest.mark.parametrize("pool", [max_pool, min_pool, average_pool])
@pytest.mark.parametrize("shape, size", SIDE_BY_SIDE)
def test_gradients_of_windows_side_by_side_are_those_of_the_simple_form(pool, shape, size):
    x = np.random.default_rng(0).integers(0, 3, shape).astype("float32")
    y, pullback = vjp(pool, x, size)
    dy = np.random.default_rng(1).integers(1, 9, y.shape).astype("float32")
    expected = pullback(dy)
    for block in 16, 2**20:
        with cut(block, 64, 2):
            assert_allclose(pullback(dy), expected, rtol=1e-6)
            assert pullback(dy).dtype == "float32"


@pytest.mark.parametrize(
    "size, stride, padding, expected",
    [(2, 2, "valid", True), (2, 2, "same", False), (2, 1, "valid", False), (2, 3, "valid", False)],
)
def test_windows_are_side_by_side_or_not(size, stride, padding, expected):
    windows = lay_windows(9, 3, 3, "valid"), lay_windows(7, size, stride, padding)
    assert blocks_backward._are_side_by_side(windows) == expected


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("size", [64, 65, 300])  # longer than 64, sums are taken in float64
def test_values_and_gradients_of_long_averages_are_those_of_the_simple_form(size, dtype):
    x = np.random.default_rng(0).random((2, 2000, 5)).astype(dtype)
    with cut(20_000, x.nbytes + 1, 2):
        expected, pullback = vjp(average_pool, x, size, 1)
        dy = np.random.default_rng(1).random(expected.shape)
        expected_dx = pullback(dy)
        blocks.SMALL = 0
        y, pullback = vjp(average_pool, x, size, 1)
        assert_allclose(y, expected, rtol=2e-3 if dtype == "float16" else 1e-6)
        assert_allclose(pullback(dy), expected_dx, rtol=2e-3 if dtype == "float16" else 1e-5)


@pytest.mark.parametrize("pool", [max_pool, min_pool])
@given(axis_rules(longest=60), st.integers(0, 2**32 - 1))
def test_gradients_of_long_windows_on_a_line_are_those_of_the_simple_form(pool, rule, seed):
    random = np.random.default_rng(seed)
    length, size, stride, padding = rule
    padding = padding if isinstance(padding, str) else [padding]
    y, pullback = vjp(pool, random.integers(-9, 9, (2, length, 3)).astype("float32"), size, stride, padding)
    dy = random.integers(-9, 9, y.shape)
    expected = pullback(dy)
    with cut(200, 0, 2):
        assert_array_equal(pullback(dy), expected)


def test_a_window_of_many_elements_sends_its_gradient_to_its_first_maximum():
    x = np.zeros((1, 50_000, 1), "float32")
    x[0, [39_000, 39_990]] = 1
    _, pullback = vjp(max_pool, x, 40_000, 10_000)
    assert_array_equal(np.flatnonzero(pullback(np.ones((1, 2, 1)))), [39_000])


@pytest.mark.parametrize("size", [3, 7, 13])
@pytest.mark.parametrize("large", [np.inf, 3e38, -3e38])
@pytest.mark.parametrize("shape", [(4, 8000, 4), (4, 200, 40, 4)])
def test_a_gradient_beyond_all_numbers_stays_where_it_is(shape, large, size):
    x = np.zeros(shape, "float32")
    there = (slice(None), 100, 20)[: len(shape) - 1]
    x[there] = 1
    y, pullback = vjp(max_pool, x, size, 1)
    dy = np.full(y.shape, large, "float32")
    dy[:, :90] = dy[:, 110:] = 0
    with np.errstate(over="ignore"):
        dx = pullback(dy)
    assert np.isinf(dx[there]).all() and not np.isnan(dx).any()


def test_what_no_window_sees_gets_no_gradient():
    _, pullback = vjp(max_pool, np.zeros((1, 1, 45, 1), "float32"), (1, 13), (1, 10), [(0, 0), (3, 0)])
    with cut(2**20, 64, 1):
        assert np.flatnonzero(pullback(np.ones((1, 1, 4, 1)))).tolist() == [0, 7, 17, 27]
    _, pullback = vjp(average_pool, np.zeros((1, 9, 1), "float32"), 1, 3)
    with cut(4, 64, 1):
        assert pullback(np.ones((1, 3, 1))).ravel().tolist() == [1, 0, 0, 1, 0, 0, 1, 0, 0]


@pytest.mark.parametrize("stride", [1, 3])
def test_gradients_of_float32_are_float32_at_once(stride):
    x, dy = np.ones((1, 100, 1), "float32"), np.ones((1, 99 // stride, 1), "float32")
    grid = lay_grid(x.shape, 2, stride, "valid", "channels_last")
    with cut(2**20, 0, 1):
        gradients = blocks_backward.average(x, dy, grid, False), blocks_backward.extreme(np.maximum, x, dy, dy, grid)
    assert [(each.shape, each.dtype) for each in gradients] == [(x.shape, x.dtype)] * 2


# bytes of a block -> how many maps of 10 rows of 8 bytes make one, and which rows each part of a map has
CUT_BACKWARD = [
    (400, 5, [(0, 10)]),
    (160, 2, [(0, 10)]),
    (159, 1, [(0, 10)]),
    (79, 1, [(0, 9), (8, 10)]),
    (32, 1, [(0, 5), (4, 9), (8, 10)]),
    (1, 1, [(0, 3), (2, 5), (4, 7), (6, 9), (8, 10)]),
]


@pytest.mark.parametrize("block, together, rows", CUT_BACKWARD)
@pytest.mark.parametrize("threads", [1, 2])
def test_gradients_are_cut_into_blocks(threads, block, together, rows):
    with cut(block if threads > 1 else 2 * block + 1, 0, threads):  # one thread has half as large blocks
        maps, parts = blocks_backward._cut(lay_windows(10, 3, 2, "same"), 8)
    assert maps == together
    assert [(positions.start, positions.stop) for positions, *_ in parts] == rows


@pytest.mark.parametrize("infinity", [np.inf, -np.inf])
@pytest.mark.parametrize("pool", [max_pool, min_pool])
def test_gradients_of_long_windows_of_infinities_are_those_of_the_simple_form(pool, infinity):
    x = np.full((2, 60, 3), infinity, "float32")
    x[1, ::7] = 1
    _, pullback = vjp(pool, x, 14, 2, "same")
    dy = np.arange(180).reshape(2, 30, 3)
    expected = pullback(dy)
    with cut(2**20, 64, 1):
        assert_array_equal(pullback(dy), expected)


@pytest.mark.parametrize("combine", EXTREMES)
def test_every_float16_is_in_its_place(combine):
    x = np.arange(2**16, dtype="uint16").view("float16")
    x = np.random.default_rng(0).permutation(x).reshape(1, 256, 256, 1)
    grid = lay_grid(x.shape, 3, 2, "same", "channels_last")
    with cut(2**20, 64, 1):
        y = blocks.extreme(combine, x, grid)
    assert_array_equal(y, np.float16(folds.fold(combine, x.astype("float32"), -combine(-np.inf, np.inf), grid)))


@pytest.mark.parametrize("bits", [0x7C01, 0x7E00, 0xFC01, 0xFE00])  # the smallest NaN, and others
@pytest.mark.parametrize("pool", [max_pool, min_pool])
@pytest.mark.parametrize("other", [0, np.inf, -np.inf])
def test_every_nan_of_float16_wins(pool, other, bits):
    x = np.full((1, 4, 1), other, "float16")
    x.view("uint16")[0, 1] = bits
    with cut(2**20, 64, 1):
        assert_array_equal(pool(x, 2).ravel(), [np.nan, other])


@pytest.mark.parametrize("pool, sign", [(max_pool, -1), (min_pool, 1)])
def test_float16_numbers_of_one_sign_are_in_order(pool, sign):
    x = sign * np.array([[[1], [2], [4], [3]]], "float16")
    with cut(2**20, 64, 1):
        assert_array_equal(pool(x, 2).ravel(), [sign, 3 * sign])


def test_a_whole_map_takes_little_memory():
    x = np.ones((1, 1024, 1024, 8), "uint8")
    _, peak = watch_memory(lambda: blocks.whole_average(x, lay_whole_map(x.shape, "channels_last")))
    assert peak < 4 * blocks.BLOCK


@pytest.mark.parametrize("shape", [(64, 512, 512, 1), (1, 2048, 1024, 8)])
def test_whole_maps_with_nan_take_little_memory(shape):
    x = np.ones(shape, "float32")
    x[0, 0, 0, 0] = np.nan
    y, peak = watch_memory(lambda: blocks.whole_average(x, lay_whole_map(x.shape, "channels_last")))
    assert np.isnan(y.flat[0]) and (y.flat[1:] == 1).all()
    assert peak < 12 * blocks.BLOCK


def test_few_maps_are_converted_at_once():
    x = np.ones((64, 256, 256, 8), "uint8")
    with cut(blocks.BLOCK, blocks.SHORT, 1):
        _, peak = watch_memory(lambda: blocks.whole_average(x, lay_whole_map(x.shape, "channels_last")))
    assert peak < 6 * blocks.BLOCK


def test_arrays_of_a_block_begin_with_a_line_of_the_cache():
    arrays = [blocks._aligned(4 * size, blocks.FLOAT32) for size in range(1, 1000, 7)]
    assert [each.size for each in arrays] == list(range(1, 1000, 7))
    assert not any(each.ctypes.data % 64 for each in arrays)


def test_scratch_is_the_same_for_each_block():
    scratch = blocks.Scratch()
    scratch.start()
    first = [scratch.empty((3, 5), np.int16), scratch.empty((0,), bool), scratch.copy(np.arange(100.0))]
    assert [each.shape for each in first] == [(3, 5), (0,), (100,)] and scratch.space.size == 0
    assert [each.dtype for each in first] == [np.int16, bool, float]
    scratch.start()
    numbers, nothing, copied = (
        scratch.empty((3, 5), np.int16),
        scratch.empty((0,), bool),
        scratch.copy(np.arange(100.0)),
    )
    begin = scratch.space.ctypes.data
    assert [each.ctypes.data - begin for each in (numbers, copied)] == [0, 64] and begin % 64 == 0
    assert scratch.space.size == scratch.used == 64 + 832 and nothing.size == 0
    numbers[...] = 7
    assert_array_equal(copied, np.arange(100.0))
    assert not np.shares_memory(scratch.empty((1,), bool), scratch.space)  # there is no more room
    scratch.start()
    assert scratch.empty((3, 5), np.int16).ctypes.data - scratch.space.ctypes.data == 0
    assert scratch.space.size == 64 + 832 + 64


def test_what_was_free_again_within_a_block_counts_for_the_next():
    scratch = blocks.Scratch()
    scratch.start()
    scratch.empty((200,), bool)
    scratch.used = 0
    scratch.empty((100,), bool)
    scratch.start()
    assert scratch.space.size == 256


@pytest.mark.parametrize("size, kept", [(16, True), (17, False)])
def test_scratch_for_very_large_blocks_is_not_kept(size, kept):
    scratch = blocks.Scratch()
    scratch.empty((size, blocks.BLOCK), bool)
    scratch.start()
    assert scratch.space.size == (size * blocks.BLOCK if kept else 0)
    assert scratch.empty((size, blocks.BLOCK), bool).shape == (size, blocks.BLOCK)


def test_each_thread_has_scratch_of_its_own():
    def kept():
        for _ in range(2):
            blocks.scratch.start()
            array = blocks.scratch.empty((1 << 16,), bool)
        return array

    with ThreadPoolExecutor(1) as pool:
        assert not np.shares_memory(pool.submit(kept).result(), kept())


def test_along_one_axis_after_another_the_same_scratch_is_used(monkeypatch):
    monkeypatch.setattr(blocks, "_threads", 1)
    monkeypatch.setattr(blocks, "BLOCK", 1 << 21)
    monkeypatch.setattr(blocks, "scratch", blocks.Scratch())
    monkeypatch.setattr(blocks_backward, "scratch", blocks.scratch)
    y, pullback = vjp(max_pool, np.zeros((2, 32, 32, 32, 32), "float32"), 3, 1, "same")
    dy = np.ones_like(y)
    for _ in range(2):
        pullback(dy)
    assert 0 < blocks.scratch.space.size < 5 * blocks.BLOCK


def forward(pool, dtype, *rule, number=1):
    x = np.full((4, 64, 64, 64), number, dtype)
    return lambda: pool(x, *rule)


def backward(pool, *rule, shape=(4, 64, 64, 64)):
    y, pullback = vjp(pool, np.random.default_rng(0).random(shape, dtype="float32"), *rule)
    dy = np.ones_like(y)
    return lambda: pullback(dy)


@pytest.mark.parametrize(
    "call",
    [
        forward(average_pool, "float16", 3, 2, "same"),
        forward(average_pool, "uint8", 3, 2, "same"),
        forward(max_pool, "float16", 3, 2, "same", number=-1),
        forward(global_average_pool, "float16"),
        forward(global_average_pool, "uint8"),
        backward(max_pool, 3, 2, "same"),
        backward(max_pool, 3, 1, "same"),
        backward(max_pool, 2),
        backward(max_pool, 2, shape=(4, 128, 128, 16)),
        backward(max_pool, 64, 1, shape=(4, 4096, 64)),
        backward(average_pool, 3, 2, "same"),
    ],
)
def test_a_call_finds_what_its_blocks_need_where_the_last_one_left_it(call, monkeypatch):
    monkeypatch.setattr(blocks, "_threads", 1)
    for _ in range(3):
        result = call()
    new = result.nbytes if result.nbytes < blocks.BLOCK else 0
    del result
    _, peak = watch_memory(call)
    assert peak - new < 2**17


def test_the_memory_of_a_result_that_is_gone_is_used_again(monkeypatch):
    monkeypatch.setattr(blocks, "_threads", 1)  # another thread may hold a result a moment longer
    gc.collect()  # what earlier tests have left
    x = np.ones((1, blocks.BLOCK, 2), "float32")
    y = max_pool(x, 2)
    place, size, part = y.ctypes.data, y.nbytes, y[:, 5:, 1]
    del y
    assert max_pool(x, 2).ctypes.data != place  # which part still needs
    del part
    others = [np.empty(size + 64, "uint8") for _ in range(3)]  # which would get what is free
    y = max_pool(x, 2)
    assert y.ctypes.data == place and (y == 1).all()
    del others
    max_pool(x, 4)
    assert y.nbytes // 2 in blocks._kept and y.nbytes not in blocks._kept


def test_little_memory_of_results_that_are_gone_is_kept(monkeypatch):
    gc.collect()
    blocks._kept.clear()
    monkeypatch.setattr(blocks, "KEPT", 4 * blocks.BLOCK)
    for size, kept in (0.5, []), (1, [1]), (2, [1, 2]), (3, [3]), (1, [3, 1]), (1, [3, 1]), (4, [4]), (5, []):
        blocks.result_of(int(size * blocks.BLOCK), np.dtype(bool))
        assert list(blocks._kept) == [each * blocks.BLOCK for each in kept]


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("pool", [max_pool, average_pool])
def test_pooling_takes_little_memory_beside_its_result(pool, dtype):
    x = np.ones((16, 224, 224, 16), dtype)
    y, peak = watch_memory(lambda: pool(x, 3, 2, "same"))
    assert peak - y.nbytes < 10 * 2**20 * blocks._threads


def test_sums_that_leave_float32_are_taken_in_float64():
    x = np.full((1, 64, 64, 4), 3e38, "float32")
    assert x.nbytes > blocks.SMALL
    y = average_pool(x, 2)
    assert_array_equal(y, x[:, ::2, ::2])
    assert y.dtype == x.dtype


def test_gradients_that_leave_float32_are_infinite_and_no_others():
    _, pullback = vjp(average_pool, np.zeros((1, 10_000, 1), "float32"), 3, 1, "same")
    dx = pullback(np.full((1, 10_000, 1), 3.4e38)).ravel()  # the first window has two elements, the second three
    assert_allclose(dx[[0, 1, 2, -1]], [3.4e38 * 5 / 6, np.inf, 3.4e38, 3.4e38 * 5 / 6])


@pytest.mark.parametrize("sign", [-1, 1])
def test_gradients_that_leave_float32_on_the_way_are_right(sign):
    _, pullback = vjp(average_pool, np.zeros((1, 10_000, 1), "float32"), 7, 1, "same")
    dy = np.zeros((1, 10_000, 1), "float32")
    dy[0, :7, 0] = [sign * 3.4e38] * 6 + [sign * -3.4e38]
    expected = sign * 3.4e38 * (1 / 4 + 1 / 5 + 1 / 6 + 2 / 7)
    with cut(2**20, 64, 1, products=True):
        assert_allclose(pullback(dy)[0, 3, 0], expected, rtol=1e-6)


def test_sums_that_leave_float64_are_infinite():
    x = np.full((1, 64, 64, 4), 1.7e308)
    assert_array_equal(average_pool(x, 2), np.full((1, 32, 32, 4), np.inf))


def test_long_windows_of_float16_are_averaged():
    x = np.arange(400, dtype="float16").reshape(2, 200, 1)
    with cut(2**20, 64, 1):
        assert_array_equal(average_pool(x, 100).ravel(), [49.5, 149.5, 249.5, 349.5])


@pytest.mark.parametrize("count, error", [(0, ValueError), (-1, ValueError), (1.0, TypeError), (True, TypeError)])
def test_the_number_of_threads_is_a_positive_integer(count, error):
    with pytest.raises(error, match="count must be"):
        set_threads(count)


def test_one_thread_is_enough():
    with cut(16, 16, 2):
        set_threads(1)
        assert blocks._threads == 1


@pytest.mark.parametrize("size, expected", [(16, 1), (17, 3)])
def test_more_than_a_block_is_read_by_all_threads_at_once(size, expected):
    barrier, arrived = threading.Barrier(expected, timeout=5), []
    with cut(16, 16, 3):
        blocks.in_threads(lambda _: arrived.append((barrier.wait(), time.sleep(0.1))), [], size)
    assert len(arrived) == expected


def test_threads_share_one_list_of_tasks():
    done = []
    with cut(16, 16, 3):
        blocks.in_threads(done.extend, range(100), 17)
    assert sorted(done) == list(range(100))


def test_every_thread_has_arrays_of_its_own(monkeypatch):
    made, make_ready = [], blocks._ready

    def watch(thread, *arguments):
        made.append((thread, threading.get_ident(), arguments, make_ready(thread, *arguments)))
        return made[-1][-1]

    watch.cache_clear = make_ready.cache_clear
    monkeypatch.setattr(blocks, "_ready", watch)
    x = np.random.default_rng(0).random((2, 40, 40, 16), "float32")
    with cut(x.nbytes, 64, 1):
        expected = max_pool(x, 3, 1)
        with ThreadPoolExecutor(2) as pool:
            barrier = threading.Barrier(2, timeout=5)
            found = list(pool.map(lambda _: (barrier.wait(), max_pool(x, 3, 1))[1], range(2)))
    for each in found:
        assert_array_equal(each, expected)
    assert all(asked == thread for asked, thread, *_ in made)
    assert len({thread for thread, *_ in made}) == 3 and len({arguments for *_, arguments, _ in made}) == 1
    one, *others = [[each for step in ready[0] for each in step if type(each) is np.ndarray] for *_, ready in made]
    assert one and not any(np.shares_memory(a, b) for a in one for other in others for b in other)


def test_the_next_call_finds_the_arrays_where_they_are():
    x = np.random.default_rng(0).random((2, 40, 40, 16), "float32")
    with cut(x.nbytes, 64, 1):
        first = max_pool(x, 3, 1)
        second = max_pool(-x, 3, 1)
        assert blocks._ready.cache_info()[:2] == (1, 1)
    assert_array_equal(first, max_pool(x, 3, 1))
    assert_array_equal(second, max_pool(-x, 3, 1))


def test_an_error_in_any_thread_is_raised():
    barrier, here = threading.Barrier(2, timeout=5), threading.get_ident()

    def fail_elsewhere(_):
        barrier.wait()
        assert threading.get_ident() == here, "elsewhere"

    with cut(16, 16, 2), pytest.raises(AssertionError, match="elsewhere"):
        blocks.in_threads(fail_elsewhere, [], 17)


@pytest.mark.parametrize("products", [False, True])
@pytest.mark.parametrize("threads", [2, 5])
def test_the_number_of_threads_changes_nothing(threads, products):
    x = np.random.default_rng(0).random((5, 100, 90, 16), "float32")
    with cut(blocks.BLOCK, blocks.SHORT, 1, products):
        expected = max_pool(x, 3, 2, "same"), average_pool(x, 3, 2, "same")
    with cut(blocks.BLOCK, blocks.SHORT, threads, products):
        assert_array_equal(max_pool(x, 3, 2, "same"), expected[0])
        assert_array_equal(average_pool(x, 3, 2, "same"), expected[1])


FORK = """
import os
import numpy as np
import poolkit
poolkit.set_threads(2)
x = np.ones((4, 256, 256, 8), np.float32)
poolkit.max_pool(x, 2)
child = os.fork()
if child == 0:
    os._exit(int(poolkit.max_pool(x, 2).min()) - 1)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_process_forked_after_threads_were_used_can_pool():
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], check=True, timeout=60)

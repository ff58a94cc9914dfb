"""The fast path against the simple form: the same answer to every random pooling, however it is cut into blocks."""

import os
import subprocess
import sys
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from strategies import FLOATS, INTEGERS, LAYOUTS, axis_rules, poolings

from poolkit import average_pool, blocks, folds, max_pool, min_pool, set_threads, vjp
from poolkit.windows import lay_grid, lay_whole_map, lay_windows

EVERY_DTYPE = ("bool", *INTEGERS, *FLOATS)
EXTREMES = [np.maximum, np.minimum]
SHAPES = [(1, 1, 1), (3, 100, 1), (2, 33, 20), (2, 64, 5, 3), (1, 7, 7, 40), (2, 9, 1, 5, 2)]
CUTS = st.tuples(st.sampled_from([16, 100, 2**20]), st.sampled_from([0, 16, 2**20]), st.integers(1, 3))


@contextmanager
def cut(block, short, threads):
    """Take the fast path for every array, with blocks, stretches and threads of other sizes."""
    usual = blocks.BLOCK, blocks.SHORT, blocks.SMALL, blocks._threads
    blocks.BLOCK, blocks.SHORT, blocks.SMALL, blocks._threads = block, short, 0, threads
    forget()
    try:
        yield
    finally:
        blocks.BLOCK, blocks.SHORT, blocks.SMALL, blocks._threads = usual
        forget()


def forget():
    blocks._blocks.cache_clear()
    blocks._steps.cache_clear()


def test_blocks_of_two_rows_give_what_a_student_works_out():
    x = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]], "float32").reshape(1, 4, 4, 1)
    with cut(32, 0, 2):
        assert_array_equal(max_pool(x, 2)[0, :, :, 0], [[9, 7], [8, 6]])
        assert_array_equal(average_pool(x, 2)[0, :, :, 0], [[4.25, 4.25], [4.25, 3.5]])


@pytest.mark.parametrize("first, last", [(0, 0x7C00), (0x8000, 0xFC00), (0, 0x10000)])  # finite ones, and all
def test_every_float16_number_is_the_same_in_float32(first, last):
    numbers = np.arange(first, last).astype("uint16").view("float16")
    wide = np.empty(numbers.shape, "float32")
    blocks._widen(numbers.view("int16"), wide)
    assert_array_equal(wide, numbers.astype("float32"))


@pytest.mark.parametrize("combine", EXTREMES)
@given(poolings(EVERY_DTYPE), CUTS)
def test_extremes_are_those_of_the_simple_form(combine, pooling, cuts):
    grid = lay_grid(pooling.x.shape, *pooling.arguments[1:])
    expected = folds.extreme(combine, pooling.x, grid, None)
    with cut(*cuts):
        assume(blocks.fit(pooling.x, grid))
        y = blocks.extreme(combine, pooling.x, grid)
    assert_array_equal(y, expected)
    assert y.dtype == expected.dtype


@given(poolings(FLOATS, special=True), CUTS)
def test_nan_and_infinities_are_those_of_the_simple_form(pooling, cuts):
    grid = lay_grid(pooling.x.shape, *pooling.arguments[1:])
    expected = folds.extreme(np.maximum, pooling.x, grid, None), folds.average(pooling.x, grid, None)
    with cut(*cuts):
        assume(blocks.fit(pooling.x, grid))
        y = blocks.extreme(np.maximum, pooling.x, grid), blocks.average(pooling.x, grid)
    assert_array_equal(y, expected)


@pytest.mark.parametrize("special", [[np.nan], [np.inf], [np.inf, -np.inf], [3e38, 3e38]])
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_whole_maps_with_nan_and_infinities_are_those_of_the_simple_form(data_format, special):
    x = np.zeros((2, 50, 40, 30), "float32")
    x[1, 20, 20 : 20 + len(special), 20] = special
    grid = lay_whole_map(x.shape, data_format)
    with np.errstate(invalid="ignore"):
        expected = x.mean(tuple(grid), float, keepdims=True)
    assert_allclose(blocks.whole_average(x, grid), expected, rtol=1e-6)


@given(poolings(EVERY_DTYPE), st.booleans(), st.booleans(), CUTS)
def test_averages_are_those_of_the_simple_form(pooling, ceil_mode, count_include_pad, cuts):
    grid = lay_grid(pooling.x.shape, *pooling.arguments[1:], 1, ceil_mode)
    expected = folds.average(pooling.x, grid, None, count_include_pad)
    with cut(*cuts):
        assume(blocks.fit(pooling.x, grid))
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
        assume(blocks.fit(x, grid))
        assert_array_equal(fast(*first, x, grid), expected)


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


@pytest.mark.parametrize("pool_size", [2, (2, 5), 40, (41, 1)])
def test_arrays_that_do_not_lie_in_one_piece_are_pooled_as_well(pool_size):
    x = np.random.default_rng(0).random((3, 90, 80, 5), "float32")[::2, :, ::-1]
    with cut(10_000, 64, 2):
        assert_array_equal(max_pool(x, pool_size), max_pool(x.copy(), pool_size))
        assert_array_equal(average_pool(x, pool_size), average_pool(x.copy(), pool_size))


@pytest.mark.parametrize("pool", [max_pool, min_pool, average_pool])
@given(poolings(FLOATS, special=True), st.booleans(), CUTS)
def test_gradients_are_those_of_the_simple_form(pool, pooling, ceil_mode, cuts):
    def pull():
        y, pullback = vjp(pool, *pooling.arguments, ceil_mode=ceil_mode)
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
    expected = pullback(dy)
    with cut(20_000, 64, 2):
        assert_allclose(pullback(dy), expected, rtol=1e-6, atol=1e-5)


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


@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("pool", [max_pool, average_pool])
def test_pooling_takes_little_memory_beside_its_result(pool, dtype):
    x = np.ones((16, 224, 224, 16), dtype)
    tracemalloc.start()
    y = pool(x, 3, 2, "same")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - y.nbytes < 10 * 2**20 * blocks._threads


def test_sums_that_leave_float32_are_taken_in_float64():
    x = np.full((1, 64, 64, 4), 3e38, "float32")
    assert x.nbytes > blocks.SMALL
    assert_array_equal(average_pool(x, 2), x[:, ::2, ::2])


@pytest.mark.parametrize("count, error", [(0, ValueError), (-1, ValueError), (1.0, TypeError), (True, TypeError)])
def test_the_number_of_threads_is_a_positive_integer(count, error):
    with pytest.raises(error, match="count must be"):
        set_threads(count)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_changes_nothing(threads):
    x = np.random.default_rng(0).random((5, 100, 90, 16), "float32")
    expected = max_pool(x, 3, 2, "same"), average_pool(x, 3, 2, "same")
    with cut(blocks.BLOCK, blocks.SHORT, threads):
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

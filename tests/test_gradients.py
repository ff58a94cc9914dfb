"""Gradients: by hand, by finite differences. ``test_keras.py`` compares them with TensorFlow."""

import re

import numpy as np
import pytest
from hypothesis import given
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import (
    adaptive_average_pool,
    adaptive_max_pool,
    adaptive_min_pool,
    average_pool,
    folds,
    global_average_pool,
    global_max_pool,
    global_min_pool,
    lp_pool,
    max_pool,
    max_unpool,
    min_pool,
    vjp,
)
from poolkit.windows import make_windows
from tests.strategies import line, poolings

NAN, INF = np.nan, np.inf


# pool, arguments, elements, gradients of the outputs -> gradients of the elements
LINES = [
    (max_pool, (2,), [1, 5, 2, 2], [10, 20], [0, 10, 20, 0]),
    (min_pool, (2,), [1, 5, 2, 2], [10, 20], [10, 0, 20, 0]),
    (average_pool, (2,), [1, 5, 2, 2], [10, 20], [5, 5, 10, 10]),
    (max_pool, (2, 1), [1, 5, 2], [10, 20], [0, 30, 0]),
    (average_pool, (3, 1, "same"), [1, 5, 2], [6, 6, 6], [5, 8, 5]),
    (max_pool, (3,), [NAN, 1, NAN], [10], [10, 0, 0]),
    (max_pool, (2,), [-INF, -INF], [10], [10, 0]),
    (global_max_pool, (), [5, 1, 5], [10], [5, 0, 5]),
    (global_min_pool, (), [5, 1, 5], [10], [0, 10, 0]),
    (global_max_pool, (), [1, NAN, NAN], [10], [0, 10, 0]),
    (global_max_pool, (), [NAN, 1], [10], [10, 0]),
    (global_average_pool, (), [5, 1, 5], [9], [3, 3, 3]),
    (adaptive_average_pool, (2,), [1, 2, 3], [2, 4], [1, 3, 2]),
    (adaptive_max_pool, (2,), [1, 2, 1], [10, 20], [0, 30, 0]),
    (adaptive_min_pool, (4,), [3, 1], [1, 2, 4, 8], [3, 12]),
    (lp_pool, (2, 2), [3, -4], [5], [3, -4]),
    (lp_pool, (3, 2), [0, 0], [5], [0, 0]),
    (lp_pool, (3, 2), [0, 0], [0], [0, 0]),
    (lp_pool, (2, 2), [1, 0], [5], [5, 0]),
    (lp_pool, (0.5, 2), [0, 4], [1], [0, 1]),
    (lp_pool, (3, 2), [1e-200, 0], [1], [1, 0]),  # whose cube is 0 in float64
    (lp_pool, (2, 2), [NAN, 1], [10], [NAN, NAN]),
]


@pytest.mark.parametrize("pool, arguments, elements, dy, expected", LINES)
def test_gradients_are_those_worked_out_by_hand(pool, arguments, elements, dy, expected):
    y, pullback = vjp(pool, line(elements), *arguments)
    assert_array_equal(y, pool(line(elements), *arguments))
    assert_allclose(pullback(np.reshape(dy, y.shape)).ravel(), expected, rtol=1e-9)


def test_overlapping_windows_add_up_on_a_map():
    x = np.array([[1, 2, 3], [4, 9, 6], [7, 8, 5]], float).reshape(1, 3, 3, 1)
    _, pullback = vjp(max_pool, x, 2, 1)
    dx = pullback(np.array([[1, 2], [4, 8]], float).reshape(1, 2, 2, 1))
    assert dx[0, :, :, 0].tolist() == [[0, 0, 0], [0, 15, 0], [0, 0, 0]]


def test_a_masked_element_gets_no_gradient():
    mask = np.array([[True, False, True, False]])
    for pool, expected in ((max_pool, [1, 0, 1, 0]), (average_pool, [1, 0, 1, 0]), (min_pool, [1, 0, 1, 0])):
        y, pullback = vjp(pool, line([1, 9, 2, NAN]), 2, mask=mask)
        assert pullback(np.ones_like(y)).ravel().tolist() == expected


@pytest.mark.parametrize("p, expected", [(1, [NAN, 0, 1, 1]), (2, [NAN, 0, 0.6, 0.8])])
def test_a_masked_element_beside_nan_gets_no_gradient_of_their_norm(p, expected):
    y, pullback = vjp(lp_pool, line([NAN, 2, 3, 4]), p, 2, mask=np.array([[True, False, True, True]]))
    assert_allclose(pullback(np.ones_like(y)).ravel(), expected)


def test_the_gradient_of_a_window_without_elements_goes_nowhere():
    _, pullback = vjp(max_pool, line([1, 2, 3, 4]), 2, mask=np.array([[False, False, True, True]]))
    assert pullback(line([10, 20])).ravel().tolist() == [0, 0, 0, 20]


def test_unpooling_takes_the_gradient_from_where_it_put_the_value():
    indices = np.array([3, 0]).reshape(1, 2, 1)
    for dtype in ("float16", ">f8"):
        _, pullback = vjp(max_unpool, line([5, 6]).astype(dtype), indices, (1, 4, 1))
        dx = pullback(line([1, 2, 3, 4]))
        assert (dx.ravel().tolist(), dx.dtype) == ([4, 1], dtype)


MASKED = [(max_pool, (2,)), (average_pool, (2,)), (global_max_pool, ()), (global_average_pool, ())]


@pytest.mark.parametrize("pool, rest", MASKED)
def test_a_large_array_with_a_mask_is_pooled_as_its_parts_and_has_their_gradients(pool, rest):
    x = np.random.default_rng(0).normal(size=(2, 160, 130, 16))
    mask = np.random.default_rng(1).random((2, 160, 130)) < 0.5
    y, pullback = vjp(pool, x, *rest, mask=mask)
    part, pullback_of_part = vjp(pool, x[..., :1], *rest, mask=mask)
    assert_allclose(y[..., :1], part)
    assert_allclose(pullback(np.ones_like(y))[..., :1], pullback_of_part(np.ones_like(part)))


def test_a_mask_without_channels_hides_the_same_in_each_of_many_large_channels():
    x, mask = np.ones((1, 4, 600, 600)), np.tile([True, False], (1, 600, 300))
    y, pullback = vjp(average_pool, x, 2, data_format="channels_first", mask=mask)
    assert_array_equal(pullback(np.ones_like(y)), np.broadcast_to(mask[:, None] / 2, x.shape))


def test_one_window_larger_than_a_block_counts_its_padding_too():
    x = np.ones((1, 900, 900, 1), "float32")
    y, pullback = vjp(average_pool, x, 901, padding=((1, 0), (0, 1)), count_include_pad=True)
    assert_allclose([y.item(), pullback(y / y).sum()], (900 / 901) ** 2, rtol=1e-6)


def test_padding_that_counts_takes_its_share_of_a_large_array_and_of_its_gradient_too():
    y, pullback = vjp(average_pool, np.ones((1, 400, 2048)), 3, 1, "same", count_include_pad=True)
    for each in (y, pullback(np.ones_like(y))):
        assert_allclose(each[0, [0, 1, 200, 398, 399], 7], [2 / 3, 1, 1, 1, 2 / 3])


def test_ties_in_rows_longer_than_a_block_go_to_the_first_in_row_major_order():
    x = np.zeros((1, 2, 3, 50_000))
    x[0, 0, 2] = x[0, 1, 0] = 1
    y, pullback = vjp(max_pool, x, (2, 3))
    assert pullback(np.ones_like(y)).sum((0, 3)).tolist() == [[0, 0, x.shape[-1]], [0, 0, 0]]


@pytest.mark.parametrize("pool", [max_pool, average_pool])
def test_windows_that_overlap_add_up_where_a_row_is_longer_than_a_block(pool):
    x = np.tile(np.array([1.0, 2, 9, 4, 3]).reshape(1, 5, 1), (1, 1, 300_000))
    y, pullback = vjp(pool, x, 3, 1)
    part, pullback_of_part = vjp(pool, x[..., :1], 3, 1)
    assert_array_equal(pullback(np.ones_like(y))[..., -1:], pullback_of_part(np.ones_like(part)))


def test_an_infinite_gradient_reaches_the_largest_element_alone():
    _, pullback = vjp(max_pool, line([1, 5, 2, 7]), 2, 1)
    assert pullback(line([INF, 1, 3])).ravel().tolist() == [0, INF, 0, 3]


def test_nan_in_one_map_changes_no_gradient_of_another():
    x = np.array([[[NAN, 5], [1, 3]]])
    _, pullback = vjp(global_max_pool, x)
    assert pullback(np.array([[10.0, 20]])).tolist() == [[[10, 20], [0, 0]]]


def test_a_masked_element_gets_nothing_of_an_infinite_gradient():
    _, pullback = vjp(lp_pool, line([3, 4]), 2, 2, mask=np.array([[True, False]]))
    assert pullback(line([INF])).ravel().tolist() == [INF, 0]


def test_no_option_is_on_unless_it_is_asked_for():
    assert vjp(max_pool, line([1, 2, 3]), 2)[0].ravel().tolist() == max_pool(line([1, 2, 3]), 2).ravel().tolist() == [2]


def test_a_pooling_that_cannot_be_hashed_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^pool must be one of"):
        vjp([1], line([1, 2]))


def test_many_float16_gradients_do_not_stop_growing():
    y, pullback = vjp(average_pool, np.ones((1, 8191, 1), "float16"), 4096, 1)
    assert pullback(np.ones_like(y))[0, 4095, 0] == 1


def test_many_float32_gradients_keep_the_small_ones():
    y, pullback = vjp(average_pool, np.zeros((1, 255, 1), "float32"), 128, 1)
    dy = np.ones_like(y)
    dy[0, [0, -1]] = 2**24
    assert_allclose(pullback(dy)[0, 127], 2**18 + 126 / 128, rtol=1e-7)


def test_sums_over_windows_are_taken_back_in_their_own_dtype():
    dx = np.zeros((1, 3, 1), "float32")
    folds.unfold(np.array([1, 2], "float32").reshape(1, 2, 1), dx, {1: make_windows(3, 2, 1, "valid")})
    assert dx.ravel().tolist() == [1, 3, 2]


@pytest.mark.parametrize("dtype, scale", [("float16", 100), ("longdouble", np.finfo("longdouble").max ** 0.2)])
def test_powers_in_the_gradient_of_a_p_norm_do_not_overflow(dtype, scale):
    x = line([3, 4]).astype(dtype) * np.dtype(dtype).type(scale)
    _, pullback = vjp(lp_pool, x, 3, 2)
    assert_allclose(pullback(np.ones((1, 1, 1), dtype)).ravel(), np.array([9, 16]) / 91 ** (2 / 3), rtol=1e-3)


def test_unpooling_takes_gradients_in_either_layout():
    x, dx = np.random.default_rng(0).normal(size=(2, 2, 4, 6, 3))
    y, indices = max_pool(x, 2, return_indices=True)
    expected = np.take_along_axis(dx.reshape(2, 24, 3), indices.reshape(2, 6, 3), 1).reshape(y.shape)
    assert_array_equal(vjp(max_unpool, y, indices, x.shape)[1](dx), expected)
    y, indices, x, dx, expected = (np.moveaxis(each, -1, 1) for each in (y, indices, x, dx, expected))
    assert_array_equal(vjp(max_unpool, y, indices, x.shape, "channels_first")[1](dx), expected)


# Finite differences


def differences(pool, x, dy, step=1e-6):
    """The gradient of ``(pool(x) * dy).sum()``, one element at a time."""
    dx = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[i] = step
        dx[i] = ((pool(x + nudge) - pool(x - nudge)) * dy).sum() / (2 * step)
    return dx


CALLS = {
    "max": (max_pool, (3, 2, "same"), {"dilation": 2}),
    "min": (min_pool, (2, 2), {"ceil_mode": True}),
    "average": (average_pool, (2, 2, "same_lower"), {}),
    "average, with padding": (average_pool, (2, 2, "same"), {"count_include_pad": True}),
    "p-norm": (lp_pool, (3, 2, 1), {}),
    "adaptive max": (adaptive_max_pool, (2,), {}),
    "adaptive min": (adaptive_min_pool, (7,), {}),
    "adaptive average": (adaptive_average_pool, (3,), {}),
    "global max": (global_max_pool, (), {}),
    "global min": (global_min_pool, (), {"keepdims": True}),
    "global average": (global_average_pool, (), {}),
}


LAID = [((5,), "channels_first"), ((4, 3), "channels_last"), ((3, 2, 4), "channels_first")]


@pytest.mark.parametrize("spatial, layout", LAID)
@pytest.mark.parametrize("pool, arguments, options", CALLS.values(), ids=CALLS)
def test_gradients_are_those_of_finite_differences(pool, arguments, options, spatial, layout):
    random = np.random.default_rng(0)
    x = random.normal(size=(2, *spatial, 2) if layout == "channels_last" else (2, 2, *spatial))
    options = options | {"data_format": layout, "mask": random.random((2, *spatial)) < 0.99}
    y, pullback = vjp(pool, x, *arguments, **options)
    dy = random.normal(size=y.shape)
    expected = differences(lambda x: pool(x, *arguments, **options), x, dy)
    assert_allclose(pullback(dy), expected, atol=1e-6)


@pytest.mark.skipif(np.finfo("longdouble").eps == np.finfo(float).eps, reason="long doubles are float64 here")
@pytest.mark.parametrize("pool, arguments, options", CALLS.values(), ids=CALLS)
def test_long_doubles_keep_the_digits_that_float64_has_no_room_for(pool, arguments, options):
    random, more = np.random.default_rng(0), 1 + np.longdouble(2) ** -54
    x = random.integers(1, 99, (1, 6, 5, 2)).astype("longdouble")
    for scaled in (x, x * more):
        y, pullback = vjp(pool, scaled, *arguments, **options)
        dx = pullback(y)
    same = {"rtol": 4 * np.finfo("longdouble").eps}
    assert_allclose(y / more, pool(x, *arguments, **options), **same)
    assert_allclose(dx / more, vjp(pool, x, *arguments, **options)[1](y / more), **same)


# Properties


@given(case=poolings(("float64",), wide=True))
def test_no_gradient_is_lost_and_none_is_made(case):
    for pool in (max_pool, min_pool, average_pool):
        y, pullback = vjp(pool, *case.arguments, dilation=case.dilation, ceil_mode=case.ceil_mode)
        dy = np.where(np.isfinite(y), np.arange(y.size).reshape(y.shape), 0)
        assert_allclose(pullback(dy).sum(), dy.sum(), rtol=1e-9, err_msg=pool.__name__)


@pytest.mark.parametrize("pool, arguments, options", CALLS.values(), ids=CALLS)
def test_gradients_have_the_shape_and_dtype_of_the_input(pool, arguments, options):
    x = np.ones((2, 5, 3), "float16")
    y, pullback = vjp(pool, x, *arguments, **options)
    dx = pullback(np.ones_like(y))
    assert (dx.shape, dx.dtype) == (x.shape, x.dtype)


@pytest.mark.parametrize("shape", [(0, 5, 3), (2, 5, 0)])
@pytest.mark.parametrize("pool, arguments, options", CALLS.values(), ids=CALLS)
def test_no_samples_and_no_channels_give_an_empty_result_and_an_empty_gradient(pool, arguments, options, shape):
    y, pullback = vjp(pool, np.zeros(shape), *arguments, **options)
    full = pool(np.zeros((2, 5, 3)), *arguments, **options)
    assert y.shape == (shape[0], *full.shape[1:-1], shape[-1])
    assert pullback(y).shape == shape


PAIR = line([1, 2])
NO_INDICES = "return_indices must be False: indices have no gradient"
NAMES = "adaptive_average_pool, adaptive_max_pool, adaptive_min_pool, average_pool, global_average_pool, "
NAMES += "global_max_pool, global_min_pool, lp_pool, max_pool, max_unpool, min_pool"
NO_GRADIENT = "x must hold floating-point numbers to have a gradient, got dtype int64"
ERRORS = [
    (lambda: vjp(np.max, PAIR), ValueError, f"pool must be one of {NAMES}, got {np.max!r}"),
    (lambda: vjp(max_pool, PAIR.astype("int64"), 2), TypeError, NO_GRADIENT),
    (lambda: vjp(max_pool, PAIR, 2, return_indices=True), ValueError, NO_INDICES),
    (lambda: vjp(max_pool, PAIR, 2, return_indices=3), TypeError, "return_indices must be True or False, got 3"),
    (lambda: vjp(max_pool, PAIR, 2, p=2), TypeError, "got an unexpected keyword argument 'p'"),
    (lambda: vjp(max_pool, PAIR, 2, 2, "valid", "channels_last", 1), TypeError, "too many positional arguments"),
    (lambda: vjp(max_pool, PAIR, 2)[1](PAIR), ValueError, "dy must have the shape of y, (1, 1, 1), got (1, 2, 1)"),
    (lambda: vjp(max_pool, PAIR, 2)[1]("?"), TypeError, "dy must hold real numbers or booleans, got dtype <U1"),
]


@pytest.mark.parametrize("call, error, message", ERRORS)
def test_errors_name_the_argument_and_its_value(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()

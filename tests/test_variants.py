"""Rare poolings: each by hand, against a second formulation, and at its limits."""

import re
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import (
    adaptive_average_pool,
    adaptive_max_pool,
    average_pool,
    global_average_pool,
    global_max_pool,
    max_pool,
)
from poolkit.variants import (
    concat_pool,
    fractional_max_pool,
    gated_pool,
    gem_pool,
    lse_pool,
    max_blur_pool,
    median_pool,
    mixed_pool,
    pyramid_pool,
    soft_pool,
    stochastic_pool,
)
from tests.strategies import line, poolings

NAN, INF = np.nan, np.inf


# pool, elements, arguments, options -> elements
LINES = [
    (gem_pool, [3, 4], (2,), {"p": 2}, [12.5**0.5]),
    (gem_pool, [-5, 2], (2,), {"p": 1, "epsilon": 1}, [1.5]),
    (gem_pool, [1, 7, 1e-4, 1e-4], (2,), {"p": 900}, [7 * 2 ** (-1 / 900), 1e-4]),
    (gem_pool, [1, 2], (2,), {}, [4.5 ** (1 / 3)]),
    (gem_pool, [0, -1], (2,), {}, [1e-6]),
    (lse_pool, [0, np.log(3)], (2,), {}, [np.log(2)]),
    (lse_pool, [0, 1000], (2,), {}, [1000 - np.log(2)]),
    (soft_pool, [0, np.log(3)], (2,), {}, [0.75 * np.log(3)]),
    (soft_pool, [1000, 1000, -1000], (3,), {}, [1000]),
    (soft_pool, [-INF, 2, INF, 1, NAN, 1, -INF, -INF], (2,), {}, [2, INF, NAN, -INF]),
    (stochastic_pool, [1, 3, 0, 0], (2,), {}, [2.5, 0]),
    (mixed_pool, [1, 3], (2,), {"a": 0.25}, [2.25]),
    (mixed_pool, [1, 3], (2,), {}, [2.5]),
    (mixed_pool, [-INF, 2], (2,), {"a": 1}, [2]),
    (gated_pool, [1, 3, 1, 3], ([0, 0],), {}, [2.5, 2.5]),
    (gated_pool, [1, 3, 3, 1], ([0, 1000],), {}, [3, 3]),
    (gated_pool, [1, 3], ([0, -1000],), {}, [2]),
    (gated_pool, [1, 3], ([1000, 0, 0], 1, "same"), {}, [2.5, 3]),
    (gated_pool, [np.inf, 1], ([-1, 0],), {}, [np.inf]),  # the gate is shut, and the mean infinite
    (gated_pool, [NAN, 1], ([0, 0],), {}, [NAN]),
    (gated_pool, [1, 3], ([0, np.inf], 2, "same"), {}, [3]),
    (gated_pool, [1, 3, 4], ([0, np.inf], 2, "same"), {}, [3, 4]),  # the infinite weight has no element
    (mixed_pool, [1, 1], (2,), {"a": np.float16(0.1)}, [1]),
    (median_pool, [1.7e308, 1.7e308, 1e308, -1e308], (1,), {}, [1.7e308, 1.7e308, 1e308, -1e308]),
    (median_pool, [1.5e308, 1.7e308, 1e308, -1e308], (2,), {}, [1.6e308, 0]),
    (median_pool, [5e-324, 5e-324], (2,), {}, [5e-324]),
    (soft_pool, [1.7e308, 1.7e308, -1e308, 1e308], (2,), {}, [1.7e308, 1e308]),
    (max_blur_pool, [1e308] * 4, (2,), {}, [1e308, 1e308]),
    (max_blur_pool, [7, 7], (1,), {"blur_size": 1100}, [7, 7]),
    (median_pool, [1, 9, 2, 7, 7, 8], (3,), {}, [2, 7]),
    (median_pool, [4, 1, 9], (2, 1, "same"), {}, [2.5, 5, 9]),
    (median_pool, [1, NAN, INF, INF], (2,), {}, [NAN, INF]),
    (median_pool, [1, NAN, 2], (3,), {}, [NAN]),
    (max_blur_pool, [0, 0, 8, 0, 0, 0], (2,), {}, [6, 2, 0]),
    (max_blur_pool, [0, 0, 8, 0, 0, 0], (1, 1), {}, [0, 2, 4, 2, 0, 0]),
    (max_blur_pool, [0, 0, 0, 0, 16, 0, 0, 0, 0], (1, 1), {"blur_size": 5}, [0, 0, 1, 4, 6, 4, 1, 0, 0]),
]


@pytest.mark.parametrize("pool, elements, arguments, options, expected", LINES)
def test_by_hand(pool, elements, arguments, options, expected):
    assert_allclose(pool(line(elements), *arguments, **options).ravel(), expected, rtol=1e-12)


@pytest.mark.parametrize("pool, arguments, expected", [(lse_pool, (2,), 1000 - np.log(2)), (soft_pool, (2,), 1000)])
def test_exponentials_too_small_to_count_raise_nothing(pool, arguments, expected):
    with np.errstate(all="raise"):
        assert_allclose(pool(line([0, 1000]), *arguments).item(), expected, rtol=1e-12)
        assert gated_pool(line([0, 1000]), [1, 1]).item() == 1000


def test_stochastic_pooling_of_the_smallest_and_the_largest_numbers_is_the_same():
    x, scales = line([1, 3, 0, 2, 1, 3]), line([2.0**-1060, 2.0**1020, 1])
    scaled = x * np.repeat(scales, 2, axis=1)
    assert_array_equal(stochastic_pool(scaled, 2), line([2.5, 2, 2.5]) * scales)
    for seed in range(9):
        drawn, expected = (stochastic_pool(each, 2, generator=np.random.default_rng(seed)) for each in (scaled, x))
        assert_array_equal(drawn, expected * scales)


@pytest.mark.skipif(np.finfo("longdouble").eps == np.finfo(float).eps, reason="long doubles are float64 here")
@pytest.mark.parametrize("pool, means", [(gem_pool, np.cbrt), (lambda x, size: lse_pool(np.log(x), size), np.log)])
def test_long_doubles_are_averaged_as_such(pool, means):
    x = np.array([1, 2, 4], "longdouble")
    expected = means((x**3).mean()) if pool is gem_pool else means(x.mean())
    assert_allclose(pool(x.reshape(1, 3, 1), 3).item(), expected, rtol=4 * np.finfo("longdouble").eps)


@pytest.mark.skipif(np.finfo("longdouble").eps == np.finfo(float).eps, reason="long doubles are float64 here")
def test_long_doubles_are_mixed_and_blurred_as_such():
    x, a, third = np.array([[[1], [2], [4]]], "longdouble"), np.longdouble(0.1), np.longdouble(1) / 3
    mixed, blurred = mixed_pool(x, 3, a=0.1).item(), max_blur_pool(x, 1)[0, 0, 0]
    assert_allclose([mixed, blurred], [4 * a + (1 - a) * 7 * third, 4 * third], rtol=4 * np.finfo("longdouble").eps)


@pytest.mark.skipif(np.finfo("longdouble").eps == np.finfo(float).eps, reason="long doubles are float64 here")
@pytest.mark.parametrize("pool", [gem_pool, stochastic_pool, mixed_pool, median_pool, max_blur_pool])
def test_what_is_scaled_by_less_than_float64_can_tell_comes_out_scaled(pool):
    x, more = np.array([3, 1, 2, 7, 5, 4], "longdouble").reshape(1, 6, 1), 1 + np.longdouble(2) ** -54
    assert_allclose(pool(x * more, 2) / more, pool(x, 2), rtol=8 * np.finfo("longdouble").eps)


@pytest.mark.skipif(np.finfo("longdouble").eps == np.finfo(float).eps, reason="long doubles are float64 here")
@pytest.mark.parametrize("pool", [lse_pool, soft_pool])
def test_what_is_shifted_by_less_than_float64_can_tell_comes_out_shifted(pool):
    x, more = np.array([3, 1, 2, 7, 5, 4], "longdouble").reshape(1, 6, 1), np.longdouble(2) ** -54
    assert_allclose(pool(x + more, 2) - more, pool(x, 2), rtol=8 * np.finfo("longdouble").eps)


def test_concat_joins_maxima_and_averages_along_the_channels():
    x = np.array([[1, 10], [5, 20]], float)[None]
    assert concat_pool(x).tolist() == [[5, 20, 3, 15]]
    assert concat_pool(np.moveaxis(x, -1, 1), "channels_first", keepdims=True).shape == (1, 4, 1)
    assert concat_pool(x, keepdims=True).shape == (1, 1, 4)
    assert concat_pool(x.astype("uint8")).dtype == "float32"
    assert concat_pool(x.astype(">f4")).dtype == pyramid_pool(x.astype(">f4")).dtype == ">f4"
    large = np.full((1, 2, 1), 2**60 + 2**36 + 1)
    assert concat_pool(large)[0, 0] == large.astype("float32")[0, 0]  # rounded once


def test_a_pyramid_has_one_length_for_maps_of_any_size():
    sizes = {pyramid_pool(np.ones((2, *spatial, 3))).shape for spatial in ((4, 4), (9, 5), (1, 30))}
    assert sizes == {(2, 3 * (1 + 4 + 16))}


# Second formulations: the plain loops, with the formula of each paper


def lse(elements):
    return np.log(np.mean(np.exp(np.array(elements) * 0.5))) / 0.5


def soft(elements):
    weights = np.exp(elements)
    return np.sum(weights * elements) / np.sum(weights)


FORMULAS = {
    "gem": (gem_pool, {"p": 3.0}, lambda e: np.mean(np.maximum(e, 1e-6) ** 3.0) ** (1 / 3)),
    "lse": (lse_pool, {"r": 0.5}, lse),
    "soft": (soft_pool, {}, soft),
    "mixed": (mixed_pool, {"a": 0.3}, lambda e: 0.3 * np.max(e) + 0.7 * np.mean(e)),
    "median": (median_pool, {}, np.median),
}


@pytest.mark.parametrize("pool, options, formula", FORMULAS.values(), ids=FORMULAS)
@given(case=poolings(("float64",)))
def test_the_formula_of_the_paper_gives_the_same(pool, options, formula, case):
    expected = case.by_loops(formula).astype(float)
    assert_allclose(pool(*case.arguments, **options), expected, rtol=1e-9, atol=1e-9)


@given(case=poolings(("uint8",)))
def test_stochastic_pooling_weighs_elements_by_themselves(case):
    expected = case.by_loops(lambda e: np.dot(e, e) / max(np.sum(e), 1)).astype(np.float32)
    assert_allclose(stochastic_pool(*case.arguments), expected, rtol=1e-6)


def test_gates_see_each_place_of_the_window_with_its_own_weight():
    random = np.random.default_rng(0)
    x, weights = random.normal(size=(2, 6, 5, 3)), random.normal(size=(2, 3))
    windows = np.lib.stride_tricks.sliding_window_view(x, (2, 3), axis=(1, 2))
    gate = 1 / (1 + np.exp(-(windows * weights).sum((-1, -2))))
    expected = gate * max_pool(x, (2, 3), 1) + (1 - gate) * average_pool(x, (2, 3), 1)
    assert_allclose(gated_pool(x, weights, 1), expected)


def test_max_blur_is_max_then_blur_then_thinning():
    x = np.random.default_rng(0).normal(size=(1, 12, 1))
    blurred = np.convolve(max_pool(x, 3, 1, "same").ravel(), [0.25, 0.5, 0.25], "valid")
    assert_allclose(max_blur_pool(x, 3, 1).ravel()[1:-1], blurred)
    assert_allclose(max_blur_pool(x, 3, 3).ravel(), max_blur_pool(x, 3, 1).ravel()[1::3])


@pytest.mark.parametrize("blur_size", [1, 2, 3, 5])
def test_blurring_a_constant_changes_nothing(blur_size):
    assert_allclose(max_blur_pool(np.full((1, 7, 6, 2), 3.0), 2, blur_size=blur_size), 3)


def test_a_pyramid_is_its_levels_one_after_another():
    x = np.random.default_rng(0).normal(size=(2, 5, 7, 3))
    parts = [adaptive_max_pool(x, bins).reshape(2, -1) for bins in (1, 3)]
    assert_array_equal(pyramid_pool(x, (1, 3)), np.concatenate(parts, axis=1))
    assert_array_equal(pyramid_pool(x, (1,)), parts[0])
    assert_array_equal(pyramid_pool(np.moveaxis(x, -1, 1), (1, 3), "channels_first"), pyramid_pool(x, (1, 3)))


# Limits

POSITIVE = np.random.default_rng(0).uniform(0.5, 2, (2, 6, 6, 3))


@pytest.mark.parametrize("pool, option", [(gem_pool, {"p": 1}), (lse_pool, {"r": 1e-9}), (mixed_pool, {"a": 1e-12})])
def test_one_end_is_the_average(pool, option):
    assert_allclose(pool(POSITIVE, 2, **option), average_pool(POSITIVE, 2), rtol=1e-6)


@pytest.mark.parametrize("pool, option", [(gem_pool, {"p": 900}), (lse_pool, {"r": 1e4}), (mixed_pool, {"a": 1})])
def test_the_other_end_is_the_maximum(pool, option):
    assert_allclose(pool(POSITIVE, 2, **option), max_pool(POSITIVE, 2), rtol=2e-3)


def test_many_draws_average_to_the_inference_value():
    x = np.tile(np.array([1.0, 3, 0, 4]).reshape(1, 4, 1), (40_000, 1, 1))
    draws = stochastic_pool(x, 4, generator=np.random.default_rng(0))
    assert set(draws.ravel()) == {1, 3, 4}
    assert_allclose(draws.mean(), stochastic_pool(x[:1], 4).item(), rtol=0.01)


class Always(np.random.Generator):
    """A generator that always draws the same number."""

    def __init__(self, number):
        super().__init__(np.random.PCG64())
        self.number = number

    def random(self, size=None):
        return np.full(size or (), self.number)[()]


@pytest.mark.parametrize("number, drawn", [(0.9999, 2), (0.75, 2), (0.5, 4), (0.375, 3), (0.0, 5)])
def test_a_draw_falls_into_the_stretch_of_its_element(number, drawn):
    assert stochastic_pool(line([0, 2, 0, 2, 4, 0, 3, 0, 5]), 9, generator=Always(number)).item() == drawn


def test_pseudo_random_windows_start_where_the_formula_says():
    x = np.arange(10).reshape(1, 10, 1)
    last = fractional_max_pool(x, 7, Always(0.75), pseudo_random=True).ravel()
    assert last.tolist() == [0, 2, 3, 5, 6, 7, 9]


@pytest.mark.parametrize("pseudo_random", [False, True])
@given(length=st.integers(1, 40), count=st.integers(1, 40), seed=st.integers(0, 99))
def test_fractional_windows_cover_the_axis_with_two_lengths(length, count, seed, pseudo_random):
    count = min(count, length)
    generator = np.random.default_rng(seed)
    x = np.arange(length).reshape(1, length, 1)
    last = fractional_max_pool(x, count, generator, pseudo_random=pseudo_random).ravel()
    lengths = np.diff([-1, *last])
    assert last[-1] == length - 1
    assert set(lengths) <= {length // count, -(-length // count)}


def test_overlapping_fractional_windows_see_the_first_element_of_the_next():
    x = np.arange(10).reshape(1, 10, 1)
    alone, over = (fractional_max_pool(x, 7, np.random.default_rng(0), overlap=each).ravel() for each in (False, True))
    assert_array_equal(over, np.minimum(alone + 1, 9))


def test_the_same_generator_gives_the_same_order_and_another_another():
    x = np.arange(99).reshape(1, 99, 1)
    one, same, other = (fractional_max_pool(x, 60, np.random.default_rng(seed)).tolist() for seed in (0, 0, 1))
    assert one == same != other
    assert fractional_max_pool(x, 60, np.random.default_rng(0), pseudo_random=False).tolist() == one


# Every one of them

SLIDING = [gem_pool, lse_pool, soft_pool, stochastic_pool, mixed_pool, median_pool, max_blur_pool]


@pytest.mark.parametrize("spatial", [(6,), (6, 5), (4, 5, 3)])
def test_max_blur_of_channels_first_is_that_of_channels_last_turned(spatial):
    x = np.random.default_rng(0).uniform(0, 1, (2, *spatial, 3))
    turned = max_blur_pool(np.moveaxis(x, -1, 1), 2, data_format="channels_first")
    assert_allclose(np.moveaxis(turned, 1, -1), max_blur_pool(x, 2), rtol=1e-12)


@pytest.mark.parametrize("pool", SLIDING)
@pytest.mark.parametrize("dtype, result", [("float16", "float16"), ("uint8", "float32")])
def test_dtypes_are_kept_or_made_float32(pool, dtype, result):
    assert pool(np.ones((1, 4, 1), dtype), 2).dtype == result


@pytest.mark.parametrize("dtype, result", [("float16", "float16"), ("uint8", "float32")])
def test_dtypes_of_draws_and_gates_are_kept_or_made_float32(dtype, result):
    x = np.ones((1, 4, 1), dtype)
    assert stochastic_pool(x, 2, generator=np.random.default_rng(0)).dtype == result
    assert gated_pool(x, [1.0, 2.0]).dtype == result


def test_concat_of_whole_maps_is_what_the_two_globals_say():
    x = POSITIVE.astype("float32")
    assert_array_equal(concat_pool(x), np.concatenate([global_max_pool(x), global_average_pool(x)], axis=1))
    assert_allclose(concat_pool(x)[:, 3:], adaptive_average_pool(x, 1)[:, 0, 0])


X = line([1, 2, 3, 4])
GATE = "weights must have one axis per spatial axis (1), none empty, got "
ERRORS = [
    (lambda: gem_pool(X, 2, p=0), ValueError, "p must be positive and finite, got 0"),
    (lambda: gem_pool(X, 2, epsilon=-1), ValueError, "epsilon must be positive and finite, got -1"),
    (lambda: lse_pool(X, 2, r="1"), TypeError, "r must be a number, got '1'"),
    (lambda: gem_pool(X, 2, p=10**400), ValueError, f"p must be positive and finite, got 1{'0' * 400}"),
    (lambda: lse_pool(X, 2, r=Fraction(1, 10**400)), ValueError, f"r must be positive and finite, got 1/1{'0' * 400}"),
    (lambda: lse_pool(X, 2, r=np.timedelta64(1)), TypeError, f"r must be a number, got {np.timedelta64(1)!r}"),
    (lambda: mixed_pool(X, 2, a=1.5), ValueError, "a must be at most 1, got 1.5"),
    (lambda: mixed_pool(X, 2, a=Fraction(3, 2)), ValueError, "a must be at most 1, got 1.5"),
    (lambda: stochastic_pool(-X, 2), ValueError, "x must be finite and not negative to be drawn from in proportion"),
    (
        lambda: stochastic_pool(X, 2, generator=3),
        TypeError,
        "generator must be a numpy.random.Generator or None, got 3",
    ),
    (lambda: gated_pool(X, ["a"]), TypeError, "weights must hold real numbers or booleans, got dtype <U1"),
    (lambda: gated_pool(X, np.ones((2, 2))), ValueError, f"{GATE}(2, 2)"),
    (lambda: gated_pool(X, []), ValueError, f"{GATE}(0,)"),
    (lambda: max_blur_pool(X, 2, blur_size=0), ValueError, "blur_size must be at least 1, got 0"),
    (
        lambda: fractional_max_pool(X, 5, np.random.default_rng(0)),
        ValueError,
        "output_size must be at most 4, the length of axis 1, got 5",
    ),
    (lambda: fractional_max_pool(X, 3, 7), TypeError, "generator must be a numpy.random.Generator, got 7"),
    (
        lambda: fractional_max_pool(X, 3, np.random.default_rng(0), overlap=1),
        TypeError,
        "overlap must be True or False, got 1",
    ),
    (
        lambda: fractional_max_pool(X, 3, np.random.default_rng(0), pseudo_random="y"),
        TypeError,
        "pseudo_random must be True or False, got 'y'",
    ),
    (lambda: fractional_max_pool(X, 0, np.random.default_rng(0)), ValueError, "output_size must be at least 1, got 0"),
    (lambda: mixed_pool(X, 2, a=0), ValueError, "a must be positive and finite, got 0"),
    (lambda: pyramid_pool(X, ((2,),)), TypeError, "levels must be an integer, got (2,)"),
    (lambda: pyramid_pool(X, 3), TypeError, "levels must be a tuple of at least one integer, got 3"),
    (lambda: pyramid_pool(X, ()), TypeError, "levels must be a tuple of at least one integer, got ()"),
    (lambda: pyramid_pool(X, (0,)), ValueError, "levels must be at least 1, got 0"),
]


@pytest.mark.parametrize("call, error, message", ERRORS)
def test_errors_name_the_argument_and_its_value(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()

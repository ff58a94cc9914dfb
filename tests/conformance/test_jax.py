"""JAX, where TensorFlow may not be believed: NaN, infinities, integers, and gradients in three dimensions."""

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import average_pool, max_pool, min_pool, vjp
from tests.strategies import WORDS, poolings

jax.config.update("jax_enable_x64", True)
EXTREMES = [(max_pool, jax.lax.max, -np.inf), (min_pool, jax.lax.min, np.inf)]


def reduce_window(x, combine, start, case):
    """JAX's pooling of ``x`` with the windows of ``case``, whose padding is a word that JAX has too."""
    first, last = ((1, 1), ()) if case.data_format == "channels_first" else ((1,), (1,))
    windows, strides, dilation = ((*first, *each, *last) for each in (case.pool_size, case.strides, case.dilation))
    word = {"valid": "VALID", "same": "SAME", "same_lower": "SAME_LOWER"}[case.padding]
    return jax.lax.reduce_window(
        x, np.asarray(start, x.dtype), combine, windows, strides, word, window_dilation=dilation
    )


@pytest.mark.parametrize("pool, combine, start", EXTREMES)
@settings(max_examples=300)
@given(case=poolings(("float32", "float64"), special=True, wide=True, kinds=WORDS))
def test_extremes_with_nan_and_infinities_agree(pool, combine, start, case):
    y = pool(*case.arguments, dilation=case.dilation)
    assert_array_equal(y, reduce_window(case.x, combine, start, case))


@settings(max_examples=300)
@given(case=poolings(("int8", "int32", "uint8"), wide=True, kinds=WORDS))
def test_maxima_of_integers_agree(case):
    lowest = np.iinfo(case.x.dtype).min
    expected = np.asarray(reduce_window(case.x, jax.lax.max, lowest, case))
    full = np.asarray(reduce_window(np.ones(case.x.shape), jax.lax.add, 0.0, case)) > 0
    if full.all():
        assert_array_equal(max_pool(*case.arguments, dilation=case.dilation), expected, strict=True)


@settings(max_examples=300)
@given(case=poolings(("float64",), kinds=WORDS))
def test_gradients_of_averages_agree_in_every_rank(case):
    def mean(x):
        total = reduce_window(x, jax.lax.add, 0.0, case)
        return total / reduce_window(np.ones(case.x.shape), jax.lax.add, 0.0, case)

    y, pullback = vjp(average_pool, *case.arguments)
    expected, theirs = jax.vjp(mean, case.x)
    dy = np.arange(y.size, dtype=float).reshape(y.shape)
    assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    assert_allclose(pullback(dy), theirs(dy)[0], rtol=1e-9, atol=1e-9)


@settings(max_examples=300)
@given(case=poolings(("float64",), kinds=WORDS))
def test_gradients_of_maxima_agree_in_every_rank(case):
    x = case.x + np.linspace(0, 0.5, case.x.size).reshape(case.x.shape)  # no ties
    y, pullback = vjp(max_pool, x, *case.arguments[1:])
    _, theirs = jax.vjp(lambda x: reduce_window(x, jax.lax.max, -np.inf, case), x)
    dy = np.arange(y.size, dtype=float).reshape(y.shape)
    assert_allclose(pullback(dy), theirs(dy)[0], rtol=1e-12, atol=1e-12)

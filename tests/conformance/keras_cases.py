"""Keras on the backend that ``KERAS_BACKEND`` names, over random windows; run by ``test_keras_backends.py``."""

import os

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import (
    adaptive_average_pool,
    adaptive_max_pool,
    average_pool,
    global_average_pool,
    global_max_pool,
    max_pool,
    vjp,
)
from tests.conformance.engines import Keras
from tests.strategies import poolings

BACKEND = os.environ["KERAS_BACKEND"]
ENGINE = Keras(BACKEND, BACKEND)
POOLS = {"max": max_pool, "average": average_pool}
ADAPTIVE = {"adaptive_max": adaptive_max_pool, "adaptive_average": adaptive_average_pool}
TOLERANCE = {"float16": 4e-3, "float32": 1e-5}  # sums of float16 are taken in float16
EXAMPLES = settings(max_examples=40)


def asked(case, name):
    """The arguments of a case, if all backends know its padding and this one has it right."""
    x, *rule = case.arguments
    assume(case.padding in ("valid", "same"))
    if BACKEND == "torch":  # replicate padding: see the conformance table
        assume(name == "max" or case.padding == "valid")
    assume(x.ndim < 5 or x.dtype == "float32" or BACKEND == "jax")  # the others pool no 3D float16
    if BACKEND == "tensorflow" and x.ndim == 5:
        # Its 3D "same" does not cut a negative padding to 0: windows shorter than their stride start too late. In two
        # dimensions that was mended (tensorflow#1991), and its own gradient of 3D averages has it right.
        pairs = zip(case.pool_size, case.strides, strict=True)
        assume(case.padding == "valid" or all(size >= stride for size, stride in pairs))
    return x, *rule


@pytest.mark.parametrize("name", POOLS)
@EXAMPLES
@given(case=poolings(("float16", "float32")))
def test_values_agree_in_both_layouts(name, case):
    x, *rule = asked(case, name)
    ops = ENGINE.keras.ops
    expected = ops.convert_to_numpy(getattr(ops, f"{name}_pool")(ops.convert_to_tensor(x), *rule))
    assert_allclose(POOLS[name](x, *rule), expected, rtol=TOLERANCE[x.dtype.name], atol=1e-3)


@pytest.mark.parametrize("name", POOLS)
@EXAMPLES
@given(case=poolings(("float32",)))
def test_gradients_agree(name, case):
    x, *rule, _ = asked(case, name)
    x = np.moveaxis(x, case.channel_axis, -1)
    if BACKEND == "tensorflow":
        # Two gradients of its own are wrong: that of 3D maxima (it has a row in the table of defects), and that of an
        # average with a window longer than its axis. For 4 elements, window 5, stride 1 it is 0.75 1.08 1.08 1.08, but
        # finite differences of its own averages are 0.83 1.17 1.17 0.83.
        fits = all(size <= length for size, length in zip(case.pool_size, x.shape[1:], strict=False))
        assume(fits if name == "average" else x.ndim < 5)
    x = x + np.random.default_rng(0).permutation(x.size).reshape(x.shape).astype("float32") / 1024  # without ties
    y, pullback = vjp(POOLS[name], x, *rule)
    assert_allclose(pullback(np.ones_like(y)), ENGINE.gradient(name, x, *rule), rtol=1e-4, atol=1e-5)


@EXAMPLES
@given(case=poolings(("float32",)))
def test_global_poolings_agree(case):
    x = np.moveaxis(case.x, case.channel_axis, -1)
    assert_array_equal(global_max_pool(x), ENGINE.global_max(x))
    assert_allclose(global_average_pool(x), ENGINE.global_average(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ADAPTIVE)
@EXAMPLES
@given(case=poolings(("float32",)), data=st.data())
def test_adaptive_poolings_agree(name, case, data):
    x = np.moveaxis(case.x, case.channel_axis, -1)
    size = tuple(data.draw(st.integers(1, length)) for length in x.shape[1:-1])
    assert_allclose(ADAPTIVE[name](x, size), getattr(ENGINE, name)(x, size), rtol=1e-5, atol=1e-5)

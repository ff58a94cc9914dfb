"""Agreement with Keras on TensorFlow, on the CPU.

TensorFlow drops NaN in a maximum, turns all −∞ into −3.4e38, and dies of a valid max pooling whose window is longer
than the input: none of these is asked here. 3D windows exist in float32 only, averages in floating dtypes only.
``keras.ops`` gets tensors, because 2D max pooling of a plain array comes back as float32 whatever went in.
"""

import os

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import poolkit
from poolkit.quiet import quiet
from tests.strategies import FLOATS, LAYOUTS

os.environ["KERAS_BACKEND"] = "tensorflow"
with quiet():
    import keras
    import tensorflow as tf

INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16")  # all that TensorFlow pools
SPATIAL = {1: (9,), 2: (9, 5), 3: (5, 4, 7)}
FLOAT_KINDS = [*((rank, dtype) for rank in (1, 2) for dtype in FLOATS), (3, "float32")]
INTEGER_KINDS = [(rank, dtype) for rank in (1, 2) for dtype in INTEGERS]
GLOBAL_KINDS = [(rank, dtype) for rank in SPATIAL for dtype in FLOATS]
GLOBAL_INTEGER_KINDS = [(rank, dtype) for rank in SPATIAL for dtype in ("bool", "uint8", "int32", "int64", "uint64")]
TOLERANCE = {"float16": 4e-3, "float32": 1e-6, "float64": 1e-14}  # TensorFlow sums float16 windows in float16

# pool_size, strides
RULES = [(1, 1), (1, 3), (2, None), (2, 1), (2, 3), (3, 1), (3, 2), (4, 2), (4, None)]
# pool_size, strides per axis of a (9, 5) and of a (5, 4, 7) map
RULES_PER_AXIS = [
    (2, (2, 3), None),
    (2, (3, 1), (1, 2)),
    (2, (9, 5), (4, 1)),
    (2, (1, 4), (2, 3)),
    (3, (2, 3, 4), None),
    (3, (3, 1, 2), (1, 3, 2)),
    (3, (5, 4, 7), (1, 1, 1)),
]
# spatial shape, pool_size, strides: windows longer than the map, which only "same" allows
LONG = [((3,), 5, 1), ((1,), 4, 2), ((2, 5), (5, 3), 1), ((3, 3), 4, 4), ((2, 3, 4), (3, 4, 5), (1, 2, 3))]


def random(spatial, dtype, data_format):
    """Two samples of three channels: below zero wherever the dtype can, so that a zero at the border would win."""
    shape = (2, *spatial, 3) if data_format == "channels_last" else (2, 3, *spatial)
    x = np.random.default_rng(0).normal(-20, 4, shape)
    return x.astype(dtype) if np.dtype(dtype).kind in "fi" else (-x).round().astype(int).astype(dtype)


def ask(name, x, *arguments):
    """What the function of that name in ``keras.ops`` gives for the same arguments."""
    return keras.ops.convert_to_numpy(getattr(keras.ops, name)(keras.ops.convert_to_tensor(x), *arguments))


def ask_layer(name, x, *arguments, mask=None, **options):
    """What the layer of that name gives, in the dtype of ``x``."""
    layer = getattr(keras.layers, name)(*arguments, dtype=x.dtype.name, **options)
    return keras.ops.convert_to_numpy(layer(x, **({} if mask is None else {"mask": mask})))


@pytest.mark.parametrize("pool_size, strides", RULES)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank, dtype", FLOAT_KINDS + INTEGER_KINDS)
def test_maxima_are_those_of_keras(rank, dtype, data_format, padding, pool_size, strides):
    x = random(SPATIAL[rank], dtype, data_format)
    arguments = (pool_size, strides, padding, data_format)
    assert_array_equal(poolkit.max_pool(x, *arguments), ask("max_pool", x, *arguments), strict=True)


@pytest.mark.parametrize("pool_size, strides", RULES)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank, dtype", FLOAT_KINDS)
def test_averages_are_those_of_keras(rank, dtype, data_format, padding, pool_size, strides):
    x = random(SPATIAL[rank], dtype, data_format)
    arguments = (pool_size, strides, padding, data_format)
    expected = ask("average_pool", x, *arguments)
    assert_allclose(poolkit.average_pool(x, *arguments), expected, rtol=TOLERANCE[dtype], strict=True)


@pytest.mark.parametrize("rank, pool_size, strides", RULES_PER_AXIS)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_one_rule_per_axis_means_what_it_means_in_keras(rank, pool_size, strides, padding, data_format):
    x = random(SPATIAL[rank], "float32", data_format)
    arguments = (pool_size, strides, padding, data_format)
    assert_array_equal(poolkit.max_pool(x, *arguments), ask("max_pool", x, *arguments))
    assert_allclose(poolkit.average_pool(x, *arguments), ask("average_pool", x, *arguments), rtol=1e-6)


@pytest.mark.parametrize("spatial, pool_size, strides", LONG)
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_a_window_longer_than_the_map_is_padded_as_in_keras(spatial, pool_size, strides, data_format):
    x = random(spatial, "float32", data_format)
    arguments = (pool_size, strides, "same", data_format)
    assert_array_equal(poolkit.max_pool(x, *arguments), ask("max_pool", x, *arguments))
    assert_allclose(poolkit.average_pool(x, *arguments), ask("average_pool", x, *arguments), rtol=1e-6)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank", SPATIAL)
def test_the_minimum_is_the_negated_maximum_of_keras(rank, data_format, padding):
    x = random(SPATIAL[rank], "float32", data_format)
    arguments = (3, 2, padding, data_format)
    assert_array_equal(poolkit.min_pool(x, *arguments), -ask("max_pool", -x, *arguments), strict=True)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank", SPATIAL)
@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_layers_take_the_same_arguments(kind, rank, data_format, padding):
    x = random(SPATIAL[rank], "float32", data_format)
    pool = {"Max": poolkit.max_pool, "Average": poolkit.average_pool}[kind]
    expected = ask_layer(f"{kind}Pooling{rank}D", x, 3, 2, padding, data_format)
    assert_allclose(pool(x, 3, 2, padding, data_format), expected, rtol=1e-6, strict=True)


@pytest.mark.parametrize("pool_size, strides", RULES)
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank", SPATIAL)
def test_output_shape_is_the_one_that_keras_computes(rank, data_format, padding, pool_size, strides):
    shape = random(SPATIAL[rank], "float32", data_format).shape
    layer = getattr(keras.layers, f"MaxPooling{rank}D")(pool_size, strides, padding, data_format)
    assert poolkit.output_shape(shape, pool_size, strides, padding, data_format) == layer.compute_output_shape(shape)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank, dtype", GLOBAL_KINDS + GLOBAL_INTEGER_KINDS)
def test_global_maxima_are_those_of_keras(rank, dtype, data_format, keepdims):
    x = random(SPATIAL[rank], dtype, data_format)
    expected = ask_layer(f"GlobalMaxPooling{rank}D", x, data_format, keepdims)
    assert_array_equal(poolkit.global_max_pool(x, data_format, keepdims=keepdims), expected, strict=True)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank, dtype", GLOBAL_KINDS)
def test_global_averages_are_those_of_keras(rank, dtype, data_format, keepdims):
    x = random(SPATIAL[rank], dtype, data_format)
    expected = ask_layer(f"GlobalAveragePooling{rank}D", x, data_format, keepdims)
    y = poolkit.global_average_pool(x, data_format, keepdims=keepdims)
    assert_allclose(y, expected, rtol=TOLERANCE[dtype], strict=True)


@pytest.mark.parametrize("data_format", LAYOUTS)
@pytest.mark.parametrize("rank, dtype", GLOBAL_INTEGER_KINDS)
def test_global_averages_of_integers_are_float32_as_in_keras(rank, dtype, data_format):
    x = random(SPATIAL[rank], dtype, data_format)
    expected = ask_layer(f"GlobalAveragePooling{rank}D", x, data_format)
    assert_allclose(poolkit.global_average_pool(x, data_format), expected, rtol=1e-6, strict=True)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_a_masked_global_average_is_that_of_keras(data_format, keepdims):
    x = random(SPATIAL[1], "float32", data_format)
    mask = np.array([[True] * 6 + [False] * 3, [True, False, False] * 3])
    expected = ask_layer("GlobalAveragePooling1D", x, data_format, keepdims, mask=mask)
    y = poolkit.global_average_pool(x, data_format, keepdims=keepdims, mask=mask)
    assert_allclose(y, expected, rtol=1e-6, strict=True)


@pytest.mark.parametrize("spatial", [(), *SPATIAL.values()])
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_flatten_writes_the_elements_in_the_order_of_keras(data_format, spatial):
    x = random(spatial, "float32", data_format)
    assert_array_equal(poolkit.flatten(x, data_format), ask_layer("Flatten", x, data_format), strict=True)


@pytest.mark.parametrize("inputs, units", [(1, 1), (64, 10), (512, 1000)])
def test_dense_parameters_are_those_that_keras_counts(inputs, units):
    layer = keras.layers.Dense(units)
    layer.build((None, inputs))
    assert poolkit.dense_parameters(inputs, units) == layer.count_params()


@pytest.mark.parametrize("padding, theirs", [("valid", "valid"), ("zero", "same")])
def test_convolution_is_that_of_keras_for_filters_of_odd_length(padding, theirs):
    images = np.random.default_rng(0).integers(-9, 10, (2, 7, 6, 3))
    filters = np.random.default_rng(1).integers(-9, 10, (3, 5, 3, 4))
    expected = keras.ops.conv(images.astype("float32"), filters.astype("float32"), padding=theirs)
    assert_array_equal(poolkit.convolve(images, filters, padding), expected)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("spatial", [(9,), (7, 6)])  # TensorFlow's gradient of 3D maxima is wrong
@pytest.mark.parametrize("pool, name", [(poolkit.max_pool, "MaxPooling"), (poolkit.average_pool, "AveragePooling")])
def test_gradients_are_those_of_tensorflow(pool, name, spatial, strides, padding):
    x = np.random.default_rng(0).integers(-3, 4, (2, *spatial, 3)).astype("float32")  # with ties
    layer = getattr(keras.layers, f"{name}{len(spatial)}D")(3, strides, padding)
    y, pullback = poolkit.vjp(pool, x, 3, strides, padding)
    dy = np.random.default_rng(1).normal(size=y.shape).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(tensor := tf.constant(x))
        loss = tf.reduce_sum(layer(tensor) * dy)
    assert_allclose(pullback(dy), tape.gradient(loss, tensor), rtol=1e-5, atol=1e-6)

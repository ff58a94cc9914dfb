"""Keras on TensorFlow, on the CPU: a second opinion, on some eighty cases.

``test_pooling.py`` proves that poolkit does what the plain loops say; here the rows are few, and chosen so that any two
of rank, dtype, layout, window, stride and padding meet in one of them.

TensorFlow drops NaN in a maximum, turns all −∞ into −3.4e38, and dies of a valid max pooling whose window is longer
than the input: none of these is asked here. 3D windows exist in float32 only, averages in floating dtypes only.
``keras.ops`` gets tensors, because 2D max pooling of a plain array comes back as float32 whatever went in.
"""

import os
import subprocess
import sys
from inspect import Parameter, signature

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import poolkit
from poolkit.quiet import quiet

os.environ["KERAS_BACKEND"] = "tensorflow"
with quiet():
    import keras
    import tensorflow as tf

SPATIAL = {1: (9,), 2: (9, 5), 3: (5, 4, 7)}
TOLERANCE = {"float16": 4e-3, "float32": 1e-6, "float64": 1e-14}  # TensorFlow sums float16 windows in float16
START_KERAS = "from poolkit.quiet import quiet\nwith quiet():\n    import keras\nprint(keras.backend.backend())"

# spatial shape, dtype, pool_size, strides, padding, data_format; windows longer than the map are for "same" alone
ROWS = [
    ((9,), "float16", 1, 2, "same", "channels_first"),
    ((9,), "float16", 4, 3, "valid", "channels_first"),
    ((9,), "float16", 4, 1, "same", "channels_last"),
    ((9,), "float16", 12, 1, "same", "channels_first"),
    ((9,), "float32", 2, 3, "valid", "channels_last"),
    ((9,), "float64", 3, None, "same", "channels_last"),
    ((9,), "int8", 4, 2, "valid", "channels_last"),
    ((9, 5), "float16", 2, None, "same", "channels_first"),
    ((9, 5), "float16", 3, (3, 1), "valid", "channels_last"),
    ((9, 5), "float16", (2, 3), None, "same", "channels_first"),
    ((9, 5), "float32", 1, None, "same", "channels_first"),
    ((9, 5), "float32", (4, 11), (3, 1), "same", "channels_last"),
    ((9, 5), "float64", 1, (3, 1), "same", "channels_last"),
    ((9, 5), "float64", 2, 1, "valid", "channels_first"),
    ((9, 5), "float64", 4, (3, 1), "same", "channels_first"),
    ((9, 5), "float64", (2, 3), 2, "valid", "channels_first"),
    ((9, 5), "float64", (4, 11), 3, "same", "channels_first"),
    ((9, 5), "uint8", 1, 3, "same", "channels_first"),
    ((9, 5), "int32", 2, (3, 1), "same", "channels_last"),
    ((9, 5), "int64", 3, 2, "same", "channels_last"),
    ((9, 5), "int16", (2, 3), 1, "same", "channels_first"),
    ((9, 5), "uint16", (2, 3), 3, "same", "channels_first"),
    ((9, 5), "int8", (4, 11), None, "same", "channels_last"),
    ((5, 4, 7), "float32", 1, 1, "valid", "channels_last"),
    ((5, 4, 7), "float32", 2, 2, "valid", "channels_last"),
    ((5, 4, 7), "float32", 3, 3, "same", "channels_first"),
    ((5, 4, 7), "float32", 3, 1, "valid", "channels_first"),
    ((5, 4, 7), "float32", 4, None, "valid", "channels_first"),
    ((5, 4, 7), "float32", (2, 3, 4), (1, 3, 2), "same", "channels_last"),
    ((5, 4, 7), "float32", (7, 2, 3), 2, "same", "channels_first"),
]
FLOAT_ROWS = [row for row in ROWS if row[1] in TOLERANCE]
# rank, dtype, data_format, keepdims
GLOBAL_ROWS = [
    (1, "float16", "channels_first", True),
    (1, "uint64", "channels_last", False),
    (2, "float32", "channels_last", True),
    (2, "uint8", "channels_first", False),
    (3, "float64", "channels_first", False),
    (3, "bool", "channels_last", True),
    (3, "int64", "channels_last", False),
]
# pool, the layer's name, spatial shape, strides, padding; TensorFlow's gradient of 3D maxima is wrong
GRADIENT_ROWS = [
    (poolkit.max_pool, "MaxPooling1D", (9,), 1, "same"),
    (poolkit.max_pool, "MaxPooling2D", (7, 6), 2, "valid"),
    (poolkit.average_pool, "AveragePooling1D", (9,), 2, "valid"),
    (poolkit.average_pool, "AveragePooling2D", (7, 6), 1, "same"),
    (poolkit.average_pool, "AveragePooling3D", (5, 4, 7), 2, "same"),
]


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


@pytest.mark.parametrize("spatial, dtype, pool_size, strides, padding, data_format", ROWS)
def test_maxima_are_those_of_keras(spatial, dtype, pool_size, strides, padding, data_format):
    x = random(spatial, dtype, data_format)
    arguments = (pool_size, strides, padding, data_format)
    assert_array_equal(poolkit.max_pool(x, *arguments), ask("max_pool", x, *arguments), strict=True)


@pytest.mark.parametrize("spatial, dtype, pool_size, strides, padding, data_format", FLOAT_ROWS)
def test_averages_are_those_of_keras(spatial, dtype, pool_size, strides, padding, data_format):
    x = random(spatial, dtype, data_format)
    arguments = (pool_size, strides, padding, data_format)
    expected = ask("average_pool", x, *arguments)
    assert_allclose(poolkit.average_pool(x, *arguments), expected, rtol=TOLERANCE[dtype], strict=True)


@pytest.mark.parametrize("rank", SPATIAL)
def test_the_minimum_is_the_negated_maximum_of_keras(rank):
    x = random(SPATIAL[rank], "float32", "channels_last")
    assert_array_equal(poolkit.min_pool(x, 3, 2, "same"), -ask("max_pool", -x, 3, 2, "same"), strict=True)


@pytest.mark.parametrize("rank", SPATIAL)
@pytest.mark.parametrize("kind, pool", [("Max", poolkit.max_pool), ("Average", poolkit.average_pool)])
def test_layers_take_the_same_arguments_and_give_the_same_shape(kind, pool, rank):
    x, arguments = random(SPATIAL[rank], "float32", "channels_last"), (3, 2, "same", "channels_last")
    layer = getattr(keras.layers, f"{kind}Pooling{rank}D")(*arguments)
    assert_allclose(pool(x, *arguments), layer(x), rtol=1e-6, strict=True)
    assert poolkit.output_shape(x.shape, *arguments) == layer.compute_output_shape(x.shape)


@pytest.mark.parametrize("rank, dtype, data_format, keepdims", GLOBAL_ROWS)
def test_global_maxima_are_those_of_keras(rank, dtype, data_format, keepdims):
    x = random(SPATIAL[rank], dtype, data_format)
    expected = ask_layer(f"GlobalMaxPooling{rank}D", x, data_format, keepdims)
    assert_array_equal(poolkit.global_max_pool(x, data_format, keepdims=keepdims), expected, strict=True)


@pytest.mark.parametrize("rank, dtype, data_format, keepdims", GLOBAL_ROWS)
def test_global_averages_are_those_of_keras_and_float32_where_integers_are_averaged(rank, dtype, data_format, keepdims):
    x = random(SPATIAL[rank], dtype, data_format)
    expected = ask_layer(f"GlobalAveragePooling{rank}D", x, data_format, keepdims)
    y = poolkit.global_average_pool(x, data_format, keepdims=keepdims)
    assert_allclose(y, expected, rtol=TOLERANCE.get(dtype, 1e-6), strict=True)


@pytest.mark.parametrize("data_format, keepdims", [("channels_last", False), ("channels_first", True)])
def test_a_masked_global_average_is_that_of_keras(data_format, keepdims):
    x = random(SPATIAL[1], "float32", data_format)
    mask = np.array([[True] * 6 + [False] * 3, [True, False, False] * 3])
    expected = ask_layer("GlobalAveragePooling1D", x, data_format, keepdims, mask=mask)
    y = poolkit.global_average_pool(x, data_format, keepdims=keepdims, mask=mask)
    assert_allclose(y, expected, rtol=1e-6, strict=True)


@pytest.mark.parametrize("spatial, data_format", [((9,), "channels_last"), ((9, 5), "channels_first")])
def test_flatten_writes_the_elements_in_the_order_of_keras(spatial, data_format):
    x = random(spatial, "float32", data_format)
    assert_array_equal(poolkit.flatten(x, data_format), ask_layer("Flatten", x, data_format), strict=True)


def test_dense_parameters_are_those_that_keras_counts():
    layer = keras.layers.Dense(1000)
    layer.build((None, 512))
    assert poolkit.dense_parameters(512, 1000) == layer.count_params()


@pytest.mark.parametrize("padding, theirs", [("valid", "valid"), ("zero", "same")])
def test_convolution_is_that_of_keras_for_filters_of_odd_length(padding, theirs):
    images = np.random.default_rng(0).integers(-9, 10, (2, 7, 6, 3))
    filters = np.random.default_rng(1).integers(-9, 10, (3, 5, 3, 4))
    expected = keras.ops.conv(images.astype("float32"), filters.astype("float32"), padding=theirs)
    assert_array_equal(poolkit.convolve(images, filters, padding), expected)


@pytest.mark.parametrize("pool, name, spatial, strides, padding", GRADIENT_ROWS)
def test_gradients_are_those_of_tensorflow(pool, name, spatial, strides, padding):
    x = np.random.default_rng(0).integers(-3, 4, (2, *spatial, 3)).astype("float32")  # with ties
    layer = getattr(keras.layers, name)(3, strides, padding)
    y, pullback = poolkit.vjp(pool, x, 3, strides, padding)
    dy = np.random.default_rng(1).normal(size=y.shape).astype("float32")
    with tf.GradientTape() as tape:
        tape.watch(tensor := tf.constant(x))
        loss = tf.reduce_sum(layer(tensor) * dy)
    assert_allclose(pullback(dy), tape.gradient(loss, tensor), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_names_and_order_of_arguments_are_those_of_keras_and_the_rest_has_to_be_named(name):
    ours, theirs = (list(signature(getattr(each, name)).parameters.values()) for each in (poolkit, keras.ops))
    assert [each.name for each in ours[1:5]] == [each.name for each in theirs[1:]]
    assert {each.kind for each in ours[5:]} == {Parameter.KEYWORD_ONLY}


def test_importing_keras_inside_quiet_writes_nothing_to_stderr():
    kept = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run([sys.executable, "-c", START_KERAS], check=True, capture_output=True, text=True, env=kept)
    assert (done.stdout, done.stderr) == ("tensorflow\n", "")

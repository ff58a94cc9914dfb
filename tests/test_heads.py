import re
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import class_activation_maps, dense_parameters, flatten, global_average_pool
from tests.strategies import LAYOUTS

# shape, data_format -> shape
SHAPES = [
    ((2, 5), "channels_last", (2, 5)),
    ((2, 5), "channels_first", (2, 5)),
    ((2, 4, 3), "channels_last", (2, 12)),
    ((2, 3, 4), "channels_first", (2, 12)),
    ((2, 7, 7, 512), "channels_last", (2, 25088)),
    ((2, 3, 4, 5, 6), "CHANNELS_FIRST", (2, 360)),
    ((2, 2, 2, 2, 2, 2), "Channels_Last", (2, 32)),
    ((0, 4, 3), "channels_last", (0, 12)),
    ((2, 4, 0), "channels_last", (2, 0)),
    ((2, 0, 4), "channels_first", (2, 0)),
]

# inputs, units -> parameters; the second is the head of VGG16
PARAMETERS = [
    (64, 10, 650),
    (25088, 4096, 102_764_544),
    (np.int32(100_000), np.int32(100_000), 10_000_100_000),
]

AXES = "x must have at least two axes (batch and channels), got shape"
FLATTEN_ERRORS = [
    (3, "channels_last", ValueError, f"{AXES} ()"),
    ([1, 2], "channels_last", ValueError, f"{AXES} (2,)"),
    ([[1], [2, 3]], "channels_last", ValueError, "x must be an array with rows of equal length"),
    ([["a"]], "channels_last", TypeError, "x must hold real numbers or booleans, got dtype <U1"),
    ([[1j]], "channels_last", TypeError, "x must hold real numbers or booleans, got dtype complex128"),
    ([[1]], None, TypeError, "data_format must be a string, got None"),
    ([[1]], "NCHW", ValueError, "data_format must be 'channels_last' or 'channels_first', got 'NCHW'"),
]
MAP_ERRORS = [
    (np.ones((1, 4, 2)), np.ones((3, 5)), ValueError, "weights must be (2, K) for x of shape (1, 4, 2), got (3, 5)"),
    (np.ones((1, 4, 2)), np.ones(2), ValueError, "weights must be (2, K) for x of shape (1, 4, 2), got (2,)"),
    (np.ones((1, 4, 2)), 1j, TypeError, "weights must hold real numbers or booleans, got dtype complex128"),
    (
        np.ones((4, 2)),
        np.ones((2, 5)),
        ValueError,
        "x must have 3, 4 or 5 axes (batch, one to three spatial axes, channels), got shape (4, 2)",
    ),
]
PARAMETER_ERRORS = [
    (0, 1, ValueError, "inputs must be at least 1, got 0"),
    (1, 0, ValueError, "units must be at least 1, got 0"),
    (2.0, 1, TypeError, "inputs must be an integer, got 2.0"),
    (1, "2", TypeError, "units must be an integer, got '2'"),
]


def test_elements_are_written_row_by_row_with_the_channels_side_by_side():
    maps = np.array([[[[1, 10], [2, 20]], [[3, 30], [4, 40]]]])
    assert flatten(maps).tolist() == [[1, 10, 2, 20, 3, 30, 4, 40]]


def test_channels_first_maps_give_the_same_vector():
    maps = np.array([[[[1, 2], [3, 4]], [[10, 20], [30, 40]]]])
    assert flatten(maps, "channels_first").tolist() == [[1, 10, 2, 20, 3, 30, 4, 40]]


@pytest.mark.parametrize("shape, data_format, expected", SHAPES)
def test_one_vector_per_sample_comes_out_for_any_number_of_axes(shape, data_format, expected):
    assert flatten(np.ones(shape), data_format).shape == expected


@pytest.mark.parametrize("inputs, units, expected", PARAMETERS)
def test_a_dense_layer_has_a_weight_per_input_and_unit_and_a_bias_per_unit(inputs, units, expected):
    assert dense_parameters(inputs, units) == expected


def test_a_class_activation_map_weighs_the_channels_of_each_position():
    x = np.array([[[[1, 0], [2, 1]], [[0, 3], [1, 1]]]])
    weights = np.array([[1, 0], [2, -1]])  # class 0: c0 + 2 c1; class 1: -c1
    maps = class_activation_maps(x, weights)
    assert maps[0, :, :, 0].tolist() == [[1, 4], [6, 3]]
    assert maps[0, :, :, 1].tolist() == [[0, -1], [-3, -1]]


@pytest.mark.parametrize("shape", [(2, 5, 3), (2, 4, 5, 3), (2, 2, 3, 4, 3), (0, 5, 3)])
def test_the_mean_of_a_class_activation_map_is_the_logit_without_its_bias(shape):
    random = np.random.default_rng(0)
    x, weights = random.normal(size=shape), random.normal(size=(3, 7))
    assert_allclose(global_average_pool(class_activation_maps(x, weights)), global_average_pool(x) @ weights)


def test_class_activation_maps_of_long_doubles_keep_their_digits():
    x = 1 + np.full((1, 1, 1), np.finfo("longdouble").eps)
    assert class_activation_maps(x, np.ones((1, 1))).item() == x.item()


def test_both_layouts_give_the_same_class_activation_maps():
    x, weights = np.arange(24.0).reshape(2, 2, 2, 3), np.arange(6.0).reshape(3, 2)
    first = class_activation_maps(np.moveaxis(x, -1, 1), weights, "channels_first")
    assert_array_equal(np.moveaxis(first, 1, -1), class_activation_maps(x, weights))


@pytest.mark.parametrize(
    "dtypes, expected",
    [
        (("float32", "float32"), "float32"),
        (("float16", "float64"), "float64"),
        (("float64", "float16"), "float64"),
        (("int8", "bool"), "float32"),
        (("longdouble", "float32"), "longdouble"),
        (("float16", "float16"), "float16"),
    ],
)
def test_class_activation_maps_have_the_dtype_that_numpy_combines(dtypes, expected):
    x, weights = np.ones((1, 2, 3), dtypes[0]), np.ones((3, 2), dtypes[1])
    assert class_activation_maps(x, weights).dtype == expected


def test_the_dtype_is_kept():
    assert [flatten(np.ones((2, 3, 4), "int8"), each).dtype for each in LAYOUTS] == ["int8", "int8"]


@pytest.mark.parametrize("shape", [(2, 5), (2, 3, 4), (2, 1, 1, 1)])
@pytest.mark.parametrize("data_format", LAYOUTS)
def test_the_vectors_are_a_writeable_copy(shape, data_format):
    x = np.ones(shape)
    x.flags.writeable = False
    y = flatten(x, data_format)
    assert y.flags.writeable and not np.shares_memory(x, y)


def test_the_mean_of_a_flattened_map_is_global_average_pooling():
    x = np.arange(24.0).reshape(2, 3, 4, 1)
    assert_array_equal(flatten(x).mean(1, keepdims=True), global_average_pool(x))


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_both_layouts_give_the_same_vectors(shape):
    x = np.arange(prod(shape)).reshape(shape)
    assert_array_equal(flatten(np.moveaxis(x, -1, 1), "channels_first"), flatten(x))


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 5), st.data())
def test_element_i_j_c_lands_at_i_times_w_plus_j_times_c_plus_c(height, width, channels, data):
    i, j, c = (data.draw(st.integers(0, n - 1)) for n in (height, width, channels))
    x = np.arange(height * width * channels).reshape(1, height, width, channels)
    assert flatten(x[:, ::-1])[0, (i * width + j) * channels + c] == x[0, height - 1 - i, j, c]


@pytest.mark.parametrize("x, data_format, exception, message", FLATTEN_ERRORS)
def test_flatten_names_what_is_wrong(x, data_format, exception, message):
    with pytest.raises(exception, match=f"^{re.escape(message)}$"):
        flatten(x, data_format)


@pytest.mark.parametrize("inputs, units, exception, message", PARAMETER_ERRORS)
def test_dense_parameters_names_what_is_wrong(inputs, units, exception, message):
    with pytest.raises(exception, match=f"^{re.escape(message)}$"):
        dense_parameters(inputs, units)


@pytest.mark.parametrize("x, weights, exception, message", MAP_ERRORS)
def test_class_activation_maps_names_what_is_wrong(x, weights, exception, message):
    with pytest.raises(exception, match=f"^{re.escape(message)}$"):
        class_activation_maps(x, weights)

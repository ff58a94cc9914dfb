"""Claims of the ledger that no cell of a chapter decides."""

import inspect
from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose

from poolkit import adaptive_average_pool, average_pool, convolve, max_pool
from poolkit.quiet import quiet
from tests.conformance.table import stored

with quiet():
    import keras

MAPS = np.random.default_rng(0).normal(size=(2, 8, 6, 1))


def options(layer):
    """The arguments of a Keras layer that have a name."""
    return set(inspect.signature(layer).parameters) - {"name", "kwargs"}


def test_keras_average_pooling_has_three_options_that_change_the_arithmetic():
    assert options(keras.layers.AveragePooling2D) == {"pool_size", "strides", "padding", "data_format"}


def test_keras_global_average_pooling_has_layout_and_keepdims_only():
    assert options(keras.layers.GlobalAveragePooling2D) <= {"data_format", "keepdims"}
    assert options(keras.layers.GlobalAveragePooling2D(keepdims=True).__init__) <= {"data_format", "keepdims"}


def test_strides_are_the_window_by_default_in_keras_and_here():
    layer = keras.layers.MaxPooling2D((2, 3))
    assert layer.strides == (2, 3)
    assert max_pool(MAPS, (2, 3)).shape == layer(MAPS).shape == (2, 4, 2, 1)


@pytest.mark.parametrize("stride", [1, 2])
def test_average_pooling_is_a_convolution_with_equal_weights_thinned_out(stride):
    blurred = convolve(MAPS, np.full((3, 3, 1, 1), 1 / 9))
    assert_allclose(average_pool(MAPS, 3, stride), blurred[:, ::stride, ::stride], rtol=1e-12, atol=1e-12)


def test_where_the_odd_cell_of_same_padding_goes_changes_the_result():
    x = np.array([1, 2, 3, 4]).reshape(1, 4, 1)
    after, before = (max_pool(x, 2, 1, padding).ravel() for padding in ("same", "same_lower"))
    assert after.tolist() == [2, 3, 4, 4] == np.ravel(keras.layers.MaxPooling1D(2, 1, "same")(x)).tolist()
    assert before.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "question, framework, expected",
    [
        ("padding of one on each side, no option given", "PyTorch", "gives 2 3 2"),
        ("strides left out equal the window", "PyTorch", "agrees"),
        ("strides left out equal the window", "ONNX Runtime", "gives 3 3 5"),
        ("same_lower: the extra cell goes before", "ONNX Runtime", "agrees"),
        ("maximum of NaN 1", "Keras on JAX", "agrees"),
        ("maximum of NaN 1", "PyTorch", "agrees"),
    ],
)
def test_frameworks_answered_as_the_ledger_says(question, framework, expected):
    """In the record, which ``make conformance`` compares with the frameworks."""
    [asked] = [each for each in stored()["questions"] if each["question"].startswith(question)]
    assert asked["answers"][framework] == expected


def windows_that_fit(length, outputs):
    """Windows and strides of ordinary poolings that give what adaptive pooling gives, whatever the signal."""
    every = np.eye(length)[:, :, None]  # signal m is lit at position m; both poolings are linear
    adaptive = adaptive_average_pool(every, outputs)
    pairs = product(range(1, length + 1), repeat=2)
    ordinary = {pair: average_pool(every, *pair) for pair in pairs}
    return [pair for pair, y in ordinary.items() if y.shape == adaptive.shape and np.allclose(y, adaptive)]


def test_adaptive_pooling_is_a_window_where_all_bins_have_one_length_and_one_step():
    assert windows_that_fit(6, 2) == [(3, 3)]
    assert windows_that_fit(5, 2) == [(3, 2)] and windows_that_fit(7, 3) == [(3, 2)]
    assert windows_that_fit(5, 3) == windows_that_fit(10, 7) == []

"""The convolution that makes feature maps: a hand case, properties, errors; with Keras in ``test_keras.py``."""

import re

import numpy as np
import pytest

from poolkit import convolve

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(-9, 10, (2, 7, 6, 3))
ROW = np.array([1, 2, 4, 8]).reshape(1, 1, 4, 1)
NEXT = np.array([0, 0, 1]).reshape(1, 3, 1, 1)  # takes the right neighbour


@pytest.mark.parametrize("padding, expected", [("valid", [4, 8]), ("zero", [2, 4, 8, 0]), ("circular", [2, 4, 8, 1])])
def test_the_border_is_empty_zero_or_the_other_side(padding, expected):
    assert convolve(ROW, NEXT, padding).ravel().tolist() == expected


@pytest.mark.parametrize("dtype, total", [("uint8", 800), ("bool", 4), ("int8", -512)])
def test_small_integers_do_not_wrap_around(dtype, total):
    value = {"uint8": 200, "bool": 1, "int8": -128}[dtype]
    images = np.full((1, 2, 2, 1), value, dtype)
    assert convolve(images, np.ones((2, 2, 1, 1), dtype)).item() == total


@pytest.mark.parametrize(
    "x, filters, result",
    [("float32", "float32", "float32"), ("float16", "float32", "float32"), ("float64", "float16", "float64")],
)
def test_floating_dtypes_are_combined_as_numpy_does(x, filters, result):
    y = convolve(np.full((1, 1, 1, 1), 0.5, x), np.full((1, 1, 1, 1), 0.5, filters))
    assert (y.item(), y.dtype) == (0.25, result)


@pytest.mark.parametrize("x, filters", [("uint64", "uint64"), ("uint64", "int8")])
def test_integers_are_summed_as_integers_of_64_bits(x, filters):
    y = convolve(np.full((1, 1, 1, 1), 2**53 + 1, x), np.ones((1, 1, 1, 1), filters))
    assert (y.item(), y.dtype) == (2**53 + 1, "int64")


def test_no_channels_add_up_to_nothing():
    assert convolve(np.ones((1, 2, 3, 0)), np.ones((1, 2, 0, 4))).tolist() == np.zeros((1, 2, 2, 4)).tolist()


def test_float16_numbers_are_summed_with_more_digits():
    y = convolve(np.ones((1, 64, 64, 1), "float16"), np.ones((64, 64, 1, 2), "float16"))
    assert (y.ravel().tolist(), y.dtype) == ([4096, 4096], "float16")


@pytest.mark.parametrize("size", [(2, 3), (5, 4)])
def test_circular_convolution_shifts_with_its_input(size):
    filters = RANDOM.integers(-9, 10, (*size, 3, 4))
    shifted = np.roll(IMAGES, (2, -1), axis=(1, 2))
    expected = np.roll(convolve(IMAGES, filters, "circular"), (2, -1), axis=(1, 2))
    assert np.array_equal(convolve(shifted, filters, "circular"), expected)


@pytest.mark.parametrize(
    "x, filters, padding, error, message",
    [
        (IMAGES[0], np.ones((1, 1, 3, 1)), "valid", ValueError, "x must be (N, H, W, C), got shape (7, 6, 3)"),
        (
            IMAGES,
            np.ones((1, 1, 2, 1)),
            "valid",
            ValueError,
            "filters must be (h, w, 3, F) for x of shape (2, 7, 6, 3), got (1, 1, 2, 1)",
        ),
        (
            IMAGES,
            np.ones((1, 1, 3, 1)),
            "same",
            ValueError,
            "padding must be 'valid', 'zero' or 'circular', got 'same'",
        ),
        (
            IMAGES,
            np.ones((1, 1, 3, 1)),
            np.array(["zero"]),
            ValueError,
            "padding must be 'valid', 'zero' or 'circular', got array(['zero'], dtype='<U4')",
        ),
        (
            IMAGES,
            np.ones((8, 1, 3, 1)),
            "valid",
            ValueError,
            "filters of (8, 1) do not fit x of shape (2, 7, 6, 3)",
        ),
        (IMAGES, "?", "valid", TypeError, "filters must hold real numbers or booleans, got dtype <U1"),
        (IMAGES[:, :0], np.ones((1, 1, 3, 1)), "circular", ValueError, "x must have no empty spatial axis, got shape"),
        (
            IMAGES,
            np.ones((0, 1, 3, 1)),
            "zero",
            ValueError,
            "filters must be (h, w, 3, F) for x of shape (2, 7, 6, 3), got (0, 1, 3, 1)",
        ),
    ],
)
def test_errors_name_the_argument_and_its_value(x, filters, padding, error, message):
    with pytest.raises(error, match=re.escape(message)):
        convolve(x, filters, padding)

"""Dilation, ceil mode, count_include_pad, indices, p-norms, adaptive bins and unpooling."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import (
    adaptive_average_pool,
    adaptive_max_pool,
    adaptive_min_pool,
    average_pool,
    global_average_pool,
    global_max_pool,
    global_min_pool,
    loops,
    lp_pool,
    max_pool,
    max_unpool,
    min_pool,
    output_shape,
)
from tests.strategies import FLOATS, IMAGE, LAYOUTS, VALUES, line, poolings

NAN, INF = np.nan, np.inf
TEXTBOOK = [(max_pool, loops.largest), (min_pool, loops.smallest), (average_pool, loops.mean)]
ADAPTIVE = [
    (adaptive_max_pool, loops.largest),
    (adaptive_min_pool, loops.smallest),
    (adaptive_average_pool, loops.mean),
]
WHOLE = [
    (adaptive_max_pool, global_max_pool),
    (adaptive_min_pool, global_min_pool),
    (adaptive_average_pool, global_average_pool),
]
INDEXED = [(max_pool, loops.largest), (min_pool, loops.smallest)]

# size, stride, padding, dilation: so long for their stride that they are folded by doubling
LONG = [(9, 1, "valid", 1), (20, 2, "same", 1), (13, 1, (5, 2), 1), (12, 1, "same_lower", 3), (20, 2, (3, 0), 1)]

# pool, elements, arguments, options -> elements
LINES = [
    (max_pool, [5, 1, 2, 7, 3], (2, 1), {"dilation": 3}, [7, 3]),
    (average_pool, [5, 1, 2, 7, 3], (3, 1), {"dilation": 2}, [10 / 3]),
    (max_pool, [1.0], (2, 1, ((2, 2),)), {"dilation": 3}, [-INF, -INF]),
    (average_pool, [1.0], (2, 1, ((2, 2),)), {"dilation": 3}, [NAN, NAN]),
    (max_pool, [1, 2, 3, 4, 5], (2, 2), {"ceil_mode": True}, [2, 4, 5]),
    (average_pool, [1, 2, 3, 4, 5], (2, 2), {"ceil_mode": True}, [1.5, 3.5, 5]),
    (max_pool, [1, 2], (3, 2), {"ceil_mode": True}, [2]),
    (average_pool, [6, 6, 6], (3, 1, "same"), {"count_include_pad": True}, [4, 6, 4]),
    (average_pool, [6, 6, 6], (3, 3, ((1, 1),)), {"count_include_pad": True}, [4]),
    (average_pool, [6, 6, 6, 6], (3, 3), {"count_include_pad": True, "ceil_mode": True}, [6, 6]),
    (average_pool, [6, 6, 6], (2, 2, ((0, 1),)), {"count_include_pad": True, "ceil_mode": True}, [6, 3]),
]


@pytest.mark.parametrize("pool, elements, arguments, options, expected", LINES)
def test_options_do_by_hand_what_they_say(pool, elements, arguments, options, expected):
    assert_allclose(pool(line(elements), *arguments, **options).ravel(), expected, rtol=1e-6)


def test_a_masked_element_does_not_count_where_padding_does():
    y = average_pool(line([6, 9, 6]), 3, 1, "same", mask=np.array([[True, False, True]]), count_include_pad=True)
    assert y.ravel().tolist() == [3, 6, 3]


NORMS = [([3, -4], 2, 5), ([3, -4], 1, 7), ([-2, -2], 3, 16 ** (1 / 3)), ([0, 0], 0.5, 0)]


@pytest.mark.parametrize("elements, p, expected", NORMS)
def test_a_p_norm_takes_absolute_values(elements, p, expected):
    assert_allclose(lp_pool(line(elements), p, 2).item(), expected, rtol=1e-6)


def test_a_p_norm_leaves_out_what_fits_into_no_window():
    assert lp_pool(line([3, 4, 7]), 2, 2).ravel().tolist() == [5]


def test_a_p_norm_of_nothing_is_zero():
    assert lp_pool(line([3.0, NAN]), 2, 2, mask=np.zeros((1, 2), bool)).item() == 0


@pytest.mark.parametrize(
    "pool, count, expected",
    [
        (adaptive_average_pool, 1, [18 / 7]),
        (adaptive_max_pool, 9, [1, 1, 2, 2, 2, 5, 5, 6, 6]),
    ],
)
def test_bins_of_an_adaptive_pooling_overlap_where_they_must(pool, count, expected):
    assert_allclose(pool(line([1, 1, 2, 2, 5, 1, 6]), count).ravel(), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "pool, elements, expected",
    [
        (max_pool, [7, 7, 2, 9], [0, 3]),
        (min_pool, [7, 7, 2, 2], [0, 2]),
        (max_pool, [1, NAN, NAN, 9], [1, 2]),
        (max_pool, [1, 9, NAN, 3], [1, 2]),
        (max_pool, [-INF, -INF, -INF, 0], [0, 3]),
    ],
)
def test_the_first_of_equals_gets_the_index(pool, elements, expected):
    assert pool(line(elements), 2, return_indices=True)[1].ravel().tolist() == expected


def test_indices_count_positions_row_by_row_in_either_layout():
    for shape, layout in (((1, 4, 4, 1), "channels_last"), ((1, 1, 4, 4), "channels_first")):
        y, indices = max_pool(IMAGE.reshape(shape), 2, data_format=layout, return_indices=True)
        assert (y.ravel().tolist(), indices.ravel().tolist()) == ([9, 7, 8, 6], [4, 2, 8, 15])


def test_an_empty_window_has_index_minus_one():
    y, indices = max_pool(line([1.0, 2]), 1, mask=np.array([[True, False]]), return_indices=True)
    assert (y.ravel().tolist(), indices.ravel().tolist()) == ([1, -INF], [0, -1])


def test_unpooling_puts_values_back_and_zeros_elsewhere():
    x = line([5, 1, 2, 7, 3])
    y, indices = max_pool(x, 2, 1, return_indices=True)
    assert max_unpool(y, indices, x.shape).ravel().tolist() == [5, 0, 2, 7, 0]


def test_unpooling_keeps_every_digit_of_a_whole_number():
    assert max_unpool(line([2**62 + 1], "int64"), np.zeros((1, 1, 1), int), (1, 2, 1)).ravel().tolist() == [
        2**62 + 1,
        0,
    ]


@pytest.mark.parametrize("shape", [(0, 4, 3, 2), (2, 4, 3, 0)])
@pytest.mark.parametrize("pool", [max_pool, min_pool])
def test_no_samples_and_no_channels_have_no_indices(pool, shape):
    y, indices = pool(np.zeros(shape), 2, return_indices=True)
    assert y.shape == indices.shape == (shape[0], 2, 1, shape[-1])


def test_indices_of_whole_numbers_tell_neighbours_apart():
    x = line([2**62, 2**62 + 1], "int64")
    assert [each.item() for each in max_pool(x, 2, return_indices=True)] == [2**62 + 1, 1]


def test_unpooling_keeps_the_dtype():
    assert max_unpool(line([5, 6], "float16"), np.reshape([1, 0], (1, 2, 1)), (1, 3, 1)).dtype == "float16"


def test_unpooling_puts_what_has_index_minus_one_nowhere():
    assert max_unpool(line([5, 6]), np.reshape([-1, 0], (1, 2, 1)), (1, 3, 1)).ravel().tolist() == [6, 0, 0]


def test_powers_that_are_too_small_for_float64_keep_their_digits():
    assert_allclose(lp_pool(line([3e-200, 4e-200, 0, 0]), 2, 2).ravel(), [5e-200, 0], rtol=1e-12)


# Agreement with the loops


@given(case=poolings(FLOATS, special=True, masked=True, wide=True))
@np.errstate(invalid="ignore")  # the mean of ∞ and -∞ warns
def test_dilated_and_rounded_up_windows_agree_with_the_loops(case):
    for pool, summarise in TEXTBOOK:
        y = pool(*case.arguments, **case.options)
        assert_array_equal(y, case.by_loops(summarise).astype(y.dtype), strict=True, err_msg=pool.__name__)


@given(case=poolings(FLOATS, wide=True))
def test_output_shape_knows_every_option(case):
    options = {"dilation": case.dilation, "ceil_mode": case.ceil_mode}
    assert max_pool(*case.arguments, **options).shape == output_shape(case.x.shape, *case.arguments[1:], **options)


@pytest.mark.parametrize("pool, summarise", INDEXED)
@given(case=poolings(("int8", *FLOATS), masked=True, wide=True))
def test_indices_point_at_the_first_best_element_of_their_window(pool, summarise, case):
    assume(case.by_loops(len).astype(int).min() > 0)
    y, indices = pool(*case.arguments, **case.options, return_indices=True)
    spatial = [n for axis, n in enumerate(case.x.shape) if axis not in (0, case.channel_axis % case.x.ndim)]
    places = np.arange(np.prod(spatial)).reshape(spatial)
    places = np.broadcast_to(np.expand_dims(places, (0, case.channel_axis)), case.x.shape)
    coded = case.x.astype(float) * 1000 + places * (-1 if pool is max_pool else 1)
    best = case.by_loops(summarise, coded).astype(float)
    assert_array_equal(best, y * 1000.0 + indices * (-1 if pool is max_pool else 1))
    assert_array_equal(y, pool(*case.arguments, **case.options), strict=True)


@given(case=poolings(("int8", "float32", "float64"), masked=True, wide=True), p=st.sampled_from([0.5, 1, 2, 3, 7.5]))
def test_p_norms_agree_with_the_loops(case, p):
    y = lp_pool(case.x, p, *case.arguments[1:], **case.options)
    expected = case.by_loops(lambda elements: sum(abs(element) ** p for element in elements) ** (1 / p))
    assert_allclose(y, expected.astype(float), rtol=1e-6)


@given(case=poolings(("float64",), wide=True, kinds=("pair",)))
def test_counting_the_padding_is_pooling_zeros_around_the_map(case):
    y = average_pool(*case.arguments, dilation=case.dilation, count_include_pad=True)
    around = list(case.padding)
    around.insert(0, (0, 0))
    around.insert(case.channel_axis % case.x.ndim, (0, 0))
    x = np.pad(case.x, around)
    expected = average_pool(x, *case.arguments[1:3], "valid", case.data_format, dilation=case.dilation)
    assert_allclose(y, expected, rtol=1e-12, atol=1e-12)


@st.composite
def adaptive(draw):
    spatial = draw(st.lists(st.integers(1, 7), min_size=1, max_size=3))
    counts = tuple(draw(st.integers(1, 9)) for _ in spatial)
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.choice(list(VALUES["f"]), (2, *spatial, 2)).astype(draw(st.sampled_from(FLOATS)))
    return x, counts, random.random((2, *spatial)) < 0.8


@given(case=adaptive(), layout=st.sampled_from(LAYOUTS))
def test_bins_agree_with_the_loops(case, layout):
    x, counts, mask = case
    axes = [loops.bins(*axis) for axis in zip(x.shape[1:-1], counts, strict=True)]
    channels = -1 if layout == "channels_last" else 1
    for pool, summarise in ADAPTIVE:
        y = np.moveaxis(pool(np.moveaxis(x, -1, channels), counts, layout, mask=mask), channels, -1)
        expected = loops.pool(summarise, x, axes, mask).astype(x.dtype)
        assert_array_equal(y, expected, strict=True, err_msg=pool.__name__)


@pytest.mark.parametrize("size, stride, padding, dilation", LONG)
@pytest.mark.parametrize("pool, summarise", TEXTBOOK)
def test_long_windows_agree_with_the_loops(pool, summarise, size, stride, padding, dilation):
    windows = loops.windows(40, size, stride, padding, dilation)
    pads = padding if isinstance(padding, str) else [padding]
    for dtype in ("int8", "float32"):
        x = -np.random.default_rng(0).integers(1, 100, (2, 40, 3)).astype(dtype)
        y = pool(x, size, stride, pads, dilation=dilation)
        assert_allclose(y, loops.pool(summarise, x, [windows]).astype(float), rtol=1e-6)


@pytest.mark.parametrize("pool, whole", WHOLE)
def test_one_bin_is_the_whole_map(pool, whole):
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3))
    assert_array_equal(pool(x, 1), whole(x, keepdims=True))


@given(case=poolings(("float64",)))
def test_unpooling_gives_back_what_was_pooled(case):
    x, rest = np.abs(case.x) + 1, case.arguments[1:]
    y, indices = max_pool(x, *rest, return_indices=True)
    back = max_unpool(y, indices, x.shape, case.data_format)
    assert_array_equal(max_pool(back, *rest), y)
    assert np.isin(back, [0, *y.ravel()]).all()
    assert_array_equal(np.where(back != 0, back, x), x)


# Errors

FLAT = line([1.0, 2, 3, 4])
PLACES = line([0, 1, 2, 3], int)
MASKED = np.ma.masked_less(PLACES, 1)
LONE = line([True], bool)  # with windows that step over it
PER_AXIS = "must be one integer or one per spatial axis (1), got (1, 1)"
EMPTY = "mask or dilation leaves a window with no element; dtype bool has no infinity to say so"

# call, exception, message
ERRORS = [
    (lambda: max_pool(FLAT, 2, dilation=0), ValueError, "dilation must be at least 1, got 0"),
    (lambda: max_pool(FLAT, 2, dilation=(1, 1)), ValueError, f"dilation {PER_AXIS}"),
    (lambda: max_pool(FLAT, 2, dilation=1.0), TypeError, "dilation must be an integer, got 1.0"),
    (lambda: max_pool(FLAT, 3, dilation=2), ValueError, "pool_size 3 (spanning 5) is longer than the axis it slides"),
    (lambda: max_pool(FLAT, 2, ceil_mode=1), TypeError, "ceil_mode must be True or False, got 1"),
    (lambda: max_pool(FLAT, 2, return_indices="y"), TypeError, "return_indices must be True or False, got 'y'"),
    (lambda: min_pool(FLAT, 2, return_indices="y"), TypeError, "return_indices must be True or False, got 'y'"),
    (lambda: average_pool(FLAT, 2, count_include_pad=0), TypeError, "count_include_pad must be True or False, got 0"),
    (lambda: max_pool(LONE, 2, 1, ((2, 2),), dilation=3), ValueError, EMPTY),
    (lambda: min_pool(LONE, 2, 1, ((2, 2),), dilation=3, return_indices=True), ValueError, EMPTY),
    (lambda: lp_pool(FLAT, 0, 2), ValueError, "p must be positive and finite, got 0"),
    (lambda: lp_pool(FLAT, INF, 2), ValueError, "p must be positive and finite, got inf"),
    (lambda: lp_pool(FLAT, NAN, 2), ValueError, "p must be positive and finite, got nan"),
    (lambda: lp_pool(FLAT, "2", 2), TypeError, "p must be a number, got '2'"),
    (lambda: lp_pool(FLAT, True, 2), TypeError, "p must be a number, got True"),
    (lambda: adaptive_max_pool(FLAT, 0), ValueError, "output_size must be at least 1, got 0"),
    (lambda: adaptive_max_pool(FLAT, (1, 1)), ValueError, f"output_size {PER_AXIS}"),
    (lambda: adaptive_average_pool(FLAT, 2.0), TypeError, "output_size must be an integer, got 2.0"),
    (lambda: max_unpool(FLAT, FLAT, (1, 8, 1)), TypeError, "indices must hold integers, got dtype float64"),
    (lambda: max_unpool(FLAT, [[0]], (1, 8, 1)), ValueError, "indices must have the shape of y, (1, 4, 1), got (1, 1)"),
    (lambda: max_unpool(FLAT, PLACES, (1, 3, 1)), ValueError, "indices must be from -1 to 2, got 0 to 3"),
    (lambda: max_unpool(FLAT, PLACES - 2, (1, 8, 1)), ValueError, "indices must be from -1 to 7, got -2 to 1"),
    (lambda: max_unpool(FLAT, PLACES, (2, 8, 1)), ValueError, "output_shape must have the rank, batch and channels of"),
    (lambda: max_unpool(FLAT, PLACES, (8, 1)), ValueError, "output_shape must have 3, 4 or 5 axes (batch,"),
    (lambda: max_unpool("?", PLACES, (1, 8, 1)), TypeError, "y must hold real numbers or booleans, got dtype <U1"),
    (lambda: max_unpool(FLAT, MASKED, (1, 8, 1)), TypeError, "indices must not be a masked array; pass its data"),
    (lambda: max_unpool(FLAT, PLACES, 8), TypeError, "output_shape must be a tuple of integers, got 8"),
]


@pytest.mark.parametrize("call, error, message", ERRORS)
def test_errors_name_the_argument_and_its_value(call, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        call()

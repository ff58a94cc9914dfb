import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

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
    min_pool,
)
from tests.strategies import FLOATS, INTEGERS, line, poolings

NAN, INF = np.nan, np.inf
QUIET = np.errstate(invalid="ignore")  # the mean of ∞ and -∞ warns, as NumPy's does
SLIDING = [max_pool, min_pool, average_pool]
GLOBAL = [global_max_pool, global_min_pool, global_average_pool]
PAIRS = [(max_pool, global_max_pool), (min_pool, global_min_pool), (average_pool, global_average_pool)]
TEXTBOOK = [(max_pool, loops.largest), (min_pool, loops.smallest), (average_pool, loops.mean)]
REAL = ("bool", *INTEGERS, *FLOATS, "longdouble")

# pool, elements, pool_size, strides, padding -> elements
LINES = [
    (max_pool, [-1, -2, -3, -4, -5], 2, 2, "same", [-1, -3, -5]),
    (max_pool, [-1, -2, -3, -4, -5], 2, 2, "same_lower", [-1, -2, -4]),
    (max_pool, [-5, -4, -3, -2, -1], 3, 1, "same", [-4, -3, -2, -1, -1]),
    (max_pool, [-1, -2], 3, 3, ((2, 2),), [-1, -2]),
    (average_pool, [0, 1, 2, 3, 4], 4, 1, "same", [1, 1.5, 2.5, 3, 3.5]),
    (average_pool, [0, 1, 2, 3, 4], 2, 2, "same", [0.5, 2.5, 4]),
    (average_pool, [0, 1, 2, 3, 4], 2, 2, "same_lower", [0, 1.5, 3.5]),
    (average_pool, [10, 20], 3, 2, "same", [15]),
    (average_pool, [10, 20], 3, 1, ((2, 2),), [10, 15, 15, 20]),
    (average_pool, [6, 8], 5, 5, ((4, 4),), [6, 8]),
]

# pool, elements, pool_size, strides -> elements
SPECIAL = [
    (max_pool, [NAN, NAN, 3, 4], 3, 1, [NAN, NAN]),
    (max_pool, [3, NAN, -INF, 1], 2, 2, [NAN, 1]),
    (max_pool, [-INF, -INF, -INF, 0], 2, 2, [-INF, 0]),
    (max_pool, [INF, 1, 2, INF], 2, 2, [INF, INF]),
    (average_pool, [NAN, 1, 2, 4], 2, 2, [NAN, 3]),
    (average_pool, [INF, 1, -INF, 1], 2, 2, [INF, -INF]),
    (average_pool, [INF, -INF, INF, INF], 2, 2, [NAN, INF]),
]
SPECIAL_GLOBAL = [
    (global_max_pool, [NAN, 1, INF], NAN),
    (global_max_pool, [-INF, -INF, -INF], -INF),
    (global_min_pool, [NAN, 1, -INF], NAN),
    (global_min_pool, [INF, INF, INF], INF),
    (global_average_pool, [NAN, 1, INF], NAN),
    (global_average_pool, [INF, 1, -INF], NAN),
    (global_average_pool, [-INF, 1, 1], -INF),
]

AVERAGE_DTYPES = [
    *((dtype, "float32") for dtype in ("bool", *INTEGERS)),
    *((dtype, dtype) for dtype in (*FLOATS, "longdouble")),
]

# dtype, elements that are averaged -> mean; the large ones are rounded to float32
MEANS = [
    ("bool", [True, True, False, False], 0.5),
    ("int8", [127, 127, 127, 127], 127),
    ("int8", [-128, -128, -128, -128], -128),
    ("uint8", [255, 255, 255, 255], 255),
    ("uint8", [255, 0, 255, 0], 127.5),
    ("int16", [32767, 32767, 32767, 32767], 32767),
    ("int32", [2**31 - 1, 2**31 - 1, 2**31 - 1, 2**31 - 1], 2.0**31),
    ("int32", [2**24 + 1, 2**24 + 1, -(2**24), -(2**24)], 0.5),
    ("int64", [2**63 - 1, 2**63 - 1, 2**63 - 1, 2**63 - 1], 2.0**63),
    ("int64", [-(2**63), -(2**63), -(2**63), -(2**63)], -(2.0**63)),
    ("uint64", [2**64 - 1, 2**64 - 1, 2**64 - 1, 2**64 - 1], 2.0**64),
    ("uint64", [2**64 - 1, 0, 2**64 - 1, 0], 2.0**63),
    ("float16", [65504, 65504, 65504, 65504], 65504),
    ("float16", [-65504, -65504, -65504, -65504], -65504),
    ("float16", [2048, 1, 1, 2], 513),
    ("float64", [2**53 - 1, 1, 2**53 - 1, 1], 2**52),
    ("longdouble", [np.longdouble(2**62 + 1), 3, 0, 0], np.longdouble(2**60 + 1)),
]

# dtype, elements -> maximum, minimum: numbers that no floating detour keeps apart
EXACT = [
    ("int64", [2**63 - 2, 2**63 - 1], 2**63 - 1, 2**63 - 2),
    ("int64", [-(2**63), 1 - 2**63], 1 - 2**63, -(2**63)),
    ("uint64", [2**64 - 1, 2**64 - 2], 2**64 - 1, 2**64 - 2),
]

# pool, dtype, elements, mask -> elements, with a window and a stride of 2
MASKED = [
    (max_pool, "float64", [9, 1, 2, 3], [0, 1, 1, 0], [1, 2]),
    (min_pool, "float64", [0, 1, 2, 1], [0, 1, 1, 0], [1, 2]),
    (average_pool, "float64", [9, 1, 2, 4], [0, 1, 1, 1], [1, 3]),
    (max_pool, "float32", [9, 9, 2, 3], [0, 0, 1, 1], [-INF, 3]),
    (average_pool, "float32", [9, 9, 2, 4], [0, 0, 1, 1], [NAN, 3]),
    (average_pool, "int32", [9, 9, 2, 4], [0, 0, 1, 1], [NAN, 3]),
    (max_pool, "float16", [INF, -5, NAN, -6], [0, 1, 0, 1], [-5, -6]),
    (min_pool, "float16", [-INF, 5, NAN, 6], [0, 1, 0, 1], [5, 6]),
    (average_pool, "float16", [-INF, 5, NAN, 6], [0, 1, 0, 1], [5, 6]),
    (max_pool, "float64", [NAN, 1, -INF, 9], [1, 1, 1, 0], [NAN, -INF]),
    (max_pool, "int8", [-128, 127, -128, 5], [1, 0, 1, 1], [-128, 5]),
    (min_pool, "int8", [127, -128, 127, 5], [1, 0, 1, 1], [127, 5]),
    (max_pool, "uint64", [0, 1, 2**64 - 1, 1], [1, 0, 0, 1], [0, 1]),
    (min_pool, "uint64", [2**64 - 1, 1, 2**64 - 2, 1], [1, 0, 1, 0], [2**64 - 1, 2**64 - 2]),
    (min_pool, "int64", [2**63 - 1, 1, 2**63 - 2, 1], [1, 0, 1, 0], [2**63 - 1, 2**63 - 2]),
    (max_pool, "bool", [False, True, True, False], [1, 0, 1, 0], [False, True]),
    (min_pool, "bool", [False, True, True, False], [0, 1, 1, 0], [True, True]),
]
MASKED_OUT = [
    (global_max_pool, "float16", -INF),
    (global_max_pool, "float64", -INF),
    (global_min_pool, "float32", INF),
    (global_min_pool, "longdouble", INF),
    (global_average_pool, "float32", NAN),
    (global_average_pool, "int64", NAN),
    (global_average_pool, "bool", NAN),
]

# pool, shape -> shape, with windows of 2 side by side or of whole maps
EMPTY = [
    (max_pool, (0, 4, 3), (0, 2, 3)),
    (min_pool, (2, 4, 4, 0), (2, 2, 2, 0)),
    (average_pool, (0, 4, 4, 4, 0), (0, 2, 2, 2, 0)),
]
EMPTY_GLOBAL = [
    (global_max_pool, (0, 4, 4, 4, 0), (0, 0)),
    (global_min_pool, (2, 4, 4, 0), (2, 0)),
    (global_average_pool, (0, 4, 3), (0, 3)),
]

CALLS = {
    "max_pool": lambda x, **options: max_pool(x, 2, **options),
    "min_pool": lambda x, **options: min_pool(x, 2, **options),
    "average_pool": lambda x, **options: average_pool(x, 2, **options),
    "lp_pool": lambda x, **options: lp_pool(x, 2, 2, **options),
    "adaptive_max_pool": lambda x, **options: adaptive_max_pool(x, 2, **options),
    "adaptive_min_pool": lambda x, **options: adaptive_min_pool(x, 2, **options),
    "adaptive_average_pool": lambda x, **options: adaptive_average_pool(x, 2, **options),
    "global_max_pool": global_max_pool,
    "global_min_pool": global_min_pool,
    "global_average_pool": global_average_pool,
}
EXTREME = [name for name in CALLS if "max" in name or "min" in name]
RANK = "x must have 3, 4 or 5 axes (batch, one to three spatial axes, channels), got shape"
MASK_SHAPE = "mask must have the shape (N, *spatial) of x, (2, 4, 3), got"

# what is wrong with a sliding or a global pooling -> exception, message; test_fuzz.py asks every function
X = np.ones((2, 4, 3, 5))
X_ERRORS = [
    ([[[1], [2]], [[3]]], ValueError, "x must be an array with rows of equal length"),
    (X * 1j, TypeError, "x must hold real numbers or booleans, got dtype complex128"),
    (X.astype(object), TypeError, "x must hold real numbers or booleans, got dtype object"),
    ([[["a"], ["b"]]], TypeError, "x must hold real numbers or booleans, got dtype <U1"),
    ([[[b"a"], [b"b"]]], TypeError, "x must hold real numbers or booleans, got dtype |S1"),
    (X.astype("M8[s]"), TypeError, "x must hold real numbers or booleans, got dtype datetime64[s]"),
    (X.astype("m8[s]"), TypeError, "x must hold real numbers or booleans, got dtype timedelta64[s]"),
    (None, TypeError, "x must hold real numbers or booleans, got dtype object"),
    (3, ValueError, f"{RANK} ()"),
    (X[0, 0], ValueError, f"{RANK} (3, 5)"),
    (X.reshape(2, 4, 3, 5, 1, 1), ValueError, f"{RANK} (2, 4, 3, 5, 1, 1)"),
    (X[:, :0], ValueError, "x must have no empty spatial axis, got shape (2, 0, 3, 5)"),
    (X[:0, :, :0], ValueError, "x must have no empty spatial axis, got shape (0, 4, 0, 5)"),
]
OPTION_ERRORS = [
    ({"data_format": "NCHW"}, ValueError, "data_format must be 'channels_last' or 'channels_first', got 'NCHW'"),
    ({"data_format": 1}, TypeError, "data_format must be a string, got 1"),
    ({"mask": np.ones((2, 4, 3))}, TypeError, "mask must hold booleans, got dtype float64"),
    ({"mask": np.ones((2, 4, 3), int)}, TypeError, "mask must hold booleans, got dtype int64"),
    ({"mask": "all"}, TypeError, "mask must hold booleans, got dtype <U3"),
    ({"mask": [[True], [True, False]]}, ValueError, "mask must be an array with rows of equal length"),
    ({"mask": True}, ValueError, f"{MASK_SHAPE} ()"),
    ({"mask": X > 0}, ValueError, f"{MASK_SHAPE} (2, 4, 3, 5)"),
    ({"mask": [[True] * 4] * 2}, ValueError, f"{MASK_SHAPE} (2, 4)"),
    ({"mask": np.ones((2, 3, 4), bool)}, ValueError, f"{MASK_SHAPE} (2, 3, 4)"),
    ({"mask": np.ones((1, 4, 3), bool)}, ValueError, f"{MASK_SHAPE} (1, 4, 3)"),
]
KEEPDIMS = [(1, "1"), (None, "None"), ("yes", "'yes'"), (np.ones(1, bool), "array([ True])")]


def pinned(message):
    return f"^{re.escape(message)}$"


# By hand


@pytest.mark.parametrize("pool, elements, pool_size, strides, padding, expected", LINES)
def test_no_zero_wins_or_dilutes_at_the_border(pool, elements, pool_size, strides, padding, expected):
    assert_array_equal(pool(line(elements), pool_size, strides, padding), line(expected))


def test_an_average_at_a_corner_counts_the_real_elements_of_both_axes():
    y = average_pool(np.ones((1, 2, 2, 1)) * [[[1], [2]], [[3], [6]]], 2, 1, "same")
    assert_array_equal(y[0, :, :, 0], [[3, 4], [4.5, 6]])


@pytest.mark.parametrize("pool, elements, pool_size, strides, expected", SPECIAL)
@QUIET
def test_nan_comes_out_and_infinities_stay_what_they_are(pool, elements, pool_size, strides, expected):
    assert_array_equal(pool(line(elements), pool_size, strides), line(expected))


@pytest.mark.parametrize("pool, elements, expected", SPECIAL_GLOBAL)
@QUIET
def test_nan_comes_out_of_a_whole_map_and_infinities_stay_what_they_are(pool, elements, expected):
    assert_array_equal(pool(line(elements)), [[expected]])


@pytest.mark.parametrize("dtype, averaged", AVERAGE_DTYPES)
def test_extremes_keep_every_dtype_and_averages_and_norms_the_floating_ones(dtype, averaged):
    x = np.ones((1, 4, 1), dtype)
    for mask in (None, [[True, False, False, True]]):
        found = {name: pool(x, mask=mask).dtype for name, pool in CALLS.items()}
        assert found == {name: dtype if name in EXTREME else averaged for name in CALLS}


@pytest.mark.parametrize("dtype", [">i4", ">f2", ">f8"])
def test_extremes_keep_the_byte_order(dtype):
    x = line([1, 2, 2, 1], dtype)
    assert [CALLS[name](x).dtype.str for name in EXTREME] == [dtype] * 6


@pytest.mark.parametrize("dtype, elements, expected", MEANS)
def test_sums_do_not_overflow(dtype, elements, expected):
    assert_array_equal(average_pool(line(elements, dtype), 4).item(), expected)
    assert_array_equal(global_average_pool(line(elements, dtype)).item(), expected)


def test_the_mean_of_a_large_float16_map_does_not_overflow():
    x = np.full((1, 64, 64, 2), 60000, np.float16)
    assert_array_equal(global_average_pool(x), np.full((1, 2), 60000, np.float16))
    assert_array_equal(average_pool(x, 64), np.full((1, 1, 1, 2), 60000, np.float16))


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int32"])
def test_the_mean_of_many_equal_integers_is_that_integer(dtype):
    x = np.full((1, 4099, 2), 32767, dtype)
    assert_array_equal(global_average_pool(x), [[32767, 32767]])
    assert_array_equal(average_pool(x, 4098, 1), np.full((1, 2, 2), 32767))


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
def test_arrays_of_several_blocks_have_the_dtypes_of_one(dtype):
    small, large = np.zeros((1, 2, 2, 1), dtype), np.zeros((1, 1600, 1600, 1), dtype)
    for pool in (max_pool, average_pool):
        assert pool(large, 2).dtype == pool(small, 2).dtype


def test_the_mean_of_many_float16_elements_does_not_stop_growing():
    x = np.tile(np.array([[0.0], [2.0]], np.float16), (1, 4096, 1))
    assert_array_equal(global_average_pool(x), [[1]])
    assert_array_equal(average_pool(x, 4096, 1), np.ones((1, 4097, 1)))


@pytest.mark.parametrize("dtype, elements, largest, smallest", EXACT)
def test_extremes_take_no_detour_through_floating_point(dtype, elements, largest, smallest):
    x = line(elements, dtype)
    assert [max_pool(x, 2).item(), global_max_pool(x).item()] == [largest, largest]
    assert [min_pool(x, 2).item(), global_min_pool(x).item()] == [smallest, smallest]


@pytest.mark.parametrize("pool, dtype, elements, mask, expected", MASKED)
def test_only_unmasked_elements_count(pool, dtype, elements, mask, expected):
    y = pool(line(elements, dtype), 2, mask=np.array([mask], bool))
    assert y.ravel().tolist() == pytest.approx(expected, rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize("pool, dtype, expected", MASKED_OUT)
def test_a_map_that_is_masked_out_gives_the_identity(pool, dtype, expected):
    x = np.ones((2, 3, 2), dtype)
    y = pool(x, mask=np.array([[False] * 3, [True] * 3]))
    assert_array_equal(y, [[expected] * 2, [1, 1]])


@pytest.mark.parametrize("pool, shape, expected", EMPTY)
def test_no_sample_or_no_channel_gives_an_empty_result_of_the_right_shape(pool, shape, expected):
    assert pool(np.ones(shape), 2).shape == expected
    assert pool(np.ones(shape), 3, 2, "same", mask=np.ones(shape[:-1], bool)).shape == expected


@pytest.mark.parametrize("pool, shape, expected", EMPTY_GLOBAL)
def test_no_sample_or_no_channel_gives_an_empty_global_result(pool, shape, expected):
    assert pool(np.ones(shape)).shape == expected
    assert pool(np.ones(shape), mask=np.ones(shape[:-1], bool)).shape == expected


def test_the_booleans_of_numpy_say_as_well_whether_to_keep_axes():
    x = np.ones((1, 4, 1))
    assert [global_max_pool(x, keepdims=each).ndim for each in (np.False_, np.True_)] == [2, 3]


@pytest.mark.parametrize("pool", ["average_pool", "global_max_pool"])
def test_nested_lists_are_arrays_too(pool):
    x = [[[1, 5], [2, 4], [3, 3]]]
    mask = [[True, True, False]]
    assert_array_equal(CALLS[pool](x, mask=mask), CALLS[pool](np.array(x), mask=np.array(mask)))


@pytest.mark.parametrize("pool", SLIDING)
def test_one_integer_stands_for_every_spatial_axis(pool):
    x = np.random.default_rng(0).normal(size=(2, 5, 6, 7, 2))
    assert_array_equal(pool(x, 3, 2, "same"), pool(x, (3, 3, 3), [2, 2, 2], "SAME"))
    assert_array_equal(pool(x, (2, 3, 4)), pool(x, (2, 3, 4), (2, 3, 4)))


@pytest.mark.parametrize("shape", [(2, 1, 3), (2, 3, 3, 3)])
@pytest.mark.parametrize("pool", SLIDING)
def test_windows_of_one_element_give_a_writeable_copy(pool, shape):
    x = np.ones(shape, np.float32)
    y = pool(x, 1)
    assert_array_equal(y, x)
    assert y.flags.writeable and not np.shares_memory(y, x)


# Properties: each draw is pooled in the three ways


@given(poolings(FLOATS, special=True, masked=True))
def test_the_maximum_is_the_negated_minimum_of_the_negated(case):
    x, *rest = case.arguments
    assert_array_equal(max_pool(x, *rest), -min_pool(-x, *rest), strict=True)
    assert_array_equal(max_pool(x, *rest, mask=case.mask), -min_pool(-x, *rest, mask=case.mask), strict=True)


@given(case=poolings(("int8", "float16", "float64")), constant=st.integers(-100, 100))
def test_a_constant_map_keeps_its_value_up_to_the_border(case, constant):
    for pool in SLIDING:
        y = pool(np.full_like(case.x, constant), *case.arguments[1:])
        assert_array_equal(y, np.full_like(y, constant), strict=True, err_msg=pool.__name__)


@given(case=poolings(FLOATS, special=True, masked=True))
@QUIET
def test_a_window_as_large_as_the_map_is_global_pooling(case):
    for sliding, whole in PAIRS:
        y = sliding(case.x, case.mask.shape[1:], 1, "valid", case.data_format, mask=case.mask)
        kept = whole(case.x, case.data_format, keepdims=True, mask=case.mask)
        assert_array_equal(kept, y, strict=True, err_msg=whole.__name__)
        assert_array_equal(whole(case.x, case.data_format, mask=case.mask), y.reshape(len(y), -1), strict=True)


@given(case=poolings(("bool", "int8", "float32")))
def test_a_mask_that_hides_nothing_changes_nothing(case):
    everything = np.full(case.x.any(case.channel_axis).shape, True)
    for pool in SLIDING:
        y = pool(*case.arguments, mask=everything)
        assert_array_equal(y, pool(*case.arguments), strict=True, err_msg=pool.__name__)


# Agreement with the loops


@given(case=poolings(REAL))
def test_every_dtype_agrees_with_the_loops(case):
    for pool, summarise in TEXTBOOK:
        y = pool(*case.arguments)
        assert_array_equal(y, case.by_loops(summarise).astype(y.dtype), strict=True, err_msg=pool.__name__)


@given(case=poolings(FLOATS, special=True))
@QUIET
def test_nan_and_infinities_agree_with_the_loops(case):
    for pool, summarise in TEXTBOOK:
        y = pool(*case.arguments)
        assert_array_equal(y, case.by_loops(summarise).astype(y.dtype), strict=True, err_msg=pool.__name__)


@given(case=poolings(("bool", *INTEGERS), masked=True))
def test_masks_on_integers_agree_with_the_loops(case):
    assume(case.by_loops(len).min() > 0)
    for pool, summarise in TEXTBOOK:
        y = pool(*case.arguments, **case.options)
        assert_array_equal(y, case.by_loops(summarise).astype(y.dtype), strict=True, err_msg=pool.__name__)


# Errors


@pytest.mark.parametrize("x, exception, message", X_ERRORS)
def test_a_wrong_x_is_named_with_what_it_was_and_what_it_must_be(x, exception, message):
    with pytest.raises(exception, match=pinned(message)):
        max_pool(x, 2)


@pytest.mark.parametrize("changed, exception, message", OPTION_ERRORS)
def test_a_wrong_option_is_named_with_what_it_was_and_what_it_must_be(changed, exception, message):
    with pytest.raises(exception, match=pinned(message)):
        max_pool(X, 2, **changed)


@pytest.mark.parametrize("pool", ["average_pool", "global_max_pool"])
def test_a_mask_for_channels_first_leaves_out_the_second_axis(pool):
    message = "mask must have the shape (N, *spatial) of x, (2, 3, 5), got (2, 4, 3)"
    with pytest.raises(ValueError, match=pinned(message)):
        CALLS[pool](X, data_format="channels_first", mask=np.ones((2, 4, 3), bool))


INTEGER_EXTREMES = [
    ("max_pool", "bool"),
    ("min_pool", "int8"),
    ("global_max_pool", "uint64"),
    ("global_min_pool", "bool"),
]


@pytest.mark.parametrize("pool, dtype", INTEGER_EXTREMES)
def test_an_integer_window_that_is_masked_out_is_an_error(pool, dtype):
    mask = np.ones((2, 4), bool)
    mask[1] = False
    message = f"mask or dilation leaves a window with no element; dtype {dtype} has no infinity to say so"
    with pytest.raises(ValueError, match=pinned(message)):
        CALLS[pool](np.ones((2, 4, 1), dtype), mask=mask)


@pytest.mark.parametrize("keepdims, shown", KEEPDIMS)
def test_keepdims_is_true_or_false(keepdims, shown):
    with pytest.raises(TypeError, match=pinned(f"keepdims must be True or False, got {shown}")):
        global_max_pool(X, keepdims=keepdims)


@pytest.mark.parametrize("shape, data_format", [((1, 2**21, 2), "channels_last"), ((1, 2, 2**21), "channels_first")])
def test_means_of_many_float32_numbers_stay_right(shape, data_format):
    x = np.full(shape, 0.1, "float32")  # added one after the other in float32 they average to 0.0983
    np.testing.assert_allclose(global_average_pool(x, data_format), [[0.1, 0.1]], rtol=1e-6)


@pytest.mark.parametrize("length", [2, 2**16])
def test_means_of_large_float32_numbers_do_not_overflow(length):
    x = np.full((1, length, 1), 3e38, "float32")
    assert_array_equal(average_pool(x, 2), x[:, ::2])
    assert_array_equal(global_average_pool(x), x[:, 0])


@pytest.mark.parametrize("pool", GLOBAL)
def test_a_masked_array_is_refused_because_its_mask_would_be_lost(pool):
    with pytest.raises(TypeError, match="x must not be a masked array; pass its data"):
        pool(np.ma.masked_less(np.ones((1, 4, 1)), 0))


@pytest.mark.parametrize("shape", [(1, 31, 31, 31, 1), (1, 31, 31, 1), (1, 600, 31, 60)])
def test_the_mean_of_a_whole_map_with_short_axes_keeps_the_digits_of_float32(shape):
    x = np.full(shape, 32_769, "float32")  # of which float32 can add up 512
    assert set(global_average_pool(x).ravel()) == set(average_pool(x, shape[1:-1]).ravel()) == {32_769}


# of the first, pieces of fewer than 32 rows are added up apart
@pytest.mark.parametrize(
    "most, shape", [(2**19, (1, 129, 1, 20_000)), (2**16, (2, 1000, 99)), (2**16, (1, 40, 50, 99))]
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_sums_that_float32_has_no_room_for_are_exact(most, shape, data_format):
    x = np.random.default_rng(0).integers(most, size=shape).astype("float32")
    if data_format == "channels_first":
        x = np.ascontiguousarray(np.moveaxis(x % 2**16, -1, 1))
    spatial = tuple(range(1, x.ndim - 1)) if data_format == "channels_last" else tuple(range(2, x.ndim))
    assert_array_equal(global_average_pool(x, data_format), x.astype(float).mean(spatial).astype("float32"))


def test_infinities_that_cancel_are_told():
    with pytest.warns(RuntimeWarning, match="invalid value"):
        assert np.isnan(average_pool(np.array([np.inf, -np.inf]).reshape(1, 2, 1), 2)).all()


def test_a_window_of_more_padding_than_integers_can_count_has_a_mean_too():
    x = np.ones((1, 1, 1, 1, 1))
    assert average_pool(x, 2**21, 1, "same", count_include_pad=True).item() == 2.0**-63


def test_the_mean_of_a_long_window_of_float32_numbers_keeps_their_digits():
    x = (1000 + np.random.default_rng(0).random((1, 40, 40, 1))).astype(np.float32)
    assert np.array_equal(average_pool(x, 15, 1), average_pool(x.astype(float), 15, 1).astype(np.float32))

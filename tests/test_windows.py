import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolkit import loops, output_shape
from poolkit.windows import Bins, Windows, adaptive_grid, global_grid, make_bins, make_windows, sliding_grid
from tests.strategies import axis_rules, wide_axis_rules

# length, size, stride, padding -> for each place in the window: its outputs, and the positions that they see
STEPS = [
    (4, 2, 2, "valid", [([0, 1], [0, 2]), ([0, 1], [1, 3])]),
    (5, 2, 2, "valid", [([0, 1], [0, 2]), ([0, 1], [1, 3])]),
    (4, 2, 1, "valid", [([0, 1, 2], [0, 1, 2]), ([0, 1, 2], [1, 2, 3])]),
    (5, 1, 3, "valid", [([0, 1], [0, 3])]),
    (5, 3, 2, "same", [([1, 2], [1, 3]), ([0, 1, 2], [0, 2, 4]), ([0, 1], [1, 3])]),
    (3, 2, 2, "same", [([0, 1], [0, 2]), ([0], [1])]),
    (3, 2, 2, "same_lower", [([1], [1]), ([0, 1], [0, 2])]),
    (1, 5, 1, "same", [([0], [0])]),
    (2, 3, 1, (2, 2), [([2, 3], [0, 1]), ([1, 2], [0, 1]), ([0, 1], [0, 1])]),
]

# input_shape, pool_size, strides, padding, data_format -> shape
SHAPES = [
    ((1, 4, 4, 1), 2, None, "valid", "channels_last", (1, 2, 2, 1)),
    ((8, 9, 3), 3, 2, "valid", "channels_last", (8, 4, 3)),
    ((8, 3, 9), 3, 2, "valid", "channels_first", (8, 3, 4)),
    ((2, 7, 8, 3), (2, 3), None, "valid", "channels_last", (2, 3, 2, 3)),
    ((2, 7, 8, 3), (2, 3), (1, 2), "same", "channels_last", (2, 7, 4, 3)),
    ((2, 3, 7, 8), [2, 3], [1, 2], "same_lower", "channels_first", (2, 3, 7, 4)),
    ((2, 5, 6, 7, 3), 2, None, "same", "channels_last", (2, 3, 3, 4, 3)),
    ((2, 5, 6, 7, 3), (1, 2, 3), (3, 2, 1), "valid", "channels_last", (2, 2, 3, 5, 3)),
    ((2, 5, 6, 1), 3, 2, ((1, 1), (0, 2)), "channels_last", (2, 3, 3, 1)),
    ((2, 5, 6, 1), 3, 2, [[1, 1], [0, 2]], "channels_last", (2, 3, 3, 1)),
    ((0, 4, 4, 0), 2, None, "valid", "channels_last", (0, 2, 2, 0)),
    ([1, 4, 1], np.int8(2), np.uint8(1), "Valid", "Channels_Last", (1, 3, 1)),
    ((1, 1, 5), 2, None, "SAME", "CHANNELS_FIRST", (1, 1, 3)),
    ((1, 5, 1), 2, 1, "Same_Lower", "channels_last", (1, 5, 1)),
    ((1, 4, 1), 2**31 - 1, None, "same", "channels_last", (1, 1, 1)),
]

FITS = "'valid', 'same', 'same_lower' or one (before, after) pair per spatial axis (1)"
RANK = "must have 3, 4 or 5 axes (batch, one to three spatial axes, channels), got shape"
LONG = "Use a smaller pool_size or padding='same'."

# arguments that differ from output_shape((1, 4, 1), 3) -> exception, message
ERRORS = [
    ({"input_shape": 4}, TypeError, "input_shape must be a tuple of integers, got 4"),
    ({"input_shape": "141"}, TypeError, "input_shape must be a tuple of integers, got '141'"),
    ({"input_shape": (1, 4.0, 1)}, TypeError, "input_shape must be an integer, got 4.0"),
    ({"input_shape": (1, True, 1)}, TypeError, "input_shape must be an integer, got True"),
    ({"input_shape": (1, -4, 1)}, ValueError, "input_shape must be at least 0, got -4"),
    ({"input_shape": (4, 1)}, ValueError, f"input_shape {RANK} (4, 1)"),
    ({"input_shape": [1, 2, 3, 4, 5, 6]}, ValueError, f"input_shape {RANK} (1, 2, 3, 4, 5, 6)"),
    ({"input_shape": [1, 0, 1]}, ValueError, "input_shape must have no empty spatial axis, got shape (1, 0, 1)"),
    ({"input_shape": (1, 4, 0, 1)}, ValueError, "input_shape must have no empty spatial axis, got shape (1, 4, 0, 1)"),
    ({"padding": ((0, -1),)}, ValueError, "padding must be at least 0, got -1"),
    ({"pool_size": 3.0}, TypeError, "pool_size must be an integer, got 3.0"),
    ({"pool_size": True}, TypeError, "pool_size must be an integer, got True"),
    ({"pool_size": np.True_}, TypeError, "pool_size must be an integer, got np.True_"),
    ({"pool_size": (2.5,)}, TypeError, "pool_size must be an integer, got 2.5"),
    ({"pool_size": 0}, ValueError, "pool_size must be at least 1, got 0"),
    ({"pool_size": 2**31}, ValueError, "pool_size must be at most 2147483647, got 2147483648"),
    ({"pool_size": (2, 2)}, ValueError, "pool_size must be one integer or one per spatial axis (1), got (2, 2)"),
    ({"pool_size": []}, ValueError, "pool_size must be one integer or one per spatial axis (1), got []"),
    (
        {"pool_size": 5},
        ValueError,
        f"pool_size 5 is longer than the axis it slides over: 4 elements and 0 of padding. {LONG}",
    ),
    (
        {"pool_size": 9, "padding": ((2, 1),)},
        ValueError,
        f"pool_size 9 is longer than the axis it slides over: 4 elements and 3 of padding. {LONG}",
    ),
    ({"strides": 1.5}, TypeError, "strides must be an integer, got 1.5"),
    ({"strides": 0}, ValueError, "strides must be at least 1, got 0"),
    ({"strides": (1, 1)}, ValueError, "strides must be one integer or one per spatial axis (1), got (1, 1)"),
    ({"padding": None}, TypeError, f"padding must be {FITS}, got None"),
    ({"padding": 1}, TypeError, f"padding must be {FITS}, got 1"),
    ({"padding": "foo"}, ValueError, f"padding must be {FITS}, got 'foo'"),
    ({"padding": ""}, ValueError, f"padding must be {FITS}, got ''"),
    ({"padding": ()}, ValueError, f"padding must be {FITS}, got ()"),
    ({"padding": (1, 1)}, ValueError, f"padding must be {FITS}, got (1, 1)"),
    ({"padding": ("same",)}, ValueError, f"padding must be {FITS}, got ('same',)"),
    ({"padding": ((1, 1), (1, 1))}, ValueError, f"padding must be {FITS}, got ((1, 1), (1, 1))"),
    ({"padding": ((1, 1), 1)}, ValueError, f"padding must be {FITS}, got ((1, 1), 1)"),
    ({"padding": ((1,),)}, ValueError, f"padding must be {FITS}, got ((1,),)"),
    ({"padding": [(1, 1, 1)]}, ValueError, f"padding must be {FITS}, got [(1, 1, 1)]"),
    ({"padding": ((1.0, 1),)}, TypeError, "padding must be an integer, got 1.0"),
    ({"padding": ((-1, 1),)}, ValueError, "padding must be at least 0, got -1"),
    ({"padding": ((3, 0),)}, ValueError, "padding must be smaller than the window (3) on each side, got (3, 0)"),
    ({"padding": [[0, 4]]}, ValueError, "padding must be smaller than the window (3) on each side, got (0, 4)"),
    ({"data_format": None}, TypeError, "data_format must be a string, got None"),
    ({"data_format": 1}, TypeError, "data_format must be a string, got 1"),
    ({"data_format": "NHWC"}, ValueError, "data_format must be 'channels_last' or 'channels_first', got 'NHWC'"),
]


def visits(windows):
    """Outputs and positions of each step, as lists."""
    return [(list(range(windows.outputs))[o], list(range(windows.length))[p]) for o, p in windows.places()]


def seen(windows):
    """The positions that each output sees, in the order of the steps."""
    found = [[] for _ in range(windows.outputs)]
    for outputs, positions in visits(windows):
        for output, position in zip(outputs, positions, strict=True):
            found[output].append(position)
    return found


@pytest.mark.parametrize("length, size, stride, padding, expected", STEPS)
def test_each_step_pairs_one_place_of_every_window_with_its_position(length, size, stride, padding, expected):
    assert visits(make_windows(length, size, stride, padding)) == expected


@pytest.mark.parametrize("input_shape, pool_size, strides, padding, data_format, expected", SHAPES)
def test_output_shape_is_the_one_counted_by_hand(input_shape, pool_size, strides, padding, data_format, expected):
    assert output_shape(input_shape, pool_size, strides, padding, data_format) == expected


def test_the_input_shape_is_not_changed():
    shape = [1, 4, 4, 1]
    output_shape(shape, 2)
    assert shape == [1, 4, 4, 1]


def test_windows_lie_side_by_side_where_no_strides_are_given():
    assert output_shape((1, 7, 8, 9, 1), (2, 3, 4)) == (1, 3, 2, 2, 1)


def test_a_grid_has_one_entry_per_spatial_axis_in_order():
    grid = sliding_grid((2, 3, 4, 5), (2, 3), None, "valid", "channels_first")
    assert list(grid.items()) == [(2, Windows(4, 2, 2, 1, 0, 0, 2)), (3, Windows(5, 3, 3, 1, 0, 0, 1))]


def test_the_grid_of_a_whole_map_has_one_bin_per_axis():
    grid = global_grid((2, 4, 5, 3), "channels_last")
    assert list(grid.items()) == [(1, Bins(4, (0,), (4,))), (2, Bins(5, (0,), (5,)))]
    assert grid.sees_all


@pytest.mark.parametrize("kind", [int, np.int64, np.uint8])
def test_integers_of_any_kind_give_a_shape_of_python_integers(kind):
    shape = output_shape((kind(1), kind(5), kind(2)), kind(3), kind(2), ((kind(1), kind(1)),))
    assert [(length, type(length)) for length in shape] == [(1, int), (3, int), (2, int)]


def test_small_unsigned_integers_do_not_wrap_around_in_padding():
    assert output_shape((1, 200, 1), 200, 1, ((np.uint8(199), np.uint8(199)),)) == (1, 399, 1)


@given(axis_rules())
def test_the_steps_visit_each_position_of_each_window_once(rule):
    assert seen(make_windows(*rule)) == loops.windows(*rule)


@given(axis_rules())
def test_the_whole_axis_is_the_window_that_the_loops_list_in_full(rule):
    assert make_windows(*rule).sees_all == (loops.windows(*rule) == [list(range(rule[0]))])


@given(wide_axis_rules())
def test_the_table_has_the_positions_of_each_window_and_minus_one_outside(rule):
    table = make_windows(*rule).table()
    assert table.shape == (len(table), rule[1])
    assert [row[row >= 0].tolist() for row in table] == loops.windows(*rule)
    assert table.min() >= -1


@given(wide_axis_rules())
def test_counts_are_those_that_the_loops_list(rule):
    assert make_windows(*rule).counts().tolist() == list(map(len, loops.windows(*rule)))


@given(wide_axis_rules())
def test_no_position_is_seen_by_more_windows_than_overlap_says(rule):
    windows, listed = make_windows(*rule), loops.windows(*rule)
    assert max(sum(position in seen for seen in listed) for position in range(windows.length)) <= windows.overlap
    assert max(map(len, listed)) <= windows.longest


@given(wide_axis_rules(), st.data())
def test_a_part_has_the_windows_of_its_outputs_over_what_they_see(rule, data):
    windows = make_windows(*rule)
    start = data.draw(st.integers(0, windows.outputs - 1))
    stop = data.draw(st.integers(start + 1, windows.outputs))
    positions, part = windows.part(start, stop)
    assert [[positions.start + i for i in window] for window in seen(part)] == loops.windows(*rule)[start:stop]
    assert (part.length, part.outputs) == (positions.stop - positions.start, stop - start)


def test_windows_written_out_by_hand():
    assert make_windows(3, 6, 3, "same") == Windows(3, 6, 3, 1, 1, 2, 1)
    assert make_windows(6, 1, 3, "valid", 1, True) == Windows(6, 1, 3, 1, 0, 0, 2)
    assert make_windows(9, 3, 1, "valid", 2).span == 5
    assert make_windows(5, 3, 2, (1, 2)).with_padding() == Windows(8, 3, 2, 1, 0, 0, 3)


def test_bins_written_out_by_hand():
    bins = make_bins(7, 3)
    assert bins == Bins(7, (0, 2, 4), (3, 5, 7))
    steps = [
        (np.arange(2)[outputs].tolist(), positions.tolist()) for outputs, positions in Bins(7, (0, 3), (3, 5)).places()
    ]
    assert steps == [([0, 1], [0, 3]), ([0, 1], [1, 4]), ([0], [2])]
    assert (bins.counts().tolist(), bins.longest) == ([3, 3, 3], 3)
    assert bins.part(1, 3) == (slice(2, 7), Bins(5, (0, 2), (3, 5)))
    assert make_bins(7, 1).sees_all
    assert not any(each.sees_all for each in (bins, Bins(7, (1,), (7,)), Bins(7, (0,), (6,))))


def test_a_grid_is_laid_once_for_the_same_plain_arguments():
    arguments = (1, 4, 1), 2, 1, "same", "channels_last"
    assert sliding_grid(*arguments) is sliding_grid(*arguments)
    assert sliding_grid.__doc__.startswith("Check the arguments of a sliding pooling")


def test_true_is_no_size_even_where_a_grid_of_size_one_is_known():
    sliding_grid((1, 4, 1), 1, 1, "same", "channels_last")
    with pytest.raises(TypeError, match="pool_size must be an integer, got True"):
        sliding_grid((1, 4, 1), True, 1, "same", "channels_last")


@pytest.mark.parametrize("lay", [adaptive_grid, lambda shape, size, word: sliding_grid(shape, size, 1, "valid", word)])
def test_a_shape_without_a_name_is_that_of_x(lay):
    with pytest.raises(ValueError, match=r"^x must have 3, 4 or 5 axes"):
        lay((4, 1), 2, "channels_last")


@pytest.mark.parametrize("changed, exception, message", ERRORS)
def test_a_wrong_argument_is_named_with_what_it_was_and_what_it_must_be(changed, exception, message):
    with pytest.raises(exception, match=f"^{re.escape(message)}$"):
        output_shape(**{"input_shape": (1, 4, 1), "pool_size": 3} | changed)


def test_padding_errors_count_the_spatial_axes():
    with pytest.raises(ValueError, match=re.escape("per spatial axis (3), got ((0, 1), (0, 1))")):
        output_shape((1, 4, 4, 4, 1), 2, padding=((0, 1), (0, 1)))

import numpy as np
import pytest
from hypothesis import given

from poolkit import loops
from tests.strategies import IMAGE, axis_rules

NAN, INF = float("nan"), float("inf")

# length, size, stride, padding -> the positions that each window sees
WINDOWS = [
    (4, 2, 2, "valid", [[0, 1], [2, 3]]),
    (5, 2, 2, "valid", [[0, 1], [2, 3]]),
    (5, 3, 1, "valid", [[0, 1, 2], [1, 2, 3], [2, 3, 4]]),
    (5, 1, 3, "valid", [[0], [3]]),
    (2, 3, 1, "valid", []),
    (5, 2, 2, "same", [[0, 1], [2, 3], [4]]),
    (5, 2, 2, "same_lower", [[0], [1, 2], [3, 4]]),
    (5, 3, 2, "same", [[0, 1], [1, 2, 3], [3, 4]]),
    (4, 3, 2, "same", [[0, 1, 2], [2, 3]]),
    (4, 3, 2, "same_lower", [[0, 1], [1, 2, 3]]),
    (1, 4, 1, "same", [[0]]),
    (4, 5, 1, "same_lower", [[0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3], [1, 2, 3]]),
    (8, 1, 3, "same", [[0], [3], [6]]),
    (2, 3, 1, (2, 2), [[0], [0, 1], [0, 1], [1]]),
    (5, 3, 2, (0, 2), [[0, 1, 2], [2, 3, 4], [4]]),
    (4, 2, 2, (1, 0), [[0], [1, 2]]),
]

# elements -> largest, smallest, mean
SUMMARIES = [
    ([3], 3, 3, 3),
    ([2, 2, 9, 4], 9, 2, 4.25),
    ([-1, -2], -1, -2, -1.5),
    ([INF, 1], INF, 1, INF),
    ([-INF, -INF], -INF, -INF, -INF),
    ([INF, -INF], INF, -INF, NAN),
    ([NAN, 1], NAN, NAN, NAN),
    ([1, 5, NAN, 9], NAN, NAN, NAN),
    ([], -INF, INF, NAN),
]


def test_the_global_average_of_the_article_is_4_0625():
    assert loops.global_average(IMAGE.tolist()) == 4.0625


def test_the_global_average_divides_by_rows_times_columns():
    assert loops.global_average([[1, 2, 3], [4, 5, 9]]) == 4


@pytest.mark.parametrize("length, size, stride, padding, expected", WINDOWS)
def test_windows_see_the_positions_written_by_hand(length, size, stride, padding, expected):
    assert loops.windows(length, size, stride, padding) == expected


@pytest.mark.parametrize("elements, largest, smallest, mean", SUMMARIES)
def test_summaries_are_those_worked_out_by_hand(elements, largest, smallest, mean):
    found = [loops.largest(elements), loops.smallest(elements), loops.mean(elements)]
    assert found == pytest.approx([largest, smallest, mean], rel=0, abs=0, nan_ok=True)


def test_every_sample_and_channel_is_pooled_by_itself():
    x = np.array([[[1, 10], [3, 30], [2, 20]], [[6, 60], [4, 40], [5, 50]]])
    y = loops.pool(loops.largest, x, [loops.windows(3, 2, 1, "valid")])
    assert y.tolist() == [[[3, 30], [3, 30]], [[6, 60], [5, 50]]]


def test_elements_of_a_window_come_row_by_row():
    x = np.array([[2, 7, 3], [9, 4, 6]]).reshape(1, 2, 3, 1)
    y = loops.pool(tuple, x, [loops.windows(2, 2, 1, "valid"), loops.windows(3, 2, 1, "same")])
    assert y.ravel().tolist() == [(2, 7, 9, 4), (7, 3, 4, 6), (3, 6)]


def test_each_axis_has_its_own_windows():
    x = np.arange(6).reshape(1, 2, 3, 1)
    y = loops.pool(tuple, x, [loops.windows(2, 1, 2, "valid"), loops.windows(3, 3, 1, (1, 0))])
    assert y.ravel().tolist() == [(0, 1), (0, 1, 2)]


def test_masked_elements_are_not_in_the_window():
    x = np.arange(8).reshape(1, 2, 2, 2)
    y = loops.pool(tuple, x, [[[0, 1]], [[0, 1]]], np.array([[[True, False], [False, True]]]))
    assert y[0, 0, 0].tolist() == [(0, 6), (1, 7)]


@pytest.mark.parametrize(
    "rule, expected",
    [
        ((7, 3, 2, "valid", 2, False), [[0, 2, 4], [2, 4, 6]]),
        ((4, 2, 1, "same", 3, False), [[2], [0, 3], [1], [2]]),
        ((5, 2, 2, "valid", 1, True), [[0, 1], [2, 3], [4]]),
        ((4, 2, 2, "valid", 1, True), [[0, 1], [2, 3]]),
        ((2, 3, 2, "valid", 1, True), [[0, 1]]),
        ((1, 2, 3, (1, 1), 1, True), [[0]]),
        ((3, 2, 3, (1, 1), 1, True), [[0], [2]]),
        ((1, 2, 1, (2, 2), 3, False), [[], []]),
        ((2, 1, 2, "valid", 1, True), [[0]]),
        ((4, 3, 1, "valid", 1, True), [[0, 1, 2], [1, 2, 3]]),
        ((4, 3, 3, (0, 1), 1, True), [[0, 1, 2], [3]]),
    ],
)
def test_dilated_and_rounded_up_windows_are_those_of_the_definition(rule, expected):
    assert loops.windows(*rule) == expected


@pytest.mark.parametrize(
    "length, count, expected",
    [(7, 3, [[0, 1, 2], [2, 3, 4], [4, 5, 6]]), (2, 3, [[0], [0, 1], [1]]), (4, 2, [[0, 1], [2, 3]])],
)
def test_bins_are_those_of_the_definition(length, count, expected):
    assert loops.bins(length, count) == expected


@given(axis_rules())
def test_every_window_holds_neighbours_that_exist(rule):
    length, size, *_ = rule
    for window in loops.windows(*rule):
        assert window == list(range(length))[window[0] : window[-1] + 1]
        assert 1 <= len(window) <= size


@given(axis_rules(("same", "same_lower")))
def test_same_gives_as_many_windows_as_the_stride_allows(rule):
    length, _, stride, _ = rule
    assert len(loops.windows(*rule)) == len(range(0, length, stride))

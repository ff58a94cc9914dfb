import numpy as np
import pytest

from poolkit.exercises import check

NAN = float("nan")

# yours, expected -> verdict
VALUES = [
    (4, 4, "Right."),
    (4, 4.0, "Right."),
    (0.1 + 0.2, 0.3, "Right."),
    (np.float32(4.0625), 4.0625, "Right."),
    ([[9, 7], [8, 6]], np.array([[9, 7], [8, 6]]), "Right."),
    ((1, 2, 2, 1), [1, 2, 2, 1], "Right."),
    ([NAN, 1], [NAN, 1], "Right."),
    (NAN, NAN, "Right."),
    ([], [], "Right."),
    (None, 4, "Not answered yet."),
    (..., 4, "Not answered yet."),
    (5, 4, "Not yet: too large."),
    (0, 4, "Not yet: too small."),
    (4.1, 4, "Not yet: too large."),
    (NAN, 4, "Not yet."),
    (4, NAN, "Not yet."),
    (2e-9, 1e-9, "Not yet: too large."),
    (4 + 5e-9, 4, "Not yet: too large."),
    (9.995e-9, 0.0, "Right."),
    (1e-7, 0.0, "Not yet: too large."),
    (1e-17, 0, "Not yet: too large."),
    (4, [4], "Not yet: yours has shape (), expected (1,)."),
    ([4, 4], 4, "Not yet: yours has shape (2,), expected ()."),
    ([[1, 2], [3, 4]], [[1, 2], [3, 5]], "Not yet: 3 of 4 are right."),
    ((2, 3), (3, 2), "Not yet: 0 of 2 are right."),
    (138_357_000, 138_357_544, "Not yet: too small."),
    (138_357_000.0, 138_357_544, "Not yet: too small."),
    (7850.05, 7850, "Not yet: too large."),
    ("average_pool", "average_pool", "Right."),
    ("max_pool", "average_pool", "Not yet."),
    ((2, 100_353_000), (2, 100_353_001), "Not yet: 1 of 2 are right."),
    ("4.0625", 4.0625, "Not yet."),
    (4.0625, "4.0625", "Not yet."),
    (True, 4, "Not yet."),
    ([[NAN, 1]], [[2.5, 1]], "Not yet: 1 of 2 are right."),
]

# yours, expected, inputs -> verdict
FUNCTIONS = [
    (max, max, [([1, 2],), ([3, 4],)], "Right on all 2 inputs."),
    (lambda a, b: a + b, lambda a, b: b + a, [(1, 2), (3, 4), (5, 6)], "Right on all 3 inputs."),
    (max, min, [([1, 2],)], "Not yet: for [1, 2] yours gives 2, expected 1."),
    (max, min, [([1, 1],), ([1, 2],), ([1, 3],)], "Not yet: for [1, 2] yours gives 2, expected 1."),
    (lambda a, b: a - b, lambda a, b: a + b, [(1, 0), (5, 2)], "Not yet: for 5, 2 yours gives 3, expected 7."),
    (len, int, [(3,)], "Not yet: for 3 yours stops with TypeError: object of type 'int' has no len()."),
    (lambda x: None, max, [([1, 2],)], "Not answered yet."),
    (lambda x: ..., max, [([1, 2],), ([3, 4],)], "Not answered yet."),
    (np.ravel, np.array, [([[1], [2]],)], "Not yet: for [[1], [2]] yours gives [1, 2], expected [[1], [2]]."),
]


@pytest.mark.parametrize("yours, expected, verdict", VALUES)
def test_a_value_is_judged_in_one_line(yours, expected, verdict, capsys):
    check(yours, expected)
    assert capsys.readouterr().out == f"{verdict}\n"


@pytest.mark.parametrize("yours, expected, inputs, verdict", FUNCTIONS)
def test_a_function_is_judged_by_the_first_input_that_it_gets_wrong(yours, expected, inputs, verdict, capsys):
    check(yours, expected, *inputs)
    assert capsys.readouterr().out == f"{verdict}\n"


@pytest.mark.parametrize("yours, verdict", [(4, True), (5, False), (None, None)])
def test_the_verdict_is_returned_for_graders(yours, verdict):
    returned = check(yours, 4)
    assert (returned, repr(returned)) == (verdict, repr(verdict))


def test_inputs_after_the_first_wrong_one_are_not_tried(capsys):
    tried = []
    check(tried.append, lambda x: 0, (1,), (2,))
    assert tried == [1]


def test_a_function_that_spoils_its_input_spoils_only_a_copy(capsys):
    x = np.ones(2)
    check(lambda x: x.fill(0) or x, np.asarray, (x,))
    assert x.tolist() == [1, 1]
    assert capsys.readouterr().out.startswith("Not yet")


def test_an_error_names_the_line_and_the_input(capsys):
    exec("def invert(x):\n    return 1 / x", names := {})
    check(names["invert"], lambda x: x, (1,), (0,))
    assert capsys.readouterr().out == "Not yet: for 0 yours stops in line 2 with ZeroDivisionError: division by zero.\n"


def test_rows_of_different_lengths_are_wrong(capsys):
    check([[1], [2, 3]], [1, 2])
    check(lambda x: [[x], [x, x]], lambda x: [x, x], (1,))
    said = "Not yet: yours has rows of different lengths.\nNot yet: for 1 yours gives [[1], [1, 1]], expected [1, 1].\n"
    assert capsys.readouterr().out == said


def test_inputs_that_cannot_be_copied_are_no_mistake_of_the_reader():
    with pytest.raises(TypeError, match="generator"):
        check(list, list, ((n for n in [1]),))


def test_a_rounding_error_in_a_large_number_is_forgiven(capsys):
    check(1000.0001, 1000.0)
    assert capsys.readouterr().out == "Right.\n"


def test_an_array_is_shown_without_the_blank_that_numpy_puts_first(capsys):
    check(lambda x: x, lambda x: x + 1, (np.array([1, -2]),))
    assert capsys.readouterr().out == "Not yet: for [1, -2] yours gives [1, -2], expected [2, -1].\n"


def test_a_function_without_inputs_cannot_be_judged():
    with pytest.raises(
        ValueError, match=r"^inputs must hold the arguments of at least one call when yours is a function$"
    ):
        check(max, max)

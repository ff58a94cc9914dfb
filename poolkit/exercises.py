"""Checks for the exercises of the book: they say what is right, and show the first input of a function that is not."""

from copy import deepcopy
from typing import Any

import numpy as np


class Verdict(int):
    """True or false, for who counts them; a notebook does not show it below what was printed already."""

    def __repr__(self) -> str:
        return str(bool(self))

    def _ipython_display_(self) -> None:
        pass


UNANSWERED = "Not answered yet."


def check(yours: Any, expected: Any, *inputs: tuple[Any, ...]) -> Verdict | None:
    """Compare your answer with the expected one, print the verdict and return it.

    Parameters
    ----------
    yours : array_like or callable
        A value, or a function that is called on each of ``inputs``. ``None`` or ``...`` means not answered yet.
    expected : array_like or callable
        The right value, or, if ``yours`` is a function, one that returns it. Integers must be met exactly, floats to
        five digits.
    *inputs : tuple
        The arguments of each call.

    Returns
    -------
    Verdict or None
        Equal to True or False; None if not answered yet.

    Examples
    --------
    >>> check(4, 4)
    Right.
    True
    >>> check(5, 4)
    Not yet: too large.
    False
    >>> check(None, 4)
    Not answered yet.
    >>> check(max, min, ([1, 2],))
    Not yet: for [1, 2] yours gives 2, expected 1.
    False
    >>> check(len, int, (3,))
    Not yet: for 3 yours stops with TypeError: object of type 'int' has no len().
    False
    >>> check(sum, lambda x: x[0] + x[1], ([1, 2],), ([3, 4],))
    Right on all 2 inputs.
    True
    """
    if not callable(yours):
        return _say(_complaint(yours, expected) or "Right.")
    if not inputs:
        raise ValueError("inputs must hold the arguments of at least one call when yours is a function")
    for arguments in inputs:
        copies, shown, right = deepcopy(arguments), ", ".join(map(_show, arguments)), expected(*arguments)
        try:
            given = yours(*copies)
        except Exception as error:
            frame = error.__traceback__ and error.__traceback__.tb_next  # of the reader's own function
            line = f" in line {frame.tb_lineno}" if frame else ""
            return _say(f"Not yet: for {shown} yours stops{line} with {type(error).__name__}: {error}.")
        wrong = f"Not yet: for {shown} yours gives {_show(given)}, expected {_show(right)}."
        if complaint := _complaint(given, right, wrong):
            return _say(complaint)
    return _say(f"Right on all {len(inputs)} inputs.")


def _say(words: str) -> Verdict | None:
    print(words)
    return None if words == UNANSWERED else Verdict(words.startswith("Right"))


def _complaint(yours: Any, expected: Any, wrong: str = "") -> str:
    """What there is to say of an answer that is not right: nothing of one that is."""
    if yours is None or yours is ...:
        return UNANSWERED
    try:
        yours, expected = np.asarray(yours), np.asarray(expected)
    except ValueError:
        return wrong or "Not yet: yours has rows of different lengths."
    if yours.shape != expected.shape:
        return wrong or f"Not yet: yours has shape {yours.shape}, expected {expected.shape}."
    right = _right(yours, expected)
    return "" if right.all() else wrong or _distance(yours, expected, right)


def _right(yours: Any, expected: Any) -> Any:
    """Which elements are equal, up to rounding if the expected numbers are not whole."""
    if _numbers(yours, expected) and "f" in (yours.dtype.kind, expected.dtype.kind):
        tolerance = 1e-5 if expected.dtype.kind == "f" else 0
        near_zero = tolerance / 1000 * (expected == 0)
        return np.isclose(yours, expected, rtol=tolerance, atol=near_zero, equal_nan=True)
    return np.asarray(yours == expected)


def _distance(yours: Any, expected: Any, right: Any) -> str:
    """How far a value is from right, without telling what is."""
    if right.size > 1:
        return f"Not yet: {right.sum()} of {right.size} are right."
    if _numbers(yours, expected) and not np.isnan([yours, expected]).any():
        return f"Not yet: too {'small' if np.all(yours < expected) else 'large'}."
    return "Not yet."


def _numbers(*arrays: Any) -> bool:
    return all(array.dtype.kind in "iuf" for array in arrays)


def _show(value: Any) -> str:
    try:
        text = np.array2string(np.asarray(value), separator=", ")
    except ValueError:  # rows of different lengths
        text = repr(value)
    return " ".join(text.split()).replace("[ ", "[")

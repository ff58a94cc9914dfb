"""Checks for the exercises of the book: they say what is right, and show the first input that is not."""

import numpy as np


def check(yours, expected, *inputs):
    """Compare your answer with the expected one and print the verdict.

    Parameters
    ----------
    yours : array_like or callable
        A value, or a function that is called on each of ``inputs``. ``None`` or ``...`` means not answered yet.
    expected : array_like or callable
        The right value, or a function that returns it.
    *inputs : tuple
        The arguments of each call.

    Examples
    --------
    >>> check(4, 4)
    Right.
    >>> check(None, 4)
    Not answered yet.
    >>> check(max, min, ([1, 2],))
    Not yet: for [1, 2] yours gives 2, expected 1.
    >>> check(sum, lambda x: x[0] + x[1], ([1, 2],), ([3, 4],))
    Right on all 2 inputs.
    """
    if not callable(yours):
        _judge(yours, expected, "", "Right.")
        return
    for arguments in inputs:
        shown = ", ".join(_show(argument) for argument in arguments)
        if not _judge(yours(*arguments), expected(*arguments), f"for {shown} ", ""):
            return
    print(f"Right on all {len(inputs)} inputs.")


def _judge(yours, expected, where, praise):
    if yours is None or yours is ...:
        print("Not answered yet.")
        return False
    same = np.shape(yours) == np.shape(expected) and _close(np.asarray(yours), np.asarray(expected))
    if not same:
        print(f"Not yet: {where}yours gives {_show(yours)}, expected {_show(expected)}.")
    elif praise:
        print(praise)
    return same


def _close(yours, expected):
    """Equal; floating-point numbers up to rounding."""
    if "f" in (yours.dtype.kind, expected.dtype.kind):
        return np.allclose(yours, expected, equal_nan=True)
    return np.array_equal(yours, expected)


def _show(value):
    text = np.array2string(np.asarray(value), separator=", ")
    return " ".join(text.split()).replace("[ ", "[")

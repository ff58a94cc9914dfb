"""What the arguments of the public functions mean, said once for all of them."""

import re
from collections.abc import Callable
from inspect import cleandoc, signature
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

ARGUMENTS = """
x : array_like, real or bool
    ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with one to three spatial axes.
input_shape : tuple of int
    ``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with one to three spatial axes.
p : float
    The power: any positive number.
pool_size : int or tuple of int
    Window length, in elements, for all spatial axes or for each.
output_size : int or tuple of int
    Number of outputs along all spatial axes or along each.
strides : int or tuple of int, optional
    Step from window to window, in elements. The default is the window length: windows side by side.
padding : str or tuple of pairs
    ``"valid"``: only windows that fit. ``"same"``: as many outputs as the stride allows, ``ceil(n / stride)``; if an
    odd number of cells is missing, the extra one comes after the input, with ``"same_lower"`` before it. Or one pair
    ``(before, after)`` for each spatial axis, each smaller than the window.
data_format : str
    ``"channels_last"`` or ``"channels_first"``. The case of these words and of those for padding does not matter.
dilation : int or tuple of int
    Distance between neighbours in a window, in elements.
ceil_mode : bool
    Keep a last window that only partly fits (``"same"`` and ``"same_lower"`` already do).
mask : array_like of bool, optional
    ``(N, *spatial)``, true where an element counts. The others are in no window.
keepdims : bool
    Keep each spatial axis, with length 1.
return_indices : bool
    Also return where each result stood in ``x``.
count_include_pad : bool
    Divide by the padding that was asked for as well, as if it held zeros. What ``ceil_mode`` adds never counts.
epsilon : float
    Elements smaller than this count as this.
r : float
    The larger, the nearer to the maximum: any positive number.
a : float
    Weight of the maximum in the mixture, above 0 and at most 1.
weights : array_like
    One weight for each position in the window, in an array of the window's shape.
blur_size : int or tuple of int
    Length of the blur, in elements, along all spatial axes or along each.
generator : numpy.random.Generator
    The source of random numbers.
pseudo_random : bool
    Draw one number for each axis instead of an order.
overlap : bool
    Let each window also see the first element of the next.
levels : tuple of int
    Number of bins along every spatial axis, for each level.
"""
ENTRIES = {entry.split(" :")[0]: entry for entry in re.split(r"\n(?=\S)", ARGUMENTS.strip())}


def explained(function: F) -> F:
    """Give the docstring of ``function`` a section on its arguments, unless it has one, and one on its errors."""
    if function.__doc__:
        text = cleandoc(function.__doc__)
        if "\nParameters\n" not in text:
            entries = (ENTRIES[name] for name in signature(function).parameters)
            section = "\n".join(["Parameters", "----------", *entries, ""])
            text = _before(r"\n(Returns\n-|Raises\n-|Examples\n-)", text, section)
        if "\nRaises\n" not in text:
            errors = "Raises\n------\nTypeError, ValueError\n    An argument of the wrong type or value.\n"
            text = _before(r"\nExamples\n-", text, errors)
        function.__doc__ = text
    return function


def _before(heading: str, text: str, section: str) -> str:
    """``text`` with a section put in before the first such heading, or at the end."""
    found = re.search(heading, text)
    place = found.start() if found else len(text)
    return f"{text[:place].rstrip()}\n\n{section}{text[place:]}"

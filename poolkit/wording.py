"""What the arguments of the public functions mean, said once for all of them."""

import re
from collections.abc import Callable
from inspect import cleandoc, signature
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

SHAPES = '``(N, *spatial, C)``, or ``(N, C, *spatial)`` for ``"channels_first"``, with one to three spatial axes.'
ARGUMENTS = {
    "x": ("array_like, real or bool", SHAPES),
    "input_shape": ("tuple of int", SHAPES),
    "p": ("float", "The power: any positive number."),
    "pool_size": ("int or tuple of int", "Window length, in elements, for all spatial axes or for each."),
    "output_size": ("int or tuple of int", "Number of outputs along all spatial axes or along each."),
    "strides": (
        "int or tuple of int, optional",
        "Step from window to window, in elements. The default is the window length: windows side by side.",
    ),
    "padding": (
        "str or tuple of pairs",
        '``"valid"``: only windows that fit. ``"same"``: as many outputs as the stride allows, ``ceil(n / stride)``, with\n'
        'the odd missing cell after the input; ``"same_lower"``: before it. Or one pair ``(before, after)`` for each\n'
        "spatial axis, each smaller than the window.",
    ),
    "data_format": (
        "str",
        '``"channels_last"`` or ``"channels_first"``. The case of these words and of those for padding does not matter.',
    ),
    "dilation": ("int or tuple of int", "Distance between neighbours in a window, in elements."),
    "ceil_mode": (
        "bool",
        'Keep a last window that only partly fits (``"same"`` and ``"same_lower"`` already do).',
    ),
    "mask": (
        "array_like of bool, optional",
        "``(N, *spatial)``, true where an element counts. The others are in no window.",
    ),
    "keepdims": ("bool", "Keep each spatial axis, with length 1."),
    "return_indices": ("bool", "Also return where each result stood in ``x``."),
    "epsilon": ("float", "What smaller elements count as."),
    "r": ("float", "How near to the maximum: any positive number."),
    "a": ("float", "The part of the maximum, above 0 and at most 1."),
    "weights": ("array_like", "One number for each place of the window, and so its shape."),
    "blur_size": ("int or tuple of int", "Length of the blur, in elements, along all spatial axes or along each."),
    "generator": ("numpy.random.Generator", "Where chance comes from."),
    "pseudo_random": ("bool", "Draw one number for each axis instead of an order."),
    "overlap": ("bool", "Let each window also see the first element of the next."),
    "levels": ("tuple of int", "Number of bins along every spatial axis, for each level."),
    "count_include_pad": (
        "bool",
        "Divide by the padding that was asked for as well, as if it held zeros. What ``ceil_mode`` adds never counts.",
    ),
}


def explained(function: F) -> F:
    """Give the docstring of ``function`` a section on its arguments, unless it has one, and one on its errors."""
    if function.__doc__:
        text = cleandoc(function.__doc__)
        if "\nParameters\n" not in text:
            text = _before(r"\n(Returns\n-|Raises\n-|Source: |Examples\n-)", text, _parameters(function))
        if "\nRaises\n" not in text:
            errors = "Raises\n------\nTypeError, ValueError\n    An argument of the wrong type or value.\n"
            text = _before(r"\n(Source: |Examples\n-)", text, errors)
        function.__doc__ = text
    return function


def _parameters(function: Callable[..., Any]) -> str:
    lines = ["Parameters", "----------"]
    for name in signature(function).parameters:
        kind, meaning = ARGUMENTS[name]
        lines += [f"{name} : {kind}", *(f"    {line}" for line in meaning.splitlines())]
    return "\n".join(lines) + "\n"


def _before(heading: str, text: str, section: str) -> str:
    """``text`` with a section put in before the first such heading, or at the end."""
    found = re.search(heading, text)
    place = found.start() if found else len(text)
    return f"{text[:place].rstrip()}\n\n{section}{text[place:]}"

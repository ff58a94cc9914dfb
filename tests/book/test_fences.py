"""The fences of code behind tabs: each runs, and prints what stands below its prints as comment lines."""

import contextlib
import io
import re

import nbformat
import pytest

from tests.book.pages import ROOT

FENCE = re.compile(r"^\*\*(poolkit|NumPy|Keras|PyTorch)\*\*\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fences(*labels):
    """For each chapter and label: its fences, from top to bottom."""
    return [*each_chapter(*labels)]


def each_chapter(*labels):
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        for label in labels:
            if found := [code for name, code in FENCE.findall(text) if name == label]:
                yield pytest.param(found, id=f"{path.stem} {label}")


def promised(code):
    """What a fence says that it prints: its comment lines."""
    return re.findall(r"^# (.*)$", code, re.MULTILINE)


def printed(codes):
    """What each fence prints when it runs after those before it."""
    names = {}
    for code in codes:
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(code, names)
        yield output.getvalue().splitlines()


@pytest.mark.parametrize("codes", fences("poolkit", "NumPy", "Keras"))
def test_a_fence_prints_what_its_comments_say(codes):
    assert list(printed(codes)) == [promised(code) for code in codes]


@pytest.mark.parametrize("codes", fences("poolkit", "NumPy", "Keras", "PyTorch"))
def test_a_fence_fits_and_prints_something(codes):
    assert all(promised(code) for code in codes)
    assert max(len(line) for code in codes for line in code.splitlines()) <= 76

"""What the cells of the notebooks show, by the names of the cells: figures, code, printed lines, labs."""

import ast
import re
from functools import cache
from html import escape

import nbformat

from poolkit.figures.style import inline
from teaching.sources import ROOT


@cache
def notebook(stem):
    return nbformat.read(ROOT / f"book/{stem}.ipynb", as_version=4)


def find(place, stem):
    """The cell ``other/name``, or ``name`` in the chapter itself."""
    *other, name = place.split("/")
    found = [cell for cell in notebook(*(other or [stem])).cells if cell.id == name]
    if len(found) != 1:
        raise ValueError(f"{stem}: there is no cell {place}")
    return found[0]


def draws(cell):
    """The HTML of what it draws."""
    outputs = (output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
    return "".join(html for html in outputs if "poolkit-figure" in html)


def figure(cell):
    """What the cell draws, as HTML in which drawings are vectors that follow light and dark."""
    if not draws(cell):
        raise ValueError(f"cell {cell.id} draws nothing")
    return inline(draws(cell))


def code(cell):
    """Its code, without the lines that only name or check it."""
    lines = re.sub("^(# @title|assert ).*\n?", "", cell.source, flags=re.MULTILINE).strip()
    lines = lines.replace("\n\n\n", "\n\n")
    ast.parse(lines)
    return f"<pre><code>{escape(lines)}</code></pre>"


def output(cell):
    """What it prints."""
    lines = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    if not lines:
        raise ValueError(f"cell {cell.id} prints nothing")
    return f"<pre><samp>{escape(lines.rstrip())}</samp></pre>"


def element(cell):
    """The lab or the peephole of a text, to play with, without what a page shows below it."""
    found = re.search(r"<(pooling-\w+).*?</\1>", cell.source, re.DOTALL)[0]
    return re.sub(r' show="[^"]*"|(?=>)', ' show=""', found, count=1)


SHOW = {"figure": figure, "code": code, "output": output, "lab": element}

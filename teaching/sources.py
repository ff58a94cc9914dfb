"""What the chapters say, in the order of the book, as HTML that stands alone."""

import re
from functools import cache
from pathlib import Path

import nbformat
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[1]
OUT = ROOT / "_build/teaching"


def pages():
    """The files of the table of contents."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    for name in [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]:
        notebook = ROOT / f"{name}.ipynb"
        yield notebook if notebook.exists() else notebook.with_suffix(".md")


@cache
def chapters():
    """The title of each page, and what it says."""
    return [chapter(path) for path in pages()]


@cache
def finals():
    """The same of the final tests, one for each part of the book."""
    return [chapter(path) for path in sorted((ROOT / "teaching").glob("final_*.md"))]


def chapter(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.search("^# (.*)", text, re.MULTILINE)[1], as_html(text)


def as_html(text):
    """Formulas as Moodle and Anki write them, and no links to pages that are not there."""
    rendered = MarkdownIt().enable("table").render(re.sub(r"\$([^$\n]+)\$", formula, text))
    soup = BeautifulSoup(rendered, "html.parser")
    for link in soup.find_all("a", href=re.compile("^(?!https?:)")):
        link.unwrap()
    return soup


def formula(found):
    r"""``$a_i$`` as ``\(a_i\)``, each sign so written that Markdown leaves it as it is."""
    return re.sub(r"([\\_*()])", r"\\\1", rf"\({found[1]}\)")


def inside(node):
    """The HTML of what stands in a node, without its <summary>."""
    return "".join(str(child) for child in node.children if child.name != "summary").strip()

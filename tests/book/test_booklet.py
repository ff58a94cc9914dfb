"""The booklet has each prediction and each exercise of the book, and an answer to it."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from teaching.booklet import entries, page
from teaching.paper import print_pdf
from teaching.sources import pages

NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in pages() if path.suffix == ".ipynb"}


def text_of(html):
    return re.sub(r"\s+", " ", BeautifulSoup(html, "html.parser").text).strip()


def test_each_prediction_and_exercise_has_an_answer():
    for stem, notebook in NOTEBOOKS.items():
        source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        found = entries(notebook)
        titles = [entry.title for entry in found if entry.title != "Prediction"]
        assert titles == re.findall(r"^### (Exercise: .*)", source, re.MULTILINE), stem
        assert len(found) - len(titles) == source.count("**Predict.**"), stem
        assert not [entry for entry in found if not text_of("".join(entry.answer))], stem


def test_no_hint_is_taken_for_an_answer():
    for stem, notebook in NOTEBOOKS.items():
        folds = BeautifulSoup("\n".join(cell.source for cell in notebook.cells), "html.parser").find_all("details")
        hints = [text_of(fold.text) for fold in folds if fold.summary.text.lower().endswith("hint")]
        told = " ".join(text_of(text) for entry in entries(notebook) for text in entry.asked + entry.answer)
        assert not [hint for hint in hints if hint[:40] in told], stem


@pytest.mark.parametrize(
    "chapter, title, answer",
    [
        ("why", "Exercise: how far does VGG16 see?", "1, 3, 5, 6, 10, 14, 16."),
        ("basics", "Exercise: write the rule", "return (n - k) // s + 1"),
        ("why", "Exercise: a network for larger digits", "Early poolings widen the view"),
        ("advantages", "Exercise: tell left from right", "sided[:, 0] = 1"),
    ],
)
def test_the_answer_is_that_of_the_chapter(chapter, title, answer):
    entry = next(entry for entry in entries(NOTEBOOKS[chapter]) if entry.title == title)
    assert answer in text_of("".join(entry.answer))


def test_a_prediction_that_a_cell_answers_has_what_it_shows_and_the_words_below():
    entry = next(entry for entry in entries(NOTEBOOKS["advantages"]) if "256 shifts. How" in text_of(entry.asked[0]))
    assert [text_of(text)[:8] for text in entry.answer] == ["1 result", "One, and"]


@pytest.fixture(scope="module")
def html():
    return page()


def test_no_formula_is_left_as_text(html):
    assert r"\(" not in html and "$" not in text_of(html) and html.count("<math") > 3


def test_the_booklet_prints(browser, html, tmp_path):
    print_pdf(browser, html, "A4", tmp_path / "booklet.pdf")
    leaves = re.findall(rb"/Type /Page\b(?!s)", (tmp_path / "booklet.pdf").read_bytes())
    assert len(NOTEBOOKS) < len(leaves) < 35

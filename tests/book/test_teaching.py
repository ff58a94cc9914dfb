"""What a teacher takes away: sheets whose answers the plain loops find too, students' copies, quizzes, cards."""

import ast
import re
import sqlite3
from math import prod
from pathlib import Path
from zipfile import ZipFile

import genanki
import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup

from poolkit import loops
from poolkit.pooling import POOLINGS
from teaching import cards, quizzes
from teaching.sources import as_html, chapters
from teaching.student import copy_for_students
from teaching.tasks import SHEETS, draw
from teaching.worksheets import PAPERS, page, print_pdf


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook["cells"])


BOOK = Path(__file__).parents[2] / "book"
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in sorted(BOOK.glob("*.ipynb"))}
TEXTS = [*map(text_of, NOTEBOOKS.values()), *(path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))]
every_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS.values(), ids=NOTEBOOKS)
SUMMARIES = {
    "max": loops.largest,
    "min": loops.smallest,
    "average": loops.mean,
    "lp": lambda window: sum(map(abs, window)),
}


def seen_by(call, side, pool_size=None, strides=None, padding="valid", output_size=None, **_):
    if call.startswith("global"):
        return [range(side)]
    if call.startswith("adaptive"):
        return loops.bins(side, output_size)
    return loops.windows(side, pool_size, strides or pool_size, padding)


def pooled(task, x):
    axis = seen_by(task.call, len(x), **task.arguments)
    summarise = next(SUMMARIES[word] for word in SUMMARIES if f"{word}_pool" in task.call)
    return loops.pool(summarise, x[None, :, :, None].astype(float), [axis, axis])[0, :, :, 0].astype(float)


def nudged(task):
    """The way back of a pooling of distinct whole numbers: a nudge by a half leaves their order as it is."""
    nudges = np.eye(task.x.size).reshape(-1, *task.x.shape) / 2
    changes = [(pooled(task, task.x + nudge) - pooled(task, task.x)) * task.dy for nudge in nudges]
    return np.reshape([2 * change.sum() for change in changes], task.x.shape)


def field(layers):
    seen = {0}
    for _, window, stride in reversed(layers):
        axis = loops.windows(200, window, stride, "valid")
        seen = {position for output in seen for position in axis[output]}
    return len(seen)


def count(length, pool_size, strides, padding="valid", dilation=1, ceil_mode=False):
    return len(loops.windows(length, pool_size, strides, padding, dilation, ceil_mode))


BY_HAND = {
    "size": lambda task: count(task.x, **task.arguments),
    "flatten_head": lambda task: (prod(task.x) + 1) * task.arguments["classes"],
    "average_head": lambda task: (task.x[2] + 1) * task.arguments["classes"],
    "receptive_field": lambda task: field(task.x),
}


def by_hand(task):
    if task.call in BY_HAND:
        return BY_HAND[task.call](task)
    return pooled(task, task.x) if task.dy is None else nudged(task)


@pytest.mark.parametrize("title", SHEETS)
def test_the_answers_of_a_sheet_are_those_of_the_loops(title):
    tasks = [task for seed in (1, 2, 3) for name, _, tasks in draw(seed) if name == title for task in tasks]
    for task in tasks:
        np.testing.assert_allclose(task.answer, by_hand(task), rtol=1e-6, err_msg=task.text)


def test_the_sheets_know_every_kind_of_pooling():
    calls = {task.call for _, _, tasks in draw(1) for task in tasks}
    assert {pool.__name__ for pool in POOLINGS} - calls == {"max_unpool"}


def test_two_seeds_give_two_different_sheets_and_one_seed_the_same():
    assert page(1) == page(1)
    for (title, _, ones), (_, _, twos) in zip(draw(1), draw(2), strict=True):
        assert [str(task) for task in ones] != [str(task) for task in twos], title


def test_answers_stand_on_the_answer_sheets_alone():
    sections = BeautifulSoup(page(1), "html.parser").find_all("section")
    empty, solved = (
        [cell.text for one in half for cell in one.select(".answer td, .line")] for half in (sections[:6], sections[6:])
    )
    assert not "".join(empty).strip()
    answers = np.concatenate([np.ravel(task.answer) for _, _, tasks in draw(1) for task in tasks])
    assert np.allclose(
        [float(text.replace("−", "-").replace(",", "")) for text in solved], answers, rtol=0, atol=0.0051
    )


@pytest.mark.parametrize("paper", PAPERS)
def test_each_sheet_has_one_page(browser, paper, tmp_path):
    print_pdf(browser, page(1), paper, tmp_path / "sheets.pdf")
    leaves = re.findall(rb"/Type /Page\b(?!s)", (tmp_path / "sheets.pdf").read_bytes())
    assert len(leaves) == 2 * len(SHEETS)


def names(notebook, context):
    trees = [ast.parse(cell.source) for cell in notebook["cells"] if cell.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Store:
        found |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        found |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return found


@every_notebook
def test_a_students_copy_tells_no_answer(notebook):
    copy = copy_for_students(notebook)
    told = re.findall(r'class="answer"|.*answer</summary>|[Ss]olution.*|@title Check', text_of(copy))
    assert [each for each in told if "olution" not in each or "Solution" in each] == []
    assert not [cell for cell in copy["cells"] if "answer" in cell.metadata.get("tags", []) and cell.outputs]


@every_notebook
def test_a_students_copy_keeps_quizzes_hints_cards_and_exercises(notebook):
    kept = r'<div class="quiz|^Right|^No\b|int</summary>|class="card"|^### Exercise|# your code'
    before, after = (re.findall(kept, text_of(each), re.MULTILINE) for each in (notebook, copy_for_students(notebook)))
    assert before == after


@every_notebook
def test_a_students_copy_misses_no_name(notebook):
    copy = copy_for_students(notebook)
    assert names(copy, ast.Load) & names(notebook, ast.Store) <= names(copy, ast.Store)


def test_moodle_gets_every_question_with_a_reply_to_each_choice():
    questions = quizzes.moodle().findall("question[@type='multichoice']")
    assert len(questions) == sum(len(re.findall("^Right", text, re.MULTILINE)) for text in TEXTS)
    for question in questions:
        fractions = [answer.get("fraction") for answer in question.findall("answer")]
        said = [answer.findtext("feedback/text") for answer in question.findall("answer")]
        assert fractions.count("100") == 1 and fractions.count("0") == len(said) - 1 > 1
        assert [text.startswith("<p>Right") for text in said] == [fraction == "100" for fraction in fractions]
        assert question.findtext("questiontext/text").startswith("<p>") and all(question.itertext())


def test_each_question_stands_in_the_category_of_its_chapter():
    place, found = "", {}
    for question in quizzes.moodle():
        place = question.findtext("category/text", place)
        found.setdefault(place, []).append(question.findtext("questiontext/text"))
    assert (
        "<p>What do you have to choose for a global average pooling?</p>"
        in (found["$course$/top/Pooling/Global average pooling"])
    )


def test_nothing_that_leaves_the_book_links_into_it_or_has_a_formula_in_dollars():
    parts = [part for _, soup in chapters() for part in soup.select(".quiz, details.card")]
    assert not [part for part in parts if re.search(r"\$|\\\\", part.text)]
    assert not [link for part in parts for link in part.find_all("a") if not link["href"].startswith("http")]


def test_formulas_pass_markdown_unchanged():
    assert as_html(r"the $w_c \, (a_1 * b_1 * c)$").text.strip() == r"the \(w_c \, (a_1 * b_1 * c)\)"


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    folder = tmp_path_factory.mktemp("anki")
    genanki.Package(list(cards.decks())).write_to_file(folder / "pooling.apkg")
    ZipFile(folder / "pooling.apkg").extract("collection.anki2", folder)
    with sqlite3.connect(folder / "collection.anki2") as connection:
        yield connection
    connection.close()


def test_anki_reads_every_card_back(collection):
    notes = [fields.split("\x1f") for (fields,) in collection.execute("select flds from notes")]
    assert len(notes) == sum(text.count('<details class="card">') for text in TEXTS)
    assert [question for question, _ in notes if "receptive field?" in question] == ["What is a receptive field?"]
    assert all(question and answer.startswith("<p>") for question, answer in notes)
    assert collection.execute("select count(*) from cards").fetchone() == (len(notes),)


def test_a_newer_deck_takes_the_place_of_an_older_one():
    once, again = ([(deck.deck_id, note.guid) for deck in cards.decks() for note in deck.notes] for _ in range(2))
    assert once == again and len(set(once)) == len(once)

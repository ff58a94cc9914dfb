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
import yaml
from bs4 import BeautifulSoup

import poolkit
from poolkit import loops
from poolkit.pooling import POOLINGS
from teaching import cards, decks, quizzes
from teaching.paper import PAPERS, print_pdf
from teaching.sources import as_html, chapters, finals
from teaching.student import copy_for_students
from teaching.tasks import SHEETS, draw
from teaching.worksheets import page


def text_of(notebook):
    return "\n".join(cell.source for cell in notebook["cells"])


BOOK = Path(__file__).parents[2] / "book"
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in sorted(BOOK.glob("*.ipynb"))}
TEXTS = [*map(text_of, NOTEBOOKS.values()), *(path.read_text(encoding="utf-8") for path in BOOK.glob("*.md"))]
FINALS = [path.read_text(encoding="utf-8") for path in sorted((BOOK.parent / "teaching").glob("final_*.md"))]
COPIES = {stem: copy_for_students(notebook) for stem, notebook in NOTEBOOKS.items()}
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


def test_a_students_copy_tells_no_answer():
    for stem, copy in COPIES.items():
        told = re.findall(r'class="answer"|.*answer</summary>|[Ss]olution.*|@title Check', text_of(copy))
        assert [each for each in told if "olution" not in each or "Solution" in each] == [], stem
        shown = [cell for cell in copy["cells"] if "answer" in cell.metadata.get("tags", []) and cell.outputs]
        assert not shown, stem


def test_a_students_copy_keeps_quizzes_hints_cards_and_exercises():
    kept = r'<div class="quiz|^Right|^No\b|int</summary>|class="card"|^### Exercise|# your code'
    for stem in NOTEBOOKS:
        before, after = (re.findall(kept, text_of(each[stem]), re.MULTILINE) for each in (NOTEBOOKS, COPIES))
        assert before == after, stem


def test_a_students_copy_misses_no_name():
    for stem, copy in COPIES.items():
        assert names(copy, ast.Load) & names(NOTEBOOKS[stem], ast.Store) <= names(copy, ast.Store), stem


def test_moodle_gets_every_question_with_a_reply_to_each_choice():
    questions = quizzes.moodle().findall("question[@type='multichoice']")
    assert len(questions) == sum(len(re.findall("^Right", text, re.MULTILINE)) for text in [*TEXTS, *FINALS])
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
    root = "$course$/top/Pooling"
    assert "<p>What do you have to choose for a global average pooling?</p>" in found[f"{root}/Global average pooling"]
    assert [len(found[f"{root}/{title}"]) for title, _ in finals()] == [
        1 + 20,
        1 + 20,
    ]  # the category and its questions


def test_nothing_that_leaves_the_book_links_into_it_or_has_a_formula_in_dollars():
    parts = [part for _, soup in [*chapters(), *finals()] for part in soup.select(".quiz, details.card")]
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


PAGE = (BOOK / "teaching.md").read_text(encoding="utf-8")
SAID = {  # what the page asks: its answer, and how it is found
    "0 9 0, then 0 9 0 again": "[max_pool(line(*np.eye(6)[i]), 2).argmax() for i in (2, 3, 4)] == [1, 1, 2]",
    "4. The size": "output_shape((1, 7, 1), 2, padding='same')[1] == 4",
    "−3. What hangs": "max_pool(line(-3, -5, -2), 3, 1, 'same').ravel()[0] == -3",
    "99 and 27": "(max_pool(line(3, 3, 3, 99), 4).item(), average_pool(line(3, 3, 3, 99), 4).item()) == (99, 27)",
    "4.25, which": "average_pool(line(2, 2, 9, 4), 4).item() == 4.25",
    "(5, 64)": "global_average_pool(np.zeros((5, 8, 10, 64))).shape == (5, 64)",
    "3, although": "global_average_pool(line(6, 6, 0, 0)).item() == 3",
    "*second* map": "flatten(np.arange(12).reshape(1, 2, 2, 3))[0, 1] == np.arange(12).reshape(2, 2, 3)[0, 0, 1]",
    "960 numbers in place of 256": "[flatten(np.zeros((1, *s, 4))).size for s in ((12, 20), (8, 8))] == [960, 256]",
    "49, those of one corner": "average_pool(np.ones((1, 10, 10, 1)), 7).shape[1:3] == (1, 1)",
    "1.5, but": "average_pool(line(0, 0, 3), 2, padding='same').mean() == 1.5",
    "2, 3 and 2 positions": "[len(each) for each in loops.bins(5, 3)] == [2, 3, 2]",
    "turns 2 into 2.5": "[twice(np.roll([4, 3, 2, 1, 0, 0, 0, 0], i)) for i in (0, 1, 4)] == [2, 2.5, 2]",
    "9, 9. The line": "max_pool(line(9, 9, 1, 9), 2).ravel().tolist() == [9, 9]",
    "(9, 0, 9)": "global_max_pool(np.reshape([9, 0, 0, 0, 0, 9], (1, 2, 3))).tolist() == [[9, 0, 9]]",
    "0.001 and 1": "[pool(line(*np.eye(1000)[0])) for pool in (global_average_pool, global_max_pool)] == [0.001, 1]",
    "0, 20, 0": "vjp(max_pool, line(1, 5, 2), 2, 1)[1](line(10, 10)).ravel().tolist() == [0, 20, 0]",
    "all 8 to the first": "vjp(max_pool, line(3, 3), 2)[1](line(8)).ravel().tolist() == [8, 0]",
    "0.5, a sixteenth": "(vjp(global_average_pool, np.zeros((1, 4, 4, 1)))[1]([[8.0]]) == 0.5).all()",
    "6, the sum": "lp_pool(line(2, 4), 1, 2).item() == 6",
    "4, but 5": "[np.median([2, 4, 11]), np.median([1, 2, 9, 3, 4, 10, 11, 12, 5])] == [4, 5]",
}
KNOWN = {name: getattr(poolkit, name) for name in poolkit.__all__} | {
    "np": np,
    "loops": loops,
    "line": lambda *numbers: np.reshape(numbers, (1, -1, 1)).astype(float),
    "twice": lambda signal: poolkit.max_pool(poolkit.max_pool(signal.reshape(1, 8, 1), 2), 2).mean(),
}


def test_what_a_teacher_is_told_to_expect_is_computed_again():
    assert [answer for answer, check in SAID.items() if answer not in PAGE or not eval(check, KNOWN)] == []


def box(path):
    """Objectives, minutes and prerequisites, as a chapter's own box says them."""
    quoted = re.search(r"> \*\*Before you start\.\*\*(.*?)\n(?!>)", f"{text_of(NOTEBOOKS[path.stem])}\n\n", re.DOTALL)[
        1
    ]
    return re.match(
        r" ?\*\*You will be able to\*\* (.*?)\.? \*\*Time:\*\* (\d+) minutes\. \*\*You need:\*\* (.*)",
        re.sub(r"\n> ?", " ", quoted).strip(),
    ).groups()


def test_the_page_says_of_a_chapter_what_the_chapter_says():
    for name in re.findall(r"\]\((\w+\.ipynb)\)\n\n", PAGE):
        able, minutes, needed = box(Path(name))
        assert f"]({name})\n\n{minutes} minutes. **Objectives:** {able}. **Needed:** {needed}" in PAGE
        assert re.search(rf"\({name}\) \|[^|]*\| {minutes} \|", text_of(NOTEBOOKS["index"])), name


def test_the_page_has_all_chapters_of_both_parts_and_their_minutes():
    parts = yaml.safe_load((BOOK.parent / "_toc.yml").read_text(encoding="utf-8"))["parts"][:2]
    stems = [
        [Path(each["file"]).stem for each in part["chapters"] if not each["file"].endswith("lab")] for part in parts
    ]
    assert re.findall(r"### \[.*\]\((\w+)\.ipynb\)", PAGE) == [*stems[0], *stems[1]]
    first, further = (sum(int(box(Path(stem))[1]) for stem in part) for part in stems)
    assert f"first part take {first} minutes to read, those of *Further* {further}" in PAGE


def test_each_lesson_is_as_long_as_it_says():
    for minutes, plan in re.findall(r"## One lesson of (\d+) minutes\n(.*?)\n(?=## )", PAGE, re.DOTALL):
        assert sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.MULTILINE))) == int(minutes)


def spans(numbers):
    """1, 4–6: the numbers 1, 4, 5, 6."""
    return [n for one, end in re.findall(r"(\d+)(?:–(\d+))?", numbers) for n in range(int(one), int(end or one) + 1)]


def test_the_slides_of_a_lesson_of_the_unit_take_an_hour():
    for lesson in re.findall(r"^\| [123]\. .*", PAGE, re.MULTILINE):
        shown = re.findall(r"\((\w+)\.ipynb\) ([^|;]*)", lesson)
        minutes = [decks.read(stem)[number - 1].minutes for stem, numbers in shown for number in spans(numbers)]
        assert len(shown) == 3 and 55 <= sum(minutes) <= 60, lesson

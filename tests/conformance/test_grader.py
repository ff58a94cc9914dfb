"""Otter-Grader, run on submissions: the book's solutions are right, and mistakes that students make are wrong."""

import ast
import json
import subprocess

import nbformat
import pytest

from teaching import grader
from tests.book.pages import ROOT

BIN = ROOT / ".venv/grader/bin"
MISTAKES = {  # of each exercise that has a check
    "activation_maps write_the_map": "def activation_map(x, weights, k):\n    return x @ weights[k]",
    "activation_maps same_answers_other_maps": "before = class_activation_maps(x_, weights_)[..., 3]\nafter = before",
    "basics write_the_rule": "def outputs(n, k, s):\n    return n // s",
    "flatten_or_average the_way_back": "def where(place, columns, channels):\n    return divmod(place, columns) + (0,)",
    "global_average mind_the_mask": "def masked_average(x, mask):\n    return x.mean(axis=1)",
    "gradients the_way_back_of_a_mean": """def average_backward(length, dy, size):
    dx = np.zeros(length)
    for o, gradient in enumerate(dy):
        dx[o : o + size] = gradient / size
    return dx""",
    "local_or_global adapt": """def adaptive_max(x, outputs):
    size = len(x) // outputs
    return [max(x[i * size : (i + 1) * size]) for i in range(outputs)]""",
    "speed double": "def running_maximum(x, size):\n    return np.maximum(x[:-1], x[1:])",
    "types find_the_edges": "def spread(x):\n    return max_pool(x, 2)",
    "variants softpool_without_overflow": """def soft(window):
    weights = np.exp(window)
    return (weights * window).sum() / weights.sum()""",
    "why write_the_rule": """def receptive_field(layers):
    return 1 + sum(k - 1 for k, s in layers)""",
}
CHEAT = "right_outputs = outputs = lambda *_: 0\ncheck = lambda *_: True"
CHAPTERS = sorted({name.split()[0] for name in MISTAKES})
every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)


@pytest.fixture(scope="module", autouse=True)
def written():
    subprocess.run([BIN / "python", "-m", "teaching.grader"], cwd=ROOT, check=True)


def mistake(chapter, test):
    return MISTAKES[f"{chapter} {test}"]


def solution(chapter, test):
    """The book's. Where it hands a bare number to ``check``, the number becomes the answer."""
    cells, found = nbformat.read(ROOT / f"book/{chapter}.ipynb", as_version=4).cells, grader.tests
    place = list(found(cells)).index(f"{test}.py")
    asked, solved = (
        [cell.source for cell in cells if tag in cell.metadata.get("tags", []) and "check(" in cell.source]
        for tag in ("exercise", "solution")
    )
    answers = [call.args[0].id for call in grader.checks(ast.parse(asked[place]))]
    given = next(node.value.args[0] for node in ast.parse(solved[place]).body if isinstance(node, ast.Expr))
    return solved[place] if isinstance(given, ast.Name) else f"{answers[0]} = {ast.unparse(given)}"


def submit(folder, chapter, write, whole=False):
    """What was handed out, with code below that of each exercise, graded: the points of each test, and what is said.

    Unless it shall be whole, the submission has those cells only that also run in the page: it takes less time.
    """
    notebook = nbformat.read(grader.OUT / f"{chapter}/{chapter}.ipynb", as_version=4)
    in_page = [cell for cell in notebook.cells if {"live", "exercise"} & {*cell.metadata.get("tags", [])}]
    notebook.cells = [cell for cell in notebook.cells if whole or cell.cell_type == "markdown" or cell in in_page]
    exercises = [cell for cell in notebook.cells if "exercise" in cell.metadata.get("tags", [])]
    names = [name.removesuffix(".py") for name in grader.tests(notebook.cells)]
    checked = [cell for cell in exercises if grader.checks(ast.parse(cell.source))]
    for cell, name in zip(checked, names, strict=True):
        cell.source += "\n" + write(chapter, name)
    nbformat.write(notebook, folder / f"{chapter}.ipynb")
    command = [BIN / "otter", "run", "-a", grader.OUT / chapter / "autograder.zip", f"{chapter}.ipynb", "--no-logo"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))["tests"]
    return {each["name"]: (each["score"], each["max_score"], each["output"]) for each in results if "score" in each}


@every_chapter
def test_the_books_solutions_get_all_points(chapter, tmp_path):
    results = submit(tmp_path, chapter, solution, whole=True)
    assert {f"{chapter} {name}" for name in results} == {name for name in MISTAKES if name.split()[0] == chapter}
    assert [score for score, _, _ in results.values()] == [most for _, most, _ in results.values()]


@every_chapter
def test_a_mistake_gets_no_point_and_a_reason(chapter, tmp_path):
    for score, most, told in submit(tmp_path, chapter, mistake).values():
        assert score == 0 < most and "Not yet" in told


def test_what_is_not_answered_gets_no_point(tmp_path):
    results = submit(tmp_path, "basics", lambda chapter, test: "")
    assert results["write_the_rule"][0] == 0 and "Not answered yet" in results["write_the_rule"][2]


def test_a_submission_cannot_say_itself_what_is_right(tmp_path):
    assert submit(tmp_path, "basics", lambda chapter, test: CHEAT)["write_the_rule"][0] == 0


def test_each_exercise_with_a_check_has_a_test():
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "book").glob("*.ipynb")}
    exercises = [cell for text in texts.values() for cell in nbformat.reads(text, as_version=4).cells]
    asked = [cell for cell in exercises if "exercise" in cell.metadata.get("tags", []) and "check(" in cell.source]
    assert len(asked) == len(MISTAKES)

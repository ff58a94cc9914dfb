"""Write, for each chapter, the notebook to hand out and its tests for Otter-Grader: ``python -m teaching.grader``.

A test is the check that the exercise has in the book, on the answer that a submission holds. What the check needs is
taken from the book and not from the submission, so nothing that a student overwrites changes what is right.
"""

import ast
import re

import nbformat

from teaching import sources
from teaching.sources import ROOT
from teaching.student import copy_for_students, definitions, gives, needs

OUT = sources.OUT / "grader"
TEST = """\"\"\"{title}\"\"\"
from contextlib import redirect_stdout
from io import StringIO

from otter.test_files import test_case

{given}

OK_FORMAT, name, points = False, "{name}", 1
{cases}"""
CASE = """

@test_case()
def test_{answer}({answer}):
    told = StringIO()
    with redirect_stdout(told):
        verdict = {check}
    assert verdict, told.getvalue().strip()
"""


def checks(tree):
    """The calls of ``check`` in a cell: each has an answer, and what is expected."""
    calls = [node.value for node in tree.body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return [call for call in calls if getattr(call.func, "id", "") == "check" and isinstance(call.args[0], ast.Name)]


def test(title, cell, above):
    """The file that tests one exercise; nothing if the exercise has no check."""
    tree = ast.parse(cell)
    calls = checks(tree)
    answers = {call.args[0].id for call in calls}
    given = [ast.unparse(node) for node in tree.body if not gives(node) & answers]
    needed = set().union(*(needs(call) for call in calls)) - answers
    cases = [CASE.format(answer=call.args[0].id, check=ast.unparse(call)) for call in calls]
    return calls and TEST.format(
        title=title, name=slug(title), given=definitions("\n".join([*above, *given]), needed), cases="".join(cases)
    )


def slug(title):
    return re.sub(r"\W+", "_", title.lower()).strip("_")


def tests(cells):
    """The tests of a chapter: names and what the files hold."""
    title, above, found = "", [], {}
    for cell in cells:
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown":
            title = [title, *re.findall(r"^### Exercise: (.*)", cell.source, re.MULTILINE)][-1]
        elif cell.cell_type == "code" and "exercise" in tags:
            if file := test(title, cell.source, above):
                found[f"{slug(title)}.py"] = file
        elif cell.cell_type == "code" and "solution" not in tags:
            above.append(cell.source)
    return found


def write(notebook, folder):
    (folder / "tests").mkdir(parents=True, exist_ok=True)
    for name, file in tests(notebook.cells).items():
        (folder / "tests" / name).write_text(file, encoding="utf-8")
    nbformat.write(copy_for_students(notebook), folder / f"{folder.name}.ipynb")


def main():
    from otter.generate import main as generate  # is in .venv/grader only

    for path in sorted((ROOT / "book").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if tests(notebook.cells):
            folder = OUT / path.stem
            write(notebook, folder)
            paths = {"tests_dir": str(folder / "tests"), "output_path": str(folder / "autograder.zip")}
            generate(**paths, no_requirements=True, no_environment=True)
            print(folder.relative_to(ROOT))


if __name__ == "__main__":
    main()

"""Write copies of the notebooks for students, without solutions and answers: ``python -m teaching.student``.

Quizzes keep their replies, and hints stay. Cells that only assert go too, because they tell the answers.
"""

import ast
import re
from copy import deepcopy

import nbformat

from teaching import sources
from teaching.sources import ROOT

OUT = sources.OUT / "student"
SHOWS = {"answer", "check"}  # tags of cells whose results are not for students
DEFINITIONS = (ast.Assign, ast.FunctionDef, ast.Import, ast.ImportFrom)
YOURS = "*Your answer:*"
FOLD = re.compile(r'<details(?P<kind>(?:"[^"]*"|[^">])*)>\s*<summary>(?P<summary>.*?)</summary>|</details>', re.DOTALL)
QUIZ = re.compile(r'<div class="quiz.*?</div>', re.DOTALL)


def is_answer(fold):
    """A fold that is marked as an answer, or that is neither marked nor a hint: a solution in words."""
    unmarked = not fold["kind"] and not fold["summary"].lower().endswith("hint")
    return unmarked or 'class="answer"' in fold["kind"]


def without_answers(text):
    """The Markdown of a cell in which each answer has become a place for the student's own."""
    quizzes = [quiz.span() for quiz in QUIZ.finditer(text)]
    kept, opened, done = [], [], 0
    for fold in FOLD.finditer(text):
        if fold[0] != "</details>":
            asked = any(start < fold.start() < end for start, end in quizzes)
            opened.append((fold.start(), is_answer(fold) and not asked))
            continue
        start, answer = opened.pop()
        if answer:
            kept += [text[done:start], YOURS]
            done = fold.end()
    return "".join([*kept, text[done:]])


def gives(node):
    """The names that a statement gives to the cells below it."""
    if isinstance(node, ast.FunctionDef):
        return {node.name}
    stored = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return stored | {each.asname or each.name for each in getattr(node, "names", [])}


def needs(node):
    """The names that it needs from those above."""
    inside = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    loaded = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    return loaded - inside


def definitions(source, needed):
    """Of an answer's code, the definitions that later cells need, and nothing that shows a result."""
    kept = []
    for node in reversed(ast.parse(source).body):
        if isinstance(node, DEFINITIONS) and gives(node) & needed:
            needed = needed - gives(node) | needs(node)
            kept.insert(0, ast.get_source_segment(source, node))
    return "\n".join(kept)


def copy_for_students(notebook):
    """Goes backwards, so that it knows at each answer which of its definitions later cells need."""
    cells, needed = [], set()
    for cell in deepcopy(notebook.cells[::-1]):
        tags = set(cell.metadata.get("tags", []))
        if cell.cell_type == "markdown":
            cell.source = without_answers(cell.source)
        elif "solution" in tags:
            continue
        elif tags & SHOWS:
            cell.update(source=definitions(cell.source, needed), outputs=[], execution_count=None)
        if cell.cell_type == "code":
            for node in reversed(ast.parse(cell.source).body):
                needed = needed - gives(node) | needs(node)
        cells += [cell] if cell.source else []
    return nbformat.from_dict({**notebook, "cells": cells[::-1]})


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for path in sorted((ROOT / "book").glob("*.ipynb")):
        nbformat.write(copy_for_students(nbformat.read(path, as_version=4)), OUT / path.name)
        print((OUT / path.name).relative_to(ROOT))


if __name__ == "__main__":
    main()

"""What nbval does not see: cells without a stored output, errors, warnings, figures without a description."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
import yaml

from book import execute

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))
LONGEST_CELL = 15
PICTURE = re.compile(r"base64,[A-Za-z0-9+/=]+")
BOXES = {"Before you start", "Predict", "Careful", "Aside"}
SHOWS = {"print", "check"}  # functions that print


def notebook_cells(path):
    return nbformat.read(path, as_version=4).cells


def code_cells(path):
    return [cell for cell in notebook_cells(path) if cell.cell_type == "code"]


def calls(node):
    """The names of the functions called in ``node``, less those inside a function that is only defined there."""
    if isinstance(node, ast.FunctionDef):
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield node.func.id
    for child in ast.iter_child_nodes(node):
        yield from calls(child)


def shows_something(source):
    """Whether a cell prints, or ends in an expression that has a value."""
    tree = ast.parse(source)
    last = tree.body[-1]
    sets = isinstance(last, ast.Expr) and ast.unparse(last).startswith("keras.config.set_")
    ends_in_value = isinstance(last, ast.Expr) and not sets and not SHOWS & set(calls(last))
    return ends_in_value or bool(SHOWS & set(calls(tree)))


def pages_in_toc():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.mark.parametrize(
    "source, shows",
    [
        ("print(1)", True),
        ("x = 1", False),
        ("x", True),
        ("def f():\n    print(1)", False),
        ("if x:\n    check(x)", True),
    ],
)
def test_a_cell_that_shows_something_is_recognised(source, shows):
    assert shows_something(source) == shows


def test_every_page_is_in_the_table_of_contents_and_the_other_way_round():
    pages = {path.relative_to(ROOT).with_suffix("").as_posix() for path in (ROOT / "book").glob("*.[im][pd]*")}
    assert pages == set(pages_in_toc())


@every_notebook
def test_cells_were_run_once_in_order(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert all(
        out.get("execution_count", cell.execution_count) == cell.execution_count
        for cell in cells
        for out in cell.outputs
    )


@every_notebook
def test_cells_that_show_something_have_their_output_stored(path):
    for cell in code_cells(path):
        assert bool(cell.outputs) == shows_something(cell.source), cell.source


@every_notebook
def test_outputs_are_clean(path):
    for output in (output for cell in code_cells(path) for output in cell.outputs):
        assert output.output_type in ("stream", "execute_result")
        assert output.get("name") != "stderr"
        assert not re.search(r"Warning|Traceback|<matplotlib|TF_|oneDNN|0x[0-9a-f]{6}", PICTURE.sub("", str(output)))


@every_notebook
def test_figures_describe_themselves(path):
    html = [out.data["text/html"] for cell in code_cells(path) for out in cell.outputs if "data" in out]
    named = r'(?:alt|aria-label)="'
    described = rf'<(?:(?:img|div) class="poolkit-figure"(?: role="group")? {named}|table [^>]*><caption>)([^"<]+)'
    assert all(len(re.search(described, figure)[1]) > 40 for figure in html)


@every_notebook
def test_outputs_hold_nothing_but_text_and_svg(path):
    data = [out.data for cell in code_cells(path) for out in cell.outputs if "data" in out]
    assert all(set(bundle) <= {"text/plain", "text/html"} for bundle in data)


@every_notebook
def test_no_cell_asks_to_be_left_unchecked(path):
    for cell in code_cells(path):
        assert not {"raises-exception", "skip-execution"} & set(cell.metadata.get("tags", []))
        assert not re.search("nbval|warnings.filter", cell.source + str(cell.metadata), re.IGNORECASE)


@every_notebook
def test_every_exercise_can_be_answered_or_has_a_model_answer(path):
    """In a cell, in a field of the page, or, where there is no one right answer, in the reader's head."""
    shown = ["" if cell.cell_type == "markdown" else str(execute.tags_of(cell)) for cell in notebook_cells(path)]
    text = "\n".join(tags + cell.source for tags, cell in zip(shown, notebook_cells(path), strict=True))
    for exercise in re.findall(r"^### (Exercise: .*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL):
        model = re.findall(r"<summary>(?!Hint|Next hint)", exercise)
        assert "'exercise'" in exercise or 'class="answer"' in exercise or model, exercise


@every_notebook
def test_cells_are_short_and_fit_the_column(path):
    cells = [cell for cell in code_cells(path) if not {"fetch", "setup"} & set(execute.tags_of(cell))]
    assert max(len(cell.source.splitlines()) for cell in cells) <= LONGEST_CELL
    shown = [cell for cell in cells if "hide-input" not in execute.tags_of(cell)]
    assert [line for cell in shown for line in cell.source.splitlines() if len(line) > 76] == []


@every_notebook
def test_metadata_is_what_make_notebooks_writes(path):
    notebook = nbformat.read(path, as_version=4)
    assert set(notebook.metadata) == {"kernelspec", "language_info", "myst"}
    assert 50 < len(notebook.metadata.myst.html_meta.description) < 170
    for cell in notebook.cells:
        code = cell.cell_type == "code"
        assert cell.metadata == (execute.viewers_metadata(execute.tags_of(cell)) if code else {})


@every_notebook
def test_no_viewer_shows_raw_markup(path):
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    assert re.findall(r"^:::.*|^`{3,}\{.*|\{[a-z:]+\}`|\[\^\w+\]|^> \[!.*|<a id=.*", text, re.MULTILINE) == []


@every_notebook
def test_quotes_that_begin_in_bold_are_boxes(path):
    text = "\n\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    bold = re.findall(r"(?:^|\n\n)> \*\*(.+?)\*\*", text)
    assert {word.rstrip(".") for word in bold} <= set(BOXES)


@every_notebook
def test_html_around_markdown_stands_apart(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            for line in re.finditer(r"^.*</?(?:details|div)\b.*$", cell.source, re.MULTILINE):
                below = cell.source[line.end() :].lstrip(" ")
                assert re.match(r"\n\n|\n<|$", below), line[0]


@every_notebook
def test_summaries_hold_no_markdown(path):
    """Pages would show its signs: a ``<summary>`` is HTML."""
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    assert re.findall(r"<summary>[^<]*[*`][^<]*</summary>", text) == []


@every_notebook
def test_folds_are_closed(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for tag in ("details", "div"):
            if cell.cell_type == "markdown":
                assert cell.source.count(f"<{tag}") == cell.source.count(f"</{tag}>")

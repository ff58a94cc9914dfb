"""What nbval does not see: cells without a stored output, errors, warnings, figures without a description."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
import yaml

from book import execute

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in sorted((ROOT / "book").glob("*.ipynb"))}
CELLS = [(stem, cell) for stem, notebook in NOTEBOOKS.items() for cell in notebook.cells]
CODE = [(stem, cell) for stem, cell in CELLS if cell.cell_type == "code"]
MARKDOWN = [(stem, cell) for stem, cell in CELLS if cell.cell_type == "markdown"]
OUTPUTS = [(stem, output) for stem, cell in CODE for output in cell.outputs]
LONGEST_CELL = 15
PICTURE = re.compile(r"base64,[A-Za-z0-9+/=]+")
BOXES = {"Before you start", "Predict", "Careful", "Aside"}
SHOWS = {"print", "check"}  # functions that print


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


def test_cells_were_run_once_in_order():
    for stem in NOTEBOOKS:
        cells = [cell for its, cell in CODE if its == stem]
        assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), stem
    for stem, cell in CODE:
        for output in cell.outputs:
            assert output.get("execution_count", cell.execution_count) == cell.execution_count, (stem, cell.source)


def test_cells_that_show_something_have_their_output_stored():
    for stem, cell in CODE:
        assert bool(cell.outputs) == shows_something(cell.source), (stem, cell.source)


def test_outputs_are_clean():
    noise = r"Warning|Traceback|<matplotlib|TF_|oneDNN|0x[0-9a-f]{6}"
    for stem, output in OUTPUTS:
        assert output.output_type in ("stream", "execute_result"), stem
        assert output.get("name") != "stderr", stem
        assert not re.search(noise, PICTURE.sub("", str(output))), (stem, output)


def test_figures_describe_themselves():
    named = r'(?:alt|aria-label)="'
    described = rf'<(?:(?:img|div) class="poolkit-figure"(?: role="group")? {named}|table [^>]*><caption>)([^"<]+)'
    for stem, output in OUTPUTS:
        if "data" in output:
            found = re.search(described, output.data["text/html"])
            assert found and len(found[1]) > 40, (stem, output.data["text/html"][:200])


def test_outputs_hold_nothing_but_text_and_svg():
    for stem, output in OUTPUTS:
        assert set(output.get("data", {})) <= {"text/plain", "text/html"}, stem


def test_no_cell_asks_to_be_left_unchecked():
    for stem, cell in CODE:
        asks = {"raises-exception", "skip-execution"} & set(cell.metadata.get("tags", []))
        asks |= {*re.findall("nbval|warnings.filter", cell.source + str(cell.metadata), re.IGNORECASE)}
        assert not asks, (stem, cell.source)


def test_every_exercise_can_be_answered_or_has_a_model_answer():
    """In a cell, in a field of the page, or, where there is no one right answer, in the reader's head."""
    for stem, notebook in NOTEBOOKS.items():
        shown = ["" if cell.cell_type == "markdown" else str(execute.tags_of(cell)) for cell in notebook.cells]
        text = "\n".join(tags + cell.source for tags, cell in zip(shown, notebook.cells, strict=True))
        for exercise in re.findall(r"^### (Exercise: .*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL):
            model = re.findall(r"<summary>(?!Hint|Next hint)", exercise)
            assert "'exercise'" in exercise or 'class="answer"' in exercise or model, (stem, exercise)


def test_cells_are_short_and_fit_the_column():
    for stem, cell in CODE:
        lines, tags = cell.source.splitlines(), execute.tags_of(cell)
        if not {"fetch", "setup"} & set(tags):
            assert len(lines) <= LONGEST_CELL, (stem, cell.source)
            assert "hide-input" in tags or max(map(len, lines)) <= 76, (stem, cell.source)


def test_metadata_is_what_make_notebooks_writes():
    for stem, notebook in NOTEBOOKS.items():
        assert set(notebook.metadata) == {"kernelspec", "language_info", "myst"}, stem
        assert 50 < len(notebook.metadata.myst.html_meta.description) < 170, stem
    for stem, cell in CELLS:
        code = cell.cell_type == "code"
        expected = execute.viewers_metadata(execute.tags_of(cell)) if code else {}
        assert cell.metadata == expected, (stem, cell.source)


def markdown_with(pattern):
    """Where it is found in the text of a notebook."""
    return [(stem, found) for stem, cell in MARKDOWN for found in re.findall(pattern, cell.source, re.MULTILINE)]


def test_no_viewer_shows_raw_markup():
    assert markdown_with(r"^:::.*|^`{3,}\{.*|\{[a-z:]+\}`|\[\^\w+\]|^> \[!.*|<a id=.*") == []


def test_quotes_that_begin_in_bold_are_boxes():
    bold = markdown_with(r"(?:\A|\n\n)> \*\*(.+?)\*\*")
    assert {word.rstrip(".") for _, word in bold} == BOXES


def test_html_around_markdown_stands_apart():
    for stem, cell in MARKDOWN:
        for line in re.finditer(r"^.*</?(?:details|div)\b.*$", cell.source, re.MULTILINE):
            below = cell.source[line.end() :].lstrip(" ")
            assert re.match(r"\n\n|\n<|$", below), (stem, line[0])


def test_summaries_hold_no_markdown():
    """Pages would show its signs: a ``<summary>`` is HTML."""
    assert markdown_with(r"<summary>[^<]*[*`][^<]*</summary>") == []


def test_folds_are_closed():
    for stem, cell in MARKDOWN:
        for tag in ("details", "div"):
            assert cell.source.count(f"<{tag}") == cell.source.count(f"</{tag}>"), (stem, cell.source)

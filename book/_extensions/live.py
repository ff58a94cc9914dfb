"""Cells that run in the page, and a word at those that cannot.

Cells tagged ``live`` get buttons here and an editor from ``_static/live.mjs``. At the
first press Python comes from Pyodide's public address, and poolkit from this site.
Other cells say that they run in Jupyter.
"""

import os
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docutils import nodes

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BAR = """<div class="live-bar" role="group" aria-label="Cell {number}">
<div class="live-buttons"><button type="button" class="live-button">Run</button>
<button type="button" class="live-button">Reset</button></div>
<span role="status">{said}</span></div>"""
FIRST = (
    "This code can be changed and run here. The first run loads Python, about 10 MB."
)
FOLDED = {"tag_setup", "tag_check", "tag_answer"}  # what it says there is not seen


def mark_cells(app, doctree, docname):
    """Give each live cell its buttons; say of the others where they run."""
    if app.builder.format != "html":
        return
    notes, live, told = [], 0, False
    how = app.builder.get_relative_uri(docname, "book/index") + "#run-it-yourself"
    for code in list(doctree.findall(shows_code)):
        cell = code.parent
        if "tag_live" in cell["classes"]:
            live += 1
            first = not told and not FOLDED & set(cell["classes"])
            told = told or first
            bar = BAR.format(number=live, said=FIRST if first else "")
            below(code, nodes.raw("", bar, format="html"))
        elif not {"tag_solution", "tag_answer"} & set(cell["classes"]):
            notes.append(nodes.paragraph("", "Runs in ", classes=["runs-in-jupyter"]))
            notes[-1] += nodes.reference("", "Jupyter", refuri=how, internal=True)
            below(code, notes[-1])
    address = os.environ.get("BOOK_REPOSITORY")
    if notes and address:  # then the page has buttons for these
        notes[0] += nodes.Text(", Binder or Colab")


def below(code, node):
    code.parent.insert(code.parent.index(code) + 1, node)


def make_solutions_live(app, doctree):
    """What solves a live exercise can be run too."""
    live = False
    for code in doctree.findall(shows_code):
        classes = code.parent["classes"]
        if "tag_exercise" in classes:
            live = "tag_live" in classes
        elif live and "tag_solution" in classes and "tag_live" not in classes:
            classes.append("tag_live")


def shows_code(node):
    return (
        isinstance(node, nodes.container)
        and node.get("nb_element") == "cell_code_source"
    )


def pack_poolkit(app, exception):
    """Put poolkit and what runs the cells into the site, each time the same bytes."""
    if exception or app.builder.format != "html":
        return
    files = {path.relative_to(ROOT): path for path in ROOT.glob("poolkit/**/*.py")}
    recorded = ROOT.glob("book/*.json")  # which cells read
    files |= {Path(path.name): path for path in (HERE / "run_cell.py", *recorded)}
    with ZipFile(Path(app.outdir, "_static/poolkit.zip"), "w", ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            archive.writestr(ZipInfo(name.as_posix()), path.read_bytes(), ZIP_DEFLATED)


def setup(app):
    app.connect("doctree-read", make_solutions_live)
    app.connect("doctree-resolved", mark_cells)
    app.connect("build-finished", pack_poolkit)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

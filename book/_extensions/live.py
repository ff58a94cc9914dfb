"""Cells that run in the page, and a word at those that cannot.

Cells tagged ``live`` get buttons here and an editor from ``_static/live.mjs``. At the
first press Python comes from Pyodide's public address, and poolkit from this site.
Cells that need more than NumPy and poolkit say that they run in Jupyter.
"""

import ast
import os
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docutils import nodes
from sphinx.util import logging

from poolkit.figures import CHARTS

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BAR = """<div class="live-bar" role="group" aria-label="Cell {number}">
<button type="button" class="live-button">Run</button>
<button type="button" class="live-button">Reset</button>
<span role="status">{said}</span></div>"""
FIRST = (
    "This code can be changed and run here. The first run loads Python, about 10 MB."
)
PRESENT = {*sys.stdlib_module_names, "numpy", "poolkit"}  # modules that a page has


def code_cells(doctree):
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") == "cell_code":
            code = next(cell.findall(nodes.literal_block), None)
            if code:  # a cell tagged remove-input has none
                yield cell, code.astext()


def mark_cells(app, doctree, docname):
    """Give each live cell its buttons; say of the others that they run in Jupyter."""
    if app.builder.format != "html":
        return
    missing, notes, live = set(), [], 0
    how = app.builder.get_relative_uri(docname, "book/index") + "#run-it-yourself"
    for cell, code in code_cells(doctree):
        if "tag_live" in cell["classes"]:
            live += 1
            bar = BAR.format(number=live, said=FIRST if live == 1 else "")
            cell.insert(1, nodes.raw("", bar, format="html"))
        if not needs_jupyter(code, missing):
            continue
        if "tag_live" in cell["classes"]:
            warn = logging.getLogger(__name__).warning
            warn("a live cell needs more than NumPy and poolkit:\n%s", code)
        note = nodes.paragraph("", "Runs in ", classes=["runs-in-jupyter"])
        note += nodes.reference("", "Jupyter", refuri=how, internal=True)
        cell.insert(1, note)
        notes.append(note)
    address = os.environ.get("BOOK_REPOSITORY")
    if notes and address:  # then the page has buttons for these
        notes[0] += nodes.Text(", Binder or Colab (there, first run ")
        notes[0] += [nodes.literal("", f"%pip install git+{address}"), nodes.Text(")")]


def needs_jupyter(code, missing):
    """Whether code uses a module or a name that is missing in a page.

    ``missing`` holds those names; what the code defines is added or taken away.
    """
    needed, defined = False, set()
    for statement in ast.parse(code).body:
        made, used = names(statement)
        absent = {n for module, n in imports(statement) if module not in PRESENT}
        missing |= absent
        needed = needed or bool(absent or used & (missing - defined))
        defined |= made
    if needed:
        missing |= defined
    else:
        missing -= defined
    return needed


def names(statement):
    """The names that a statement defines, and those that it uses."""
    made, used, own = set(), set(), set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.FunctionDef):
            made.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.For | ast.comprehension):
            own |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    if hasattr(statement, "body"):
        own |= made  # most likely made there before they are used
    return made, used - own


def imports(statement):
    """Pairs of a module's first name and the name that its import defines."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                module = getattr(node, "module", None) or alias.name
                if module == "poolkit.figures" and alias.name in CHARTS:
                    module = "matplotlib"
                yield module.split(".")[0], alias.asname or alias.name


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
    app.connect("doctree-resolved", mark_cells)
    app.connect("build-finished", pack_poolkit)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

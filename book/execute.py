"""Run notebooks from top to bottom and store what they print.

``python book/execute.py`` runs all of them, ``python book/execute.py types`` one. Their
metadata is reduced to what Jupyter needs, so that an unchanged notebook is unchanged in
git.
"""

import os
import sys
import tomllib
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from poolkit import max_pool
from poolkit.figures import draw_pooling

os.environ["POOLKIT_PAGE"] = (
    "1"  # pages load the explorer's script themselves
)

BOOK = Path(__file__).parent
KERNEL = {
    "name": "python3",
    "display_name": "Python 3",
    "language": "python",
}
LANGUAGE = {
    "name": "python",
    "pygments_lexer": "ipython3",
    "file_extension": ".py",
}


HIDDEN = {"source_hidden": True}
FOLDED = {  # what each tag says to notebook viewers
    "fetch": HIDDEN,
    "setup": HIDDEN,
    "check": HIDDEN,
    "remove-input": HIDDEN,
    "solution": HIDDEN | {"outputs_hidden": True},
    "answer": HIDDEN | {"outputs_hidden": True},
}
OPEN = {"live", "exercise", "recipe"}  # what a page does not fold
PROJECT = tomllib.loads(
    (BOOK.parent / "pyproject.toml").read_text(encoding="utf-8")
)
FETCH = f'''# @title Fetch poolkit and the records of this book, where they are missing
import os
import subprocess
import sys
from importlib.util import find_spec

if not (find_spec("poolkit") and find_spec("experiments")):
    address = "{PROJECT["project"]["urls"]["Repository"]}"
    address = os.environ.get("BOOK_REPOSITORY", address)
    get = "git", "clone", "--quiet", "--depth=1", address, "pooling"
    install = sys.executable, "-m", "pip", "install", "--quiet", "./pooling"
    for command in (get, install):
        subprocess.run(command, check=True)
    os.chdir("pooling/book")
    sys.path[:0] = [os.getcwd(), os.path.dirname(os.getcwd())]'''


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    cells = [
        cell for cell in notebook.cells if "fetch" not in tags_of(cell)
    ]
    fetch = nbformat.v4.new_code_cell(
        FETCH, id="fetch", metadata={"tags": ["fetch"]}
    )
    notebook.cells = [cells[0], fetch, *cells[1:]]
    NotebookClient(
        notebook,
        resources={"metadata": {"path": path.parent}},
        timeout=120,
        coalesce_streams=True,
    ).execute()
    kept = {
        key: notebook.metadata[key]
        for key in ("myst",)
        if key in notebook.metadata
    }
    notebook.metadata = {
        "kernelspec": KERNEL,
        "language_info": LANGUAGE,
        **kept,
    }
    for cell in notebook.cells:
        code = cell.cell_type == "code"
        cell.metadata = viewers_metadata(tags_of(cell)) if code else {}
    nbformat.write(notebook, path)


def tags_of(cell):
    return cell.metadata.get("tags", [])


def viewers_metadata(tags):
    """What notebook viewers fold, from the tags that an author writes."""
    folded = [FOLDED[tag] for tag in tags if tag in FOLDED]
    shown = {"jupyter": folded[0], "cellView": "form"} if folded else {}
    if folded or not OPEN & set(tags):  # pages fold these
        tags = [*(tag for tag in tags if tag != "hide-input"), "hide-input"]
    return {"tags": tags, **shown}


def readme_picture():
    """The landing page's picture, on white: it is shown outside the book's pages."""
    image = np.array(
        [[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]]
    )
    return (
        draw_pooling(image, max_pool, 2)
        .svg()
        .replace('style="', 'style="background:#fff;', 1)
    )


if __name__ == "__main__":
    (BOOK / "_static/max_pooling.svg").write_text(
        readme_picture(), encoding="utf-8"
    )
    chapters = [BOOK / f"{stem}.ipynb" for stem in sys.argv[1:]] or sorted(
        BOOK.glob("*.ipynb")
    )
    for number, path in enumerate(chapters, 1):
        print(f"[{number}/{len(chapters)}] {path.name}", flush=True)
        execute(path)

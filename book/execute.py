"""Run notebooks from top to bottom and store what they print.

``python book/execute.py`` runs all of them, ``python book/execute.py types`` one. Their
metadata is reduced to what Jupyter needs, so that an unchanged notebook is unchanged in
git.
"""

import os
import sys
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from poolkit import max_pool
from poolkit.figures import draw_pooling

os.environ["POOLKIT_PAGE"] = "1"  # pages load the explorer's script themselves

BOOK = Path(__file__).parent
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3", "file_extension": ".py"}


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        resources={"metadata": {"path": path.parent}},
        timeout=120,
        coalesce_streams=True,
    ).execute()
    kept = {
        key: notebook.metadata[key] for key in ("myst",) if key in notebook.metadata
    }
    notebook.metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE, **kept}
    for cell in notebook.cells:
        cell.metadata = (
            {"tags": cell.metadata.tags} if cell.metadata.get("tags") else {}
        )
    nbformat.write(notebook, path)


def readme_picture():
    """The landing page's picture, on white: it is shown outside the book's pages."""
    image = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
    return (
        draw_pooling(image, max_pool, 2)
        .svg()
        .replace('style="', 'style="background:#fff;', 1)
    )


if __name__ == "__main__":
    (BOOK / "_static/max_pooling.svg").write_text(readme_picture(), encoding="utf-8")
    chapters = [BOOK / f"{stem}.ipynb" for stem in sys.argv[1:]] or sorted(
        BOOK.glob("*.ipynb")
    )
    for number, path in enumerate(chapters, 1):
        print(f"[{number}/{len(chapters)}] {path.name}", flush=True)
        execute(path)

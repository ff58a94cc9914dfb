"""The book can be written by LaTeX's builder too."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILDER = Path(sys.executable).with_name("jupyter-book")


def test_the_latex_builder_writes_every_chapter(tmp_path):
    options = ["-q", "-W", "-n", "--keep-going", "--builder", "latex", "--path-output", tmp_path]
    subprocess.run([BUILDER, "build", *options, ROOT], check=True)
    (file,) = tmp_path.glob("_build/latex/*.tex")
    text = file.read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in ROOT.glob("book/*.ipynb")]
    titles = [re.search(r'"# ([^\\"]+)', source)[1] for source in sources]
    assert len(titles) > 14 and [title for title in titles if title not in text] == []

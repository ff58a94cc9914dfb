"""Each notebook as a reader meets it who has downloaded nothing else: alone in an empty folder."""

import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "book").glob("*.ipynb"))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A Python that has all packages of the book but not ``poolkit``."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, with_pip=True)
    packages = Path(sysconfig.get_path("purelib"))
    kept = folder / "packages"
    kept.mkdir()
    for package in packages.iterdir():
        if "poolkit" not in package.name:
            (kept / package.name).symlink_to(package)
    purelib = next((folder / "lib").glob("python*/site-packages"))
    (purelib / "of_the_book.pth").write_text(str(kept), encoding="utf-8")
    return folder / "bin" / "python"


@pytest.mark.skipif(sys.platform == "win32", reason="links to folders need rights there")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_alone(path, elsewhere, tmp_path, monkeypatch):
    kernel = tmp_path / "jupyter/kernels/elsewhere/kernel.json"
    kernel.parent.mkdir(parents=True)
    command = [str(elsewhere), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": command, "display_name": "elsewhere", "language": "python"}), "utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("BOOK_REPOSITORY", ROOT.as_uri())
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "empty"
    folder.mkdir()
    shutil.copy(path, folder)
    notebook = nbformat.read(folder / path.name, as_version=4)
    NotebookClient(
        notebook, timeout=300, kernel_name="elsewhere", resources={"metadata": {"path": str(folder)}}
    ).execute()
    assert (folder / "pooling/book").is_dir()
    subprocess.run([elsewhere, "-m", "pip", "uninstall", "--yes", "--quiet", "poolkit"], check=True)

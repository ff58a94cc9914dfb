"""What Pyodide's public address would answer, from packages of the npm registry: cells in a page are tested without it.

NumPy's wheel for Pyodide is found inside another package. It is the same version for the same Python, in a file of
another name and other bytes, so the list of packages is changed to name that one.
"""

import json
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

HOST = "https://cdn.jsdelivr.net/"
FOLDER = f"{HOST}pyodide/v0.29.5/full/"
KEPT = Path(__file__).parent.parent / ".venv/pyodide"
PACKAGES = {"pyodide@0.29.5": "package", "@bentopdf/pymupdf-wasm@0.11.16": "package/assets"}


def fetch():
    """The folder that the address stands for."""
    folder = KEPT / "full"
    if not folder.exists():
        pyodide, other = (unpack(package) / inside for package, inside in PACKAGES.items())
        wheel = next(other.glob("numpy-*.whl"))
        listed = json.loads((pyodide / "pyodide-lock.json").read_text())
        numpy = listed["packages"]["numpy"]
        assert wheel.name.startswith(f"numpy-{numpy['version']}-cp313-")
        numpy |= {"file_name": wheel.name, "sha256": sha256(wheel.read_bytes()).hexdigest()}
        (pyodide / "pyodide-lock.json").write_text(json.dumps(listed))
        wheel.rename(pyodide / wheel.name)
        pyodide.rename(folder)
    return folder


def answer(there, route):
    """Send a request for Pyodide's address on to a server of this machine."""
    there = route.request.url.replace(FOLDER, there)
    route.fulfill(status=307, headers={"Access-Control-Allow-Origin": "*", "Location": there})


def unpack(package):
    pack = ["npm", "pack", "--json", "--pack-destination", KEPT, package]
    KEPT.mkdir(exist_ok=True)
    archive = json.loads(subprocess.check_output(pack, text=True))[0]["filename"]
    with tarfile.open(KEPT / archive) as content:
        content.extractall(KEPT / archive.removesuffix(".tgz"), filter="data")
    return KEPT / archive.removesuffix(".tgz")

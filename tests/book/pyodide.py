"""What Pyodide's public address would answer, from packages of the npm registry: cells in a page are tested without it.

NumPy's wheel for Pyodide is found inside another package. It is the same version for the same Python, in a file of
another name and other bytes, so the list of packages is changed to name that one. The folder with compiled modules is
not in the registry: Pyodide itself, run by Node.js, compiles them.
"""

import json
import shutil
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path

HOST = "https://cdn.jsdelivr.net/"
FOLDER = f"{HOST}pyodide/v0.29.5/"
KEPT = Path(__file__).parents[2] / ".venv/pyodide"
PACKAGES = {"pyodide@0.29.5": "package", "@bentopdf/pymupdf-wasm@0.11.16": "package/assets"}
COMPILE = """
import { readFileSync, writeFileSync } from "node:fs";
const [, full, ...archives] = process.argv;
const { loadPyodide } = await import(`${full}/pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL: full });
const compiled = pyodide.runPython(`
import io
from importlib._bootstrap_external import _code_to_timestamp_pyc
from zipfile import ZIP_DEFLATED, ZipFile

def compiled(archive):
    result = io.BytesIO()
    with ZipFile(io.BytesIO(archive.to_bytes())) as old, ZipFile(result, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".py"):
                content = _code_to_timestamp_pyc(compile(content, name, "exec", dont_inherit=True))
                name += "c"
            new.writestr(name, bytes(content))
    return result.getvalue()

compiled`);
for (const path of archives) writeFileSync(path, compiled(new Uint8Array(readFileSync(path))).toJs());
"""


def fetch():
    """The folder that the address stands for."""
    folder = KEPT / "v0.29.5"
    if not folder.exists():
        package, other = (unpack(package) / inside for package, inside in PACKAGES.items())
        full, pyc = package.parent / "full", package.parent / "pyc"
        wheel = next(other.glob("numpy-*.whl"))
        shutil.move(wheel, package)
        package.rename(full)
        shutil.copytree(full, pyc)
        archives = [pyc / "python_stdlib.zip", pyc / wheel.name]
        subprocess.run(["node", "--input-type=module", "-e", COMPILE, full, *archives], check=True)
        for each in (full, pyc):
            list_numpy(each / "pyodide-lock.json", each / wheel.name)
        package.parent.rename(folder)
    return folder


def list_numpy(packages, wheel):
    listed = json.loads(packages.read_text(encoding="utf-8"))
    numpy = listed["packages"]["numpy"]
    assert wheel.name.startswith(f"numpy-{numpy['version']}-cp313-")
    numpy |= {"file_name": wheel.name, "sha256": sha256(wheel.read_bytes()).hexdigest()}
    packages.write_text(json.dumps(listed), encoding="utf-8")


def answer(there, route):
    """Send a request for Pyodide's address on to a server of this machine."""
    there = route.request.url.replace(FOLDER, there)
    route.fulfill(status=307, headers={"Access-Control-Allow-Origin": "*", "Location": there})


def unpack(package):
    pack = ["npm", "pack", "--json", "--pack-destination", KEPT, package]
    KEPT.mkdir(exist_ok=True)
    archive = json.loads(subprocess.check_output(pack, text=True))[0]["filename"]
    folder = KEPT / archive.removesuffix(".tgz")
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(KEPT / archive) as content:
        content.extraction_filter = tarfile.data_filter if hasattr(tarfile, "data_filter") else None  # from 3.11.4 on
        content.extractall(folder)
    return folder

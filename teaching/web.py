"""What pages need that are opened from a disk: the book's modules as plain scripts, and what these read.

A browser loads no module for a page that lies on a disk, and lets it read no file. So each module becomes one script
with all that it imports, and the stored networks and digits of the lab become a script, too.
"""

import json
import shutil
import subprocess
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from teaching.sources import ROOT

HERE = ROOT / "teaching/web"
LIBRARIES = ROOT / "_build/npm/node_modules"  # make fetches them, in the versions of teaching/web/package-lock.json
STATIC = ROOT / "book/_static"
MODULES = [STATIC / "lab.mjs", STATIC / "peephole.mjs"]
MODULES += [ROOT / "poolkit/figures" / f"{name}.mjs" for name in ("explorer", "class_map", "stages")]
READ = """// What a page reads when it lies on a disk, where a browser lets it read no file.
const stored = %s;
const online = globalThis.fetch;
globalThis.fetch = (from, ...options) => {
  const name = String(from).split("/").slice(-2).join("/");
  return name in stored ? Promise.resolve(new Response(JSON.stringify(stored[name]))) : online(from, ...options);
};
"""


def bundle(modules, target):
    """Write each module as a plain script of the same name, with all that it imports."""
    here = [f"--inject:{HERE / 'here.js'}", "--define:import.meta.url=here"]
    place = [f"--outdir={target}", "--entry-names=[name]", "--log-level=error"]
    esbuild = shutil.which("esbuild", path=LIBRARIES / ".bin")
    subprocess.run([esbuild, *modules, "--bundle", "--format=iife", *here, *place], check=True)


def write_stored(path):
    """The script that stands for the files of the lab."""
    files = {f"lab/{file.name}": json.loads(file.read_text(encoding="utf-8")) for file in STATIC.glob("lab/*.json")}
    path.write_text(READ % json.dumps(files, separators=(",", ":")), encoding="utf-8")


def pack(folder, path):
    """A folder as one file, each time the same bytes."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            name = (Path(path.stem) / file.relative_to(folder)).as_posix()
            archive.writestr(ZipInfo(name), file.read_bytes(), ZIP_DEFLATED)

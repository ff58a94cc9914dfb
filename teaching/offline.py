"""Pack the built book so that it can be read from a disk: ``python -m teaching.offline``."""

import re
import shutil

from teaching import web
from teaching.sources import ROOT

SITE = ROOT / "_build/html"
OUT = ROOT / "_build/pooling-offline"
MODULE = re.compile(r'<script type="module" src="((?:\.\./)?_static/)(\w+)\.mjs[^"]*"></script>')
READS = {"lab", "peephole"}  # scripts that read stored networks and digits


def plain(html):
    """A page whose modules are plain scripts, and whose lab finds what it reads."""
    names = {name for _, name in MODULE.findall(html)}
    html = MODULE.sub(r'<script defer src="\1\2.js"></script>', html)
    stored = '<script defer src="../_static/stored.js"></script>' if names & READS else ""
    return html.replace("</head>", f"{stored}</head>", 1), names


def write(site=SITE, folder=OUT):
    """A copy of the site in which no page asks for a module or a file."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(site, folder)
    used = set()
    for path in folder.rglob("*.html"):
        html, names = plain(path.read_text(encoding="utf-8"))
        path.write_text(html, encoding="utf-8")
        used |= names
    static = folder / "_static"
    web.bundle([static / f"{name}.mjs" for name in sorted(used)], static)
    web.write_stored(static / "stored.js")
    for path in [*static.glob("*.mjs"), *static.glob("lab/*.json"), static / "poolkit.zip"]:
        path.unlink()
    options = static / "documentation_options.js"  # the search would read pages to show their beginnings
    text = options.read_text(encoding="utf-8").replace("SHOW_SEARCH_SUMMARY: true", "SHOW_SEARCH_SUMMARY: false")
    options.write_text(text, encoding="utf-8")


def main():
    write()
    web.pack(OUT, OUT.with_suffix(".zip"))
    print(OUT.with_suffix(".zip").relative_to(ROOT))


if __name__ == "__main__":
    main()

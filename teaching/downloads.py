"""Bring together what can be taken away, as the page *Downloads* lists it: ``python -m teaching.downloads``."""

import shutil

from teaching.sources import ROOT
from teaching.web import pack

BUILD = ROOT / "_build"
OUT = BUILD / "downloads"
PARTS = {  # each download, and what make has written for it; a folder becomes one file if its name says so
    "pooling.pdf": "pooling.pdf",
    "pooling-offline.zip": "pooling-offline.zip",
    "slides/index.html": "slides",
    "slides.zip": "slides",
    "worksheets-1-a4.pdf": "teaching/worksheets-1-a4.pdf",
    "worksheets-1-letter.pdf": "teaching/worksheets-1-letter.pdf",
    "student.zip": "teaching/student",
    "booklet-a4.pdf": "teaching/booklet-a4.pdf",
    "final-1-a4.pdf": "teaching/final-1-a4.pdf",
    "final-2-a4.pdf": "teaching/final-2-a4.pdf",
    "pooling-moodle.xml": "teaching/pooling-moodle.xml",
    "pooling-qti.zip": "teaching/pooling-qti.zip",
    "pooling.apkg": "teaching/pooling.apkg",
    "figures/index.html": "figures",
    "figures.zip": "figures",
}


def collect(build=BUILD, folder=OUT, parts=PARTS):
    """A folder with all of them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, source in parts.items():
        path, made = folder / name, build / source
        if made.is_file():
            shutil.copy(made, path)
        elif path.suffix == ".zip":
            pack(made, path)
        else:
            shutil.copytree(made, path.parent)


def main():
    collect()
    for name in PARTS:
        print((OUT / name).relative_to(ROOT))


if __name__ == "__main__":
    main()

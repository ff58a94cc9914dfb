"""Run the notebooks with nbval, strictly; pictures in outputs are compared as pictures.

Pixel by pixel, with a small tolerance: their compressed bytes may differ between
processors, so they cannot be compared as text. The options stand here, and not in
``pyproject.toml``, because the tests of the package run without nbval.
"""

import json
import os
import re
from base64 import b64decode
from io import BytesIO

import nbformat
import numpy as np
from nbval.plugin import IPyNbCell
from PIL import Image

os.environ["POOLKIT_PAGE"] = (
    "1"  # as in execute.py, with whose outputs we compare
)

PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
DRAWING = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
TOLERANCE = 2  # of 255 levels


def pytest_configure(config):
    config.option.nbval = config.option.nbval_current_env = True
    config.option.nbval_cell_timeout = 60


compare_text = IPyNbCell.compare_outputs


def take_pictures_out(outputs):
    """The outputs without the pictures inside them, and the pictures."""
    text = DRAWING.sub(as_text, json.dumps(outputs))
    pictures = [decode(picture) for picture in PICTURE.findall(text)]
    return nbformat.from_dict(
        json.loads(PICTURE.sub("a picture", text))
    ), pictures


def as_text(drawing):
    """The elements of an image that is a drawing, inside a text in quotes."""
    return json.dumps(b64decode(drawing[1]).decode())[1:-1]


def decode(picture):
    png = b64decode(picture, validate=True)
    Image.open(BytesIO(png)).verify()  # its checksums
    return np.asarray(Image.open(BytesIO(png)).convert("RGBA"), int)


def alike(one, other):
    return (
        one.shape == other.shape and np.abs(one - other).max() <= TOLERANCE
    )


def compare_outputs(cell, test, ref, skip_compare=None):
    test, seen = take_pictures_out(test)
    ref, stored = take_pictures_out(ref)
    if not compare_text(cell, test, ref, skip_compare):
        return False
    if not all(alike(*pair) for pair in zip(seen, stored, strict=True)):
        cell.comparison_traceback = [
            "A picture differs from the stored one."
        ]
        return False
    return True


IPyNbCell.compare_outputs = compare_outputs

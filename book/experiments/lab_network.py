"""The networks of the lab in NumPy: what the page computes, as short as can be.

A drawing is 32 × 32 numbers from 0 (paper) to 1 (ink). A frame of zeros goes around it,
4 wide in training; any multiple of 4 will do with a global average, and nothing but 4
with Flatten. There are no biases anywhere, so where nothing is drawn every map is 0,
and all logits of an empty canvas are 0.

Zero stands beyond every border, of the drawing and of every map. Indices below are
meant along rows and columns alike; ``d`` (the *spread*) is 1 as long as no stride has
been taken out before.

* convolution: ``y[i] = relu(sum over a = -1, 0, 1 of w[a + 1] x[s i + a d])``, so that
  output ``i`` is centred at ``s i``; ``s`` is 1, but 2 in the first two layers of
  ``stride``. (Keras's ``padding="same"`` centres it at ``2 i + 1`` on maps of even
  length: it pads at the end alone.) Maps keep their length, or get ``length / s``.
* ``max``: ``y[i] = max(x[s i], x[s i + d])``, s = 2, after the first two layers;
  ``average``: the mean of the same two (four, in rows and columns). A zero beyond the
  border counts as a number.
* ``blur``: ``m[i] = max(x[i], x[i + d])`` with as many elements as x; then
  ``y[i] = (m[s i - d] + 2 m[s i] + m[s i + d]) / 4``, s = 2; m is 0 beyond its border.
* ``stride`` and ``none`` have no pooling. ``none`` has no strides: d = 1, 2, 4 in the
  three layers (the same arithmetic as ``stride`` without its strides).

**Strides off.** ``step`` is the distance in pixels of neighbours in the last map: 4
with both strides, 2 without the second, 1 without both. A layer that loses its stride
has s = 1, and all layers behind it have twice the spread d. Every second or fourth
element of the last map is then what it was before. ``none`` knows step 1 alone.

**Heads.** ``gap``: the sum over each last map, divided by the number of elements that
it has in the frame of training, ``(40 / step) ** 2``: 100, 400 or 1600; so a larger
frame changes nothing. ``flatten``: step 4 and frame 4 alone; the last maps (10, 10, C),
row by row, column by column, channel by channel. Then ``logits = numbers @ dense``.
"""

import json
from base64 import b64decode
from pathlib import Path
from typing import NamedTuple

import numpy as np

from poolkit import average_pool, convolve, flatten, max_pool

CANVAS, FRAME = 32, 4
FAR = 16  # pixels that a drawing can be pushed by
STORED = Path(__file__).parents[1] / "_static" / "lab"


class Network(NamedTuple):
    """What a file says: filters are ``(3, 3, in, out)``, dense ``(numbers, 10)``."""

    pool: str
    head: str
    filters: list
    dense: np.ndarray


def unpack(layer):
    """Integers of eight bits times one factor for each output."""
    integers = np.frombuffer(b64decode(layer["weights"]), "int8")
    return integers.reshape(layer["shape"]) * np.float32(layer["scale"])


def load(name, folder=STORED):
    stored = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    filters = [unpack(layer) for layer in stored["layers"]]
    return Network(stored["pool"], stored["head"], filters, unpack(stored["dense"]))


def load_digits(folder=STORED):
    """The twenty stored digits on their canvases: ``(10, 2, 32, 32)``, two a class."""
    stored = json.loads((folder / "digits.json").read_text(encoding="utf-8"))
    images = [np.frombuffer(b64decode(image), "uint8") for image in stored["images"]]
    return on_canvas(np.reshape(images, (10, 2, 28, 28)))


def on_canvas(images):
    """28 × 28 digits, 0 to 255, in the middle of a canvas of 32 × 32, 0 to 1."""
    around = [(0, 0)] * (images.ndim - 2) + [(2, 2)] * 2
    return np.pad(images, around).astype("float32") / 255


def convolution(x, filters, spread, stride):
    """Convolve every ``spread``-th row and column for itself; ReLU."""
    y = np.zeros((*x.shape[:3], filters.shape[3]), x.dtype)
    for a, b in np.ndindex(spread, spread):
        part = np.s_[:, a::spread, b::spread]
        y[part] = convolve(x[part], filters, "zero")
    return np.maximum(y, 0)[:, ::stride, ::stride]


def pooling(x, pool, spread, stride):
    after, around = ((0, spread),) * 2, ((spread, spread),) * 2
    zeros = {"count_include_pad": True, "dilation": spread}
    if pool == "average":
        return average_pool(x, 2, stride, after, **zeros)
    if pool == "max":
        return max_pool(x, 2, stride, after, dilation=spread)
    m = max_pool(x, 2, 1, after, dilation=spread)
    return average_pool(average_pool(m, 2, 1, around, **zeros), 2, stride, **zeros)


def framed(drawings, frame=FRAME, down=0, right=0):
    """``(N, 32, 32)`` in a frame, pushed by so many pixels: ``(N, H, W, 1)``, float32.

    What leaves the frame is lost; a push of at most ``frame`` pixels loses nothing.
    """
    side, around = CANVAS + 2 * frame, frame + FAR
    x = np.pad(drawings, ((0, 0), (around, around), (around, around)))
    rows, columns = (slice(FAR - by, FAR - by + side) for by in (down, right))
    return x[:, rows, columns, None].astype("float32")


def stages(network, x, step=4):
    """Every map on the way from framed drawings to the last maps: ``{name: map}``."""
    found = {"drawing": x}
    spread = 1
    for place, filters in enumerate(network.filters, 1):
        last = place == len(network.filters)
        stride = 2 if step >= 2 * place and not last else 1
        in_convolution = network.pool in ("stride", "none")
        x = convolution(x, filters, spread, stride if in_convolution else 1)
        found[f"convolution {place}"] = x
        if not (last or in_convolution):
            x = found[f"pooling {place}"] = pooling(x, network.pool, spread, stride)
        spread *= 2 // stride
    return found


def numbers(network, x, step=4):
    """What the head hands to the dense layer: ``(N, C)``; Flatten ``(N, 100 C)``."""
    maps = list(stages(network, x, step).values())[-1]
    if network.head == "flatten":
        return flatten(maps)
    return maps.sum((1, 2)) / (((CANVAS + 2 * FRAME) / step) ** 2)


def logits(network, x, step=4):
    """``(N, 10)`` from framed drawings ``(N, H, W, 1)``; ``step`` 1 if ``none``."""
    return numbers(network, x, 1 if network.pool == "none" else step) @ network.dense

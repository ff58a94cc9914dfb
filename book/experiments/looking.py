"""Do class activation maps and Grad-CAM find the digit? Digits at random places among
pieces of other digits: does the map's peak lie in the digit's box, and, when two digits
are there, in the box of the one that is asked for?"""

import numpy as np

from experiments.digits import SIDE, place, split
from experiments.networks import accuracy, answers, build, keras, layers, tf, train
from poolkit import average_pool, class_activation_maps

SMALL, WIDE = (16, 16), (32, 32)
PIECE = 4
PIECES = {SMALL: 2, WIDE: 8}  # of other digits, cut out
STRIDE = 4  # from one element of the last maps to the next, in pixels
STEPS = 1000
HIDDEN = 32  # numbers between two dense layers
CASES = [("flatten",), ("average",), ("two dense layers",)]
RECOMPUTED = [("average",)]


def clutter(count, images, rng, canvas=SMALL):
    """Canvases with pieces of 4 × 4 pixels, cut out of random digits."""
    canvases = np.zeros((count, *canvas, 1), "float32")
    shape = count, PIECES[canvas]
    sources = rng.integers(len(images), size=shape)
    cuts = rng.integers(0, SIDE - PIECE + 1, (*shape, 2))
    places = rng.integers(0, canvas[0] - PIECE + 1, (*shape, 2))
    for n, p in np.ndindex(shape):
        (row, column), (i, j) = cuts[n, p], places[n, p]
        piece = images[sources[n, p], row : row + PIECE, column : column + PIECE]
        canvases[n, i : i + PIECE, j : j + PIECE, 0] = piece
    return canvases


def put(canvases, images, corners):
    """Put each digit, with its whole box, over what its canvas holds."""
    canvas = canvases.shape[1:3]
    box = place(np.ones_like(images), *corners.T, canvas)
    return canvases * (1 - box) + place(images, *corners.T, canvas)


def in_clutter(images, rng, canvas=SMALL):
    """Each digit at a random place among pieces, and the corners of their boxes."""
    corners = rng.integers(0, canvas[0] - SIDE + 1, (len(images), 2))
    return put(clutter(len(images), images, rng, canvas), images, corners), corners


def two_digits(images, rng):
    """Each digit in one half of a wide canvas, the next image's digit in the other."""
    half = WIDE[1] // 2
    rows = rng.integers(0, WIDE[0] - SIDE + 1, (2, len(images)))
    columns = rng.integers(0, half - SIDE + 1, (2, len(images)))
    right = half * rng.integers(0, 2, len(images))
    corners = np.stack([rows[0], columns[0] + right], 1)
    others = np.stack([rows[1], columns[1] + half - right], 1)
    canvases = clutter(len(images), images, rng, WIDE)
    canvases = put(canvases, np.roll(images, -1, axis=0), others)
    return put(canvases, images, corners), corners


def evidence(network, canvases):
    """What each position adds to the logit of each class: ``(N, h, w, classes)``.

    With a global average these are the class activation maps, over the number of
    positions; with Flatten each position has weights of its own, and what it adds on
    all canvases alike is taken away: it belongs to the bias.
    """
    body = keras.Model(network.inputs[0], last_maps(network))
    maps = np.asarray(body(canvases))
    weights = network.layers[-1].get_weights()[0]
    size = maps.shape[1:]  # (h, w, C)
    if len(weights) == size[-1]:
        return class_activation_maps(maps, weights) / (size[0] * size[1])
    added = np.einsum("nijc,ijck->nijk", maps, weights.reshape(*size, -1))
    return added - added.mean(axis=0)


def last_maps(network):
    """What comes out of the last convolution."""
    convolutions = [each for each in network.layers if "conv" in each.name]
    return convolutions[-1].output


def grad_cam(network, canvases, classes):
    """Grad-CAM, for one class a canvas: ``(N, h, w)``, whatever the head is."""
    both = keras.Model(network.inputs[0], [last_maps(network), network.outputs[0]])
    with tf.GradientTape() as tape:
        maps, logits = both(canvases)
        asked = tf.gather(logits, classes, batch_dims=1)
    gradients = tape.gradient(asked, maps)
    weights = tf.reduce_mean(gradients, axis=(1, 2))
    return np.maximum(np.einsum("nijc,nc->nij", maps, weights), 0)


def peaks(maps):
    """The pixel under the middle of the largest element of each ``(N, h, w)`` map."""
    places = maps.reshape(len(maps), -1).argmax(1)
    return np.stack(np.unravel_index(places, maps.shape[1:]), 1) * STRIDE + STRIDE // 2


def brightest(canvases):
    """The middle of the brightest window of the size of a digit."""
    bright = average_pool(canvases, SIDE, 1)[..., 0]
    places = bright.reshape(len(bright), -1).argmax(1)
    return np.stack(np.unravel_index(places, bright.shape[1:]), 1) + SIDE // 2


def inside(points, corners):
    """The share of points that lie in the box of their digit."""
    return float(np.mean(((points >= corners) & (points < corners + SIDE)).all(1)))


def chance(canvas, corners):
    """The share of all places that a peak can have that lie in the box."""
    every = np.stack(np.indices([length // STRIDE for length in canvas]), -1)
    points = every.reshape(-1, 2) * STRIDE + STRIDE // 2
    return float(np.mean([inside(point, corners) for point in points]))


def train_network(seed, head):
    rng = np.random.default_rng(seed)
    (images, labels), _ = split(seed)
    network = build_network(seed, head)
    train(network, images, labels, rng, STEPS, lambda *given: in_clutter(*given)[0])
    return network


def build_network(seed, head, canvas=SMALL):
    """As the other experiments build it, or with Flatten and two dense layers."""
    if head != "two dense layers":
        return build(seed, head, canvas=canvas)
    flat = build(seed, "flatten", canvas=canvas)
    hidden = layers.Dense(HIDDEN, activation="relu")(flat.layers[-2].output)
    return keras.Model(flat.inputs[0], layers.Dense(10)(hidden))


def measure(seed, head):
    """How often the answer is right, and the peak of its map in the digit's box."""
    network = train_network(seed, head)
    rng = np.random.default_rng(100 + seed)
    _, (images, labels) = split(seed)
    canvases, corners = in_clutter(images, rng)
    answered = answers(network, canvases)
    result = {
        "accuracy": accuracy(network, canvases, labels),
        "grad-cam": inside(peaks(grad_cam(network, canvases, answered)), corners),
        "brightest": inside(brightest(canvases), corners),
        "chance": chance(SMALL, corners),
    }
    if head != "two dense layers":
        maps = evidence(network, canvases)[np.arange(len(labels)), ..., answered]
        result["found"] = inside(peaks(maps), corners)
    return result | (ask(network, images, labels, rng) if head == "average" else {})


def ask(network, images, labels, rng):
    """Two digits on a larger canvas: is the peak in the box of the one asked for?"""
    wide = build(0, "average", canvas=WIDE)
    wide.set_weights(network.get_weights())
    both, corners = two_digits(images, rng)
    asked = evidence(wide, both)[np.arange(len(labels)), ..., labels]
    two = labels != np.roll(labels, -1)
    return {
        "asked": inside(peaks(asked)[two], corners[two]),
        "asked, brightest": inside(brightest(both)[two], corners[two]),
        "asked, chance": chance(WIDE, corners[two]),
    }

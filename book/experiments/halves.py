"""A task where position is the answer: is the digit in the left half of the canvas?
Each test digit is shown twice, at one place and half the width further right."""

import numpy as np

from experiments.digits import SIDE, place, split
from experiments.networks import accuracy, build, train

CANVAS = 16, 24
HALF = CANVAS[1] // 2
MARGIN = 20  # more than the 18 pixels that one element of the last maps sees
STEPS = 500
CASES = [("average", "zero"), ("average", "circular"), ("flatten", "circular")]


def in_halves(images, rng, margin=0):
    """Each image in the left half and, at the same place of it, in the right half."""
    canvas = [length + 2 * margin for length in CANVAS]
    rows = margin + rng.integers(0, CANVAS[0] - SIDE + 1, len(images))
    columns = margin + rng.integers(0, HALF - SIDE + 1, len(images))
    both = [place(images, rows, columns + right, canvas) for right in (0, HALF)]
    return np.concatenate(both), np.repeat([0, 1], len(images))


def measure(seed, head, padding):
    rng = np.random.default_rng(seed)
    (images, _), (test_images, _) = split(seed)
    network = build(seed, head, canvas=CANVAS, circular=padding == "circular")
    train(network, *in_halves(images, rng), rng, STEPS, fading=True)
    result = {"test": accuracy(network, *in_halves(test_images, rng))}
    if padding == "zero":
        wide = build(seed, head, canvas=[length + 2 * MARGIN for length in CANVAS])
        wide.set_weights(network.get_weights())
        result["far from the border"] = accuracy(
            wide, *in_halves(test_images, rng, MARGIN)
        )
    return result

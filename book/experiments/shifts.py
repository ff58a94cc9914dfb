"""How do the heads bear shifts? Accuracy for each shift of the test digits, after
training on digits in the middle, and after training on digits that move."""

import numpy as np

from experiments.digits import place, place_anywhere, split
from experiments.networks import HEADS, answers, build, train

SHIFTS = range(-4, 5)
CASES = [(head, how) for how in ("centred", "moving") for head in HEADS]
RECOMPUTED = [("flatten", "centred"), ("average", "centred")]


def shifted_answers(network, images):
    """``(9, 9, N)``: the answer to each image, for each shift down and right."""
    middle = 4
    return np.array(
        [
            [answers(network, place(images, middle + dy, middle + dx)) for dx in SHIFTS]
            for dy in SHIFTS
        ]
    )


def measure(seed, head, how):
    rng = np.random.default_rng(seed)
    (images, labels), (test_images, test_labels) = split(seed)
    network = build(seed, head)
    if how == "centred":
        train(network, place(images, 4, 4), labels, rng)
    else:
        train(network, images, labels, rng, prepare=place_anywhere)
    right = (shifted_answers(network, test_images) == test_labels).mean(axis=2)
    return {"map": right.ravel().tolist(), "mean": float(right.mean())}

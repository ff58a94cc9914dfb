"""Does a head only need more time? Networks as in ``overfitting``, with all training
images, and as in ``shifts``, with images that move: four times as many batches."""

import numpy as np

from experiments.digits import place_anywhere, split
from experiments.networks import STEPS, accuracy, build, train
from experiments.overfitting import PLACES

TIMES = 4
CASES = [(head, how) for how in (*PLACES, "moving") for head in ("flatten", "average")]
RECOMPUTED = [("average", "centred")]


def measure(seed, head, how):
    rng = np.random.default_rng(seed)
    (images, labels), (test_images, test_labels) = split(seed)
    place = PLACES.get(how, place_anywhere)
    test_images, placed = place(test_images, rng), place(images, rng)
    network = build(seed, head)
    if how == "moving":
        train(network, images, labels, rng, TIMES * STEPS, prepare=place)
    else:
        train(network, placed, labels, rng, TIMES * STEPS)
    return {
        "train": accuracy(network, placed, labels),
        "test": accuracy(network, test_images, test_labels),
    }

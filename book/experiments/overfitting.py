"""Does a head with fewer parameters overfit less? Train and test accuracy against the
number of training images, once with every digit in the middle of its canvas and once
with each at a random place."""

import numpy as np

from experiments.digits import place, place_anywhere, split
from experiments.networks import HEADS, accuracy, build, train

SIZES = 50, 250, 1400
PLACES = {
    "centred": lambda images, rng: place(images, 4, 4),
    "anywhere": place_anywhere,
}
CASES = [(head, size, where) for where in PLACES for size in SIZES for head in HEADS]
RECOMPUTED = [("flatten", 250, "centred"), ("average", 250, "centred")]


def measure(seed, head, size, where):
    rng = np.random.default_rng(seed)
    (images, labels), (test_images, test_labels) = split(seed)
    test_images = PLACES[where](test_images, rng)
    images, labels = PLACES[where](images, rng)[:size], labels[:size]
    network = build(seed, head)
    train(network, images, labels, rng)
    return {
        "train": accuracy(network, images, labels),
        "test": accuracy(network, test_images, test_labels),
    }

"""What should halve the maps inside a network with a global average at its end?
Accuracy, and how often the answer survives a shift of one pixel, after training on
digits in the middle."""

import numpy as np

from experiments.digits import place, split
from experiments.networks import POOLINGS, build, train
from experiments.shifts import shifted_answers

CASES = [(pooling,) for pooling in POOLINGS]
RECOMPUTED = [("blurred max",)]


def measure(seed, pooling):
    rng = np.random.default_rng(seed)
    (images, labels), (test_images, test_labels) = split(seed)
    network = build(seed, pooling=pooling)
    train(network, place(images, 4, 4), labels, rng)
    given = shifted_answers(network, test_images)
    down, right = given[1:] == given[:-1], given[:, 1:] == given[:, :-1]
    return {
        "middle": float(np.mean(given[4, 4] == test_labels)),
        "everywhere": float(np.mean(given == test_labels)),
        "consistency": float((down.mean() + right.mean()) / 2),
    }

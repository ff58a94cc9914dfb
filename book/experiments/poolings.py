"""What should halve the maps inside a network with a global average at its end? Digits
move by up to two pixels while it is trained. Accuracy, and the share of answers that
survive a shift by one more pixel, for the shifts of training and, apart, for others."""

import numpy as np

from experiments.digits import place, split
from experiments.heads import SHIFTS, shifted_answers
from experiments.networks import POOLINGS, accuracy, build, train

STEPS = 2000
FAR = 2  # pixels, in training
CASES = [(pooling,) for pooling in POOLINGS]


def place_near(images, rng):
    """Put each digit near the middle of its canvas."""
    rows, columns = 4 + rng.integers(-FAR, FAR + 1, (2, len(images)))
    return place(images, rows, columns)


def inside_and_outside(values, trained):
    """The mean of values for the shifts of training, and that for the others."""
    return [float(np.mean(values[part])) for part in (trained, ~trained)]


def measure(seed, pooling):
    rng = np.random.default_rng(seed)
    (images, labels), (test_images, test_labels) = split(seed)
    network = build(seed, pooling=pooling)
    train(network, images, labels, rng, STEPS, place_near, fading=True)
    given = shifted_answers(network, test_images)
    near = np.abs(SHIFTS) <= FAR
    trained = near[:, None] & near  # (9, 9)
    right = inside_and_outside(given == test_labels, trained)
    pairs = (
        (given[1:] == given[:-1], trained[1:] & trained[:-1]),
        (given[:, 1:] == given[:, :-1], trained[:, 1:] & trained[:, :-1]),
    )
    kept = np.mean([inside_and_outside(*pair) for pair in pairs], axis=0).tolist()
    return {
        "train": accuracy(network, place_near(images, rng), labels),
        "accuracy": right[0],
        "accuracy elsewhere": right[1],
        "consistency": kept[0],
        "consistency elsewhere": kept[1],
    }

"""What should stand between the last maps and the answer? Heads that differ in one
thing, trained until they are done: with few and with many digits, all in the middle,
each at a random place, or (*moving*) each at another place whenever it is shown.

The controls, *positive* and *signed*, are asked where they decide: digits anywhere.
"""

import numpy as np

from experiments.digits import place, place_anywhere, split
from experiments.networks import HEADS, accuracy, answers, build, train

SHIFTS = range(-4, 5)
STEPS = {250: 800, 1400: 2000}
MAIN = "flatten", "average", "maximum"
MOVING_STEPS = 3000
PLACES = {
    "centred": lambda images, rng: place(images, 4, 4),
    "anywhere": place_anywhere,
    "moving": place_anywhere,
}
CASES = [
    *((head, size, "anywhere") for size in STEPS for head in HEADS),
    *((head, size, "centred") for size in STEPS for head in HEADS if head in MAIN),
    *((head, 1400, "moving") for head in ("flatten", "average")),
]


def shifted_answers(network, images):
    """``(9, 9, N)``: the answer to each image, for each shift down and right."""
    middle = 4
    return np.array(
        [
            [answers(network, place(images, middle + dy, middle + dx)) for dx in SHIFTS]
            for dy in SHIFTS
        ]
    )


def measure(seed, head, size, where):
    rng = np.random.default_rng(seed)
    (images, labels), (test_images, test_labels) = split(seed)
    put = PLACES[where]
    images, labels = images[:size], labels[:size]
    placed, test_placed = put(images, rng), put(test_images, rng)
    network = build(seed, head)
    if where == "moving":
        train(network, images, labels, rng, MOVING_STEPS, put, fading=True)
    else:
        train(network, placed, labels, rng, STEPS[size], fading=True)
    result = {
        "train": accuracy(network, placed, labels),
        "test": accuracy(network, test_placed, test_labels),
    }
    if size == 1400 and where != "anywhere":
        right = (shifted_answers(network, test_images) == test_labels).mean(axis=2)
        result["map"] = right.ravel().tolist()
    return result

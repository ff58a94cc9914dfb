"""scikit-learn's 1,797 handwritten digits, 8 × 8, on a canvas where they can move."""

import numpy as np
from sklearn.datasets import load_digits

SIDE = 8
TESTED = 397


def split(seed):
    """The digits in an order that depends on the seed: 1,400 to train, 397 to test.

    Returns ``(images, labels), (images, labels)``; images are ``(N, 8, 8)``, 0 to 1.
    """
    digits = load_digits()
    images, labels = digits.images.astype("float32") / 16, digits.target
    order = np.random.default_rng(seed).permutation(len(labels))
    return [(images[part], labels[part]) for part in (order[TESTED:], order[:TESTED])]


def place(images, rows, columns, canvas=(16, 16)):
    """Put each digit on an empty canvas, its top left corner at its row and column.

    ``rows`` and ``columns`` are numbers or one number for each image; the result is
    ``(N, *canvas, 1)``.
    """
    placed = np.zeros((len(images), *canvas, 1), "float32")
    rows, columns = (np.broadcast_to(at, len(images)) for at in (rows, columns))
    for target, image, row, column in zip(placed, images, rows, columns, strict=True):
        target[row : row + SIDE, column : column + SIDE, 0] = image
    return placed


def place_anywhere(images, rng, canvas=(16, 16)):
    """Put each digit at a random place of its canvas, never cut by the border."""
    rows, columns = (
        rng.integers(0, length - SIDE + 1, len(images)) for length in canvas
    )
    return place(images, rows, columns, canvas)

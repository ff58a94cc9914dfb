"""The same three convolutions with none, one or two poolings between them: equally many
parameters, and receptive fields of 7 to 35 pixels, on digits of three sizes, trained
for a short time and to the end.

``python -m experiments fields`` records them.
"""

from itertools import product

import numpy as np
from scipy.ndimage import zoom

from experiments.digits import SIDE, split
from experiments.networks import BATCH, CHANNELS, accuracy, answers, keras, layers, tf

SIZES = 8, 12, 16  # pixels that a digit is high
MARGIN = 2
STEPS = 500, 2000  # batches: a short training, and one after which little changes
# receptive field -> windows of the poolings behind the first and the second convolution
FIELDS = {7: (1, 1), 10: (1, 2), 12: (2, 1), 18: (2, 2), 35: (3, 3)}
CASES = list(product(SIZES, FIELDS, STEPS))


def canvases(images, size):
    """Digits of 8 × 8, enlarged to ``size``, in the middle of a canvas."""
    times = size / SIDE
    large = zoom(images, (1, times, times), order=1, mode="nearest", grid_mode=True)
    around = (MARGIN, MARGIN)
    return np.pad(large, ((0, 0), around, around))[..., None].astype("float32")


def build(seed, size, field):
    """No biases: the empty canvas counts for nothing, however large it is."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    stack = [keras.Input((size + 2 * MARGIN, size + 2 * MARGIN, 1))]
    for channels, pool in zip(CHANNELS, (*FIELDS[field], 1), strict=True):
        stack += [
            layers.Conv2D(
                channels,
                3,
                padding="same",
                activation="relu",
                use_bias=False,
                kernel_initializer="he_normal",
            ),
            layers.MaxPooling2D(pool, padding="same"),
        ]
    wide = keras.initializers.VarianceScaling(16)
    dense = layers.Dense(10, use_bias=False, kernel_initializer=wide)
    return keras.Sequential([*stack, layers.GlobalAveragePooling2D(), dense])


def multiplications(size, field):
    """How many the three convolutions make of one canvas."""
    side, seen, total = size + 2 * MARGIN, 1, 0
    for channels, pool in zip(CHANNELS, (*FIELDS[field], 1), strict=True):
        total += side**2 * 9 * seen * channels
        side, seen = -(-side // pool), channels
    return total


def measure(seed, size, field, steps):
    (images, labels), (tested, truth) = split(seed)
    network, rng = build(seed, size, field), np.random.default_rng(seed)
    rounds = -(-steps * BATCH // len(labels))
    order = np.concatenate([rng.permutation(len(labels)) for _ in range(rounds)])
    order = order[: steps * BATCH]
    falling = keras.optimizers.schedules.CosineDecay(0.005, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(falling), loss, jit_compile=False)
    x, x_tested = canvases(images, size), canvases(tested, size)
    network.fit(x[order], labels[order], batch_size=BATCH, shuffle=False, verbose=0)
    said = answers(network, x_tested)
    pushes = [np.roll(x_tested, by, axis) for axis in (1, 2) for by in (-1, 1)]
    return {
        "accuracy": accuracy(network, x_tested, truth),
        "trained": accuracy(network, x, labels),
        "loss": float(network.evaluate(x, labels, verbose=0)),
        "same": np.mean([answers(network, each) == said for each in pushes]),
    }

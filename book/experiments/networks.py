"""Small networks that differ in one thing only, and how they are trained.

The body has three convolutions of 3 × 3 and two poolings between them: 16 × 16 pixels
become 32 maps of 4 × 4, and each of their elements sees 18 × 18 pixels.
"""

import os

import numpy as np

from poolkit.quiet import quiet

# One thread: sums are taken in the same order whatever the number of cores.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
with quiet():  # TensorFlow writes log lines when it starts
    import keras
    import tensorflow as tf

CHANNELS = 8, 16, 32
CLASSES = 10
STEPS, BATCH, RATE = 500, 32, 0.005

layers = keras.layers

POOLINGS = {
    "max": lambda: [layers.MaxPooling2D(2)],
    "average": lambda: [layers.AveragePooling2D(2)],
    # averages of 2, twice, weigh 1, 2, 1: the blur of Zhang (2019) before the stride
    "blurred max": lambda: [
        layers.MaxPooling2D(2, 1, "same"),
        layers.AveragePooling2D(2, 1, "same"),
        layers.AveragePooling2D(2),
    ],
    "stride": lambda: [],  # the convolution before it takes steps of 2 instead
}

HEADS = {
    "flatten": lambda: [layers.Flatten()],
    "average": lambda: [layers.GlobalAveragePooling2D()],
    # as many numbers and parameters as "average", but random weights, never trained
    "random": lambda: [
        layers.Flatten(),
        layers.Dense(CHANNELS[-1], use_bias=False, trainable=False),
    ],
}


class Wrap(layers.Layer):
    """One more row and column on each side: those of the opposite border."""

    def call(self, x):
        for axis in (1, 2):
            last, first = (
                keras.ops.take(x, [at], axis) for at in (x.shape[axis] - 1, 0)
            )
            x = keras.ops.concatenate([last, x, first], axis)
        return x


def build(seed, head="average", pooling="max", canvas=(16, 16), circular=False):
    """A network with random weights; equal seeds give equal bodies."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    stack = [keras.Input((*canvas, 1))]
    for place, channels in enumerate(CHANNELS):
        last = place == len(CHANNELS) - 1
        stack += [Wrap()] if circular else []
        stack.append(
            layers.Conv2D(
                channels,
                3,
                strides=2 if pooling == "stride" and not last else 1,
                padding="valid" if circular else "same",
                activation="relu",
                kernel_initializer="he_normal",
            )
        )
        stack += [] if last else POOLINGS[pooling]()
    return keras.Sequential([*stack, *HEADS[head](), layers.Dense(CLASSES)])


def train(network, images, labels, rng, steps=STEPS, prepare=None):
    """Show the network ``steps`` batches: all images, shuffled, again and again.

    ``prepare(images, rng)``, if given, makes canvases of the images each time anew.
    """
    rounds = -(-steps * BATCH // len(images))
    order = np.concatenate([rng.permutation(len(images)) for _ in range(rounds)])
    order = order[: steps * BATCH]
    shown = prepare(images[order], rng) if prepare else images[order]
    network.compile(
        keras.optimizers.Adam(RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    network.fit(shown, labels[order], batch_size=BATCH, shuffle=False, verbose=0)


def answers(network, images):
    """The class of the largest logit for each image."""
    return np.asarray(network(images)).argmax(1)


def accuracy(network, images, labels):
    """The share of images that the network gets right."""
    return float(np.mean(answers(network, images) == labels))

"""Small networks that differ in one thing, and how they are trained.

The body has three convolutions of 3 × 3 and two poolings between them: 16 × 16 pixels
become 32 maps of 4 × 4. How many pixels one element of these maps sees, its receptive
field, stands in ``FIELDS``.
"""

import os

import numpy as np

from poolkit.quiet import quiet

# One thread: sums are taken in the same order whatever the number of cores.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
with quiet():  # TensorFlow writes log lines when it starts
    import keras
    import tensorflow as tf

CHANNELS = 8, 16, 32
CLASSES = 10
BATCH, RATE = 32, 0.005

layers = keras.layers


def pool_max(window, stride=2):
    return layers.MaxPooling2D(window, stride, "same")


POOLINGS = {
    "max": lambda: [pool_max(2)],
    "average": lambda: [layers.AveragePooling2D(2)],
    # averages of 2, twice, weigh 1, 2, 1: the blur of Zhang (2019) before the stride
    "blurred max": lambda: [
        pool_max(2, 1),
        layers.AveragePooling2D(2, 1, "same"),
        layers.AveragePooling2D(2),
    ],
    "wide max": lambda: [pool_max(4)],  # sees as much as "blurred max"
    "stride": lambda: [],  # the convolution before it takes steps of 2 instead
    "wide stride": lambda: [],  # ... with filters of 4 × 4: sees as much as "max"
    "none": lambda: [],  # filters that reach as far as with "stride", and no steps
}
FIELDS = {
    "max": 18,
    "average": 18,
    "blurred max": 24,
    "wide max": 24,
    "stride": 15,
    "wide stride": 18,
    "none": 15,
}


class Weighted(layers.Layer):
    """Adds up each map with weights for its places that are drawn, and never trained.

    The weights of a map are positive and add up to 1. With ``signs`` they are the same
    numbers, and the toss of a coin puts a minus before half of them.
    """

    def __init__(self, signs):
        super().__init__(trainable=False)
        self.signs = signs

    def build(self, shape):
        weights, coins = (keras.random.uniform(shape[1:]) for _ in range(2))
        weights /= keras.ops.sum(weights, (0, 1))
        self.kernel = self.add_weight(shape[1:])
        self.kernel.assign(
            keras.ops.where(coins < 0.5, -weights, weights) if self.signs else weights
        )

    def call(self, maps):
        return keras.ops.sum(maps * self.kernel, (1, 2))


HEADS = {
    "flatten": layers.Flatten,
    "average": layers.GlobalAveragePooling2D,
    "maximum": layers.GlobalMaxPooling2D,
    "positive": lambda: Weighted(signs=False),
    "signed": lambda: Weighted(signs=True),
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


def convolution(place, pooling, circular):
    """The layer at a place, 0 to 2, of the body."""
    steps = pooling.endswith("stride") and place < len(CHANNELS) - 1
    return layers.Conv2D(
        CHANNELS[place],
        4 if steps and pooling == "wide stride" else 3,
        strides=2 if steps else 1,
        dilation_rate=2**place if pooling == "none" else 1,
        padding="valid" if circular else "same",
        activation="relu",
        kernel_initializer="he_normal",
    )


def build(seed, head="average", pooling="max", canvas=(16, 16), circular=False):
    """A network with random weights; equal seeds give equal bodies."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    stack = [keras.Input((*canvas, 1))]
    for place in range(len(CHANNELS)):
        stack += [Wrap()] if circular else []
        stack.append(convolution(place, pooling, circular))
        stack += POOLINGS[pooling]() if place < len(CHANNELS) - 1 else []
    return keras.Sequential([*stack, HEADS[head](), layers.Dense(CLASSES)])


def train(network, images, labels, rng, steps, prepare=None, fading=False):
    """Show the network ``steps`` batches: all images, shuffled, again and again.

    With ``fading`` the rate of learning falls to zero along half a cosine, so that
    training comes to rest. ``prepare(images, rng)``, if given, puts images on canvases,
    each time anew.
    """
    rounds = -(-steps * BATCH // len(images))
    order = np.concatenate([rng.permutation(len(images)) for _ in range(rounds)])
    order = order[: steps * BATCH]
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps) if fading else RATE
    adam = keras.optimizers.Adam(rate)
    adam.build(network.trainable_variables)

    @tf.function  # ``fit`` would take twice as long
    def learn(shown, answers):
        for start in tf.range(0, len(shown), BATCH):
            batch = slice(start, start + BATCH)
            with tf.GradientTape() as tape:
                logits = network(shown[batch], training=True)
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    answers[batch], logits
                )
                loss = tf.reduce_mean(losses)
            weights = network.trainable_variables
            adam.apply(tape.gradient(loss, weights), weights)

    for part in np.array_split(order, -(-steps // 500)):
        shown = prepare(images[part], rng) if prepare else images[part]
        learn(tf.constant(shown), tf.constant(labels[part]))


def answers(network, images):
    """The class of the largest logit for each image."""
    return np.asarray(network(images)).argmax(1)


def accuracy(network, images, labels):
    """The share of images that the network gets right."""
    return float(np.mean(answers(network, images) == labels))

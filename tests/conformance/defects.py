"""Defects that no column of the conformance table can show: each is run, and confirmed only if it still happens.

A check returns whether the defect is there, and what was seen. It runs in a process of its own: one of them can die.
"""

import json
import os
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Defect(NamedTuple):
    """One row of the second table. ``varies``: the processor decides, so a stored answer is not compared."""

    where: str
    what: str
    packages: tuple
    check: Callable
    environment: dict = {}  # noqa: RUF012
    thread: str = ""
    varies: bool = False


def keras_same_shape():
    import keras

    promised = "`output_shape = input_shape`" in keras.layers.AveragePooling2D.__doc__
    shape = keras.layers.AveragePooling2D(2, 2, padding="same")(np.ones((1, 5, 5, 1))).shape[1:3]
    return promised and shape != (5, 5), f"the text says so; 5 × 5 with stride 2 becomes {shape[0]} × {shape[1]}"


def keras_oracle():
    from keras.src.layers.pooling.average_pooling_test import np_avgpool1d

    y = np_avgpool1d(np.arange(5.0).reshape(1, 5, 1), 4, 1, "same", "channels_last")[0, :, 0]
    seen = " ".join(f"{value:g}" for value in y)
    return not np.allclose(y, [1, 1.5, 2.5, 3, 3.5]), f"average of 0 1 2 3 4, window 4: {seen}, not 1 1.5 2.5 3 3.5"


def keras_bfloat16():
    import keras
    import ml_dtypes

    y = keras.layers.GlobalAveragePooling1D(dtype="bfloat16")(np.ones((1, 4096, 1), ml_dtypes.bfloat16))
    return float(y[0, 0]) != 1, f"the mean of 4096 ones is {float(y[0, 0]):g}"


def tensorflow_3d_gradient():
    import tensorflow as tf

    x = np.maximum(np.random.default_rng(0).normal(size=(1, 16, 16, 16, 1)) - 1, 0).astype("float32")
    tensor = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        y = tf.nn.max_pool3d(tensor, 2, 2, "VALID")
    total = float(tf.reduce_sum(tape.gradient(y, tensor)))
    return total != 512, f"after a ReLU, 512 windows hand out {total:g}"


def tensorflow_long_window():
    import tensorflow as tf

    try:
        shape = tf.nn.max_pool1d(np.ones((1, 3, 2), "float32"), 5, 5, "VALID").shape
    except tf.errors.OpError as error:
        return False, f"here it is an error, {type(error).__name__}"
    return False, f"here it gives the shape {tuple(shape)}"


def tensorflow_nan_by_channels():
    import tensorflow as tf

    def lost(channels):
        x = np.repeat(np.array([np.nan, 3], "float32")[None, :, None], channels, axis=2)
        return int(np.sum(~np.isnan(tf.nn.max_pool1d(x, 2, 2, "VALID").numpy())))

    seen = {channels: lost(channels) for channels in (1, 3, 4, 8, 9)}
    there = any(0 < count < channels for channels, count in seen.items())
    return there, "NaN is lost in " + ", ".join(f"{count} of {channels}" for channels, count in seen.items())


def evaluate(operator, x, **attributes):
    """The answer of ONNX's reference evaluator for one node."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    node = onnx.helper.make_node(operator, ["x"], ["y"], **attributes)
    values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in "xy"]
    graph = onnx.helper.make_graph([node], "one node", values[:1], values[1:])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 22)])
    return ReferenceEvaluator(model).run(None, {"x": np.array(x, "float32").reshape(1, 1, -1)})[0].ravel()


def compare(y, right):
    words = [" ".join(f"{value:g}".replace("nan", "NaN") for value in values) for values in (y, right)]
    return not np.array_equal(y, right, equal_nan=True), f"gives {words[0]}, right is {words[1]}"


def reference_same_lower():
    y = evaluate("MaxPool", [5, 1, 2, 3, 4, 9], kernel_shape=[3], strides=[2], auto_pad="SAME_LOWER")
    return compare(y, [5, 3, 9])


def reference_ceil():
    y = evaluate("MaxPool", [1], kernel_shape=[2], strides=[1], pads=[1, 1], ceil_mode=1)
    return compare(y, [1, 1])


def reference_mean():
    y = evaluate("AveragePool", [1, 2, 3], kernel_shape=[3], strides=[3], pads=[1, 0], ceil_mode=1)
    return compare(y, [1.5, 3])


def reference_nan():
    return compare(evaluate("AveragePool", [1, np.nan, 3, 5], kernel_shape=[2], strides=[2]), [np.nan, 4])


def block_reduce_zero():
    from skimage.measure import block_reduce

    return compare(block_reduce(np.array([-1, -2, -3, -4, -5]), 2, np.max), [-1, -3, -5])


KERAS = (("Keras", "keras"),)
TENSORFLOW = (("TensorFlow", "tensorflow"),)
ONNX = (("ONNX", "onnx"),)
DEFECTS = [
    Defect(
        "TensorFlow, gradient of 3D max pooling",
        "every element within 1e-5 of the maximum gets the whole gradient",
        TENSORFLOW,
        tensorflow_3d_gradient,
    ),
    Defect(
        "TensorFlow, max pooling and NaN",
        "whether NaN is kept depends on the number of channels",
        TENSORFLOW,
        tensorflow_nan_by_channels,
        thread="tensorflow/tensorflow#125965",
        varies=True,
    ),
    Defect(
        "TensorFlow with the kernels of Intel, valid window longer than the input",
        "the process dies (SIGFPE)",
        TENSORFLOW,
        tensorflow_long_window,
        {"TF_ENABLE_ONEDNN_OPTS": "1"},
        "tensorflow/tensorflow#125509",
        True,
    ),
    Defect(
        "Keras, documentation of AveragePooling2D",
        "says that same padding keeps the shape",
        KERAS,
        keras_same_shape,
        {"KERAS_BACKEND": "tensorflow"},
    ),
    Defect(
        "Keras, the oracle of its own pooling tests",
        "pads after the input only",
        KERAS,
        keras_oracle,
        {"KERAS_BACKEND": "numpy"},
    ),
    Defect(
        "Keras on NumPy, global average in bfloat16",
        "sums in bfloat16",
        (*KERAS, ("NumPy", "numpy")),
        keras_bfloat16,
        {"KERAS_BACKEND": "numpy"},
    ),
    Defect("onnx.reference, MaxPool", "same_lower with strides is wrong", ONNX, reference_same_lower),
    Defect("onnx.reference, MaxPool", "ceil mode with padding gives another shape", ONNX, reference_ceil),
    Defect("onnx.reference, AveragePool", "ceil mode with padding averages other elements", ONNX, reference_mean),
    Defect("onnx.reference, AveragePool", "NaN is taken for padding", ONNX, reference_nan),
    Defect(
        "scikit-image, block_reduce with max",
        "pads with 0, which beats negative elements",
        (("scikit-image", "scikit-image"),),
        block_reduce_zero,
    ),
]


def answer(place):
    """Print whether a defect is there and what was seen, as JSON."""
    os.environ |= DEFECTS[place].environment
    there, seen = DEFECTS[place].check()
    print(json.dumps([bool(there), seen]))

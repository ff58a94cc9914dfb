"""The rows of the conformance table: a question, how to ask it of an engine, and what the definition answers.

A right answer holds one sample and one channel; ``REFUSES`` says that an error is right. Each answer was worked out by
hand from the definitions in the book. A thread is public, and shown only where the engine deviates today.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

NAN, INF = np.nan, np.inf
REFUSES = "an error"
TENSORFLOW, JAX, TORCH = "Keras on TensorFlow", "Keras on JAX", "Keras on PyTorch"
PYTORCH, ONNX = "PyTorch", "ONNX Runtime"


class Question(NamedTuple):
    """One row of the table. With ``dtype`` None any dtype is right."""

    topic: str
    text: str
    ask: Callable
    right: object
    dtype: str | None = "float32"
    threads: dict = {}  # noqa: RUF012
    tolerance: float = 1e-6


def row(*values, dtype="float32"):
    """One sample of one channel along one axis."""
    return np.array(values, dtype).reshape(1, -1, 1)


def cube(*values, rank=3):
    """One sample of one channel, two positions along each of ``rank`` axes."""
    return np.array(values, "float32").reshape(1, *[2] * rank, 1)


def ones(count, value=1.0, dtype="float16"):
    return np.full((1, count, 1), value, dtype)


MASK = np.array([[True, True, False]])
BORDER = [(1, 1)]
FIRST_OF_8 = [1, 0, 0, 0, 0, 0, 0, 0]
BELOW = 1 - 5e-6  # as float32, a little less than 1

SAME = [
    (
        "window 2, stride 1: the one extra cell goes after. Maximum of 4 1 2 3",
        lambda engine: engine.max(row(4, 1, 2, 3), 2, 1, "same"),
        [4, 2, 3, 3],
    ),
    (
        "one extra cell, after. Average of 10 20, window 3, stride 2",
        lambda engine: engine.average(row(10, 20), 3, 2, "same"),
        [15],
        {"threads": {TORCH: "keras-team/keras#23233"}},
    ),
    (
        "three extra cells, one before and two after. Average of 0 1 2 3 4, window 4, stride 1",
        lambda engine: engine.average(row(0, 1, 2, 3, 4), 4, 1, "same"),
        [1, 1.5, 2.5, 3, 3.5],
        {"threads": {TORCH: "keras-team/keras#23233"}},
    ),
    (
        "window longer than the input. Maximum of 3 1 2, window 5, stride 1",
        lambda engine: engine.max(row(3, 1, 2), 5, 1, "same"),
        [3, 3, 3],
    ),
    (
        "same_lower: the extra cell goes before. Maximum of 4 1 2 3, window 2, stride 1",
        lambda engine: engine.max(row(4, 1, 2, 3), 2, 1, "same_lower"),
        [4, 4, 2, 3],
    ),
    (
        "a padding that does not exist, 'foo'",
        lambda engine: engine.average(row(1, 2, 3), 2, 2, "foo"),
        REFUSES,
    ),
]

BORDERS = [
    (
        "same: only real elements count. Average of 3 3 3, window 3, stride 1",
        lambda engine: engine.average(row(3, 3, 3), 3, 1, "same"),
        [3, 3, 3],
    ),
    (
        "padding of one on each side, no option given. Average of 3 3 3, window 3, stride 1",
        lambda engine: engine.average(row(3, 3, 3), 3, 1, BORDER),
        [3, 3, 3],
        {"threads": {PYTORCH: "pytorch/pytorch#8644"}},
    ),
    (
        "the same with count_include_pad",
        lambda engine: engine.average(row(3, 3, 3), 3, 1, BORDER, count_include_pad=True),
        [2, 3, 2],
    ),
    (
        "count_include_pad counts padding, not what ceil mode adds. 3 3 3, window 3, stride 3, one on each side",
        lambda engine: engine.average(row(3, 3, 3), 3, 3, BORDER, count_include_pad=True, ceil_mode=True),
        [2, 1.5],
    ),
    (
        "unequal padding, two before and none after. Maximum of 1 2 3, window 3, stride 1",
        lambda engine: engine.max(row(1, 2, 3), 3, 1, [(2, 0)]),
        [1, 2, 3],
    ),
]

PADDED_MAXIMA = [
    (
        "same: all elements negative. Maximum of −3 −1 −2, window 3, stride 1",
        lambda engine: engine.max(row(-3, -1, -2), 3, 1, "same"),
        [-1, -1, -1],
    ),
    (
        "padding of one on each side, all elements negative",
        lambda engine: engine.max(row(-3, -1, -2), 3, 1, BORDER),
        [-1, -1, -1],
    ),
    (
        "a window of nothing but −∞",
        lambda engine: engine.max(row(-INF, -INF), 2),
        [-INF],
    ),
    (
        "global: a map of nothing but −∞",
        lambda engine: engine.global_max(row(-INF, -INF)),
        -INF,
    ),
]

NANS = [
    (
        "maximum of NaN 1, of 3 NaN, and of NaN NaN",
        lambda engine: engine.max(row(NAN, 1, 3, NAN, NAN, NAN), 2),
        [NAN, NAN, NAN],
        {"threads": {TENSORFLOW: "tensorflow/tensorflow#2501"}},
    ),
    (
        "global maximum of 1 NaN 3",
        lambda engine: engine.global_max(row(1, NAN, 3)),
        NAN,
    ),
    (
        "gradient of the maximum: to the NaN. 1 NaN 3",
        lambda engine: engine.gradient("max", row(1, NAN, 3), 3),
        [0, 1, 0],
    ),
    (
        "two NaNs: the gradient goes to the first. NaN 1 NaN",
        lambda engine: engine.gradient("max", row(NAN, 1, NAN), 3),
        [1, 0, 0],
    ),
    (
        "index of the maximum of 1 NaN 3",
        lambda engine: engine.max_indices(row(1, NAN, 3), 3),
        [1],
        {"dtype": None},
    ),
    (
        "average: NaN stays in its windows. 1 NaN 3 5 7, window 2, stride 1",
        lambda engine: engine.average(row(1, NAN, 3, 5, 7), 2, 1),
        [NAN, NAN, 4, 6],
    ),
]

TIES = [
    (
        "gradient, 1D: to the first. 2 5 5, window 3",
        lambda engine: engine.gradient("max", row(2, 5, 5), 3),
        [0, 1, 0],
    ),
    (
        "gradient, 2D: to the first in row-major order. Four equal elements",
        lambda engine: engine.gradient("max", cube(7, 7, 7, 7, rank=2), 2),
        [[1, 0], [0, 0]],
    ),
    (
        "gradient, 3D: to the first. Eight equal elements",
        lambda engine: engine.gradient("max", cube(*[7] * 8), 2).ravel()[None, :, None],
        FIRST_OF_8,
    ),
    (
        "gradient, 3D, no tie: a maximum of 1 and seven elements 5e-6 below it",
        lambda engine: engine.gradient("max", cube(1, *[BELOW] * 7), 2).ravel()[None, :, None],
        FIRST_OF_8,
    ),
    (
        "index, 2D: the first in row-major order. 1 7, 7 7",
        lambda engine: engine.max_indices(cube(1, 7, 7, 7, rank=2), 2),
        [[1]],
        {"dtype": None},
    ),
    (
        "index, 3D: the first. Eight equal elements",
        lambda engine: engine.max_indices(cube(*[7] * 8), 2),
        [[[0]]],
        {"dtype": None},
    ),
    (
        "gradient of the global maximum: shared equally. 2 5 5",
        lambda engine: engine.gradient("global_max", row(2, 5, 5)),
        [0, 0.5, 0.5],
    ),
    (
        "overlapping windows add up. Gradient of the maximum of 1 3 2, window 2, stride 1",
        lambda engine: engine.gradient("max", row(1, 3, 2), 2, 1),
        [0, 2, 0],
    ),
]

INTEGERS = [
    (
        "int32: every digit of a maximum is kept. 16777217 16777216",
        lambda engine: engine.max(row(16777217, 16777216, dtype="int32"), 2),
        [16777217],
        {"dtype": "int32"},
    ),
    (
        "int8, same: the least value can win. Maximum of −128 −128 −7, window 2, stride 1",
        lambda engine: engine.max(row(-128, -128, -7, dtype="int8"), 2, 1, "same"),
        [-128, -7, -7],
        {"dtype": "int8"},
    ),
    (
        "bool: maximum of true false, and of false false",
        lambda engine: engine.max(row(True, False, False, False, dtype="bool"), 2),
        [True, False],
        {"dtype": "bool"},
    ),
    (
        "int32: an average has a fraction. 1 2",
        lambda engine: engine.average(row(1, 2, dtype="int32"), 2),
        [1.5],
    ),
    (
        "uint8: the sum does not overflow. Average of 250 251",
        lambda engine: engine.average(row(250, 251, dtype="uint8"), 2),
        [250.5],
    ),
    (
        "uint8: global average of 250 251",
        lambda engine: engine.global_average(row(250, 251, dtype="uint8")),
        250.5,
    ),
    (
        "int32: the sum does not overflow. Global average of four times 2147483647",
        lambda engine: engine.global_average(row(*[2**31 - 1] * 4, dtype="int32")),
        2147483648,
    ),
]

PRECISION = [
    (
        "float16: the sum does not overflow. Average of 40000 40000",
        lambda engine: engine.average(ones(2, 40000), 2),
        [40000],
        {"dtype": "float16"},
    ),
    (
        "float16: 4096 ones, one window; a float16 sum stops at 2048",
        lambda engine: engine.average(ones(4096), 4096),
        [1],
        {"dtype": "float16"},
    ),
    (
        "float16: global average of 40000 40000",
        lambda engine: engine.global_average(ones(2, 40000)),
        40000,
        {"dtype": "float16"},
    ),
    (
        "float16: global average of 70000 ones, more than float16 can count",
        lambda engine: engine.global_average(ones(70000)),
        1,
        {"dtype": "float16", "threads": {TENSORFLOW: "tensorflow/tensorflow#115732"}},
    ),
    (
        "float32: global average of 2097152 times 0.1, within 0.001 %",
        lambda engine: engine.global_average(ones(2**21, 0.1, "float32")),
        0.1,
        {"tolerance": 1e-5},
    ),
    (
        "float64: maximum of 1 and 1 + 1e-12",
        lambda engine: engine.max(row(1, 1 + 1e-12, dtype="float64"), 2),
        [1 + 1e-12],
        {"dtype": "float64", "tolerance": 0},
    ),
    (
        "float64: average of 1 and 1 + 2e-12",
        lambda engine: engine.average(row(1, 1 + 2e-12, dtype="float64"), 2),
        [1 + 1e-12],
        {"dtype": "float64", "tolerance": 1e-15},
    ),
    (
        "float64, 3D: maximum of eight elements",
        lambda engine: engine.max(cube(1, 2, 3, 4, 5, 6, 7, 8).astype("float64"), 2),
        [[[8]]],
        {"dtype": "float64"},
    ),
]

MASKS = [
    (
        "global average of 1 3 9, the last masked",
        lambda engine: engine.global_average(row(1, 3, 9), mask=MASK),
        2,
    ),
    (
        "the same with NaN at the masked place",
        lambda engine: engine.global_average(row(1, 3, NAN), mask=MASK),
        2,
    ),
    (
        "everything masked: the mean of nothing is NaN",
        lambda engine: engine.global_average(row(1, 3, 9), mask=~MASK & MASK),
        NAN,
    ),
    (
        "float16: global average of 40000 40000 0, the last masked",
        lambda engine: engine.global_average(row(40000, 40000, 0, dtype="float16"), mask=MASK),
        40000,
        {"dtype": "float16"},
    ),
    (
        "global maximum of −3 −1 0, the last masked",
        lambda engine: engine.masked_global_max(row(-3, -1, 0), MASK),
        -1,
        {"threads": dict.fromkeys((TENSORFLOW, JAX, TORCH), "tensorflow/tensorflow#33260")},  # it is about Keras
    ),
]

EMPTY = [
    (
        "a window of padding alone (dilation steps over the one element): maximum",
        lambda engine: engine.max(row(5), 2, 1, BORDER, dilation=2),
        [-INF],
    ),
    (
        "the same: average",
        lambda engine: engine.average(row(5), 2, 1, BORDER, dilation=2),
        [NAN],
        {"threads": {ONNX: "microsoft/onnxruntime#6543"}},
    ),
    (
        "valid, window longer than the input. Maximum of 1 2 3, window 5",
        lambda engine: engine.max(row(1, 2, 3), 5),
        REFUSES,
        {"threads": {TENSORFLOW: "tensorflow/tensorflow#125509"}},
    ),
    (
        "the same: average",
        lambda engine: engine.average(row(1, 2, 3), 5),
        REFUSES,
    ),
    (
        "a batch of no samples, 4 positions, window 2: shape of the maximum",
        lambda engine: np.array([[[each] for each in engine.max(np.zeros((0, 4, 1), "float32"), 2).shape]]),
        [0, 2, 1],
        {"dtype": None},
    ),
]

CEIL = [
    (
        "the last window may be cut off. Maximum of 1 2 3 4 5, window 2, stride 2",
        lambda engine: engine.max(row(1, 2, 3, 4, 5), 2, 2, ceil_mode=True),
        [2, 4, 5],
    ),
    (
        "average over what is there. 1 2 3 4 5, window 2, stride 2",
        lambda engine: engine.average(row(1, 2, 3, 4, 5), 2, 2, ceil_mode=True),
        [1.5, 3.5, 5],
    ),
    (
        "no window starts past the end. Maximum of 1 2, window 1, stride 2",
        lambda engine: engine.max(row(1, 2), 1, 2, ceil_mode=True),
        [1],
    ),
    (
        "strides left out equal the window. Maximum of 1 3 2 5, window 2",
        lambda engine: engine.max(row(1, 3, 2, 5), 2, None),
        [3, 5],
    ),
    (
        "dilation. Maximum of 5 1 2 3, window 2, stride 1, dilation 2",
        lambda engine: engine.max(row(5, 1, 2, 3), 2, 1, dilation=2),
        [5, 3],
    ),
]

OTHERS = [
    (
        "p-norm, p = 2, of 3 −4",
        lambda engine: engine.lp(row(3, -4), 2, 2),
        [5],
    ),
    (
        "p-norm, p = 3: of absolute values. 3 −4",
        lambda engine: engine.lp(row(3, -4), 3, 2),
        [91 ** (1 / 3)],
        {"threads": {PYTORCH: "pytorch/pytorch#184037"}},
    ),
    (
        "adaptive maximum of 5 4 3 2 1 in 3 bins, which overlap",
        lambda engine: engine.adaptive_max(row(5, 4, 3, 2, 1), 3),
        [5, 4, 2],
    ),
    (
        "adaptive average of 1 3 in 3 bins, more than elements",
        lambda engine: engine.adaptive_average(row(1, 3), 3),
        [1, 2, 3],
    ),
    (
        "unpooling: 3 and 5 go back to places 1 and 3 of 4",
        lambda engine: engine.max_unpool(row(3, 5), row(1, 3, dtype="int64"), (1, 4, 1)),
        [0, 3, 0, 5],
    ),
]

TOPICS = {
    "Same padding": SAME,
    "Averages at the border": BORDERS,
    "Maxima at the border, and −∞": PADDED_MAXIMA,
    "NaN": NANS,
    "Ties and gradients": TIES,
    "Integers": INTEGERS,
    "Precision": PRECISION,
    "Masks": MASKS,
    "Empty and too long": EMPTY,
    "Ceil mode, strides, dilation": CEIL,
    "Other poolings": OTHERS,
}
QUESTIONS = [
    Question(topic, text, ask, right, **(more[0] if more else {}))
    for topic, questions in TOPICS.items()
    for text, ask, right, *more in questions
]

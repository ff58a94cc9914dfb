"""The tasks of the worksheets: numbers drawn by lot, and the answers that poolkit computes.

A task names the function that answers it and the arguments, so that a test can answer it by another way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

import poolkit

LIMIT = 9  # the largest number in a grid: sums of nine stay easy


@dataclass(frozen=True)
class Task:
    text: str
    call: str  # a function of poolkit, or of this file
    x: Any
    arguments: dict
    dy: Any = None  # gradients of the outputs, where the task asks for the way back

    @property
    def answer(self):
        if self.call in ANSWERS:
            return ANSWERS[self.call](self.x, **self.arguments)
        pool, x = getattr(poolkit, self.call), self.x[None, :, :, None].astype(float)
        if self.dy is None:
            return pool(x, **self.arguments).squeeze((0, -1))
        _, pullback = poolkit.vjp(pool, x, **self.arguments, **keep(self.call))
        return pullback(self.dy[None, :, :, None].astype(float))[0, :, :, 0]


def keep(call):
    return {"keepdims": True} if call.startswith("global") else {}


def size(length, **options):
    """How many numbers come out along one axis."""
    return poolkit.output_shape((1, length, 1), **options)[1]


def flatten_head(shape, classes):
    """Parameters of one dense layer behind Flatten."""
    return poolkit.dense_parameters(poolkit.flatten(np.zeros((1, *shape))).shape[1], classes)


def average_head(shape, classes):
    """Parameters of one dense layer behind a global average."""
    return poolkit.dense_parameters(poolkit.global_average_pool(np.zeros((1, *shape))).shape[1], classes)


def receptive_field(layers):
    """Positions that one output depends on: those that get a gradient when averages take the place of all layers."""
    x, pullbacks = np.zeros((1, 200, 1)), []
    for _, window, stride in layers:
        x, pullback = poolkit.vjp(poolkit.average_pool, x, window, stride)
        pullbacks.append(pullback)
    dx = np.zeros_like(x)
    dx[0, 0, 0] = 1
    for pullback in reversed(pullbacks):
        dx = pullback(dx)
    return np.count_nonzero(dx)


ANSWERS = {each.__name__: each for each in (size, flatten_head, average_head, receptive_field)}


def grid(lot, side, low=0):
    return lot.integers(low, LIMIT + 1, (side, side))


def windows(lot):
    def task(text, call, side, low=0, **arguments):
        return Task(text, call, grid(lot, side, low), arguments)

    yield task("<b>Max pooling</b>, window 2 × 2, stride 2.", "max_pool", 4, pool_size=2)
    yield task("<b>Average pooling</b>, window 2 × 2, stride 2.", "average_pool", 4, pool_size=2)
    yield task("<b>Min pooling</b>, window 2 × 2, stride 2.", "min_pool", 4, pool_size=2)
    yield task(
        "<b>Max pooling</b>, window 2 × 2, stride 1: the windows overlap.", "max_pool", 4, pool_size=2, strides=1
    )
    yield task("<b>Max pooling</b>, window 3 × 3, stride 3.", "max_pool", 6, pool_size=3)
    yield task("<b>Average pooling</b>, window 3 × 3, stride 3.", "average_pool", 6, pool_size=3)
    yield task(
        "<b>Max pooling</b> of negative numbers too, window 3 × 3, stride 2, padding “same”. "
        "Windows hang over on the right and below; what lies there does not count.",
        "max_pool", 6, -LIMIT, pool_size=3, strides=2, padding="same",
    )  # fmt: skip
    yield task(
        "<b>Lp pooling</b> with p = 1, window 2 × 2, stride 2: add the numbers up without their signs.",
        "lp_pool", 6, -LIMIT, p=1, pool_size=2,
    )  # fmt: skip


def maps(lot):
    def task(text, call, side, low=0, **arguments):
        return Task(text, call, grid(lot, side, low), arguments)

    yield task("<b>Global max pooling</b>.", "global_max_pool", 4, **keep("global"))
    yield task("<b>Global average pooling</b>.", "global_average_pool", 4, **keep("global"))
    yield task("<b>Global min pooling</b>.", "global_min_pool", 4, -LIMIT, **keep("global"))
    yield task("<b>Adaptive max pooling</b> to 2 × 2 outputs.", "adaptive_max_pool", 6, output_size=2)
    yield task("<b>Adaptive average pooling</b> to 3 × 3 outputs.", "adaptive_average_pool", 6, output_size=3)
    yield task("<b>Adaptive min pooling</b> to 3 × 3 outputs: the bins overlap.", "adaptive_min_pool", 4, output_size=3)


def sizes(lot):
    for padding in ("valid", "valid", "valid", "same", "same"):
        length, window, stride = lot.integers([8, 2, 1], [65, 5, 4]).tolist()
        text = f"{length} positions, window {window}, stride {stride}, padding “{padding}”"
        yield Task(text, "size", length, {"pool_size": window, "strides": stride, "padding": padding})
    length, window = lot.integers([20, 2], [65, 4]).tolist()
    yield Task(
        f"{length} positions, window {window}, stride 2, every second position (dilation 2)",
        "size", length, {"pool_size": window, "strides": 2, "dilation": 2},
    )  # fmt: skip
    length = 2 * lot.integers(5, 30).item() + 1
    options = {"pool_size": 2, "strides": 2, "ceil_mode": True}
    yield Task(f"{length} positions, window 2, stride 2, rounded up (ceil mode)", "size", length, options)


def gradients(lot):
    def task(text, call, outputs, **arguments):
        distinct = lot.permutation(16).reshape(4, 4) + 1  # no ties: they have a chapter of their own
        share = 16 if outputs == 1 else 4  # each number of a window gets a whole number
        return Task(text, call, distinct, arguments, lot.integers(1, 10, (outputs, outputs)) * share)

    yield task("<b>Max pooling</b>, window 2 × 2, stride 2.", "max_pool", 2, pool_size=2)
    yield task("<b>Average pooling</b>, window 2 × 2, stride 2.", "average_pool", 2, pool_size=2)
    yield task("<b>Max pooling</b>, window 2 × 2, stride 1: shares add up.", "max_pool", 3, pool_size=2, strides=1)
    yield task("<b>Average pooling</b>, window 2 × 2, stride 1.", "average_pool", 3, pool_size=2, strides=1)
    yield task("<b>Global average pooling</b>.", "global_average_pool", 1)
    yield task("<b>Global max pooling</b>.", "global_max_pool", 1)


def parameters(lot):
    for _ in range(3):
        side, channels, classes = lot.integers([4, 1, 1], [9, 9, 11]).tolist()
        shape, classes = (side, side, 8 * channels), 10 * classes
        for call, head in (("flatten_head", "Flatten"), ("average_head", "global average pooling")):
            text = f"{shape[2]} maps of {side} × {side}, {head}, dense layer for {classes} classes"
            yield Task(text, call, shape, {"classes": classes})


def fields(lot):
    for depth in (2, 3, 4, 4, 5):
        layers = [("convolution", 3, 1) if lot.random() < 0.5 else ("pooling", 2, 2) for _ in range(depth - 1)]
        layers.append(("convolution", lot.choice([3, 5]).item(), 1))
        text = ", then ".join(f"{name} {window} (stride {stride})" for name, window, stride in layers)
        yield Task(text, "receptive_field", layers, {})


SHEETS = {
    "A window slides": ("Write down what comes out. Round to two decimals.", windows),
    "Whole maps and bins": ("Write down what comes out. Round to two decimals.", maps),
    "How many numbers come out?": ("A window moves along one axis. Where no padding is named, it is “valid”.", sizes),
    "The way back": (
        "The first grid went in, the second is the gradient of what came out. Fill in the gradient of what went in.",
        gradients,
    ),
    "What does the head cost?": ("How many weights and biases does the dense layer have?", parameters),
    "How far does one number see?": (
        "How many positions of the input, along one axis, has one number seen after these layers? "
        "A convolution 3 has a window of 3 positions.",
        fields,
    ),
}


def draw(seed):
    """The sheets of this seed: title, what to do, tasks."""
    lot = np.random.default_rng(seed)
    return [(title, text, list(make(lot))) for title, (text, make) in SHEETS.items()]

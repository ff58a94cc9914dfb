"""How each framework pools: for one job, a function from NumPy arrays to NumPy arrays.

The function takes ``x`` or, for a job backward, ``x`` and ``dy``, and returns ``y`` or
``(y, dx)``. Where a framework has no such operation, there is none.
"""

from typing import NamedTuple

import numpy as np

import poolkit


class Job(NamedTuple):
    """One pooling of a float32 array, whose shape is given channels last."""

    kind: str  # "max" or "average"
    shape: tuple
    size: int = 0  # of the window; 0 for the whole map
    stride: int = 0
    padding: str = "valid"
    layout: str = "channels_last"
    backward: bool = False

    @property
    def rule(self):
        return self.size, self.stride, self.padding, self.layout

    @property
    def rank(self):
        return len(self.shape) - 2

    @property
    def last(self):
        return self.layout == "channels_last"

    @property
    def spatial(self):
        first = 1 if self.last else 2
        return tuple(range(first, first + self.rank))

    def spread(self, value):
        """``value`` on every spatial axis, 1 on the others."""
        return tuple(value if a in self.spatial else 1 for a in range(self.rank + 2))


def with_poolkit(job):
    if not job.size:
        return lambda x: poolkit.global_average_pool(x, job.layout)
    pool = poolkit.max_pool if job.kind == "max" else poolkit.average_pool
    if not job.backward:
        return lambda x: pool(x, *job.rule)

    def both(x, dy):
        y, pullback = poolkit.vjp(pool, x, *job.rule)
        return y, pullback(dy)

    return both


def with_keras(job):
    from poolkit.quiet import quiet

    with quiet():
        import keras
        import tensorflow as tf
    pool = keras.ops.max_pool if job.kind == "max" else keras.ops.average_pool
    if not job.size:
        return lambda x: np.asarray(keras.ops.mean(x, job.spatial))
    if not job.backward:
        return lambda x: np.asarray(pool(x, *job.rule))
    if job.rank == 3 and job.kind == "max":
        return None  # its gradient is wrong near ties, see the chapter on gradients

    def both(x, dy):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = pool(x, *job.rule)
        return np.asarray(y), np.asarray(tape.gradient(y, x, tf.convert_to_tensor(dy)))

    return both


def with_torch(job):
    import torch

    name = ("max" if job.kind == "max" else "avg") + f"_pool{job.rank}d"
    options = {"count_include_pad": False} if job.kind == "average" else {}
    if job.padding == "same":  # of a window of 3: one on each side, or one behind
        options |= {"padding": 1} if job.stride == 1 else {"ceil_mode": True}

    def pool(x):
        x = x.movedim(-1, 1) if job.last else x
        x = x.contiguous() if x.shape[1] == 1 else x  # costs nothing, and it is faster
        y = getattr(torch.nn.functional, name)(x, job.size, job.stride, **options)
        return y.movedim(1, -1) if job.last else y

    if not job.size:
        return lambda x: torch.from_numpy(x).mean(job.spatial).numpy()
    if not job.backward:
        return lambda x: pool(torch.from_numpy(x)).numpy()

    def both(x, dy):
        x = torch.from_numpy(x).requires_grad_()
        y = pool(x)
        (dx,) = torch.autograd.grad(y, x, torch.from_numpy(dy))
        return y.detach().numpy(), dx.numpy()

    return both


def with_jax(job):
    import jax
    from jax import lax

    rule = job.spread(job.size), job.spread(job.stride), job.padding.upper()
    zero = np.float32(0)
    if job.kind == "average" and job.size:
        spatial = job.shape[1:-1]
        ones = np.ones((1, *spatial, 1) if job.last else (1, 1, *spatial), np.float32)
        counts = np.asarray(lax.reduce_window(ones, zero, lax.add, *rule))

    def pool(x):
        if not job.size:
            return x.mean(job.spatial)
        if job.kind == "max":
            return lax.reduce_window(x, np.float32(-np.inf), lax.max, *rule)
        return lax.reduce_window(x, zero, lax.add, *rule) / counts

    if not job.backward:
        forward = jax.jit(pool)
        return lambda x: np.asarray(forward(x))

    @jax.jit
    def both(x, dy):
        y, pullback = jax.vjp(pool, x)
        return y, *pullback(dy)

    return lambda x, dy: tuple(map(np.asarray, both(x, dy)))


def with_onnx(job):
    import onnxruntime
    from onnx import TensorProto, helper

    if job.backward:
        return None  # it has no gradients
    options = {
        "kernel_shape": [job.size] * job.rank,
        "strides": [job.stride] * job.rank,
        "auto_pad": "SAME_UPPER" if job.padding == "same" else "VALID",
    }
    name = "MaxPool" if job.kind == "max" else "AveragePool"
    name, options = (name, options) if job.size else ("GlobalAveragePool", {})
    x, y = ("moved_x", "y_to_move") if job.last else ("x", "y")
    nodes = [helper.make_node(name, [x], [y], **options)]
    if job.last:  # ONNX pools channels first alone
        behind = [*range(2, job.rank + 2)]
        there = {"perm": [0, job.rank + 1, 1, *behind[:-1]]}
        nodes.insert(0, helper.make_node("Transpose", ["x"], [x], **there))
        nodes.append(helper.make_node("Transpose", [y], ["y"], perm=[0, *behind, 1]))
    ends = [
        [helper.make_tensor_value_info(end, TensorProto.FLOAT, [None] * (job.rank + 2))]
        for end in ("x", "y")
    ]
    graph = helper.make_graph(nodes, "pooling", *ends)
    opset = helper.make_opsetid("", 19)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = settings.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, ["CPUExecutionProvider"]
    )

    def pool(x):
        (y,) = session.run(None, {"x": x})
        return y if job.size else y.squeeze(job.spatial)

    return pool


ENGINES = {
    "poolkit": with_poolkit,
    "Keras on TensorFlow": with_keras,
    "PyTorch": with_torch,
    "JAX": with_jax,
    "ONNX Runtime": with_onnx,
}

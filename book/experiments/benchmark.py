"""Time poolkit beside the frameworks: NumPy array in, NumPy array out, in one run.

``make bench`` runs it and writes ``benchmark.json`` and ``benchmark.md``, which the
chapter on speed shows. Before an engine is timed, what it returns is compared with what
poolkit's simple form returns. Engines take turns, and the median of their times counts.
"""

import json
import os
import platform
import subprocess
import sys
import time
from datetime import date
from importlib.metadata import version
from math import exp, log, prod
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).parent
LAYOUTS = ("channels_last", "channels_first")
ENGINES = ("poolkit", "Keras on TensorFlow", "PyTorch", "JAX", "ONNX Runtime")
PACKAGES = ("numpy", "keras", "tensorflow", "torch", "jax", "onnxruntime")
ROUNDS, SECONDS = 9, 1.5  # of every row: so many turns, unless they take longer

SLIDING = [
    ((32, 112, 112, 64), 3, 2, "same"),
    ((32, 56, 56, 128), 2, 2, "valid"),
    ((32, 28, 28, 256), 3, 1, "same"),
    ((8, 224, 224, 64), 2, 2, "valid"),
    ((8, 112, 112, 64), 7, 1, "valid"),
    ((8, 512, 512, 3), 2, 2, "valid"),
    ((64, 4096, 64), 2, 2, "valid"),
    ((64, 4096, 64), 64, 1, "valid"),
    ((4, 32, 64, 64, 16), 2, 2, "valid"),
]
WHOLE = [(32, 7, 7, 2048), (32, 56, 56, 256), (1, 1024, 1024, 3)]


class Job(NamedTuple):
    """One row of one table. The shape is given channels last."""

    table: str
    kind: str  # "max" or "average"
    shape: tuple
    size: int  # of the window; 0 for the whole map
    stride: int = 0
    padding: str = "valid"
    layout: str = "channels_last"
    dtype: str = "float32"
    backward: bool = False

    @property
    def rank(self):
        return len(self.shape) - 2

    @property
    def last(self):
        return self.layout == "channels_last"

    @property
    def spatial(self):
        return tuple(range(1, self.rank + 1) if self.last else range(2, self.rank + 2))

    def spread(self, value):
        """``value`` on every spatial axis, 1 on the others."""
        return tuple(
            value if axis in self.spatial else 1 for axis in range(self.rank + 2)
        )


def jobs():
    for layout in LAYOUTS:
        for kind in ("max", "average"):
            for rule in SLIDING:
                yield Job(f"forward {kind}", kind, *rule, layout)
        for shape in WHOLE:
            yield Job("global average", "average", shape, 0, layout=layout)
        for kind in ("max", "average"):
            for rule in SLIDING:
                yield Job("backward", kind, *rule, layout, backward=True)
        for dtype in ("float16", "float64", "uint8"):
            for kind in ("max", "average"):
                yield Job(
                    "other dtypes", kind, *SLIDING[1], layout=layout, dtype=dtype
                )


def poolkit_engine(job):
    import poolkit

    pool = poolkit.max_pool if job.kind == "max" else poolkit.average_pool
    rule = job.size, job.stride, job.padding, job.layout
    if not job.size:
        return lambda x: poolkit.global_average_pool(x, job.layout)
    if not job.backward:
        return lambda x: pool(x, *rule)

    def both(x, dy):
        y, pullback = poolkit.vjp(pool, x, *rule)
        return y, pullback(dy)

    return both


def keras_engine(job):
    import keras
    import numpy as np
    import tensorflow as tf

    pool = keras.ops.max_pool if job.kind == "max" else keras.ops.average_pool
    rule = job.size, job.stride, job.padding, job.layout
    if job.dtype == "uint8" and job.kind == "average":
        return None
    if not job.size:
        return lambda x: np.asarray(keras.ops.mean(x, job.spatial))
    if not job.backward:
        return lambda x: np.asarray(pool(x, *rule))
    if job.rank == 3 and job.kind == "max":
        return None  # its gradient is wrong near ties, see the chapter on gradients

    def both(x, dy):
        x = tf.convert_to_tensor(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = pool(x, *rule)
        return np.asarray(y), np.asarray(tape.gradient(y, x, tf.convert_to_tensor(dy)))

    return both


def torch_engine(job):
    import torch
    from torch.nn import functional

    if job.dtype == "uint8":
        return None
    name = ("max" if job.kind == "max" else "avg") + f"_pool{job.rank}d"
    options = {"count_include_pad": False} if job.kind == "average" else {}
    if job.padding == "same":  # of a window of 3: one on each side, or one behind
        options |= {"padding": 1} if job.stride == 1 else {"ceil_mode": True}
    order = (0, job.rank + 1, *range(1, job.rank + 1))
    back = (0, *range(2, job.rank + 2), 1)

    def pool(x):
        x = x.permute(order) if job.last else x
        y = getattr(functional, name)(x, job.size, job.stride, **options)
        return y.permute(back) if job.last else y

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


def jax_engine(job):
    import jax
    import numpy as np
    from jax import lax
    from jax import numpy as jnp

    jax.config.update("jax_enable_x64", True)
    rule = job.spread(job.size), job.spread(job.stride), job.padding.upper()
    floats = job.dtype if job.dtype != "uint8" else "float32"
    least = 0 if job.dtype == "uint8" else -np.inf
    if job.kind == "average" and job.size:
        lengths = arrange(job)[:2]
        ones = np.ones(
            [n if i in job.spatial else 1 for i, n in enumerate(lengths[0])], floats
        )
        counts = np.asarray(lax.reduce_window(ones, ones.dtype.type(0), lax.add, *rule))

    def pool(x):
        if not job.size:
            return jnp.mean(x, job.spatial)
        if job.kind == "max":
            return lax.reduce_window(x, x.dtype.type(least), lax.max, *rule)
        x = x.astype(floats)
        return lax.reduce_window(x, x.dtype.type(0), lax.add, *rule) / counts

    forward = jax.jit(pool)
    if not job.backward:
        return lambda x: np.asarray(forward(x))

    @jax.jit
    def pull(x, dy):
        y, pullback = jax.vjp(pool, x)
        return y, *pullback(dy)

    return lambda x, dy: tuple(map(np.asarray, pull(x, dy)))


def onnx_engine(job):
    import onnxruntime
    from onnx import TensorProto, helper

    if job.backward or job.dtype == "uint8" or job.dtype == "float16":
        return None  # no gradients; these dtypes are not taken by all of its operators
    last, rank = job.last, job.rank
    name = "MaxPool" if job.kind == "max" else "AveragePool"
    options = {
        "kernel_shape": [job.size] * rank,
        "strides": [job.stride] * rank,
        "auto_pad": "SAME_UPPER" if job.padding == "same" else "VALID",
    }
    if not job.size:
        name, options = "GlobalAveragePool", {}
    ends = ("inner_x", "inner_y") if last else ("x", "y")
    nodes = [helper.make_node(name, [ends[0]], [ends[1]], **options)]
    if last:
        first = [0, rank + 1, *range(1, rank + 1)]
        back = [0, *range(2, rank + 2), 1]
        nodes.insert(0, helper.make_node("Transpose", ["x"], [ends[0]], perm=first))
        nodes.append(helper.make_node("Transpose", [ends[1]], ["y"], perm=back))
    kind = TensorProto.FLOAT if job.dtype == "float32" else TensorProto.DOUBLE
    graph = helper.make_graph(
        nodes,
        "pooling",
        [helper.make_tensor_value_info("x", kind, [None] * (rank + 2))],
        [helper.make_tensor_value_info("y", kind, [None] * (rank + 2))],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9
    )
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = int(os.environ["THREADS"])
    settings.inter_op_num_threads = 1
    settings.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )
    if job.size:
        return lambda x: session.run(None, {"x": x})[0]
    return lambda x: session.run(None, {"x": x})[0].squeeze(job.spatial)


def arrange(job):
    """Random numbers in the shape of the job: ``x``, what it is pooled to, and the gradient of that."""
    import numpy as np

    import poolkit
    from poolkit import blocks

    random = np.random.default_rng(0)
    x = random.standard_normal(job.shape, dtype=np.float32)
    x = (x * 50 + 100).clip(0, 255).astype(job.dtype)
    if not job.last:
        x = np.ascontiguousarray(np.moveaxis(x, -1, 1))

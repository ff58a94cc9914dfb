"""Record what PyTorch and JAX say of a few gradients, for the chapter on gradients, which has neither at hand.

``python tests/conformance/record_gradients.py`` writes ``book/gradients.json``; ``test_recorded.py`` asks them again.
"""

import json
from pathlib import Path

import jax
import numpy as np
import torch
from torch.nn import functional

jax.config.update("jax_enable_x64", True)

RECORD = Path(__file__).parents[2] / "book/gradients.json"
CASES = [  # pool, length of each spatial axis, window, stride
    ("max_pool", (7,), 3, 1),
    ("max_pool", (4, 5), 2, 2),
    ("max_pool", (5, 5), 3, 2),
    ("max_pool", (4, 3, 4), 2, 1),
    ("average_pool", (7,), 3, 2),
    ("average_pool", (5, 4), 3, 1),
    ("average_pool", (4, 4, 3), 2, 2),
]


def torch_gradient(pool, x, window, stride, dy):
    """Of one map with a channel at the end, as poolkit lays it out."""
    name = {"max_pool": "max_pool", "average_pool": "avg_pool"}[pool]
    tensor = torch.tensor(np.moveaxis(x, -1, 1), requires_grad=True)
    getattr(functional, f"{name}{x.ndim - 2}d")(tensor, window, stride).backward(torch.tensor(np.moveaxis(dy, -1, 1)))
    return np.moveaxis(tensor.grad.numpy(), 1, -1)


def jax_gradient(pool, x, window, stride, dy):
    start, combine = {"max_pool": (-np.inf, jax.lax.max), "average_pool": (0.0, jax.lax.add)}[pool]
    windows, strides = ((1, *[each] * (x.ndim - 2), 1) for each in (window, stride))
    many = 1 if pool == "max_pool" else window ** (x.ndim - 2)
    _, pullback = jax.vjp(lambda x: jax.lax.reduce_window(x, start, combine, windows, strides, "VALID") / many, x)
    return np.asarray(pullback(dy)[0])


def record(number, pool, spatial, window, stride):
    random = np.random.default_rng(number)
    x = random.integers(0, 4, (1, *spatial, 1)).astype(float)  # few different numbers: many ties
    outputs = [(length - window) // stride + 1 for length in spatial]
    dy = random.integers(1, 10, (1, *outputs, 1)).astype(float)
    answers = {"PyTorch": torch_gradient(pool, x, window, stride, dy), "JAX": jax_gradient(pool, x, window, stride, dy)}
    return {
        "pool": pool,
        "window": window,
        "stride": stride,
        "x": x.tolist(),
        "dy": dy.tolist(),
        "dx": {name: dx.tolist() for name, dx in answers.items()},
    }


def records():
    return {
        "versions": {"PyTorch": torch.__version__.split("+")[0], "JAX": jax.__version__},
        "cases": [record(number, *case) for number, case in enumerate(CASES)],
    }


if __name__ == "__main__":
    RECORD.write_text(json.dumps(records()) + "\n", encoding="utf-8")

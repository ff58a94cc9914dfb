"""Whatever is passed for any argument of any function: an answer, or an error that names it; and no input changes."""

import re

import numpy as np
import pytest

import poolkit
from poolkit import variants

X = np.arange(1.0, 25).reshape(2, 3, 4, 1)
RULE = {"x": X, "pool_size": 2, "strides": 1, "padding": "same", "data_format": "channels_last"}
OPTIONS = {"dilation": 1, "ceil_mode": False, "mask": np.ones((2, 3, 4), bool)}
WHOLE = {"x": X, "data_format": "channels_last", "keepdims": True, "mask": OPTIONS["mask"]}
BINS = {"x": X, "output_size": 2, "data_format": "channels_last", "mask": OPTIONS["mask"]}
Y, INDICES = poolkit.max_pool(X, 2, return_indices=True)

# function -> arguments that are right
CALLS = {
    poolkit.max_pool: RULE | OPTIONS | {"return_indices": True},
    poolkit.min_pool: RULE | OPTIONS | {"return_indices": False},
    poolkit.average_pool: RULE | OPTIONS | {"count_include_pad": True},
    poolkit.lp_pool: RULE | OPTIONS | {"p": 2},
    poolkit.global_max_pool: WHOLE,
    poolkit.global_min_pool: WHOLE,
    poolkit.global_average_pool: WHOLE,
    poolkit.adaptive_max_pool: BINS,
    poolkit.adaptive_min_pool: BINS,
    poolkit.adaptive_average_pool: BINS,
    poolkit.max_unpool: {"y": Y, "indices": INDICES, "output_shape": X.shape, "data_format": "channels_last"},
    poolkit.output_shape: {"input_shape": X.shape} | {key: RULE[key] for key in list(RULE)[1:]},
    poolkit.flatten: {"x": X, "data_format": "channels_last"},
    poolkit.dense_parameters: {"inputs": 3, "units": 4},
    poolkit.class_activation_maps: {"x": X, "weights": np.ones((1, 2)), "data_format": "channels_last"},
    poolkit.convolve: {"x": X, "filters": np.ones((2, 2, 1, 1)), "padding": "zero"},
    poolkit.vjp: {"pool": poolkit.max_pool, "x": X, "pool_size": 2},
    variants.gem_pool: RULE | {"p": 2.0, "epsilon": 1e-3},
    variants.lse_pool: RULE | {"r": 2.0},
    variants.soft_pool: RULE,
    variants.stochastic_pool: RULE | {"generator": np.random.default_rng(0)},
    variants.mixed_pool: RULE | {"a": 0.5},
    variants.gated_pool: {"x": X, "weights": np.ones((2, 2)), "strides": 1, "padding": "same"},
    variants.median_pool: RULE,
    variants.max_blur_pool: {"x": X, "pool_size": 2, "strides": 2, "blur_size": 3},
    variants.fractional_max_pool: {"x": X, "output_size": 2, "generator": np.random.default_rng(0), "overlap": True},
    variants.pyramid_pool: {"x": X, "levels": (1, 2)},
    variants.concat_pool: {"x": X, "keepdims": True},
}
WRONG = [
    None, True, np.True_, ..., -1, 0, 10**30, 1.5, np.nan, np.inf, 1j, "", "same", "nonsense", b"bytes", (), [], {},
    (1, 1), (0, 0), (1.0, 1), ((1, 1), (1, 1)), ((9, 9), (9, 9)), [[1, 2], [3]], {"a": 1}, {1, 2}, range(2), object(),
    len, X[:0], X[:, :0], X[..., :0], X[0, 0, 0], X[0, 0], X[None, None], X.astype(complex), X.astype(object),
    X.astype(str), X.astype("datetime64[s]"), np.ma.masked_less(X, 5), X > 5, X.astype("uint8"), X * np.nan, -X,
    np.array(3), np.array("a"), np.float64(2), np.int8(2), np.random.default_rng(1), iter(X),
]  # fmt: skip


def troubles(function, **arguments):
    """What came of a call beside an answer or a refusal: another error, and the names of arrays that were changed."""
    before = {name: value.tobytes() for name, value in arguments.items() if isinstance(value, np.ndarray)}
    found = []
    try:
        with np.errstate(all="ignore"):
            function(**arguments)
    except Exception as error:
        named = re.match(rf"({'|'.join(arguments)})\b", str(error))
        found += [] if isinstance(error, TypeError | ValueError) and named else [repr(error)]
    return found + [name for name, content in before.items() if arguments[name].tobytes() != content]


@pytest.mark.parametrize("function", CALLS, ids=lambda function: function.__name__)
def test_a_wrong_argument_is_answered_or_refused_and_nothing_is_changed(function):
    right = CALLS[function]
    function(**right)
    tried = [(name, wrong, troubles(function, **right | {name: wrong})) for name in right for wrong in WRONG]
    assert [each for each in tried if each[2]] == []


def test_every_public_function_is_tried():
    public = {getattr(poolkit, name) for name in poolkit.__all__}
    own = [value for value in vars(variants).values() if getattr(value, "__module__", "") == variants.__name__]
    rare = {value for value in own if not value.__name__.startswith("_")}
    assert set(CALLS) == public | rare

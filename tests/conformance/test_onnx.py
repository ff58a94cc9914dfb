"""ONNX's own node tests for pooling: every case that its loader yields."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose

from poolkit import average_pool, global_average_pool, global_max_pool, lp_pool, max_pool, max_unpool

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # making the cases, ONNX overflows and divides by zero
    import onnx
    from onnx.backend.test.loader import load_model_tests

    MODELS = load_model_tests(kind="node")

POOLS = {"AveragePool", "MaxPool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "MaxUnpool"}
WORDS = {"VALID": "valid", "SAME_UPPER": "same", "SAME_LOWER": "same_lower"}
NODES = {
    model.name: (model.model.graph.node[0], model.data_sets) for model in MODELS if len(model.model.graph.node) == 1
}
CASES = {name: case for name, case in NODES.items() if case[0].op_type in POOLS}


def run(node, inputs):
    """poolkit's answer to one ONNX node: the list of its outputs."""
    given = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    x, rank = inputs[0], inputs[0].ndim - 2
    if node.op_type == "GlobalAveragePool":
        return [global_average_pool(x, "channels_first", keepdims=True)]
    if node.op_type == "GlobalMaxPool":
        return [global_max_pool(x, "channels_first", keepdims=True)]
    if node.op_type == "MaxUnpool":
        return [unpool(given, *inputs)]
    pads = given.get("pads", [0] * 2 * rank)
    around = [(pads[axis], pads[axis + rank]) for axis in range(rank)]
    rule = (
        tuple(given["kernel_shape"]),
        tuple(given.get("strides", [1] * rank)),
        WORDS.get(given.get("auto_pad", b"NOTSET").decode(), around),
        "channels_first",
    )
    options = {"dilation": tuple(given.get("dilations", [1] * rank)), "ceil_mode": bool(given.get("ceil_mode", 0))}
    if node.op_type == "AveragePool":
        return [average_pool(x, *rule, **options, count_include_pad=bool(given.get("count_include_pad", 0)))]
    if node.op_type == "LpPool":
        return [lp_pool(x, given.get("p", 2), *rule, **options)]
    y, indices = max_pool(x, *rule, **options, return_indices=True)
    return [y, in_the_whole_tensor(indices, x.shape, given.get("storage_order", 0))][: len(node.output)]


def in_the_whole_tensor(indices, shape, column_major):
    """ONNX counts from the first element of the tensor, and column by column if it is told so."""
    if column_major:
        rows, columns = np.divmod(indices, shape[3])
        indices = columns * shape[2] + rows
    maps = np.arange(shape[0] * shape[1]).reshape(*shape[:2], *[1] * (len(shape) - 2))
    return indices + maps * np.prod(shape[2:])


def unpool(given, y, indices, shape=None):
    """ONNX's indices count in the smallest map that was pooled; a larger ``shape`` gets zeros around it."""
    spatial = [(n - 1) * s + k for n, s, k in zip(y.shape[2:], given["strides"], given["kernel_shape"], strict=True)]
    small = max_unpool(y, indices % np.prod(spatial), (*y.shape[:2], *spatial), "channels_first")
    if shape is None:
        return small
    large = np.zeros(shape, y.dtype)
    large[:, :, *(slice(n) for n in spatial)] = small
    return large


@pytest.mark.parametrize("name", CASES)
def test_every_pooling_case_of_onnx_passes(name):
    node, data_sets = CASES[name]
    for inputs, outputs in data_sets:
        for ours, theirs in zip(run(node, inputs), outputs, strict=True):
            assert_allclose(ours, theirs, rtol=1e-3, atol=1e-7)  # ONNX's own tolerance for these cases
            assert ours.shape == theirs.shape


def test_all_pooling_cases_were_found():
    assert len(CASES) >= 50

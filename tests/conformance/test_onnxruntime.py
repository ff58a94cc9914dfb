"""ONNX Runtime: values and indices over random windows, paddings, dilations and ceil modes."""

import numpy as np
from hypothesis import assume, given, settings
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import average_pool, max_pool
from tests.conformance.engines import OnnxRuntime
from tests.strategies import poolings

ENGINE = OnnxRuntime()
EXAMPLES = settings(max_examples=500)
WORDS = {"valid": "VALID", "same": "SAME_UPPER", "same_lower": "SAME_LOWER"}


def asked(case):
    """``x`` with channels first, poolkit's arguments and ONNX's attributes."""
    if case.padding in ("same", "same_lower"):  # where it crops the input, or lays dilated windows by another rule
        assume(set(case.dilation) == {1})
        assume(all(size >= stride for size, stride in zip(case.pool_size, case.strides, strict=True)))
    if not isinstance(case.padding, str):  # which it refuses
        assume(all(max(pair) < size for pair, size in zip(case.padding, case.pool_size, strict=True)))
    x = np.ascontiguousarray(np.moveaxis(case.x, case.channel_axis, 1))
    words = {"auto_pad": WORDS.get(case.padding)}
    around = (
        words if isinstance(case.padding, str) else {"pads": [pair[side] for side in (0, 1) for pair in case.padding]}
    )
    attributes = {"kernel_shape": case.pool_size, "strides": case.strides, "dilations": case.dilation, **around}
    options = {"dilation": case.dilation, "ceil_mode": case.ceil_mode and not isinstance(case.padding, str)}
    return x, (case.pool_size, case.strides, case.padding, "channels_first"), options, attributes


@EXAMPLES
@given(case=poolings(("float32",), wide=True))
def test_maxima_and_indices_agree(case):
    x, rule, options, attributes = asked(case)
    values, indices = max_pool(x, *rule, **options, return_indices=True)
    assume((indices >= 0).all())  # ONNX Runtime has no −∞ for a window without an element
    y, places = ENGINE.run("MaxPool", [x], 2, **attributes, ceil_mode=int(options["ceil_mode"]))
    assert_array_equal(values, y)
    size = np.prod(x.shape[2:])
    assert_array_equal(indices, places % size)


@EXAMPLES
@given(case=poolings(("float32",), wide=True))
def test_averages_agree(case):
    x, rule, options, attributes = asked(case)
    values = average_pool(x, *rule, **options)
    assume(not np.isnan(values).any())
    y = ENGINE.run("AveragePool", [x], 1, **attributes, ceil_mode=int(options["ceil_mode"]))[0]
    assert_allclose(values, y, rtol=1e-5, atol=1e-6)

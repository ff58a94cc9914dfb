"""PyTorch, in float64: values, indices and gradients over random windows, dilations, paddings and ceil modes."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from torch.nn import functional

from poolkit import adaptive_average_pool, adaptive_max_pool, average_pool, lp_pool, max_pool, max_unpool, vjp

EXAMPLES = settings(max_examples=1000)


@st.composite
def cases(draw, dilated=True):
    """``x``, ``(pool_size, strides, padding)`` and the options that both sides have."""
    rank = draw(st.integers(1, 3))

    def per_axis(least, most):
        return tuple(draw(st.integers(least, most)) for _ in range(rank))

    spatial, sizes, strides = per_axis(1, 8), per_axis(1, 5), per_axis(1, 5)
    dilation = per_axis(1, 3) if dilated else (1,) * rank
    padding = tuple(draw(st.integers(0, size // 2)) for size in sizes)
    ceil_mode = draw(st.booleans())
    spans = [(size - 1) * gap + 1 for size, gap in zip(sizes, dilation, strict=True)]
    assume(all(n + 2 * pad >= span for n, pad, span in zip(spatial, padding, spans, strict=True)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = random.integers(-4, 5, (2, 3, *spatial)).astype(float)  # with ties
    return x, sizes, strides, padding, dilation, ceil_mode


def theirs(name, x):
    """The function of that name for the rank of ``x``, and ``x`` as a tensor that gathers gradients."""
    return getattr(functional, f"{name}{x.ndim - 2}d"), torch.tensor(x, requires_grad=True)


def fits(x, sizes):
    return all(n >= size for n, size in zip(x.shape[2:], sizes, strict=True))


def pairs(padding):
    return [(pad, pad) for pad in padding]


def assert_same_gradient(pullback, tensor, y, dy):
    y.backward(torch.tensor(dy))
    assert_allclose(pullback(dy), tensor.grad, rtol=1e-12, atol=1e-12)


@EXAMPLES
@given(case=cases())
def test_max_pooling_its_indices_and_its_gradient_agree(case):
    x, sizes, strides, padding, dilation, ceil_mode = case
    pool, tensor = theirs("max_pool", x)
    y, places = pool(tensor, sizes, strides, padding, dilation, ceil_mode, return_indices=True)
    rule = sizes, strides, pairs(padding), "channels_first"
    options = {"dilation": dilation, "ceil_mode": ceil_mode}
    values, indices = max_pool(x, *rule, **options, return_indices=True)
    assert_array_equal(values, y.detach())
    full = indices >= 0  # for a window without an element PyTorch returns an index all the same
    assert_array_equal(indices[full], places.numpy()[full])
    dy = np.where(full, np.arange(y.numel()).reshape(y.shape), 0.0)
    assert_same_gradient(vjp(max_pool, x, *rule, **options)[1], tensor, y, dy)


@pytest.mark.parametrize("count_include_pad", [False, True])
@EXAMPLES
@given(case=cases(dilated=False))
def test_average_pooling_and_its_gradient_agree(case, count_include_pad):
    x, sizes, strides, padding, _, ceil_mode = case
    # the backward pass of PyTorch's avg_pool3d refuses windows longer than the map, whatever the padding
    assume(x.ndim < 5 or fits(x, sizes))
    pool, tensor = theirs("avg_pool", x)
    y = pool(tensor, sizes, strides, padding, ceil_mode, count_include_pad)
    options = {"ceil_mode": ceil_mode, "count_include_pad": count_include_pad}
    values, pullback = vjp(average_pool, x, sizes, strides, pairs(padding), "channels_first", **options)
    assert_allclose(values, y.detach(), rtol=1e-12, atol=1e-12)
    assert_same_gradient(pullback, tensor, y, np.arange(y.numel(), dtype=float).reshape(y.shape))


@EXAMPLES
@given(case=cases(), data=st.data())
def test_adaptive_pooling_and_its_gradient_agree(case, data):
    x = case[0]
    counts = tuple(data.draw(st.integers(1, 9)) for _ in x.shape[2:])
    for ours, name in ((adaptive_max_pool, "adaptive_max_pool"), (adaptive_average_pool, "adaptive_avg_pool")):
        pool, tensor = theirs(name, x)
        y = pool(tensor, counts)
        values, pullback = vjp(ours, x, counts, "channels_first")
        assert_allclose(values, y.detach(), rtol=1e-12, atol=1e-12)
        assert_same_gradient(pullback, tensor, y, np.arange(y.numel(), dtype=float).reshape(y.shape))


@EXAMPLES
@given(case=cases(dilated=False), p=st.sampled_from([1.0, 2.0, 4.0]))
def test_p_norms_agree_for_even_p_and_positive_elements(case, p):
    x, sizes, strides, *_ = case
    x = np.abs(x) + 1
    assume(fits(x, sizes))
    pool, tensor = theirs("lp_pool", x)
    values = lp_pool(x, p, sizes, strides, "valid", "channels_first")
    rule = (sizes, strides) if len(sizes) > 1 else (sizes[0], strides[0])
    assert_allclose(values, pool(tensor, p, *rule).detach(), rtol=1e-9)


@EXAMPLES
@given(case=cases(dilated=False))
def test_unpooling_agrees_where_no_place_is_named_twice(case):
    x, sizes, *_ = case
    assume(fits(x, sizes))
    values, indices = max_pool(x, sizes, None, "valid", "channels_first", return_indices=True)
    pool, tensor = theirs("max_unpool", values)
    back = pool(tensor, torch.tensor(indices), sizes, output_size=x.shape[2:])
    assert_array_equal(max_unpool(values, indices, x.shape, "channels_first"), back.detach())

"""A large array is pooled block by block: blocks of any size give what a single block gives, there and back."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from poolkit import (
    adaptive_average_pool,
    adaptive_max_pool,
    algebras,
    average_pool,
    folds,
    global_average_pool,
    global_max_pool,
    lp_pool,
    max_pool,
    min_pool,
    vjp,
    windows,
)
from tests.strategies import poolings

SIZES = st.sampled_from([8, 32, 100, 400])  # bytes, of arrays of up to a few thousand
CASES = poolings(("float64",), masked=True, wide=True)


def there_and_back(pool, *arguments, **options):
    y, pullback = vjp(pool, *arguments, **options)
    return y, pullback(np.arange(1.0, y.size + 1).reshape(y.shape))


def in_blocks_of(size, call, *arguments, **options):
    with patch.object(folds, "BLOCK", size), patch.object(algebras, "BLOCK", size):
        return call(*arguments, **options)


def check(size, call, *arguments, **options):
    for found, right in zip(in_blocks_of(size, call, *arguments, **options), call(*arguments, **options), strict=True):
        assert_allclose(found, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("pool, more", [(max_pool, ()), (min_pool, ()), (average_pool, ()), (lp_pool, (3,))])
@given(case=CASES, size=SIZES)
def test_windows_that_slide(pool, more, case, size):
    x, *rule = case.arguments
    check(size, there_and_back, pool, x, *more, *rule, **case.options)


@pytest.mark.parametrize("size", [128, 300, 512, 700])  # bytes; a row of windows has 128
def test_a_block_of_windows_side_by_side_is_one_stretch_of_memory(size):
    x, grid = np.empty((5, 8, 8, 1)), windows.sliding_grid((5, 8, 8, 1), 2, 2, "valid", "channels_last")
    found = in_blocks_of(size, lambda: [inputs for _, [(inputs, _)] in folds.blocks(x.shape, grid, x.itemsize)])
    assert all(x[inputs].flags.c_contiguous for inputs in found)
    assert max(x[inputs].nbytes for inputs in found) <= size


@given(case=CASES, size=SIZES)
def test_indices(case, size):
    check(size, max_pool, *case.arguments, **case.options, return_indices=True)


@given(case=poolings(("float64",), wide=True, kinds=("pair", "same")), size=SIZES)
def test_padding_that_counts(case, size):
    check(size, there_and_back, average_pool, *case.arguments, dilation=case.dilation, count_include_pad=True)


@pytest.mark.parametrize(
    "pool, rest",
    [(adaptive_average_pool, (2,)), (adaptive_max_pool, (3,)), (global_max_pool, ()), (global_average_pool, ())],
)
@given(case=CASES, size=SIZES)
def test_bins_and_whole_maps(pool, rest, case, size):
    check(size, there_and_back, pool, case.x, *rest, case.data_format, mask=case.mask)

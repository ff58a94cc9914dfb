"""What the benchmark says of memory: which engines read an array in place, and which copy it first."""

import resource
import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "book"))

from experiments import benchmark

SHAPE = 16, 128, 128, 64  # 64 MiB, and a copy of that is always new memory
PAGES = np.prod(SHAPE) * 4 // resource.getpagesize()


def new_pages(call, x):
    """How many pages the system hands over during a call, at least."""
    call(x)
    counts = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        call(x)
        counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    return min(counts)


def aligned_and_shifted(engine):
    pool = benchmark.MAKERS[engine](benchmark.Job("forward max", "max", SHAPE, 64, 64))
    numbers = benchmark.aligned(np.ones(np.prod(SHAPE) + 4, "float32"))
    return [new_pages(pool, each.reshape(SHAPE)) for each in (numbers[:-4], numbers[4:])]


@pytest.mark.parametrize("engine, copies", [("Keras on TensorFlow", True), ("JAX", True), ("PyTorch", False)])
def test_engines_copy_arrays_that_begin_between_lines_of_the_cache(engine, copies):
    with get_context("spawn").Pool(1, benchmark.begin, (2,)) as process:
        aligned, shifted = process.apply(aligned_and_shifted, (engine,))
    assert aligned < PAGES / 2 and (shifted >= PAGES) == copies

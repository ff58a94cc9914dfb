"""Pooling on NumPy arrays, from scratch."""

from poolkit.convolution import convolve
from poolkit.heads import dense_parameters, flatten
from poolkit.pooling import (
    average_pool,
    global_average_pool,
    global_max_pool,
    global_min_pool,
    max_pool,
    min_pool,
)
from poolkit.windows import output_shape

__all__ = [
    "average_pool",
    "convolve",
    "dense_parameters",
    "flatten",
    "global_average_pool",
    "global_max_pool",
    "global_min_pool",
    "max_pool",
    "min_pool",
    "output_shape",
]
__version__ = "0.1.0"

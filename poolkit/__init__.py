"""Pooling on NumPy arrays, from scratch."""

from poolkit.convolution import convolve
from poolkit.gradients import vjp
from poolkit.heads import class_activation_maps, dense_parameters, flatten
from poolkit.pooling import (
    adaptive_average_pool,
    adaptive_max_pool,
    adaptive_min_pool,
    average_pool,
    global_average_pool,
    global_max_pool,
    global_min_pool,
    lp_pool,
    max_pool,
    min_pool,
)
from poolkit.unpooling import max_unpool
from poolkit.windows import output_shape

__all__ = [
    "adaptive_average_pool",
    "adaptive_max_pool",
    "adaptive_min_pool",
    "average_pool",
    "class_activation_maps",
    "convolve",
    "dense_parameters",
    "flatten",
    "global_average_pool",
    "global_max_pool",
    "global_min_pool",
    "lp_pool",
    "max_pool",
    "max_unpool",
    "min_pool",
    "output_shape",
    "vjp",
]
__version__ = "0.1.0"

"""Every picture of the book: each function takes arrays, lets poolkit compute, and returns its figure."""

from poolkit.figures.charts import draw_counts, draw_signal
from poolkit.figures.grids import draw_flatten, draw_global_average, draw_pooling, draw_windows
from poolkit.figures.images import draw_images, draw_stages
from poolkit.figures.style import Figure

__all__ = [
    "Figure",
    "draw_counts",
    "draw_flatten",
    "draw_global_average",
    "draw_images",
    "draw_pooling",
    "draw_signal",
    "draw_stages",
    "draw_windows",
]

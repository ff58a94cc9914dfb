"""Every picture of the book: each function takes arrays, lets poolkit compute, and returns its figure."""

from importlib import import_module

from poolkit.figures.bars import draw_counts, draw_ratios, draw_seeds, draw_shares
from poolkit.figures.class_map import ClassMap, draw_overlays
from poolkit.figures.explorer import Explorer
from poolkit.figures.film import draw_six_steps
from poolkit.figures.filters import draw_patch
from poolkit.figures.gates import draw_gates
from poolkit.figures.gradients import draw_gradients, draw_product
from poolkit.figures.grids import draw_box, draw_flatten, draw_global_average, draw_pooling, draw_windows
from poolkit.figures.heads import draw_class_means, draw_ends, draw_row_major
from poolkit.figures.images import Pictures, draw_clips, draw_images
from poolkit.figures.maps import draw_shift_maps
from poolkit.figures.memory import draw_memory, draw_reads, draw_running_maxima, draw_trips
from poolkit.figures.photographs import draw_sliding
from poolkit.figures.reach import draw_bins, draw_coverage, draw_pyramid
from poolkit.figures.stages import draw_filtering
from poolkit.figures.style import Figure
from poolkit.figures.tables import Table, draw_conformance, draw_defects, draw_table

# They need matplotlib, so they load when asked for: cells that run in a page have NumPy alone.
CHARTS = ("draw_curves", "draw_learning_curves", "draw_signal")

__all__ = [
    "ClassMap",
    "Explorer",
    "Figure",
    "Pictures",
    "Table",
    "draw_bins",
    "draw_box",
    "draw_class_means",
    "draw_clips",
    "draw_conformance",
    "draw_counts",
    "draw_coverage",
    "draw_curves",
    "draw_defects",
    "draw_ends",
    "draw_filtering",
    "draw_flatten",
    "draw_gates",
    "draw_global_average",
    "draw_gradients",
    "draw_images",
    "draw_learning_curves",
    "draw_memory",
    "draw_overlays",
    "draw_patch",
    "draw_pooling",
    "draw_product",
    "draw_pyramid",
    "draw_ratios",
    "draw_reads",
    "draw_row_major",
    "draw_running_maxima",
    "draw_seeds",
    "draw_shares",
    "draw_shift_maps",
    "draw_signal",
    "draw_six_steps",
    "draw_sliding",
    "draw_table",
    "draw_trips",
    "draw_windows",
]


def __getattr__(name):
    if name in CHARTS:
        return getattr(import_module("poolkit.figures.charts"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Draw what others show beside a link to the book: ``python book/preview.py``.

1200 × 630 pixels, as they ask for.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from poolkit import max_pool
from poolkit.figures import style

PLACE = Path(__file__).parent / "_static/preview.png"
IMAGE = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
CELL = 85


def draw_grid(axes, numbers, x, y, fill, edge):
    """Its upper left corner lies at ``x, y``."""
    for (row, column), number in np.ndenumerate(numbers):
        left, top = x + column * CELL, y + row * CELL
        cell = Rectangle(
            (left, top), CELL, CELL, facecolor=fill, edgecolor=edge, lw=2
        )
        axes.add_patch(cell)
        where = left + CELL / 2, top + CELL / 2
        axes.text(
            *where, str(number), size=36, ha="center", va="center_baseline"
        )


def draw_preview():
    with mpl.rc_context(
        {"font.family": "DejaVu Sans", "text.color": style.INK}
    ):
        figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 1200), ylim=(630, 0))
        axes.axis("off")
        axes.text(
            80,
            90,
            "Pooling in convolutional networks",
            size=42,
            va="center",
        )
        draw_grid(axes, IMAGE, 200, 180, style.INPUT, style.INPUT_EDGE)
        window = Rectangle(
            (200, 180),
            2 * CELL,
            2 * CELL,
            fill=False,
            edgecolor=style.WINDOW_EDGE,
        )
        window.set(linewidth=6, linestyle="--")
        axes.add_patch(window)
        arrow = {
            "arrowstyle": "simple",
            "color": style.MUTED,
            "mutation_scale": 60,
        }
        axes.annotate("", (760, 350), (600, 350), arrowprops=arrow)
        pooled = max_pool(IMAGE[None, :, :, None], 2)[0, :, :, 0]
        draw_grid(axes, pooled, 820, 265, style.OUTPUT, style.OUTPUT_EDGE)
        axes.text(
            80,
            580,
            "A tutorial book you can run",
            size=24,
            color=style.MUTED,
        )
        FigureCanvasAgg(figure)
    return figure


if __name__ == "__main__":
    draw_preview().savefig(PLACE, metadata={"Software": None})

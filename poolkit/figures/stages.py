"""A photograph on its way through filters and a pooling, and one place that can be followed through all of them."""

import os
from html import escape
from pathlib import Path

import numpy as np

from poolkit.figures.images import Pictures, show_image, write_image
from poolkit.figures.style import (
    DARK,
    INPUT,
    INPUT_EDGE,
    OUTPUT_EDGE,
    WINDOW_EDGE,
    Figure,
    draw_cell,
    format_number,
)

MODULE = Path(__file__).with_suffix(".mjs")
FRAME = "position:absolute;pointer-events:none;box-shadow:0 0 0 3.5px #000"
EDGE = "outline:2px solid"


class Stages(Pictures):
    """Pictures in which frames mark one place; where a script runs, the reader points at another."""

    def _repr_html_(self):
        element = f'<pooling-stages data-lm-suppress-shortcuts="true">{super()._repr_html_()}</pooling-stages>'
        if os.environ.get("POOLKIT_PAGE"):  # the book's pages load the script once
            return element
        return f'{element}<script type="module">{MODULE.read_text(encoding="utf-8")}</script>'


def draw_filtering(image, filters, maps, pooled, at=(0, 0)):
    """Show what each filter makes of an image, and what pooling makes of that: one column a filter.

    Frames mark one number of the first pooled map, its window, and the patch of the image that the window saw.

    Parameters
    ----------
    image : array_like
        ``(H, W)``
    filters : dict from str to array_like
        Each ``(h, w)``; the key names what the filter looks for.
    maps, pooled : array_like
        ``(H, W, C)`` for ``C`` filters, each map in the same shades.
    at : tuple of int
        The number that is marked.
    """
    image, (first, *_), shades = np.asarray(image), np.moveaxis(maps, -1, 0), (0, maps[:, :, 0].max())
    step = maps.shape[0] // pooled.shape[0]
    at, patch = np.array(at), step + image.shape[0] - maps.shape[0]
    window, output = f"{EDGE} {DARK[WINDOW_EDGE]}", f"{EDGE} {DARK[OUTPUT_EDGE]}"  # as on a dark page: photographs stay
    places = {
        f"{patch} × {patch} pixels": (image, at * step, patch, (image.min(), image.max()), window),
        f"{step} × {step} answers": (first, at * step, step, shades, window),
        "the largest": (pooled[:, :, 0], at, 1, shades, output),
    }
    photograph, *frames = (_frame(each, corner, side, edge) for each, corner, side, _, edge in places.values())
    columns = []
    for c, (name, values) in enumerate(filters.items()):
        shades, marks = (0, maps[:, :, c].max()), frames if c == 0 else ("", "")
        steps = [_filter(name, values), show_image("its map", maps[:, :, c], shades, 1, marks[0])]
        steps.append(show_image("pooled", pooled[:, :, c], shades, pooled.shape[0] / maps.shape[0], marks[1]))
        columns.append("<div>" + '<div style="text-align:center">↓</div>'.join(steps) + "</div>")
    names = ", ".join(filters)
    alt = f"A photograph, four filters ({names}), the map that each makes of it, and the map after 2 by 2 max pooling."
    grid = Stages(columns, alt, len(columns))
    top = show_image("the photograph", image, None, 0.5, photograph, wrap=False) + _lens(places)
    grid.parts = [f'<div style="grid-column:1/-1;display:flex;gap:12px">{top}</div>', *columns]
    return grid


def _frame(image, corner, side, edge):
    """What marks a square of an image, in parts of its size."""
    sides = zip(("top", "left"), corner, image.shape, strict=True)
    place = ";".join(f"{name}:{100 * start / length:.3g}%" for name, start, length in sides)
    size = ";".join(f"{name}:{100 * side / n:.3g}%" for name, n in zip(("height", "width"), image.shape, strict=True))
    return f'<div class="frame" style="{place};{size};{edge};{FRAME}"></div>'


def _lens(places):
    """The squares in the frames, one below the other, each as large as its number of pixels says."""
    squares = [
        f'<div style="display:flex;align-items:center;gap:8px"><div style="width:{10 * side}%;{edge}">'
        f"{write_image(what, image[i : i + side, j : j + side], shades)}</div><span>{what}</span></div>"
        for what, (image, (i, j), side, shades, edge) in places.items()
    ]
    arrows = (f"<div>↓ {what}</div>" for what in ("the filter", "max pooling"))
    shown = "".join(part for pair in zip(squares, [*arrows, ""], strict=True) for part in pair)
    title = "<figcaption><b>one place</b> <small>inside the frames</small></figcaption>"
    return f'<figure style="flex:1;margin:0 0 8px">{title}<div class="lens">{shown}</div></figure>'


def _filter(name, values):
    figure = Figure(108, 108, f"the filter {name}")
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        draw_cell(figure, 3 + 34 * column, 3 + 34 * row, format_number(value), INPUT, INPUT_EDGE, 34)
    return f'<figure style="margin:0"><figcaption><b>{escape(name)}</b></figcaption>{figure._repr_html_()}</figure>'

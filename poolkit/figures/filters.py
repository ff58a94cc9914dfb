"""Pictures of a convolution: one place of it by hand, and what some filters make of a photograph."""

from html import escape

import numpy as np

from poolkit.figures.images import Pictures, show_image
from poolkit.figures.style import (
    INPUT,
    INPUT_EDGE,
    OUTPUT,
    OUTPUT_EDGE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_cell,
    draw_text,
    format_number,
)

SIZE = 34  # of a cell


def draw_patch(patch, weights):
    """Draw one place of a convolution: a patch of the image, the filter, and the sum of their products.

    Parameters
    ----------
    patch, weights : array_like
        ``(h, w)``
    """
    patch, weights = np.asarray(patch), np.asarray(weights)
    (height, width), answer = patch.shape, format_number((patch * weights).sum())
    alt = f"A patch {patch.tolist()} times a filter {weights.tolist()}, element by element; the sum is {answer}."
    step = width * SIZE + 36
    figure = Figure(2 * step + SIZE * 1.5 + 8, height * SIZE + 34, alt)
    for left, title, values, look in (
        (4, "a patch", patch, (INPUT, INPUT_EDGE)),
        (4 + step, "filter", weights, (WINDOW, WINDOW_EDGE)),
    ):
        draw_text(figure, left, 12, title, "left")
        for (row, column), value in np.ndenumerate(values):
            draw_cell(figure, left + column * SIZE, 28 + row * SIZE, format_number(value), *look, SIZE)
    middle = 28 + height * SIZE / 2
    draw_text(figure, step - 14, middle, "×")
    draw_text(figure, 2 * step - 14, middle, "=")
    draw_text(figure, 2 * step + 4, 12, "sum", "left")
    draw_cell(figure, 2 * step + 4, middle - SIZE / 2, answer, OUTPUT, OUTPUT_EDGE, SIZE, 1.4, linewidth=2)
    return figure


def draw_filtering(image, filters, maps, pooled):
    """Show what each filter makes of an image, and what pooling makes of that: one column a filter.

    Parameters
    ----------
    image : array_like
        ``(H, W)``
    filters : dict from str to array_like
        Each ``(h, w)``; the key names what the filter looks for.
    maps, pooled : array_like
        ``(H, W, C)`` for ``C`` filters, each map in the same shades.
    """
    columns = []
    for c, (name, values) in enumerate(filters.items()):
        shades = 0, maps[:, :, c].max()
        steps = [_filter(name, values), show_image("its map", maps[:, :, c], shades)]
        steps.append(show_image("pooled", pooled[:, :, c], shades, pooled.shape[0] / maps.shape[0]))
        columns.append("<div>" + '<div style="text-align:center">↓</div>'.join(steps) + "</div>")
    parts = show_image("the photograph", np.asarray(image), None, 0.5)
    names = ", ".join(filters)
    alt = f"A photograph, four filters ({names}), the map that each makes of it, and the map after 2 by 2 max pooling."
    grid = Pictures(columns, alt, len(columns))
    grid.parts = [f'<div style="grid-column:1/-1">{parts}</div>', *columns]
    return grid


def _filter(name, values):
    figure = Figure(108, 108, f"the filter {name}")
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        draw_cell(figure, 3 + 34 * column, 3 + 34 * row, format_number(value), INPUT, INPUT_EDGE, 34)
    return f'<figure style="margin:0"><figcaption><b>{escape(name)}</b></figcaption>{figure._repr_html_()}</figure>'

"""A picture of a convolution: one place of it by hand."""

import numpy as np

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

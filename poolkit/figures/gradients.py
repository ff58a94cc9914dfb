"""How a gradient flows back through a pooling: from the output's numbers to the input's."""

import numpy as np

from poolkit.figures.grids import MARGIN, _grid, _outline, _rows
from poolkit.figures.style import (
    CELL,
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    RULE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_arrow,
    draw_cell,
    draw_text,
    format_number,
)
from poolkit.gradients import vjp

GAP = 56


def draw_gradients(x, dy, pool, *args, at=None, **options):
    """Draw a map and what ``pool`` makes of it, below them the gradients that come back, and how one adds up.

    Parameters
    ----------
    x : array_like
        One map, ``(H, W)``.
    dy : array_like
        The gradient of each output, ``(H', W')``.
    pool : callable
        A pooling function that :func:`poolkit.vjp` knows.
    *args, **options
        Its other arguments; ``keepdims=True`` for a global one.
    at : tuple of int
        The element of ``x`` whose gradient is explained. The default is the one that gets most.
    """
    x, dy = np.asarray(x, float), np.asarray(dy, float)
    y, pullback = vjp(pool, x[None, :, :, None], *args, **options)

    def back(gradient):
        return pullback(gradient[None, :, :, None])[0, :, :, 0]

    y, dx = y[0, :, :, 0], back(dy)
    at = at or tuple(map(int, np.unravel_index(np.abs(dx).argmax(), dx.shape)))
    shares = {o: back(np.where(np.arange(dy.size).reshape(dy.shape) == n, dy, 0))[at] for n, o in _places(dy)}
    shares = {o: share for o, share in shares.items() if share}
    terms = " + ".join(map(format_number, shares.values())) or "0"
    sum_ = f"{terms} = {format_number(dx[at])}" if len(shares) > 1 else terms
    name = pool.__name__.replace("_", " ")
    alt = (
        f"Forward, {name}ing: input {_rows(x)}; output {_rows(y)}. Backward: gradient of the output {_rows(dy)}; "
        f"gradient of the input {_rows(dx)}. Row {at[0]}, column {at[1]} of the input gets {sum_}."
    )

    right, bottom = MARGIN + x.shape[1] * CELL, MARGIN + 22 + x.shape[0] * CELL
    second = bottom + 40
    figure = Figure(right + GAP + dy.shape[1] * CELL + MARGIN, second + x.shape[0] * CELL + 36, alt)
    shift = (x.shape[0] - dy.shape[0]) * CELL / 2
    for top, left_map, right_map, titles, ends in (
        (MARGIN + 22, x, y, ("input", "output"), (right + 10, right + GAP - 12)),
        (second, dx, dy, ("dx", "dy"), (right + GAP - 12, right + 10)),
    ):
        _grid(figure, MARGIN, top, left_map, INPUT, INPUT_EDGE, titles[0], set(zip(*np.nonzero(dx), strict=True)))
        _grid(figure, right + GAP, top + shift, right_map, OUTPUT, OUTPUT_EDGE, titles[1], linewidth=2)
        middle = top + x.shape[0] * CELL / 2
        draw_arrow(figure, (ends[0], middle), (ends[1], middle))
        _outline(figure, MARGIN + at[1] * CELL, top + at[0] * CELL, CELL, CELL)
    for i, j in shares:
        _outline(figure, right + GAP + j * CELL, second + shift + i * CELL, CELL, CELL)
    draw_text(figure, figure.width / 2, figure.height - 14, f"dx[{at[0]}, {at[1]}] = {sum_}")
    return figure


def draw_product(matrix, x, names=("x", "y"), title="the matrix"):
    """Draw a matrix times a vector, with the elements that are not zero marked.

    Parameters
    ----------
    matrix : array_like
        ``(H, W)``
    x : array_like
        ``(W,)``
    names : tuple of str
        What the vector is called, and what the product: ``x`` or ``dx``, ``y`` or ``dy``.
    title : str
        What the matrix is called.
    """
    matrix, x = np.asarray(matrix), np.asarray(x, float)
    y = matrix @ x
    alt = (
        f"A matrix times {names[0]} is {names[1]}. Rows of the matrix: {_rows(matrix.round(2))}; "
        f"{names[0]}: {_rows(x[None])}; {names[1]}: {_rows(y[None].round(2))}."
    )
    height, width = matrix.shape
    size = 36
    x_left, tallest = MARGIN + width * size + 28, max(height, width)
    y_left = x_left + size + 36
    figure = Figure(y_left + size + MARGIN, MARGIN + 22 + tallest * size + MARGIN, alt)
    top = MARGIN + 22
    matrix_top, x_top = (top + (tallest - rows) * size / 2 for rows in (height, width))
    draw_text(figure, MARGIN, matrix_top - 12, title, "left", color=MUTED)
    for (i, j), value in np.ndenumerate(matrix):
        look = (WINDOW, WINDOW_EDGE) if value else ("none", RULE)
        corner = MARGIN + j * size, matrix_top + i * size
        draw_cell(figure, *corner, format_number(value, 2) if value else "0", *look, size)
    for left, first, name, values in ((x_left, x_top, names[0], x), (y_left, matrix_top, names[1], y)):
        look = (INPUT, INPUT_EDGE) if name.endswith("x") else (OUTPUT, OUTPUT_EDGE)
        draw_text(figure, left, first - 12, name, "left", color=MUTED)
        for i, value in enumerate(values):
            draw_cell(figure, left, first + i * size, format_number(value, 2), *look, size)
    draw_text(figure, x_left - 14, top + tallest * size / 2, "·")
    draw_text(figure, y_left - 18, top + tallest * size / 2, "=")
    return figure


def _places(values):
    return enumerate(np.ndindex(values.shape))

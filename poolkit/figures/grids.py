"""Pictures of numbers in cells: windows, poolings, Flatten and global average pooling on maps small enough to check."""

from itertools import pairwise, product

import numpy as np

from poolkit.figures.style import (
    CELL,
    FONT,
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    PHONE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_arrow,
    draw_cell,
    draw_rectangle,
    draw_text,
    format_number,
)
from poolkit.heads import flatten
from poolkit.pooling import average_pool, global_average_pool, max_pool, min_pool
from poolkit.windows import make_windows, sliding_grid

MARGIN = 8
DASHED, DOTTED = "5 2", "1.5 1.5"


def draw_pooling(x, pool, pool_size, strides=None, padding="valid", at=(0, 0), *, hidden=False, **options):
    """Draw a feature map, what ``pool`` makes of it, and the calculation of one output.

    Parameters
    ----------
    x : array_like
        One map, ``(H, W)``.
    pool : callable
        :func:`poolkit.max_pool` or any other sliding pooling.
    pool_size, strides, padding
        As for ``pool``.
    at : tuple of int
        The output whose window is shown.
    hidden : bool
        Leave the output empty, for the reader to fill in.
    **options
        ``dilation``, and ``p``, where ``pool`` has them.
    """
    x = np.asarray(x)
    batch = x[None, :, :, None]
    y = pool(batch, pool_size=pool_size, strides=strides, padding=padding, **options)[0, :, :, 0]
    dilation = options.get("dilation", 1)
    rows, columns = sliding_grid(batch.shape, pool_size, strides, padding, "channels_last", dilation).values()
    top, left = at[0] * rows.stride - rows.before, at[1] * columns.stride - columns.before
    seen = [x[i, j] for i in _inside(rows, top) for j in _inside(columns, left)]
    sum_ = f"{_calculation(pool, seen)} = {'?' if hidden else format_number(y[at])}"
    name = pool.__name__.replace("_", " ")
    alt = (
        f"{name.capitalize()}ing with a {rows.size} by {columns.size} window, strides {rows.stride} and "
        f"{columns.stride}, padding {padding}. Input {_rows(x)}; output {'to predict' if hidden else _rows(y)}. "
        f"Row {at[0]}, column {at[1]} of the output is {sum_}."
    )

    above, before = rows.before, columns.before
    below = max(0, (rows.outputs - 1) * rows.stride - rows.before + rows.span - rows.length)
    beside = max(0, (columns.outputs - 1) * columns.stride - columns.before + columns.span - columns.length)
    x_left, x_top = MARGIN + before * CELL, MARGIN + 22 + above * CELL
    x_right, x_bottom = x_left + (x.shape[1] + beside) * CELL, x_top + (x.shape[0] + below) * CELL
    y_left, y_top = x_right + 56, x_top + max(0, (x.shape[0] - y.shape[0]) * CELL / 2)
    side_by_side = y_left + y.shape[1] * CELL + MARGIN <= PHONE
    if not side_by_side:
        y_left, y_top = x_left, x_bottom + 56
    width = max(x_right, y_left + y.shape[1] * CELL, 8 * len(sum_)) + MARGIN
    height = max(x_bottom, y_top + y.shape[0] * CELL) + 36

    figure = Figure(width, height, alt)
    for i in range(-above, x.shape[0] + below):
        for j in range(-before, x.shape[1] + beside):
            if not (0 <= i < x.shape[0] and 0 <= j < x.shape[1]):
                draw_cell(figure, x_left + j * CELL, x_top + i * CELL, "", "none", MUTED, dashes=DOTTED)
    window = set(product(_inside(rows, top), _inside(columns, left)))
    _grid(figure, x_left, x_top, x, INPUT, INPUT_EDGE, "input", window, above * CELL)
    _outline(figure, x_left + left * CELL, x_top + top * CELL, columns.span * CELL, rows.span * CELL)
    if side_by_side:
        middle = x_top + CELL * x.shape[0] / 2
        draw_arrow(figure, (y_left - 46, middle), (y_left - 12, middle))
    else:
        middle = x_left + CELL * min(x.shape[1], y.shape[1]) / 2
        draw_arrow(figure, (middle, x_bottom + 8), (middle, y_top - 8))
    shown = np.full(y.shape, "") if hidden else y
    _grid(figure, y_left, y_top, shown, OUTPUT, OUTPUT_EDGE, "output", linewidth=2)
    _outline(figure, y_left + at[1] * CELL, y_top + at[0] * CELL, CELL, CELL)
    draw_text(figure, width / 2, height - 14, sum_)
    return figure


def draw_windows(length, pool_size, strides=None, padding="valid"):
    """Draw one axis and, below it, where each window falls; a window's number is the output it makes.

    Parameters
    ----------
    length : int
        Number of positions on the axis.
    pool_size : int
        Window length.
    strides : int, optional
        Step; without it windows stand side by side.
    padding : str or pair of int
        A word, or ``(before, after)``.
    """
    windows = make_windows(length, pool_size, strides or pool_size, padding)
    starts = [o * windows.stride - windows.before for o in range(windows.outputs)]
    alt = f"An axis of {length} positions under {windows.outputs} windows of length {windows.size}: " + "; ".join(
        f"window {o} sees {_inside(windows, start)[0]} to {_inside(windows, start)[-1]}"
        for o, start in enumerate(starts)
    )
    beyond = max(0, starts[-1] + windows.size - length)
    cell, step = 34, 26
    left, top = MARGIN + windows.before * cell, MARGIN
    figure = Figure(left + (length + beyond) * cell + MARGIN, top + cell + 10 + windows.outputs * step + MARGIN, alt)
    for i in range(-windows.before, length + beyond):
        if 0 <= i < length:
            draw_cell(figure, left + i * cell, top, str(i), INPUT, INPUT_EDGE, cell)
        else:
            draw_cell(figure, left + i * cell, top, "", "none", MUTED, cell, dashes=DOTTED)
    for o, start in enumerate(starts):
        y = top + cell + 10 + o * step
        bar = left + start * cell + 2, y, windows.size * cell - 4, step - 6
        draw_rectangle(figure, *bar, WINDOW, WINDOW_EDGE, 1.5, DASHED)
        draw_text(figure, left + (start + windows.size / 2) * cell, y + (step - 6) / 2, f"window {o}", size=FONT - 2)
    return figure


def draw_box(length, rows):
    """Draw one axis of a map and, below it, bins that may begin and end inside its cells, each with its result.

    Parameters
    ----------
    length : int
        Number of cells.
    rows : dict from str to tuple
        The edges of the bins, in cells, and one result for each bin.
    """
    alt = f"An axis of {length} cells. " + "; ".join(
        f"{name}: {format_number(y)} from {left:g} to {right:g}"
        for name, (edges, results) in rows.items()
        for (left, right), y in zip(pairwise(edges), results, strict=True)
    )
    cell, step = 34, 30
    figure = Figure(2 * MARGIN + length * cell, MARGIN + cell + 12 + len(rows) * step, alt)
    for i in range(length):
        draw_cell(figure, MARGIN + i * cell, MARGIN, str(i), INPUT, INPUT_EDGE, cell)
    for place, (name, (edges, results)) in enumerate(rows.items()):
        y = MARGIN + cell + 10 + place * step
        for (left, right), result in zip(pairwise(edges), results, strict=True):
            start, width = MARGIN + left * cell, (right - left) * cell
            draw_rectangle(figure, start, y, width, step - 8, OUTPUT, OUTPUT_EDGE, 1.5)
            draw_text(figure, start + width / 2, y + step / 2 - 4, format_number(result), size=FONT - 2)
        draw_text(figure, MARGIN + edges[-1] * cell + 8, y + step / 2 - 4, name, "left", size=FONT - 2)
    return figure


def draw_flatten(maps):
    """Draw what Flatten does: every number of every map, in row-major order, in one long vector.

    Parameters
    ----------
    maps : array_like
        ``(H, W, C)``
    """
    maps = np.asarray(maps)
    vector = flatten(maps[None])[0]
    alt = f"{_maps(maps)} Flatten writes them as one vector of {vector.size} numbers: {_numbers(vector)}."
    figure, below = _stack_of_maps(maps, alt, rows=-(-vector.size // 8))
    draw_text(figure, MARGIN, below + 12, f"flattened: {vector.size} numbers, position by position", "left")
    for place, value in enumerate(vector):
        corner = MARGIN + place % 8 * CELL, below + 28 + place // 8 * CELL
        draw_cell(figure, *corner, format_number(value), OUTPUT, OUTPUT_EDGE, linewidth=2)
    return figure


def draw_global_average(maps):
    """Draw what global average pooling does: each map becomes one number.

    Parameters
    ----------
    maps : array_like
        ``(H, W, C)``
    """
    maps = np.asarray(maps)
    means = global_average_pool(maps[None])[0]
    alt = f"{_maps(maps)} Global average pooling keeps one number per map: {_numbers(means)}."
    figure, below = _stack_of_maps(maps, alt, rows=1)
    draw_text(figure, MARGIN, below + 12, f"global average: {means.size} numbers, one per map", "left")
    for c, value in enumerate(means):
        left = MARGIN + c * 1.75 * CELL
        draw_cell(figure, left, below + 28, format_number(value), OUTPUT, OUTPUT_EDGE, wide=1.6, linewidth=2)
    return figure


def _calculation(pool, elements):
    """What is computed, with the numbers themselves where they fit on a line."""
    short = len(elements) <= 9
    numbers = [format_number(element) for element in elements]
    if pool is average_pool:
        return f"({' + '.join(numbers)}) / {len(numbers)}" if short else f"{sum(elements)} / {len(numbers)}"
    word = {max_pool: "max", min_pool: "min"}.get(pool, pool.__name__)
    return f"{word}({', '.join(numbers)})" if short else f"{word} of {len(numbers)} numbers"


def _stack_of_maps(maps, alt, rows):
    """A figure with the maps side by side and room for ``rows`` rows of cells below them."""
    height, width, channels = maps.shape
    below = MARGIN + 24 + height * CELL + 16
    figure = Figure(max(8 * CELL, channels * (width * CELL + 18)) + 2 * MARGIN, below + 36 + rows * CELL, alt)
    for c in range(channels):
        _grid(figure, MARGIN + c * (width * CELL + 18), MARGIN + 22, maps[:, :, c], INPUT, INPUT_EDGE, f"map {c}")
    return figure, below


def _inside(windows, start):
    return [i for i in range(start, start + windows.span, windows.dilation) if 0 <= i < windows.length]


def _grid(figure, left, top, values, fill, edge, title, window=(), above=0, **style):
    draw_text(figure, left, top - above - 12, title, "left", color=MUTED)
    for (i, j), value in np.ndenumerate(values):
        colour = WINDOW if (i, j) in window else fill
        text = value if isinstance(value, str) else format_number(value, 2)
        draw_cell(figure, left + j * CELL, top + i * CELL, text, colour, edge, **style)


def _outline(figure, left, top, width, height):
    draw_rectangle(figure, left, top, width, height, "none", WINDOW_EDGE, 3, "9 3")


def _numbers(values):
    return ", ".join(map(format_number, values))


def _rows(values):
    return "; ".join(" ".join(map(format_number, row)) for row in values)


def _maps(maps):
    return " ".join(f"Map {c}: {_rows(maps[:, :, c])}." for c in range(maps.shape[-1]))

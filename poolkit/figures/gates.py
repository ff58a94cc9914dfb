"""Squeeze-and-excitation: maps, their means, and the gates that all means together open or shut."""

import numpy as np

from poolkit.figures.style import (
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_arrow,
    draw_cell,
    draw_rectangle,
    draw_text,
    format_number,
)

MARGIN, CELL, GAP, BAR, STEP = 6, 38, 12, 28, 20


def draw_gates(before, after, names):
    """Draw maps, the mean of each, and what they were multiplied by, with two layers that see all means between.

    Parameters
    ----------
    before : array_like
        The maps, ``(H, W, C)``. No map is all zeros.
    after : array_like
        The same after each was multiplied by its gate.
    names : list of str
        One for each map.
    """
    before, after = np.asarray(before), np.asarray(after)
    height, width, channels = before.shape
    means, gates = before.mean(axis=(0, 1)), after.sum(axis=(0, 1)) / before.sum(axis=(0, 1))
    means, gates = ([format_number(number, 2) for number in numbers] for numbers in (means, gates))
    told = (f"{name}: mean {mean}, gate {gate}" for name, mean, gate in zip(names, means, gates, strict=True))
    high, pitch = height * CELL, width * CELL + GAP
    across = channels * pitch - GAP
    tops = np.cumsum([24, high + STEP, BAR + STEP, BAR + STEP, BAR + STEP])  # maps, means, layers, gates, maps
    alt = f"Each map becomes its mean; from all means, two layers make a gate for each map. {'; '.join(told)}."
    figure = Figure(across + 2 * MARGIN, tops[-1] + high + MARGIN, alt)
    draw_rectangle(figure, MARGIN, tops[2], across, BAR, "none", MUTED, 1.5)
    draw_text(figure, MARGIN + across / 2, tops[2] + BAR / 2, "two small layers see all the means")
    for c, (name, mean, gate) in enumerate(zip(names, means, gates, strict=True)):
        left = MARGIN + c * pitch
        draw_text(figure, left, 10, name, "left", color=MUTED)
        _draw_map(figure, left, tops[0], before[:, :, c], INPUT, INPUT_EDGE)
        _draw_bar(figure, left, tops[1], width, f"mean {mean}", OUTPUT, OUTPUT_EDGE, 2)
        _draw_bar(figure, left, tops[3], width, f"× {gate}", WINDOW, WINDOW_EDGE, 1.5, "5 2")
        _draw_map(figure, left, tops[4], after[:, :, c], INPUT, INPUT_EDGE)
        for top in tops[1:]:
            draw_arrow(figure, (left + width * CELL / 2, top - STEP + 3), (left + width * CELL / 2, top - 4))
    return figure


def _draw_map(figure, left, top, values, *colours):
    for (i, j), value in np.ndenumerate(values):
        draw_cell(figure, left + j * CELL, top + i * CELL, format_number(value, 2), *colours, CELL)


def _draw_bar(figure, left, top, width, text, *look):
    draw_rectangle(figure, left, top, width * CELL, BAR, *look)
    draw_text(figure, left + width * CELL / 2, top + BAR / 2, text)

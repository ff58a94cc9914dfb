"""Between local and global: bins of any length, a fixed window on maps of other sizes, a pyramid of bins."""

import numpy as np

from poolkit.figures.heads import CELL, SMALL, WIDE
from poolkit.figures.style import (
    INK,
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    RULE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_image,
    draw_rectangle,
    draw_text,
    format_number,
)
from poolkit.pooling import adaptive_max_pool, average_pool
from poolkit.windows import make_bins


def draw_bins(length, outputs):
    """Draw one axis and, below it, the bins of adaptive pooling, each with its length.

    Parameters
    ----------
    length : int
        Positions on the axis.
    outputs : int
        How many bins.
    """
    windows = make_bins(length, outputs)
    bins = list(zip(windows.starts, windows.stops, strict=True))
    told = "; ".join(f"bin {o} sees {start} to {stop - 1}" for o, (start, stop) in enumerate(bins))
    figure = Figure(WIDE, CELL + 16 + 34 * outputs, f"An axis of {length} positions under {outputs} bins: {told}.")
    cell = min(1.6 * CELL, (WIDE - 2) / length)
    for i in range(length):
        draw_rectangle(figure, 1 + i * cell, 1, cell, CELL, INPUT, INPUT_EDGE)
        draw_text(figure, 1 + (i + 0.5) * cell, 1 + CELL / 2, str(i), size=18)
    for o, (start, stop) in enumerate(bins):
        top = CELL + 12 + 34 * o
        draw_rectangle(figure, 3 + start * cell, top, (stop - start) * cell - 4, 28, WINDOW, WINDOW_EDGE, 1.5, "5 2")
        draw_text(figure, 1 + (start + stop) / 2 * cell, top + 14, f"bin {o}: {stop - start} long", size=SMALL)
    return figure


def draw_coverage(cases):
    """Draw how many windows see each element of a square map, and how many numbers come out.

    Parameters
    ----------
    cases : dict from str to tuple
        Length of the map's side, window and stride; the key is the title. Two stand in a row.
    """
    half = WIDE / 2 - 10
    told, rows = [], -(-len(cases) // 2)
    figure = Figure(WIDE, rows * (half + 64) - 10, "")
    for place, (title, (length, size, stride)) in enumerate(cases.items()):
        left, top = place % 2 * (half + 20), place // 2 * (half + 64)
        seen, outputs = _coverage(length, size, stride)
        told.append(
            f"{title}: {outputs} × {outputs} numbers come out, {(seen > 0).sum()} of {seen.size} elements are seen"
        )
        draw_text(figure, left, top + 12, title, "left", 16)
        said = f"{outputs} × {outputs} out; seen: {(seen > 0).sum()} of {seen.size}"
        draw_text(figure, left, top + 34, said, "left", SMALL, MUTED)
        cell = half / length
        for (i, j), times in np.ndenumerate(seen):
            at = left + j * cell, top + 48 + i * cell
            fill, edge = (WINDOW, WINDOW_EDGE) if times else ("none", RULE)
            draw_rectangle(figure, *at, cell, cell, fill, edge, 1)
            draw_text(figure, at[0] + cell / 2, at[1] + cell / 2, str(times), size=SMALL, color=INK if times else MUTED)
    figure.alt = f"How many windows see each element. {'; '.join(told)}."
    return figure


def _coverage(length, size, stride):
    """How many windows see each element, and how many windows there are along an axis.

    An element has a weight of ``1 / size²`` in the mean of each window that sees it, so a 1 there tells.
    """
    lit = np.eye(length)[:, :, None]  # image m: position m is lit
    seen = np.rint(average_pool(lit, size, stride).sum(axis=(1, 2)) * size).astype(int)
    outputs = average_pool(lit, size, stride).shape[1]
    return np.outer(seen, seen), outputs


def draw_pyramid(x, sizes=(1, 2, 4)):
    """Draw one map under bins of several sizes, the maximum of each bin, and all maxima in one row.

    Parameters
    ----------
    x : array_like
        One map, ``(H, W)``.
    sizes : tuple of int
        Bins along each axis, a level each.
    """
    x = np.asarray(x)
    levels = [adaptive_max_pool(x[None, :, :, None], size)[0, :, :, 0] for size in sizes]
    told = "; ".join(
        f"{size} by {size}: {' '.join(map(format_number, level.ravel()))}"
        for size, level in zip(sizes, levels, strict=True)
    )
    side = (WIDE - 20 * (len(sizes) - 1)) / len(sizes)
    joined = sum(level.size for level in levels)
    figure = Figure(
        WIDE, side + 110, f"The maxima of a map of {x.shape[0]} by {x.shape[1]} in bins of several sizes. {told}."
    )
    shades = np.repeat(np.rint(255 - 90 * x / x.max())[:, :, None], 3, axis=2).astype(np.uint8)
    place = 0
    for number, (size, level) in enumerate(zip(sizes, levels, strict=True)):
        left = number * (side + 20)
        draw_text(figure, left, 10, f"{size} × {size}", "left", 16)
        draw_image(figure, shades, left, 24, side, side)
        for (i, j), value in np.ndenumerate(level):
            bin_ = side / size
            draw_rectangle(figure, left + j * bin_, 24 + i * bin_, bin_, bin_, "none", WINDOW_EDGE, 2, "6 3")
            draw_text(
                figure, left + (j + 0.5) * bin_, 24 + (i + 0.5) * bin_, format_number(value), size=20, color="black"
            )
        cell = WIDE / joined
        for value in level.ravel():
            draw_rectangle(figure, place * cell + 1, side + 70, cell - 2, 34, OUTPUT, OUTPUT_EDGE, 1.5)
            draw_text(figure, (place + 0.5) * cell, side + 87, format_number(value), size=SMALL)
            place += 1
    draw_text(figure, 0, side + 52, f"{' + '.join(str(level.size) for level in levels)} = {joined} numbers", "left", 16)
    return figure

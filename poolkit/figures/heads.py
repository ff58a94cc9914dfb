"""From maps to an answer: one map for each class, how Flatten walks, where a network's parameters lie."""

from math import sqrt

import numpy as np

from poolkit.figures.maps import colours
from poolkit.figures.photographs import draw_file
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
    draw_image,
    draw_rectangle,
    draw_text,
    format_number,
)
from poolkit.heads import flatten

WIDE = 550  # the column of the book's pages, 688 pixels
CELL = 45  # there 56 pixels
SMALL = 15  # the smallest letters of so wide a figure that can be read on a phone


def draw_class_means(picture, maps):
    """Draw a photograph, one map for each of some classes, and the mean of each map.

    Parameters
    ----------
    picture : bytes
        The photograph, a WebP file of 640 × 448 pixels.
    maps : dict from str to array_like
        ``(h, w)`` for each class, at most four.
    """
    maps = {name: np.asarray(map_, float) for name, map_ in maps.items()}
    most = max(map_.max() for map_ in maps.values())
    told = [f"{name}: mean {map_.mean():.1f}" for name, map_ in maps.items()]
    figure = Figure(
        WIDE, 424, f"A photograph, and one map for each class, brighter where more speaks for it. {'; '.join(told)}."
    )
    draw_file(figure, picture, 0, 0, 320, 224)
    rows, columns = next(iter(maps.values())).shape
    words = (
        "A network turns this",
        "photograph into one map",
        f"for each class, {rows} × {columns}.",
        "",
        "What speaks for it there:",
    )
    for line, text in enumerate(words):
        draw_text(figure, 340, 24 + 24 * line, text, "left", 16)
    draw_image(figure, colours(np.linspace(0, 1, 64))[None], 340, 138, 200, 18)
    draw_text(figure, 340, 170, "nothing", "left", SMALL, MUTED)
    draw_text(figure, 540, 170, f"much ({most:.0f})", "right", SMALL, MUTED)
    for place, (name, map_) in enumerate(maps.items()):
        left = place * 140
        draw_text(figure, left, 256, name, "left", 16)
        draw_image(figure, colours(np.clip(map_ / most, 0, 1)), left, 270, 130, 91)
        draw_arrow(figure, (left + 65, 365), (left + 65, 384))
        draw_rectangle(figure, left + 1, 388, 128, 32, OUTPUT, OUTPUT_EDGE, 2)
        draw_text(figure, left + 65, 404, f"mean {map_.mean():.1f}".replace("-", "−"), size=16)
    return figure


def draw_ends(ends):
    """Draw the last layers of networks: how many numbers each hands on, and how many parameters it has.

    Parameters
    ----------
    ends : dict from str to list of tuple
        For each network its last stages: name, shape of what comes out, ``(H, W, C)`` or ``(n,)``, and parameters.
    """
    told = [
        f"{network}: " + ", ".join(f"{name} {_times(shape)} with {count:,} parameters" for name, shape, count in stages)
        for network, stages in ends.items()
    ]
    highs = [max(_height(shape) for _, shape, _ in stages) for stages in ends.values()]
    figure = Figure(WIDE, sum(highs) + 120 * len(ends) - 20, f"The ends of networks. {'; '.join(told)}.")
    draw_text(figure, WIDE, 14, "below each: what comes out, and its parameters", "right", SMALL, MUTED)
    foot = 0
    for high, (network, stages) in zip(highs, ends.items(), strict=True):
        draw_text(figure, 0, foot + 14, network, "left", 18)
        foot, step = foot + high + 34, WIDE / len(stages)
        for place, (name, shape, count) in enumerate(stages):
            middle = step * (place + 0.5)
            _draw_block(figure, middle, foot, shape) if len(shape) == 3 else _draw_vector(
                figure, middle, foot, shape[0]
            )
            if place:
                draw_arrow(figure, (middle - step + 36, foot - 16), (middle - 24, foot - 16))
            draw_text(figure, middle, foot + 18, name, size=SMALL)
            draw_text(figure, middle, foot + 37, _times(shape), size=SMALL)
            said = f"{count:,}" if count else "no parameter"
            draw_text(figure, middle, foot + 56, said, size=SMALL, color=WINDOW_EDGE if count else MUTED)
        foot += 86
    return figure


def _height(shape):
    return 6 * shape[0] + sqrt(shape[2]) / 2 if len(shape) == 3 else sqrt(shape[0])


def _times(shape):
    return " × ".join(f"{length:,}" for length in shape)


def _draw_vector(figure, middle, foot, length):
    """A bar; its area grows with the root of the length, so that short ones are still seen."""
    draw_rectangle(figure, middle - 8, foot - sqrt(length), 16, sqrt(length), OUTPUT, OUTPUT_EDGE, 2)


def _draw_block(figure, middle, foot, shape):
    """Maps behind each other: a box whose face is one map."""
    side, deep = 6 * shape[0], sqrt(shape[2])
    left, top = middle - (side + deep / 2) / 2, foot - side
    x, y = deep / 2, -deep / 2
    style = f"fill: {INPUT}; stroke: {INPUT_EDGE}; stroke-width: 1.5; stroke-linejoin: round"
    for path in (
        f"M{left:g} {top:g}l{x:g} {y:g}h{side}l{-x:g} {-y:g}z",
        f"M{left + side:g} {top:g}l{x:g} {y:g}v{side}l{-x:g} {-y:g}z",
    ):
        figure.elements.append(f'<path d="{path}" style="{style}"/>')
    draw_rectangle(figure, left, top, side, side, INPUT, INPUT_EDGE, 1.5)


def draw_row_major(maps):
    """Draw how Flatten walks: from position to position, and at each through all maps.

    Parameters
    ----------
    maps : array_like
        ``(H, W, C)``; map 0 is marked.
    """
    maps = np.asarray(maps)
    height, width, channels = maps.shape
    vector = flatten(maps[None])[0]
    stacks = height * width
    alt = (
        f"Flatten visits {stacks} positions row by row, and at each all {channels} maps: "
        + ", ".join(map(format_number, vector))
        + "."
    )
    pitch = CELL + 44
    figure = Figure(WIDE, height * pitch + 138, alt)
    gap = (WIDE - width * channels * CELL) / (width + 1)
    for i, j in np.ndindex(height, width):
        left, top = gap + j * (channels * CELL + gap), 26 + i * pitch
        draw_text(figure, left, top - 10, f"row {i}, column {j}", "left", SMALL, MUTED)
        for c in range(channels):
            _mark(figure, left + c * CELL, top, maps[i, j, c], c)
        end = left + channels * CELL
        if j == width - 1 and i + 1 < height:  # back to the beginning of the next row
            path = f"M{end + 6:g} {top + CELL / 2:g}h12v{CELL / 2 + 10:g}H{gap / 2:g}v{pitch - CELL / 2 - 10:g}"
            figure.elements.append(f'<path d="{path}" style="fill: none; stroke: {MUTED}; stroke-width: 2"/>')
            draw_arrow(figure, (gap / 2, top + pitch + CELL / 2), (gap - 6, top + pitch + CELL / 2))
        if j + 1 < width:
            draw_arrow(figure, (end + 6, top + CELL / 2), (end + gap - 6, top + CELL / 2))
    below = height * pitch + 18
    draw_text(figure, 0, below, f"flattened: {vector.size} numbers; dashed: the numbers of map 0", "left", SMALL)
    cell = min(CELL, (WIDE - 4) / vector.size)
    for place, value in enumerate(vector):
        _mark(figure, 2 + place * cell, below + 18, value, place % channels, cell)
        draw_text(figure, 2 + (place + 0.5) * cell, below + 18 + CELL + 14, str(place), size=SMALL, color=MUTED)
    return figure


def _mark(figure, left, top, value, channel, width=CELL):
    fill, edge, line, dashes = (OUTPUT, OUTPUT_EDGE, 1, None) if channel else (WINDOW, WINDOW_EDGE, 2.5, "6 3")
    draw_rectangle(figure, left + 1, top, width - 2, CELL, fill, edge, line, dashes)
    draw_text(figure, left + width / 2, top + CELL / 2, format_number(value), size=18)

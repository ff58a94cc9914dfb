"""Photographs, with what a network says of them drawn over or below."""

from base64 import b64encode

import numpy as np

from poolkit.figures.style import (
    FONT,
    MUTED,
    OUTPUT_EDGE,
    RULE,
    WINDOW_EDGE,
    Figure,
    draw_rectangle,
    draw_text,
)

WIDE = 440
LINES = ((OUTPUT_EDGE, "none", "—"), (WINDOW_EDGE, "7 4", "- -"), (MUTED, "2 4", "···"))


def draw_sliding(picture, size, probabilities, side):
    """Draw a photograph, a square that slides over it from left to right, and how sure a network is at each place.

    Parameters
    ----------
    picture : bytes
        The photograph, a WebP file.
    size : pair of int
        Its height and width, in pixels that the network sees.
    probabilities : dict from str to array_like
        ``(S,)`` for up to three classes, 0 to 1: what the network says of the square, moved right by 0 to ``S - 1``
        pixels.
    side : int
        Of the square, in the same pixels.
    """
    curves = {name: np.asarray(values, float) for name, values in probabilities.items()}
    height, width = size
    told = [
        f"{name} from {y.min():.0%} to {y.max():.0%}, by up to {np.abs(np.diff(y)).max():.0%} in one step"
        for name, y in curves.items()
    ]
    shifts = max(map(len, curves.values()))
    alt = f"A square moves right over a photograph by 0 to {shifts - 1} pixels. Probabilities: {'; '.join(told)}."
    unit = WIDE / width
    figure = Figure(WIDE, height * unit + 250, alt)
    draw_file(figure, picture, 0, 0, WIDE, height * unit)
    for left, dashes in ((shifts - 1, "7 4"), (0, None)):
        for color, line in (("black", 5), ("white", 2.5)):
            draw_rectangle(figure, left * unit + 2, 2, side * unit - 4, side * unit - 4, "none", color, line, dashes)
    top = height * unit + 24
    for place, (name, (color, _, dashes)) in enumerate(zip(curves, LINES, strict=False)):
        draw_text(figure, place * WIDE / 3, top, f"{dashes} {name}", "left", FONT, color)
    _curves(figure, curves, 44, top + 24, WIDE - 54, 150)
    draw_text(figure, WIDE / 2, top + 210, "the square moved right by … pixels", size=FONT - 1, color=MUTED)
    return figure


def _curves(figure, curves, left, top, width, height):
    """Percent over pixels, on a scale in steps of 20 %, or of 5 % where nothing is above 20 %."""
    last = max(map(len, curves.values())) - 1
    greatest = max(values.max() for values in curves.values())
    step = 0.2 if greatest > 0.2 else 0.05
    most = np.ceil(greatest / step) * step
    for level in np.arange(0, most + step / 2, step):
        y = top + height * (1 - level / most)
        figure.elements.append(f'<path d="M{left:g} {y:g}h{width:g}" style="stroke: {RULE}; stroke-width: 1"/>')
        draw_text(figure, left - 6, y, f"{level:.0%}", "right", FONT - 2, MUTED)
    for shift in range(0, last + 1, 32):
        draw_text(figure, left + width * shift / last, top + height + 16, str(shift), size=FONT - 2, color=MUTED)
    for values, (color, dashes, _) in zip(curves.values(), LINES, strict=False):
        points = " ".join(
            f"{left + width * shift / last:.1f},{top + height * (1 - value / most):.1f}"
            for shift, value in enumerate(values)
        )
        style = f"fill: none; stroke: {color}; stroke-width: 2; stroke-dasharray: {dashes}"
        figure.elements.append(f'<polyline points="{points}" style="{style}"/>')


def draw_file(figure, picture, left, top, width, height):
    """A WebP file as it is."""
    figure.elements.append(
        f'<image x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none" '
        f'href="data:image/webp;base64,{b64encode(picture).decode()}"/>'
    )

"""Pictures of pictures: photographs, feature maps, and the stages of a convolutional network."""

import numpy as np

from poolkit.figures.style import (
    COLUMN,
    FONT,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    RULE,
    Figure,
    Row,
    draw_cell,
    draw_image,
    draw_rectangle,
    draw_text,
    format_number,
)

GAP = 12
SIZE = 112  # of the largest map in a row of four
PHOTOGRAPH = 216  # 300 pixels on a page


def draw_images(images, alt, columns=2, value_range=None):
    """Draw images side by side at one size, every pixel a sharp square, so that a smaller array shows larger squares.

    Parameters
    ----------
    images : dict from str to array_like
        Each ``(H, W)`` or ``(H, W, 3)``; the key is its title, its shape is added.
    alt : str
        What there is to see.
    columns : int
        Images in a row, as wide together as a page's text; fewer on a phone.
    value_range : pair of float, optional
        What black and white stand for in ``(H, W)`` images. The default is each image's own least and greatest value.
    """
    width = (COLUMN - GAP * (columns - 1)) // columns
    figures = []
    for title, image in images.items():
        image = np.asarray(image)
        height = width * image.shape[0] / image.shape[1]
        told = f"{title}: {image.shape[0]} by {image.shape[1]}."
        figure = Figure(width, height + 34, told if figures else f"{alt} {told}", scale=1)
        draw_text(figure, 0, 8, title, "left")
        draw_text(figure, 0, 24, f"{image.shape[0]} × {image.shape[1]}", "left", FONT - 2, MUTED)
        _image(figure, image, 0, 34, width, height, value_range)
        figures.append(figure)
    return Row(figures)


def draw_stages(stages, names=()):
    """Draw the stages of a convolutional network, one row a stage, with the maps that really come out of each.

    Parameters
    ----------
    stages : dict from str to array_like
        What comes out of each stage: ``(H, W, C)``, or ``(C,)`` for a vector. The key names the stage.
    names : sequence of str
        Of the filters: each stands above its map in the first stage that has so many.
    """
    stages = {title: np.asarray(maps) for title, maps in stages.items()}
    shapes = {title: _shape(maps) for title, maps in stages.items()}
    alt = "The stages of a convolutional network: " + "; ".join(f"{title}, {shape}" for title, shape in shapes.items())
    largest = max(maps.shape[0] for maps in stages.values() if maps.ndim == 3)
    figure = Figure(4 * SIZE + 3 * GAP, 0, alt + (f". Filters: {', '.join(names)}" if names else ""))
    top, ends = 0, []
    for title, maps in stages.items():
        shown = min(maps.shape[-1], 4)
        size = PHOTOGRAPH if maps.shape[-1] == 1 else SIZE
        side = size * maps.shape[0] / largest if maps.ndim == 3 else 36
        middles = [c * (size + GAP) + size / 2 for c in range(shown)]
        if ends:
            _flow(figure, ends, middles, top + 4, top + 34)
            top += 40
        draw_text(figure, 0, top + 9, title, "left")
        draw_text(figure, 0, top + 26, shapes[title], "left", FONT - 1, MUTED)
        top += 38
        if len(names) == maps.shape[-1] and maps.ndim == 3:
            for middle, name in zip(middles, names, strict=False):
                draw_text(figure, middle, top + 8, name, size=FONT - 1)
            top, names = top + 20, ()
        for c, middle in enumerate(middles):
            if maps.ndim == 3:
                _image(figure, maps[:, :, c], middle - side / 2, top, side, side, None)
            else:
                cell = middle - side, top, format_number(maps[c], 2), OUTPUT, OUTPUT_EDGE, side, 2
                draw_cell(figure, *cell, linewidth=2)
        top, ends = top + side, middles
    figure.height = top + 2
    return figure


def _flow(figure, starts, ends, top, bottom):
    """Arrows from what a stage gets to what it makes of it: map by map, or from one to all."""
    pairs = zip(starts, ends, strict=True) if len(starts) == len(ends) else [(starts[0], end) for end in ends]
    lines = "".join(
        f"M{x:g} {top:g}L{to:g} {bottom:g}M{to - 5:g} {bottom - 7:g}L{to:g} {bottom:g}L{to + 5:g} {bottom - 7:g}"
        for x, to in pairs
    )
    figure.elements.append(f'<path d="{lines}" style="fill: none; stroke: {MUTED}; stroke-width: 2"/>')


def _shape(maps):
    if maps.ndim == 1:
        return f"{maps.size} numbers"
    return f"{' × '.join(map(str, maps.shape))} = {maps.size:,} numbers"


def _image(figure, image, left, top, width, height, value_range):
    if image.ndim == 2:
        low, high = value_range or (image.min(), image.max())
        image = np.clip((image - low) / max(high - low, 1e-12) * 255, 0, 255).astype(np.uint8)
        image = np.repeat(image[:, :, None], 3, axis=2)
    draw_image(figure, image.astype(np.uint8), left, top, width, height)
    draw_rectangle(figure, left, top, width, height, "none", RULE, 0.5)

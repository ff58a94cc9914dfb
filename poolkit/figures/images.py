"""Pictures of pictures: photographs, feature maps, and the stages of a convolutional network."""

import numpy as np

from poolkit.figures.style import (
    FONT,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    PHONE,
    RULE,
    Figure,
    draw_cell,
    draw_image,
    draw_rectangle,
    draw_text,
    format_number,
)

GAP = 10
TITLE = 46  # the lines above an image and the space below it


def draw_images(images, alt, columns=2, value_range=None):
    """Draw images side by side at one size, every pixel a sharp square, so that a smaller array shows larger squares.

    Parameters
    ----------
    images : dict from str to array_like
        Each ``(H, W)`` or ``(H, W, 3)``; the key is its title, its shape is added.
    alt : str
        What there is to see.
    columns : int
        Images in a row.
    value_range : pair of float, optional
        What black and white stand for in ``(H, W)`` images. The default is each image's own least and greatest value.
    """
    images = {title: np.asarray(image) for title, image in images.items()}
    width = (PHONE - GAP * (columns - 1)) / columns
    heights = [width * image.shape[0] / image.shape[1] for image in images.values()]
    rows = [max(heights[start : start + columns]) for start in range(0, len(heights), columns)]
    shapes = ", ".join(f"{title}: {image.shape[0]} by {image.shape[1]}" for title, image in images.items())
    figure = Figure(PHONE, sum(rows) + TITLE * len(rows) + 2, f"{alt} Sizes: {shapes}.")
    for place, (title, image) in enumerate(images.items()):
        row, column = divmod(place, columns)
        left, top = column * (width + GAP), sum(rows[:row]) + TITLE * row
        draw_text(figure, left, top + 10, title, "left")
        draw_text(figure, left, top + 26, f"{image.shape[0]} × {image.shape[1]}", "left", FONT - 2, MUTED)
        _image(figure, image, left, top + 36, width, heights[place], value_range)
    return figure


def draw_stages(stages):
    """Draw the stages of a convolutional network, one row a stage, with the maps that really come out of each.

    Parameters
    ----------
    stages : dict from str to array_like
        What comes out of each stage: ``(H, W, C)``, or ``(C,)`` for a vector. The key names the stage.
    """
    stages = {title: np.asarray(maps) for title, maps in stages.items()}
    shapes = {title: _shape(maps) for title, maps in stages.items()}
    alt = "The stages of a convolutional network: " + "; ".join(f"{title}, {shape}" for title, shape in shapes.items())
    largest = max(maps.shape[0] for maps in stages.values() if maps.ndim == 3)
    size = 72
    heights = [_side(maps, largest, size) + 48 for maps in stages.values()]
    figure = Figure(PHONE, sum(heights), alt)
    top = 0
    for (title, maps), height in zip(stages.items(), heights, strict=True):
        draw_text(figure, 0, top + 10, title, "left")
        draw_text(figure, 0, top + 27, shapes[title], "left", FONT - 2, MUTED)
        side = _side(maps, largest, size)
        for c in range(min(maps.shape[-1], 4)):
            corner = c * (size + GAP), top + 38
            if maps.ndim == 3:
                _image(figure, maps[:, :, c], *corner, side, side, None)
            else:
                draw_cell(figure, *corner, format_number(maps[c], 2), OUTPUT, OUTPUT_EDGE, side, 2, linewidth=2)
        top += height
    return figure


def _side(maps, largest, size):
    return size * maps.shape[0] / largest if maps.ndim == 3 else 32


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

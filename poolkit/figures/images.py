"""Pictures of pictures: photographs, feature maps, and the stages of a convolutional network."""

from base64 import b64encode
from html import escape

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
    make_png,
)

GAP = 10
COLUMN = 688  # pixels of the book's column


class Pictures:
    """Images side by side, each below its title; where there is no room they stand one below the other.

    Parameters
    ----------
    parts : list of str
        The HTML of each.
    alt : str
        What there is to see.
    columns : int
        How many stand in a row of the book's column.
    """

    def __init__(self, parts, alt, columns):
        self.parts, self.alt, self.columns = parts, alt, columns

    def _repr_html_(self):
        least = (COLUMN - GAP * (self.columns - 1)) // self.columns - 5
        grid = f"repeat(auto-fill,minmax(min(100%,{least}px),1fr))"
        style = f"display:grid;grid-template-columns:{grid};gap:{GAP}px;max-width:{COLUMN}px;align-items:start"
        return (
            f'<div class="poolkit-figure" role="group" aria-label="{escape(self.alt)}" style="{style}">'
            f"{''.join(self.parts)}</div>"
        )

    def __repr__(self):
        return f"<Pictures: {self.alt}>"


def draw_images(images, alt, columns=2, value_range=None):
    """Show images side by side at one size, every pixel a sharp square, so that a smaller array shows larger squares.

    Parameters
    ----------
    images : dict from str to array_like
        Each ``(H, W)`` or ``(H, W, 3)``; the key is its title, its shape is added.
    alt : str
        What there is to see.
    columns : int
        Images in a row of the book's column; a phone shows fewer.
    value_range : pair of float, optional
        What black and white stand for in ``(H, W)`` images. The default is each image's own least and greatest value.
    """
    images = {title: np.asarray(image) for title, image in images.items()}
    shapes = ", ".join(f"{title}: {image.shape[0]} by {image.shape[1]}" for title, image in images.items())
    parts = [show_image(title, image, value_range) for title, image in images.items()]
    return Pictures(parts, f"{alt} Sizes: {shapes}.", columns)


def show_image(title, image, value_range, size=1):
    """An image below its title, as wide as its column or ``size`` times as wide."""
    png = b64encode(make_png(_pixels(image, value_range))).decode()
    rows, columns = image.shape[:2]
    style = "width:100%;height:auto;display:block;image-rendering:pixelated;outline:1px solid #8888"
    return (
        f'<figure style="margin:0 0 8px;width:{size:.0%}"><figcaption style="white-space:nowrap"><b>{escape(title)}</b>'
        f' <small>{rows} × {columns}</small></figcaption><img alt="{escape(title)}" width="{columns}" height="{rows}" '
        f'style="{style}" src="data:image/png;base64,{png}"></figure>'
    )


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
    draw_image(figure, _pixels(image, value_range), left, top, width, height)
    draw_rectangle(figure, left, top, width, height, "none", RULE, 0.5)


def _pixels(image, value_range):
    """``(H, W, 3)`` of uint8, grey where there is one channel."""
    if image.ndim == 2:
        low, high = value_range or (image.min(), image.max())
        image = np.clip((image - low) / max(high - low, 1e-12) * 255, 0, 255).astype(np.uint8)
        image = np.repeat(image[:, :, None], 3, axis=2)
    return image.astype(np.uint8)

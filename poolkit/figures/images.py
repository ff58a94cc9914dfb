"""Pictures of pictures: photographs, feature maps, and the stages of a convolutional network."""

from base64 import b64encode
from html import escape

import numpy as np

from poolkit.figures.style import (
    COLUMN,
    FONT,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    RULE,
    Figure,
    draw_cell,
    draw_image,
    draw_rectangle,
    draw_text,
    format_number,
    make_clip,
    make_png,
)

GAP = 12
SIZE = 112  # of the largest map in a row of four
PHOTOGRAPH = 216  # 300 pixels on a page


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


def draw_clip(frames, alt, seconds=0.4, rounds=2):
    """Play frames one after another, ``rounds`` times; for readers who asked for less motion, the first one stands.

    Parameters
    ----------
    frames : array_like
        ``(D, H, W)``, in shades from its least to its greatest value.
    alt : str
        What there is to see.
    seconds : float
        How long each is shown.
    rounds : int
        How often the clip plays; keep it to five seconds in all, since it cannot be stopped.
    """
    frames = np.asarray(frames)
    shades = frames.min(), frames.max()
    pixels = [_pixels(frame, shades) for frame in frames]
    still, moving = (b64encode(png).decode() for png in (make_png(pixels[0]), make_clip(pixels, seconds, rounds)))
    style = "width:100%;max-width:688px;image-rendering:pixelated;outline:1px solid #8888"
    part = (
        f'<picture><source media="(prefers-reduced-motion: reduce)" srcset="data:image/png;base64,{still}">'
        f'<img alt="{escape(alt)}" width="{frames.shape[2]}" height="{frames.shape[1]}" style="{style};height:auto" '
        f'src="data:image/png;base64,{moving}"></picture>'
    )
    return Pictures([part], f"{alt} {len(frames)} frames of {frames.shape[1]} by {frames.shape[2]}.", 1)


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
    draw_image(figure, _pixels(image, value_range), left, top, width, height)
    draw_rectangle(figure, left, top, width, height, "none", RULE, 0.5)


def _pixels(image, value_range):
    """``(H, W, 3)`` of uint8, grey where there is one channel."""
    if image.ndim == 2:
        low, high = value_range or (image.min(), image.max())
        image = np.clip((image - low) / max(high - low, 1e-12) * 255, 0, 255).astype(np.uint8)
        image = np.repeat(image[:, :, None], 3, axis=2)
    return image.astype(np.uint8)

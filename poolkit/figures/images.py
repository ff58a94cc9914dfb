"""Pictures of pictures: photographs and feature maps, still or moving."""

from base64 import b64encode
from html import escape

import numpy as np

from poolkit.figures.style import COLUMN, add_pause, make_png

GAP = 12
SHARP = 240  # pixels: a viewer that drops the style below blurs what it enlarges, so the file itself is this large
STYLE = "width:100%;height:auto;display:block;image-rendering:pixelated;outline:1px solid #8888"


class Pictures:
    """Images side by side, each below its title; where there is no room, fewer stand in a row.

    Parameters
    ----------
    parts : list of str
        The HTML of each.
    alt : str
        What there is to see.
    columns : int
        How many stand in a row of the book's column.
    wrap : bool
        Without it as many stand in a row of a phone.
    """

    def __init__(self, parts, alt, columns, wrap=True):
        self.parts, self.alt, self.columns, self.wrap = parts, alt, columns, wrap

    def _repr_html_(self):
        least = (COLUMN - GAP * (self.columns - 1)) // self.columns - 5
        grid = f"repeat(auto-fill,minmax(min(100%,{least}px),1fr))"
        grid, align = (grid, "start") if self.wrap else (f"repeat({self.columns},minmax(0,1fr))", "end")
        style = f"display:grid;grid-template-columns:{grid};gap:{GAP}px;max-width:{COLUMN}px;align-items:{align}"
        return (
            f'<div class="poolkit-figure" role="group" aria-label="{escape(self.alt)}" style="{style}">'
            f"{''.join(self.parts)}</div>"
        )

    def __repr__(self):
        return f"<Pictures: {self.alt}>"


def draw_images(images, alt, columns=2, value_range=None, *, wrap=True):
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
    wrap : bool
        Without it a phone shows as many in a row, so that rows keep their meaning; their titles may break.
    """
    images = {title: np.asarray(image) for title, image in images.items()}
    shapes = ", ".join(f"{title}: {image.shape[0]} by {image.shape[1]}" for title, image in images.items())
    parts = [show_image(title, image, value_range, wrap=wrap) for title, image in images.items()]
    return Pictures(parts, f"{alt} Sizes: {shapes}.", columns, wrap)


class Clips(Pictures):
    """Strips of frames, of which one is seen at a time, with a box to pause them all."""

    def _repr_html_(self):
        steps = "@keyframes poolkit-clip{to{object-position:0 100%}}"
        return add_pause(super()._repr_html_(), ".poolkit-figure img", steps, "animation-name:poolkit-clip")


def draw_clips(clips, alt, seconds=2.4):
    """Play clips side by side, with a box to pause them; for readers who want less motion, their first frames stand.

    Parameters
    ----------
    clips : dict from str to array_like
        Each ``(D, H, W)``, in shades from its least to its greatest value; the key is its title, its shape is added.
    alt : str
        What there is to see.
    seconds : float
        How long a round takes, for each clip alike.
    """
    parts, shapes = [], []
    for title, frames in clips.items():
        frames = np.asarray(frames)
        depth, rows, columns = frames.shape
        style = f";aspect-ratio:{columns}/{rows};object-fit:cover;object-position:0 0"
        style += f";animation-duration:{seconds:g}s;animation-iteration-count:infinite"
        style += f";animation-timing-function:steps({depth},jump-none)"
        parts.append(show_image(title, frames.reshape(-1, columns), None, shape=frames.shape, style=style))
        shapes.append(f"{title}: {depth} frames of {rows} by {columns}")
    return Clips(parts, f"{alt} Sizes: {', '.join(shapes)}.", len(parts))


def show_image(title, image, value_range, size=1, frame=None, wrap=True, shape=None, style=""):
    """An image below its title, as wide as its column or ``size`` times as wide; on it is room for a frame."""
    picture = write_image(title, image, value_range, style)
    if frame is not None:
        picture = f'<div style="position:relative">{picture}{frame}</div>'
    whole, parted = (' style="white-space:nowrap"', "") if wrap else ("", ' style="white-space:nowrap"')
    return (
        f'<figure style="margin:0 0 8px;width:{size:.0%}"><figcaption{whole}><b>{escape(title)}</b>'
        f" <small{parted}>{' × '.join(map(str, shape or image.shape[:2]))}</small></figcaption>{picture}</figure>"
    )


def write_image(alt, image, value_range, style=""):
    """An image alone, as wide as what it stands in."""
    rows, columns = image.shape[:2]
    size = -(-SHARP // max(rows, columns))
    pixels = _pixels(image, value_range).repeat(size, axis=0).repeat(size, axis=1)
    png = b64encode(make_png(pixels)).decode()
    return (
        f'<img alt="{escape(alt)}" width="{columns}" height="{rows}" style="{STYLE}{style}" '
        f'src="data:image/png;base64,{png}">'
    )


def _pixels(image, value_range):
    """``(H, W, 3)`` of uint8, grey where there is one channel."""
    if image.ndim == 2:
        low, high = value_range or (image.min(), image.max())
        image = np.clip((image - low) / max(high - low, 1e-12) * 255, 0, 255).astype(np.uint8)
        image = np.repeat(image[:, :, None], 3, axis=2)
    return image.astype(np.uint8)

"""One look for every picture: its colours, the elements it is made of, and how it becomes SVG.

Input, window and output keep their colour in every chapter, and differ in their outline too: thin, dashed, thick.
"""

import re
import zlib
from base64 import b64decode, b64encode
from html import escape
from struct import pack

import numpy as np

# Each colour is named once by its light form; its dark form takes over where the page is dark.
DARK = {
    (INK := "#1f2430"): "#e8eaf0",
    (MUTED := "#566072"): "#a9b2c3",
    (RULE := "#c3cad6"): "#4a5364",
    (INPUT := "#dce9fd"): "#17315a",
    (INPUT_EDGE := "#2459c4"): "#79aaff",
    (WINDOW := "#ffe7bf"): "#5c3c00",
    (WINDOW_EDGE := "#a34a00"): "#ffb74d",
    (OUTPUT := "#d5f2df"): "#0e4226",
    (OUTPUT_EDGE := "#15753a"): "#5fd694",
}
FONT = 14
CELL = 40
PHONE = 360  # a figure of at most this width is shown unscaled on a phone
COLUMN = 688  # pixels: as wide as a page's text
SCALE = 1.4  # pixels for a unit of a drawing, so that a cell is 56 wide where there is room

# An image in a notebook has a ground of its own, so its text can be read on any other; the book's pages take it away.
GROUND = "color-scheme:light dark;background:light-dark(#fff,#14181f);"

# What a notebook viewer with a dark theme says of itself; the book says it with the standard CSS property.
VIEWERS = (
    "[data-jp-theme-light=false] .poolkit-figure,.vscode-dark .poolkit-figure,html[theme=dark] .poolkit-figure"
    "{color-scheme:dark}"
)


# Below a picture that a script makes live; the book's pages, where it lives already, hide this.
RUN = '<p class="poolkit-run"><small>In Jupyter: run this cell to play with the picture.</small></p>'


class Figure:
    """A picture that shows itself as themed SVG and knows its own description.

    Parameters
    ----------
    width, height : float
        Size in units of the drawing; at most 360 wide, a phone shows it unscaled.
    alt : str
        What the picture shows, for those who cannot see it.
    scale : float
        Pixels for a unit, where there is room.
    """

    def __init__(self, width, height, alt, scale=SCALE):
        self.width, self.height, self.alt, self.scale = width, height, alt, scale
        self.elements = []

    def svg(self):
        """The picture as an ``<svg>`` element that fits into any page."""
        body = re.sub("|".join(DARK), lambda found: f"light-dark({found[0]}, {DARK[found[0]]})", self._body())
        style = f"width:{self.width * self.scale:g}px;max-width:100%;height:auto;font-family:sans-serif"
        return (
            f'<svg class="poolkit-figure" role="img" aria-label="{escape(self.alt)}" '
            f'viewBox="0 0 {self.width:g} {self.height:g}" style="{style}" xmlns="http://www.w3.org/2000/svg">'
            f"\n{body}\n</svg>"
        )

    def _body(self):
        return "\n".join(self.elements)

    def _repr_html_(self):
        """An image, for notebooks that are not trusted show no ``<svg>``."""
        drawn = b64encode(self.svg().replace('style="', f'style="{GROUND}', 1).encode()).decode()
        style = f"width:{self.width * self.scale:g}px;max-width:100%"
        return (
            f'<img class="poolkit-figure" alt="{escape(self.alt)}" style="{style}" '
            f'src="data:image/svg+xml;base64,{drawn}">'
        )

    def __repr__(self):
        return f"<Figure: {self.alt}>"


_IMAGE = re.compile(r'<img class="poolkit-figure"[^>]*base64,([A-Za-z0-9+/=]+)">')


def inline(html):
    """The same with drawings in place of their images, as the book's pages show them: they follow light and dark."""
    return _IMAGE.sub(lambda image: b64decode(image[1]).decode().replace(GROUND, "", 1), html)


def draw_rectangle(figure, left, top, width, height, fill="none", edge="none", linewidth=1.0, dashes=None):
    """A rectangle; ``dashes`` are the lengths of its outline's dashes and gaps, such as ``"4 2"``."""
    dashed = f"; stroke-dasharray: {dashes}" if dashes else ""
    figure.elements.append(
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" '
        f'style="fill: {fill}; stroke: {edge}; stroke-width: {linewidth:g}{dashed}"/>'
    )


def draw_cell(figure, left, top, text, fill, edge, size=CELL, wide=1, **outline):
    """One cell with its number: ``size`` high and ``wide`` times as wide."""
    width = size * wide
    draw_rectangle(figure, left, top, width, size, fill, edge, **outline)
    if text:
        draw_text(figure, left + width / 2, top + size / 2, text, size=FONT if len(text) < 5 * wide else FONT - 3)


def draw_text(figure, x, y, text, align="center", size=FONT, color=INK):
    """One line of text, centred on ``y``."""
    anchor = {"left": "start", "center": "middle", "right": "end"}[align]
    figure.elements.append(
        f'<text x="{x:g}" y="{y:g}" dy=".35em" '
        f'style="font-size: {size:g}px; text-anchor: {anchor}; fill: {color}">{escape(text)}</text>'
    )


def draw_arrow(figure, start, end):
    """A line with a head of two short lines, drawn to the right, to the left or straight down."""
    (x, y), (to_x, to_y) = start, end
    back = to_x - 7 if to_x > x else to_x + 7
    head = f"M{back:g} {to_y - 5:g}L{to_x:g} {to_y:g}L{back:g} {to_y + 5:g}"
    if x == to_x:
        head = f"M{to_x - 5:g} {to_y - 7:g}L{to_x:g} {to_y:g}L{to_x + 5:g} {to_y - 7:g}"
    figure.elements.append(
        f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}{head}" style="fill: none; stroke: {MUTED}; stroke-width: 2"/>'
    )


def draw_image(figure, pixels, left, top, width, height):
    """Pixels of shape ``(H, W, 3)`` and dtype uint8, each a sharp rectangle."""
    png = b64encode(make_png(pixels)).decode()
    figure.elements.append(
        f'<image x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" preserveAspectRatio="none" '
        f'style="image-rendering: pixelated" href="data:image/png;base64,{png}"/>'
    )


def make_png(pixels):
    """A PNG file of pixels ``(H, W, 3)``: its signature, then chunks for header, rows and end."""
    header = pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", _compress(pixels)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _compress(pixels):
    """Rows, each after a filter byte 0."""
    rows = np.pad(pixels.reshape(pixels.shape[0], -1), ((0, 0), (1, 0)))
    return zlib.compress(rows.tobytes(), 9)


def add_pause(html, moving, keyframes, animation):
    """Let what the selector ``moving`` finds move, with a box to pause it, unless the reader asked for less motion."""
    style = (
        f"{keyframes}@media screen and (prefers-reduced-motion:no-preference){{"
        f".poolkit-film:has({moving}) label{{display:block!important}}"
        f".poolkit-film {moving}{{{animation}}}"
        f".poolkit-film:has(input:checked) {moving}{{animation-play-state:paused}}}}"
    )
    pause = '<label style="display:none"><input type="checkbox"> Pause</label>'
    return f'<div class="poolkit-film">{html}{pause}</div><style>{style}</style>'


def format_number(value, decimals=4):
    """Rounded to ``decimals``, and no more digits than needed."""
    return f"{float(value):.{decimals}f}".rstrip("0").rstrip(".")

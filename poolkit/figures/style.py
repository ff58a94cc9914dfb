"""One look for every picture: its colours, its canvas, and how it becomes SVG.

Input, window and output keep their colour in every chapter, and differ in their outline too: thin, dashed, thick.
"""

import re
from hashlib import sha256
from html import escape
from io import StringIO

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patches import Rectangle

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

# What a notebook viewer with a dark theme says of itself; the book says it with the standard CSS property.
_VIEWERS = (
    "[data-jp-theme-light=false] .poolkit-figure,.vscode-dark .poolkit-figure,html[theme=dark] .poolkit-figure"
    "{color-scheme:dark}"
)


class Figure(MatplotlibFigure):
    """A matplotlib figure that shows itself as themed SVG and knows its own description.

    Parameters
    ----------
    width, height : float
        Size in CSS pixels; at most 360 wide, a phone shows it unscaled.
    alt : str
        What the picture shows, for those who cannot see it.
    """

    def __init__(self, width, height, alt):
        super().__init__(figsize=(width / 72, height / 72), dpi=72, layout=None)
        self.patch.set_visible(False)
        self.alt = alt

    def canvas_axes(self):
        """Axes over the whole figure, in pixels from its top left corner."""
        width, height = self.get_size_inches() * 72
        axes = self.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        return axes

    def svg(self):
        """The picture as an ``<svg>`` element that fits into any page."""
        raw = StringIO()
        settings = {"svg.fonttype": "none", "svg.hashsalt": "poolkit", "svg.image_inline": True}
        with mpl.rc_context(settings):
            FigureCanvasSVG(self).print_svg(raw, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        return _themed(raw.getvalue(), self.alt)

    def _repr_html_(self):
        return self.svg()

    def __repr__(self):
        return f"<Figure: {self.alt}>"


def _themed(svg, alt):
    """Reduce matplotlib's SVG to what a page needs, and give every colour its dark form."""
    width, height = re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups()
    body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<defs>\s*<style.*?</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r"base64,\s+", "base64,", body)
    body = re.sub(r" font-family: [^;]*;", "", body)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
    mark = f"f{sha256(body.encode()).hexdigest()[:8]}"
    body = re.sub(r' id="([^"]+)"', lambda found: f' id="{mark}{found[1]}"' if found[1] in used else "", body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{mark}", body)
    body = re.sub("|".join(DARK), lambda found: f"light-dark({found[0]}, {DARK[found[0]]})", body)
    body = re.sub(r"<g>\s*</g>", "", re.sub(r"\s*\n\s*", "\n", body))
    style = f"width:{float(width) * 1.25:g}px;max-width:100%;height:auto;font-family:sans-serif;stroke-linejoin:round"
    return (
        f'<svg class="poolkit-figure" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width} {height}" '
        f'style="{style}" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<style>{_VIEWERS}</style>{body}</svg>"
    )


def draw_cell(axes, left, top, text, fill, edge, size=CELL, wide=1, linewidth=1, **style):
    """One cell with its number: ``size`` pixels high and ``wide`` times as wide."""
    width = size * wide
    style |= {"facecolor": fill, "edgecolor": edge, "linewidth": linewidth, "clip_on": False}
    axes.add_patch(Rectangle((left, top), width, size, **style))
    if text:
        draw_text(axes, left + width / 2, top + size / 2, text, size=FONT if len(text) < 5 * wide else FONT - 3)


def draw_text(axes, x, y, text, align="center", size=FONT, color=INK):
    """One line of text, centred on ``y``."""
    axes.text(x, y, text, ha=align, va="center", fontsize=size, color=color)


def format_number(value, decimals=4):
    """Rounded to ``decimals``, and no more digits than needed."""
    return f"{float(value):.{decimals}f}".rstrip("0").rstrip(".")

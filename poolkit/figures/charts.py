"""Charts: a signal and its poolings as curves. Only they need matplotlib, so only this module imports it."""

import re
from hashlib import sha256
from io import StringIO

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as MatplotlibFigure

from poolkit.figures.style import FONT, INPUT_EDGE, MUTED, OUTPUT_EDGE, PHONE, RULE, WINDOW_EDGE, Figure


class Chart(Figure, MatplotlibFigure):
    """A matplotlib figure that shows itself as every other :class:`Figure` does."""

    def __init__(self, width, height, alt):
        MatplotlibFigure.__init__(self, figsize=(width / 72, height / 72), dpi=72, layout=None)
        Figure.__init__(self, width, height, alt)
        self.patch.set_visible(False)

    def _body(self):
        """Matplotlib's SVG, reduced to what a page needs."""
        raw = StringIO()
        settings = {"svg.fonttype": "none", "svg.hashsalt": "poolkit", "svg.image_inline": True}
        with mpl.rc_context(settings):
            FigureCanvasSVG(self).print_svg(raw, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
        svg = raw.getvalue()
        body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
        body = re.sub(r"<defs>\s*<style.*?</defs>", "", body, flags=re.DOTALL)
        body = re.sub(r"base64,\s+", "base64,", body)
        body = re.sub(r" font-family: [^;]*;", "", body)
        used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', body))
        mark = f"f{sha256(body.encode()).hexdigest()[:8]}"
        body = re.sub(r' id="([^"]+)"', lambda found: f' id="{mark}{found[1]}"' if found[1] in used else "", body)
        body = re.sub(r'(url\(#|href="#)', rf"\g<1>{mark}", body).replace("xlink:href", "href")
        body = re.sub(r"<g>\s*</g>", "", re.sub(r"\s*\n\s*", "\n", body)).strip()
        return f'<g style="stroke-linejoin: round">{body}</g>'


_LINES = ((OUTPUT_EDGE, "-"), (WINDOW_EDGE, "--"), (MUTED, ":"))


def draw_signal(x, pooled, pool_size, unit):
    """Draw a signal and, as steps over the windows they summarise, its poolings.

    Parameters
    ----------
    x : array_like
        ``(L,)``
    pooled : dict from str to array_like
        Up to three results, ``(L // pool_size,)`` each; the key is its label.
    pool_size : int
        Window length and stride.
    unit : str
        What the values are.
    """
    x = np.asarray(x)
    pooled = {label: np.asarray(y) for label, y in pooled.items()}
    alt = f"A signal of {x.size} samples ({unit}) and, over windows of {pool_size}, " + ", ".join(
        f"its {label} ({y.size} values)" for label, y in pooled.items()
    )
    figure = Chart(PHONE, 250, alt)
    axes = figure.add_axes((0.12, 0.14, 0.86, 0.66))
    axes.plot(x, color=INPUT_EDGE, lw=1)
    _text(figure, 0.12, 0.95, f"signal, {x.size} samples", INPUT_EDGE)
    for place, ((label, y), (color, dashes)) in enumerate(zip(pooled.items(), _LINES, strict=False)):
        edges = np.arange(y.size + 1) * pool_size - 0.5
        axes.stairs(y, edges, color=color, lw=2.2, ls=dashes, baseline=None)
        _text(figure, 0.12 + 0.3 * place, 0.87, f"{label} {_DASHES[dashes]}", color)
    _plain(axes)
    axes.set_ylabel(unit, color=MUTED, fontsize=FONT - 3)
    return figure


_DASHES = {"-": "—", "--": "- -", ":": "···"}


def _plain(axes):
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(colors=MUTED, labelsize=FONT - 3)


def _text(figure, x, y, text, color):
    figure.text(x, y, text, ha="left", va="center", fontsize=FONT - 2, color=color)

"""Charts: signals, and numbers that depend on one other, as curves. Only they need matplotlib: no other imports it."""

import re
from hashlib import sha256
from io import StringIO

import numpy as np

try:
    import matplotlib as mpl
except ImportError as error:
    raise ImportError("matplotlib draws the charts. Install it with: pip install 'poolkit[figures]'") from error
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
        body = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", body)
        drawn = re.sub(r'base64,[^"]+', "", body)  # pictures apart: their bytes differ between processors
        mark = f"f{sha256(drawn.encode()).hexdigest()[:8]}"
        body = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{mark}", body).replace("xlink:href", "href")
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
    axes = figure.add_axes((0.12, 0.18, 0.86, 0.62))
    axes.plot(x, color=INPUT_EDGE, lw=1)
    _text(figure, 0.12, 0.95, f"signal, {x.size} samples", INPUT_EDGE)
    for place, ((label, y), (color, dashes)) in enumerate(zip(pooled.items(), _LINES, strict=False)):
        edges = np.arange(y.size + 1) * pool_size - 0.5
        axes.stairs(y, edges, color=color, lw=2.2, ls=dashes, baseline=None)
        _text(figure, 0.12 + 0.3 * place, 0.87, f"{label} {_DASHES[dashes]}", color)
    _plain(axes)
    axes.set_xlabel("sample", color=MUTED, fontsize=FONT - 3)
    axes.set_ylabel(unit, color=MUTED, fontsize=FONT - 3)
    return figure


def draw_curves(x, curves, label, levels=()):
    """Draw numbers that depend on one other as curves, over levels that they may reach.

    Parameters
    ----------
    x : array_like
        What they depend on, positive and rising; it is drawn on a logarithmic scale.
    curves : dict from str to array_like
        Up to three, of the length of ``x``; the key names the curve.
    label : str
        What ``x`` is.
    levels : dict from str to float, optional
        Horizontal lines and their names.
    """
    ends = [f"{name}, from {y[0]:.2f} to {y[-1]:.2f}" for name, y in curves.items()]
    marks = [f"{name}, {level:g}" for name, level in dict(levels).items()]
    alt = f"Curves over {label} from {x[0]:g} to {x[-1]:g}: {'; '.join(ends)}. Levels: {'; '.join(marks)}."
    figure = Chart(PHONE, 270, alt)
    axes = figure.add_axes((0.1, 0.17, 0.88, 0.7))
    for name, level in dict(levels).items():
        axes.axhline(level, color=RULE, lw=1.5)
        axes.text(x[-1], level, name, ha="right", va="bottom", fontsize=FONT - 3, color=MUTED)
    for place, ((name, y), (color, dashes)) in enumerate(zip(curves.items(), _LINES, strict=False)):
        axes.plot(x, y, color=color, lw=2.2, ls=dashes)
        _text(figure, 0.1 + 0.45 * place, 0.95, f"{name} {_DASHES[dashes]}", color)
    _plain(axes)
    axes.set_xscale("log")
    axes.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
    axes.minorticks_off()
    axes.set_xlabel(label, color=MUTED, fontsize=FONT - 3)
    return figure


def draw_learning_curves(sizes, curves, label, along="training images"):
    """Draw a share against sizes, say of the training set: the mean of several runs, over a band from least to most.

    Parameters
    ----------
    sizes : array_like
        ``(S,)``, rising; it is drawn on a logarithmic scale.
    curves : dict from str to array_like
        Up to three, ``(R, S)`` for ``R`` runs, 0 to 1; the key names the curve.
    label : str
        What share it is.
    along : str
        What the sizes are.
    """
    curves = {name: 100 * np.asarray(runs) for name, runs in curves.items()}
    means = {name: ", ".join(f"{mean:.0f}" for mean in runs.mean(0)) for name, runs in curves.items()}
    shown = "; ".join(f"{name} {numbers}" for name, numbers in means.items())
    alt = f"{label} in percent for {', '.join(map(str, sizes))} {along}, mean of the runs: {shown}."
    figure = Chart(PHONE, 270, alt)
    axes = figure.add_axes((0.12, 0.17, 0.85, 0.7))
    for place, ((name, runs), (color, dashes)) in enumerate(zip(curves.items(), _LINES, strict=False)):
        axes.fill_between(sizes, runs.min(0), runs.max(0), color=color, alpha=0.2, lw=0)
        axes.plot(sizes, runs.mean(0), color=color, lw=2.2, ls=dashes, marker="o", markersize=4)
        _text(figure, 0.12 + 0.3 * place, 0.95, f"{name} {_DASHES[dashes]}", color)
    _plain(axes)
    axes.set_xscale("log")
    axes.set_xticks(sizes, list(map(str, sizes)))
    axes.minorticks_off()
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel(along, color=MUTED, fontsize=FONT - 3)
    axes.set_ylabel(f"{label}, %", color=MUTED, fontsize=FONT - 3)
    return figure


_DASHES = {"-": "—", "--": "- -", ":": "···"}


def _plain(axes):
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(colors=MUTED, labelsize=FONT - 3)


def _text(figure, x, y, text, color):
    figure.text(x, y, text, ha="left", va="center", fontsize=FONT - 2, color=color)

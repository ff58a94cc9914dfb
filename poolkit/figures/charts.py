"""Charts: a signal and its poolings, and counts as bars."""

import numpy as np

from poolkit.figures.style import (
    FONT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    PHONE,
    RULE,
    WINDOW_EDGE,
    Figure,
    draw_text,
)

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
    figure = Figure(PHONE, 250, alt)
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


def draw_counts(counts):
    """Draw counts as bars, each with its number, so that lengths can be compared.

    Parameters
    ----------
    counts : dict from str to int
        The key names the bar.
    """
    alt = "Bars: " + "; ".join(f"{label}, {count:,}" for label, count in counts.items())
    figure = Figure(PHONE, 46 * len(counts) + 4, alt)
    axes = figure.canvas_axes()
    longest = max(counts.values())
    for place, (label, count) in enumerate(counts.items()):
        top = 46 * place
        width = max(230 * count / longest, 1)
        draw_text(axes, 0, top + 9, label, "left", FONT - 1)
        axes.barh(top + 28, width, 16, color=OUTPUT, edgecolor=OUTPUT_EDGE, lw=1.5, clip_on=False)
        draw_text(axes, width + 8, top + 28, f"{count:,}", "left")
    return figure


_DASHES = {"-": "—", "--": "- -", ":": "···"}


def _plain(axes):
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(RULE)
    axes.tick_params(colors=MUTED, labelsize=FONT - 3)


def _text(figure, x, y, text, color):
    figure.text(x, y, text, ha="left", va="center", fontsize=FONT - 2, color=color)

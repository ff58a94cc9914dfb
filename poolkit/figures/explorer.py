"""The pooling explorer: a picture to play with, which is a static figure wherever scripts do not run."""

import os
from html import escape
from pathlib import Path

import numpy as np

from poolkit.figures.grids import draw_flatten, draw_global_average, draw_pooling
from poolkit.figures.images import draw_images
from poolkit.figures.style import VIEWERS
from poolkit.pooling import (
    average_pool,
    global_average_pool,
    global_max_pool,
    global_min_pool,
    lp_pool,
    max_pool,
    min_pool,
)
from poolkit.variants import gem_pool, soft_pool

MODULE = Path(__file__).with_suffix(".mjs")
WHOLE = {global_max_pool: max_pool, global_average_pool: average_pool, global_min_pool: min_pool}
POOLS = (max_pool, average_pool, min_pool, lp_pool, gem_pool, soft_pool, *WHOLE)
MODES = ("pool", "predict", "gradient")


class Explorer:
    """A picture of pooling to play with: move the window, change numbers and settings, predict, send gradients back.

    Where no script runs, the same numbers stand there as a figure.

    Parameters
    ----------
    x : array_like
        One signal ``(L,)``, one map ``(H, W)``, or several maps ``(H, W, C)``, which are flattened and averaged.
    pool : callable
        :func:`poolkit.max_pool`, ``average_pool``, ``min_pool``, ``lp_pool``, a global one of the first three,
        :func:`poolkit.variants.gem_pool` or ``soft_pool``.
    pool_size, strides, padding
        As for ``pool``.
    mode : str
        What the reader finds first: ``"pool"``, ``"predict"`` (she fills in the output) or ``"gradient"``.
    shaded : bool
        Show the numbers as grey levels, for images.
    **options
        ``dilation``, and ``p`` for ``lp_pool`` and ``gem_pool``.

    Examples
    --------
    >>> Explorer([1, 1, 2, 2, 5, 1, 6], max_pool, 3, strides=1)
    <Explorer: values="1 1 2 2 5 1 6" pool="max_pool" pool-size="3" strides="1">
    """

    def __init__(
        self, x, pool=max_pool, pool_size=2, strides=None, padding="valid", *, mode="pool", shaded=False, **options
    ):
        self.x = np.asarray(x)
        if self.x.ndim not in (1, 2, 3):
            raise ValueError(f"x must be (L,), (H, W) or (H, W, C), got shape {self.x.shape}")
        if pool not in POOLS:
            raise ValueError(f"pool must be one of {', '.join(each.__name__ for each in POOLS)}, got {pool!r}")
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        self.pool, self.rule = pool, {"pool_size": pool_size, "strides": strides, "padding": padding}
        self.mode, self.shaded, self.options = mode, shaded, options

    def attributes(self):
        """The state that the page's element starts from."""
        maps = np.atleast_2d(self.x)
        maps = maps[None] if maps.ndim == 2 else np.moveaxis(maps, -1, 0)
        values = {"values": " | ".join("; ".join(map(_row, rows)) for rows in maps)}
        if self.x.ndim == 3:
            return values | ({"mode": self.mode} if self.mode != "pool" else {})
        settings = {"pool": self.pool.__name__} | self.rule | self.options | {"mode": self.mode, "shaded": self.shaded}
        usual = {"strides": None, "padding": "valid", "mode": "pool", "shaded": False}
        if self.pool in WHOLE:
            usual |= self.rule
        shown = {name: value for name, value in settings.items() if (name, value) not in usual.items()}
        return values | {name.replace("_", "-"): _text(value) for name, value in shown.items()}

    def figure(self):
        """What stands there without a script."""
        if self.x.ndim == 3:
            return draw_flatten(self.x)._repr_html_() + draw_global_average(self.x)._repr_html_()
        x, rule = np.atleast_2d(self.x), {"pool_size": self.x.shape} if self.pool in WHOLE else self.rule
        pool = WHOLE.get(self.pool, self.pool)
        if self.shaded:
            y = pool(x[None, :, :, None], **rule, **self.options)[0, :, :, 0]
            return draw_images({"input": x, "output": y}, f"An image before and after {pool.__name__}.")._repr_html_()
        if self.x.ndim == 1:
            rule = {name: _beside(name, value) for name, value in rule.items()}
        return draw_pooling(x, pool, **rule, **self.options)._repr_html_()

    def _repr_html_(self):
        element = f'<pooling-explorer class="poolkit-figure" data-lm-suppress-shortcuts="true" {self._words()}>'
        element += f"{self.figure()}</pooling-explorer>"
        if os.environ.get("POOLKIT_PAGE"):  # the book's pages load the script once, for all their explorers
            return element
        return f'{element}<style>{VIEWERS}</style><script type="module">{MODULE.read_text(encoding="utf-8")}</script>'

    def __repr__(self):
        return f"<Explorer: {self._words()}>"

    def _words(self):
        return " ".join(f'{name}="{escape(value)}"' for name, value in self.attributes().items())


def _row(values):
    return " ".join(np.format_float_positional(value, trim="-") for value in values)


def _text(value):
    if isinstance(value, (tuple, list)):
        pairs = isinstance(value[0], (tuple, list))
        return ("; " if pairs else " ").join(_text(each) if pairs else str(each) for each in value)
    return "" if value is True else str(value)


def _beside(name, value):
    """A setting of a signal, for the signal as a map of one row."""
    if value is None or isinstance(value, str):
        return value
    nothing = (0, 0) if name == "padding" else 1
    return (nothing, *(value if isinstance(value, (tuple, list)) else (value,)))

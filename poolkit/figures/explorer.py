"""The pooling explorer: a picture to play with, which is a static figure wherever scripts do not run."""

import os
import re
from html import escape
from inspect import signature
from pathlib import Path

import numpy as np

from poolkit.figures.gradients import draw_gradients
from poolkit.figures.grids import draw_flatten, draw_global_average, draw_pooling
from poolkit.figures.images import draw_images
from poolkit.figures.style import RUN, VIEWERS
from poolkit.pooling import (
    POOLINGS,
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
PARTS = [MODULE.with_stem(f"explorer_{part}") for part in ("arithmetic", "words", "code", "style")]
WHOLE = {global_max_pool: max_pool, global_average_pool: average_pool, global_min_pool: min_pool}
POOLS = (max_pool, average_pool, min_pool, lp_pool, gem_pool, soft_pool, *WHOLE)
MODES = ("pool", "predict", "gradient")
CONTROLS = ("mode", "pool", "window", "stride", "padding", "dilation", "p", "compare", "size", "rule")


def script():
    """The element's script in one piece, for where no file can lie beside a page."""
    text = "".join(part.read_text(encoding="utf-8") for part in (*PARTS, MODULE))
    return re.sub("^import .*\n", "", text, flags=re.MULTILINE)


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
    dy : array_like
        For ``"gradient"``: the gradient of each output. The default is 1 for each.
    shaded : bool
        Show the numbers as grey levels, for images.
    controls : str
        What shows at once, words with spaces between them; all else is behind *More*: ``mode``, ``pool``, ``window``,
        ``stride``, ``padding``, ``dilation``, ``p``, ``compare``, ``size`` of the input, and ``rule``, by which the
        output has its size. Without it: ``pool window stride``. A setting that is not the usual one shows in any case.
    compare : callable
        A second pooling of the same input, sliding or global as ``pool`` is.
    **options
        ``dilation``, and ``p`` for ``lp_pool`` and ``gem_pool``.

    Examples
    --------
    >>> Explorer([1, 1, 2, 2, 5, 1, 6], max_pool, 3, strides=1)
    <Explorer: values="1 1 2 2 5 1 6" pool="max_pool" pool-size="3" strides="1">
    """

    def __init__(
        self, x, pool=max_pool, pool_size=2, strides=None, padding="valid", *, mode="pool", dy=None, shaded=False,
        controls=None, compare=None, **options,
    ):  # fmt: skip
        self.x = np.asarray(x)
        if self.x.ndim not in (1, 2, 3):
            raise ValueError(f"x must be (L,), (H, W) or (H, W, C), got shape {self.x.shape}")
        if pool not in POOLS or compare not in (None, *POOLS):
            raise ValueError(f"pool must be one of {', '.join(each.__name__ for each in POOLS)}, got {pool!r}")
        if compare and (compare in WHOLE) != (pool in WHOLE):
            raise ValueError(f"compare must slide or be global as pool is, got {compare.__name__}")
        if unknown := [word for word in (controls or "").split() if word not in CONTROLS]:
            raise ValueError(f"controls must be some of {', '.join(CONTROLS)}, got {unknown[0]!r}")
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, got {mode!r}")
        self.pool, self.rule = pool, {"pool_size": pool_size, "strides": strides, "padding": padding}
        self.mode, self.dy, self.shaded, self.options = mode, dy, shaded, options
        self.controls, self.compare = controls, compare

    def attributes(self):
        """The state that the page's element starts from."""
        maps = np.atleast_2d(self.x)
        maps = maps[None] if maps.ndim == 2 else np.moveaxis(maps, -1, 0)
        values = {"values": " | ".join("; ".join(map(_row, rows)) for rows in maps)}
        dy = None if self.dy is None else _row(np.ravel(self.dy))
        settings = {"mode": self.mode, "dy": dy, "controls": self.controls}
        usual = {"mode": "pool", "dy": None, "controls": None}
        if self.x.ndim < 3:
            settings = {"pool": self.pool.__name__} | self.rule | self.options | settings
            settings |= {"shaded": self.shaded, "compare": self.compare and self.compare.__name__}
            usual |= {"strides": None, "padding": "valid", "shaded": False, "compare": None}
        if self.pool in WHOLE:
            usual |= self.rule
        shown = {name: value for name, value in settings.items() if (name, value) not in usual.items()}
        return values | {name.replace("_", "-"): _text(value) for name, value in shown.items()}

    def figure(self):
        """What stands there without a script."""
        if self.x.ndim == 3:
            return draw_flatten(self.x)._repr_html_() + draw_global_average(self.x)._repr_html_()
        if self.mode == "gradient" and self.pool in POOLINGS:
            return self._draw_back()._repr_html_()
        return "".join(map(self._draw, filter(None, (self.pool, self.compare))))

    def _draw_back(self):
        x = np.atleast_2d(self.x)
        rule = {"keepdims": True} if self.pool in WHOLE else self._rule() | self.options
        shape = self.pool(x[None, :, :, None], **rule).shape[1:3]
        dy = np.ones(shape) if self.dy is None else np.reshape(self.dy, shape)
        return draw_gradients(x, dy, self.pool, **rule)

    def _rule(self):
        """Window, stride and padding; for a signal, those of a map of one row."""
        if self.x.ndim > 1:
            return self.rule
        return {name: _beside(name, value) for name, value in self.rule.items()}

    def _sliding(self, pool):
        """The input as a map, and ``pool`` as one that slides, with its arguments."""
        x = np.atleast_2d(self.x)
        options = {name: value for name, value in self.options.items() if name in signature(pool).parameters}
        rule = {"pool_size": x.shape} if pool in WHOLE else self._rule()
        return x, WHOLE.get(pool, pool), rule | options

    def _draw(self, pool):
        x, pool, rule = self._sliding(pool)
        if self.shaded:
            y = pool(x[None, :, :, None], **rule)[0, :, :, 0]
            return draw_images({"input": x, "output": y}, f"An image before and after {pool.__name__}.")._repr_html_()
        return draw_pooling(x, pool, **rule, hidden=self.mode == "predict")._repr_html_()

    def _output(self):
        """What is to be predicted, for the answers of the printed book."""
        x, pool, rule = self._sliding(self.pool)
        return "; ".join(map(_row, pool(x[None, :, :, None], **rule)[0, :, :, 0]))

    def _repr_html_(self):
        element = f'<pooling-explorer class="poolkit-figure" data-lm-suppress-shortcuts="true" {self._words()}'
        element += f' data-output="{self._output()}">' if self.mode == "predict" and self.x.ndim < 3 else ">"
        element += f"{self.figure()}{RUN}</pooling-explorer>"
        if os.environ.get("POOLKIT_PAGE"):  # the book's pages load the script once, for all their explorers
            return element
        return f'{element}<style>{VIEWERS}</style><script type="module">{script()}</script>'

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

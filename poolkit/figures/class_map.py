"""Photographs under class activation maps: to look at, or so that the reader chooses photograph, class and place."""

import json
import os
from base64 import b64encode
from html import escape
from pathlib import Path

import numpy as np

from poolkit.figures.maps import colours
from poolkit.figures.style import RUN, make_png

MODULE = Path(__file__).with_suffix(".mjs")
ENLARGED = 8  # times, in each direction; the browser does the rest
OPACITY = 0.6


class ClassMap:
    """Photographs under the maps of some classes; all classes of one photograph share one scale of colours.

    Where no script runs, the first photograph stands there large under the map of its first class, the others small.

    Parameters
    ----------
    photographs : dict from str to tuple
        The file (bytes, WebP), and a dict from classes to their ``probability``, ``bias`` and ``map``, ``(h, w)``. The
        mean of the map and the bias are the logit.
    """

    def __init__(self, photographs):
        self.photographs = photographs

    def _repr_html_(self):
        (_, (_, classes)), *_ = self.photographs.items()
        first, *others = (_first_class(name, *photograph) for name, photograph in self.photographs.items())
        height, width = np.shape(next(iter(classes.values()))["map"])
        large = min(70 * width / height, 100)  # no higher than a wide one, as in the page
        chances = "".join(f"<li>{escape(label)}: {found['probability']:.1%}</li>" for label, found in classes.items())
        small = "".join(f'<div style="flex:1">{other}</div>' for other in others)
        known = {name: classes for name, (_, classes) in self.photographs.items()}
        element = (
            '<class-map class="poolkit-figure" data-lm-suppress-shortcuts="true" '
            f'photographs="{escape(json.dumps(known, separators=(",", ":")))}">'
            f'<div style="max-width:720px"><div style="max-width:{large:g}%">{first}</div><ul>{chances}</ul>'
            f'<div style="display:flex;gap:8px">{small}</div>{RUN}</div></class-map>'
        )
        if os.environ.get("POOLKIT_PAGE"):  # the book's pages load the script once
            return element
        return f'{element}<script type="module">{MODULE.read_text(encoding="utf-8")}</script>'

    def __repr__(self):
        return f"<ClassMap: {', '.join(self.photographs)}>"


class Overlays:
    """Photographs under maps, side by side where there is room: see :func:`draw_overlays`."""

    def __init__(self, views):
        self.views = views

    def _repr_html_(self):
        figures = []
        for title, (pictures, map_) in self.views.items():
            width, most = len(pictures), map_.max()
            figures.append(
                f'<figure style="flex:1 1 {300 * width}px;max-width:{354 * width}px;margin:0">'
                f"{_overlay(pictures, map_, most, title)}"
                f'<figcaption style="color:inherit">{escape(title)}; brightest: {most:.2g}</figcaption></figure>'
            )
        style = "display:flex;flex-wrap:wrap;gap:12px;max-width:720px"
        return f'<div class="poolkit-figure" style="{style}">{"".join(figures)}</div>'

    def __repr__(self):
        return f"<Overlays: {', '.join(self.views)}>"


def draw_overlays(views):
    """Draw photographs under maps, each with colours from 0 (or less) to its own largest number.

    Parameters
    ----------
    views : dict from str to tuple
        The files (bytes, WebP) of one photograph or of some of one size that stand side by side, and the map over them,
        ``(h, w)``; the key is the title.
    """
    return Overlays({title: (list(pictures), np.asarray(map_, float)) for title, (pictures, map_) in views.items()})


def _first_class(name, picture, classes):
    label, found = next(iter(classes.items()))
    most = max(np.max(each["map"]) for each in classes.values())
    return _overlay([picture], found["map"], most, f"{label} in the photograph of the {name}")


def _overlay(pictures, map_, most, title):
    """Photographs under a map: a picture that the browser stretches, and whose last cells may reach beyond them."""
    map_ = np.asarray(map_, float)
    row, column = (int(at) + 1 for at in np.unravel_index(map_.argmax(), map_.shape))
    place = f"row {row} of {map_.shape[0]}, column {column} of {map_.shape[1]}"
    heat = b64encode(make_png(colours(np.clip(enlarge(map_) / most, 0, 1)))).decode()
    width = f"width:{100 / len(pictures):g}%;aspect-ratio:auto {map_.shape[1] / len(pictures):g}/{map_.shape[0]}"
    shown = "".join(
        f'<img class="poolkit-figure" alt="{escape(f"{title}: brightest in {place}") if number == 0 else ""}" '
        f'src="data:image/webp;base64,{b64encode(picture).decode()}" style="margin:0;{width}">'
        for number, picture in enumerate(pictures)
    )
    cover = "position:absolute;left:0;top:0;width:100%;height:100%;object-fit:cover;object-position:0 0"
    return (
        f'<div style="position:relative;display:flex">{shown}<img alt="" src="data:image/png;base64,{heat}" '
        f'style="{cover};opacity:{OPACITY}"></div>'
    )


def enlarge(map_, times=ENLARGED):
    """A map ``times`` as high and wide, its numbers joined by Catmull-Rom's cubic curves."""
    rows, columns = (_weights(length, times) for length in map_.shape)
    return rows @ map_ @ columns.T


def _weights(length, times):
    """``(length * times, length)``: how much each number counts at each place between them; the ends are repeated."""
    places = (np.arange(length * times) + 0.5) / times - 0.5
    before = np.floor(places).astype(int)
    t = places - before
    cubic = [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2]
    weights = np.zeros((places.size, length))
    for step, weight in enumerate(cubic, -1):
        np.add.at(weights, (np.arange(places.size), np.clip(before + step, 0, length - 1)), weight / 2)
    return weights

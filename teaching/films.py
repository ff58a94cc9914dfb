"""Four silent animations, each a GIF: a window moves, a mean in six steps, a shift, and a receptive field that grows.

The frames are figures of the book's own functions. GIF, because every program for slides shows it, and Pillow, which
notebooks need anyway, writes it.
"""

from io import BytesIO

import numpy as np
from experiments.lab_network import load_digits
from PIL import Image

from poolkit import max_pool
from poolkit.figures import Figure, draw_pooling, draw_six_steps
from poolkit.figures.style import INK, MUTED, WINDOW_EDGE, draw_image, draw_rectangle, draw_text

X = np.array([[2, 2, 7, 3], [9, 4, 6, 1], [8, 5, 2, 4], [3, 1, 2, 6]])
CONVOLUTION, POOLING = ("convolution", 3, 1), ("pooling", 2, 2)
LAYERS = (("the image", 1, 1), CONVOLUTION, POOLING, CONVOLUTION, POOLING, CONVOLUTION)
WIDTH = 640  # pixels
STYLE = f"<style>body {{ margin: 0; background: #fff }} svg {{ display: block; width: {WIDTH}px !important }}</style>"


def window():
    """The window of a max pooling moves over sixteen numbers."""
    return [draw_pooling(X, max_pool, 2, at=at) for at in np.ndindex(2, 2)]


def six_steps():
    """The mean of a map, value by value."""
    film = draw_six_steps(X)
    return [with_elements(film, film.elements + frame.elements + film.front) for frame in film.frames]


def with_elements(like, elements):
    figure = Figure(like.width, like.height, like.alt)
    figure.elements = elements
    return figure


def shift():
    """A 9 moves to the right, and the pooled 9 follows every second time."""
    rows = [9 * np.eye(8, dtype=int)[[place]] for place in range(8)]
    return [draw_pooling(row, max_pool, (1, 2), at=(0, place // 2)) for place, row in enumerate(rows)]


def fields():
    """How many pixels one number has seen after each layer."""
    seen, apart = 1, 1
    for name, window, stride in LAYERS:
        seen, apart = seen + (window - 1) * apart, apart * stride
        yield name, seen


def receptive_field():
    """What one number sees of a digit, layer by layer."""
    ink = np.repeat(np.uint8(255 - 255 * load_digits()[4, 0])[:, :, None], 3, axis=2)
    side, pixel, frames = 320, 320 / len(ink), []
    for number, (name, seen) in enumerate(fields()):
        alt = "A square on a handwritten 4 grows with each layer: " + ", ".join(f"{name} {n}" for name, n in fields())
        figure = Figure(side + 16, side + 62, f"{alt} pixels wide.")
        draw_text(figure, 8, 16, f"{number}. {name}" if number else name, "left", 20, INK)
        draw_text(figure, 8, 40, f"one number sees {seen} × {seen} pixels", "left", 16, MUTED)
        draw_image(figure, ink, 8, 56, side, side)
        start = 8 + (len(ink) - seen) // 2 * pixel
        draw_rectangle(figure, start, start + 48, seen * pixel, seen * pixel, "none", WINDOW_EDGE, 4)
        frames.append(figure)
    return frames


FILMS = {  # and for how many milliseconds each frame is shown
    "window": (window, 1200),
    "six-steps": (six_steps, 900),
    "shift": (shift, 1000),
    "receptive-field": (receptive_field, 1500),
}


def photograph(page, figures):
    """All frames on one page, light, and cut apart again; with few colours."""
    page.set_content(STYLE + "".join(figure.svg() for figure in figures))
    strip = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    height = strip.height / len(figures)
    return [strip.crop((0, round(n * height), WIDTH, round(n * height + height))) for n in range(len(figures))]


def write(browser, folder):
    """The files, and the words for each."""
    page, told = browser.new_page(viewport={"width": WIDTH, "height": 200}, color_scheme="light"), {}
    for name, (draw, milliseconds) in FILMS.items():
        figures = draw()
        first, *others = photograph(page, figures)
        first.save(folder / f"{name}.gif", save_all=True, append_images=others, duration=milliseconds, loop=0)
        told[f"{name}.gif"] = f"{draw.__doc__} {figures[-1].alt}"
    page.close()
    return told

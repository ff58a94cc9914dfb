"""A film: how the mean of a map is found, value by value."""

import numpy as np

from poolkit.figures.heads import CELL, SMALL, WIDE
from poolkit.figures.style import (
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    add_pause,
    draw_rectangle,
    draw_text,
    format_number,
)

SECONDS = 0.9  # for each frame
SIX_STEPS = (
    "Take the map.",
    "Start: sum 0, count 0.",
    "Visit each value, row by row.",
    "Add it to the sum, 1 to the count.",
    "Divide the sum by the count.",
    "Write the result down.",
)


class Film(Figure):
    """A figure whose frames follow each other on a page, with a box to pause; elsewhere the last one stands there."""

    def __init__(self, width, height, alt):
        super().__init__(width, height, alt)
        self.frames, self.front = [], []

    def frame(self):
        """Begin a frame: what is drawn on the figure that this returns is seen for its time alone."""
        self.frames.append(Figure(self.width, self.height, ""))
        return self.frames[-1]

    def _body(self):
        groups = [
            f'<g class="frame" visibility="{"visible" if frame is self.frames[-1] else "hidden"}" '
            f'style="animation-delay: {place * SECONDS:g}s">{"".join(frame.elements)}</g>'
            for place, frame in enumerate(self.frames)
        ]
        return "\n".join([*self.elements, *groups, *self.front])

    def _repr_html_(self):
        share, name = 100 / len(self.frames), f"poolkit-film-{len(self.frames)}"
        keyframes = f"@keyframes {name}{{0%{{visibility:visible}}{share:.4f}%{{visibility:hidden}}}}"
        animation = f"visibility:hidden;animation:{name} {len(self.frames) * SECONDS:g}s step-end infinite"
        return add_pause(super()._repr_html_(), "svg .frame", keyframes, animation)


def draw_six_steps(x):
    """Draw how the mean of a map is found, value by value, as a film.

    Parameters
    ----------
    x : array_like
        One map, ``(H, W)``.
    """
    x = np.asarray(x)
    rows, columns = x.shape
    total = format_number(x.sum())
    right, below = columns * CELL + 40, max(rows * CELL, 6 * 30) + 24
    alt = (
        f"A map of {rows} by {columns} values is visited row by row. The sum of its {x.size} values is {total}, so "
        f"their mean is {total} / {x.size} = {format_number(x.mean())}."
    )
    figure = Film(WIDE, below + 76, alt)
    for i, j in np.ndindex(x.shape):
        draw_rectangle(figure, 1 + j * CELL, 1 + i * CELL, CELL, CELL, INPUT, INPUT_EDGE)
    names = ("sum", "count", "sum / count")
    for place, name in enumerate(names):
        draw_text(figure, place * 140 + 60, below + 12, name, size=SMALL, color=MUTED)
        draw_rectangle(figure, place * 140 + 1, below + 26, 118, CELL, OUTPUT, OUTPUT_EDGE, 2)
    for visited in range(x.size + 3):
        frame = figure.frame()
        done = min(visited, x.size)
        steps = (0, 1) if visited == 0 else (2, 3) if visited <= x.size else (visited - x.size + 3,)
        for step in steps:
            draw_rectangle(frame, right - 8, step * 30 + 1, WIDE - right + 7, 28, WINDOW, WINDOW_EDGE, 1.5, "5 2")
        for place in range(done):
            at = place % columns * CELL + 1, place // columns * CELL + 1
            draw_rectangle(frame, *at, CELL, CELL, OUTPUT, OUTPUT_EDGE)
        if 0 < visited <= x.size:
            at = (visited - 1) % columns * CELL + 1, (visited - 1) // columns * CELL + 1
            draw_rectangle(frame, *at, CELL, CELL, WINDOW, WINDOW_EDGE, 3, "9 3")
        mean = {x.size + 1: f"{total} / {x.size}", x.size + 2: format_number(x.mean())}.get(visited, "")
        for place, text in enumerate((format_number(x.flat[:done].sum()), str(done), mean)):
            draw_text(frame, place * 140 + 60, below + 26 + CELL / 2, text, size=18)
    front = Figure(0, 0, "")
    for (i, j), value in np.ndenumerate(x):
        draw_text(front, 1 + (j + 0.5) * CELL, 1 + (i + 0.5) * CELL, format_number(value), size=18)
    for place, words in enumerate(SIX_STEPS):
        draw_text(front, right, place * 30 + 15, f"{place + 1}  {words}", "left", SMALL)
    figure.front = front.elements
    return figure

"""The picture that stands where the lab cannot: without scripts, and on paper.

``PYTHONPATH=.:book python -m experiments.lab_picture`` writes ``_static/lab.svg``.
"""

import numpy as np

from experiments.lab_network import STORED, framed, load, load_digits, logits, stages
from poolkit.figures.style import (
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    RULE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_arrow,
    draw_image,
    draw_rectangle,
    draw_text,
)

PICTURE = STORED.parent / "lab.svg"
HEADS = {"flatten": "Flatten", "gap": "Global average"}
FRAMES = {"flatten": 4, "gap": 16}  # as in the page
SIDE, GAP, ROW = 96, 22, 196


def answers(drawing, right):
    """For each head the digit and its share, for a drawing pushed to the right."""
    found = {}
    for head in HEADS:
        x = framed(drawing[None], FRAMES[head], right=right)
        scores = logits(load(f"max-{head}"), x)[0]
        shares = np.exp(scores) / np.exp(scores).sum()
        found[head] = int(shares.argmax()), shares.max()
    return found


def first_push(drawing):
    """How far to the right Flatten holds its answer no longer; 6 at most."""
    digits = [answers(drawing, right)["flatten"][0] for right in range(7)]
    return next((right for right in range(7) if digits[right] != digits[0]), 6)


def draw_lab(digit=4):
    """Draw the stages of a stored digit, and both answers, in place and pushed."""
    drawing = load_digits()[digit, 0]
    push = first_push(drawing)
    rows = {"as it was written": 0, f"pushed {push} pixels to the right": push}
    told = [f"{title}, {_told(answers(drawing, by))}" for title, by in rows.items()]
    alt = f"A {digit} on its way through a network: {'; '.join(told)}."
    figure = Figure(6 * SIDE + 5 * GAP + 2, len(rows) * ROW, alt)
    draw_rectangle(figure, 0, 0, figure.width, figure.height, "white")
    for place, (title, right) in enumerate(rows.items()):
        _draw_row(figure, drawing, title, right, place * ROW)
    return figure


def _told(found):
    said = [f"{HEADS[head]} says {_answer(*found[head])}" for head in HEADS]
    return " and ".join(said)


def _answer(digit, share):
    return f"{digit}, {'over 99%' if share > 0.995 else format(share, '.0%')} sure"


def _draw_row(figure, drawing, title, right, top):
    draw_text(figure, 0, top + 12, title, "left", 15)
    maps = stages(load("max-gap"), framed(drawing[None], right=right))
    middle = top + 26 + SIDE / 2
    for place, (name, found) in enumerate(maps.items()):
        left = 1 + place * (SIDE + GAP)
        _draw_map(figure, found[0], left, top + 26)
        draw_text(figure, left, top + 40 + SIDE, name, "left", 12, MUTED)
        if place:
            draw_arrow(figure, (left - GAP + 3, middle), (left - 3, middle))
    first = answers(drawing, 0)
    for place, (head, found) in enumerate(answers(drawing, right).items()):
        same = found[0] == first[head][0]
        _draw_answer(figure, head, found, same, place * 230 + 1, top + SIDE + 54)


def _draw_answer(figure, head, found, same, left, top):
    fill, edge = (OUTPUT, OUTPUT_EDGE) if same else (WINDOW, WINDOW_EDGE)
    draw_rectangle(figure, left, top, 216, 28, fill, edge, 1 if same else 2.5)
    text = f"{HEADS[head]}: {_answer(*found)}"
    draw_text(figure, left + 108, top + 14, text)


def _draw_map(figure, maps, left, top):
    """The liveliest map of a stage, from white to blue."""
    shown = maps[:, :, maps.sum((0, 1)).argmax()]
    ink = np.array([int(INPUT_EDGE[k : k + 2], 16) for k in (1, 3, 5)])
    pixels = 255 - (shown / max(shown.max(), 1e-9))[:, :, None] * (255 - ink)
    draw_image(figure, pixels.round().astype(np.uint8), left, top, SIDE, SIDE)
    draw_rectangle(figure, left, top, SIDE, SIDE, "none", RULE)


if __name__ == "__main__":
    PICTURE.write_text(draw_lab().svg(), encoding="utf-8")

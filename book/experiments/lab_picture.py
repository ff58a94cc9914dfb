"""The pictures that stand where the lab cannot: without scripts, and on paper.

``PYTHONPATH=.:book python -m experiments.lab_picture`` writes them into ``_static``.
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

HEADS = {"flatten": "Flatten", "gap": "Global average"}
FRAMES = {"flatten": 4, "gap": 16}  # as in the page
POOLINGS = {
    "max": "max pooling",
    "stride": "strides alone",
    "average": "means",
    "blur": "blurred maxima",
}
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


def draw_pushes(digit, copy, poolings):
    """Draw a stored digit pushed to the right by 0 to 6 pixels, and what networks with these poolings answer."""
    drawing = load_digits()[digit, copy]
    pushed = [framed(drawing[None], FRAMES["gap"], right=right) for right in range(7)]
    scores = {
        POOLINGS[pooling]: logits(load(f"{pooling}-gap"), np.concatenate(pushed))
        for pooling in poolings
    }
    told = [
        f"{name}: {' '.join(map(str, found.argmax(1)))}"
        for name, found in scores.items()
    ]
    alt = f"A {digit}, pushed to the right by 0 to 6 pixels, and what networks answer. {'; '.join(told)}."
    left, step, top = 128, 79, 28 + 72 + 8
    figure = Figure(left + 7 * step, top + len(scores) * 34, alt)
    draw_rectangle(figure, 0, 0, figure.width, figure.height, "white")
    draw_text(figure, 0, 12, "pushed by", "left", 12, MUTED)
    for right, image in enumerate(pushed):
        x = left + right * step
        draw_text(
            figure,
            x + 36,
            12,
            f"{right} px" if right else "in place",
            size=12,
            color=MUTED,
        )
        _draw_map(figure, image[0, 12:-12, 12:-12], x, 28, 72)
    for row, (name, found) in enumerate(scores.items()):
        y = top + row * 34
        draw_text(figure, 0, y + 14, name, "left")
        shares = np.exp(found) / np.exp(found).sum(1, keepdims=True)
        for right, share in enumerate(shares):
            answer = share.argmax()
            same = answer == shares[0].argmax()
            fill, edge = (OUTPUT, OUTPUT_EDGE) if same else (WINDOW, WINDOW_EDGE)
            draw_rectangle(
                figure,
                left + right * step + 1,
                y,
                70,
                28,
                fill,
                edge,
                1 if same else 2.5,
            )
            draw_text(
                figure,
                left + right * step + 36,
                y + 14,
                f"{answer} · {share[answer]:.0%}",
                size=13,
            )
    return figure


PICTURES = {
    "lab": draw_lab,
    "lab_strides": lambda: draw_pushes(7, 1, ["max", "stride"]),
    "lab_poolings": lambda: draw_pushes(9, 1, ["max", "stride", "average", "blur"]),
}


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


def _draw_map(figure, maps, left, top, side=SIDE):
    """The liveliest map of a stage, from white to blue."""
    shown = maps[:, :, maps.sum((0, 1)).argmax()]
    ink = np.array([int(INPUT_EDGE[k : k + 2], 16) for k in (1, 3, 5)])
    pixels = 255 - (shown / max(shown.max(), 1e-9))[:, :, None] * (255 - ink)
    draw_image(figure, pixels.round().astype(np.uint8), left, top, side, side)
    draw_rectangle(figure, left, top, side, side, "none", RULE)


if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (STORED.parent / f"{name}.svg").write_text(draw().svg(), encoding="utf-8")

"""Numbers as bars and dots: counts, shares of a whole, how far repeated runs spread, who is faster."""

from math import ceil, exp, floor, log, log2

import numpy as np

from poolkit.figures.grids import DASHED
from poolkit.figures.style import (
    FONT,
    INK,
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    PHONE,
    RULE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_cell,
    draw_rectangle,
    draw_text,
    format_number,
)

_MARK = WINDOW, WINDOW_EDGE, 1.5, DASHED


def draw_counts(counts, parts=None, part_name=""):
    """Draw counts as bars, each with its number, so that lengths can be compared.

    Parameters
    ----------
    counts : dict from str to int
        The key names the bar.
    parts : dict from str to int, optional
        How much of each count is of one kind; it is marked at the beginning of the bar.
    part_name : str, optional
        What that kind is.
    """
    numbers = {label: f"{parts[label]:,} of {count:,}" if parts else f"{count:,}" for label, count in counts.items()}
    kind = f" {part_name}" if parts else ""
    alt = "Bars: " + "; ".join(f"{label}, {number}{kind}" for label, number in numbers.items())
    figure = Figure(PHONE, 46 * len(counts) + (30 if parts else 4), alt)
    longest = max(counts.values())
    for place, (label, count) in enumerate(counts.items()):
        top = 46 * place
        width = max(230 * count / longest, 1)
        draw_text(figure, 0, top + 9, label, "left", FONT - 1)
        draw_rectangle(figure, 0.75, top + 20, width, 16, OUTPUT, OUTPUT_EDGE, 1.5)
        if parts:
            draw_rectangle(figure, 0.75, top + 20, 230 * parts[label] / longest, 16, *_MARK)
        draw_text(figure, width + 8, top + 28, numbers[label], "left")
    if parts:
        draw_rectangle(figure, 0.75, figure.height - 20, 24, 16, *_MARK)
        draw_text(figure, 34, figure.height - 12, part_name, "left", FONT - 2, MUTED)
    return figure


def draw_shares(elements, shares, title="window"):
    """Draw which share of an output each element of a window has, one row of bars a pooling.

    Parameters
    ----------
    elements : array_like
        The elements of the window, at most 5; or at most 3 vectors of two numbers, ``(3, 2)``.
    shares : dict from str to array_like
        The weight of each element; the key names the pooling. The output is the sum of weight times element.
    title : str, optional
        What the elements are.
    """
    elements = np.asarray(elements)
    vectors = elements.ndim == 2
    outputs = {name: sum(w * e for w, e in zip(weights, elements, strict=True)) for name, weights in shares.items()}
    rows = [f"{name}: {', '.join(f'{weight:.0%}' for weight in weights)}" for name, weights in shares.items()]
    listed = ", ".join(f"({_listed(element)})" if vectors else _listed(element) for element in elements)
    alt = f"The shares of {listed} in each output. {'; '.join(rows)}."
    left, step, row, full, wide = 4, 46, 64, 34, 3 if vectors else 2
    right = PHONE - 28 * wide - 2
    figure = Figure(PHONE, 62 + row * len(shares), alt)
    draw_text(figure, left, 10, title, "left", FONT - 2, MUTED)
    draw_text(figure, right, 10, "output", "left", FONT - 2, MUTED)
    for place, element in enumerate(elements):
        draw_cell(figure, left + place * step, 22, _listed(element), INPUT, INPUT_EDGE, 36)
    for number, (name, weights) in enumerate(shares.items()):
        bottom = 62 + row * number + 46
        for place, weight in enumerate(weights):
            height = max(full * float(weight), 0.5)
            draw_rectangle(figure, left + place * step, bottom - height, 36, height, WINDOW, WINDOW_EDGE, 1.5)
            percent = left + place * step + 18, bottom + 9
            draw_text(figure, *percent, f"{weight:.0%}", size=FONT - 3)
        draw_text(figure, left + step * len(elements) + 4, bottom - 14, name, "left", FONT - 1)
        output = _listed(outputs[name], 2)
        draw_cell(figure, right, bottom - 28, output, OUTPUT, OUTPUT_EDGE, 28, wide, linewidth=2)
    return figure


def _listed(element, decimals=4):
    """A number, or the numbers of a vector."""
    return ", ".join(format_number(number, decimals) for number in np.ravel(element))


def draw_seeds(shares, lowest=0):
    """Draw the shares that several runs of each experiment reached, each run a dot, with their mean.

    Parameters
    ----------
    shares : dict from str to array_like
        One share, ``lowest`` to 1, for each run; the key names the experiment.
    lowest : float
        Where the scale begins.
    """
    shares = {name: np.asarray(values, float) for name, values in shares.items()}
    means = {name: f"{values.mean():.1%}" for name, values in shares.items()}
    rows = [f"{name}, mean {means[name]}, from {v.min():.1%} to {v.max():.1%}" for name, v in shares.items()]
    left, width, row = 8, 270, 48
    bottom = row * len(shares)
    figure = Figure(PHONE, bottom + 18, f"Shares reached by {_runs(shares)}: {'; '.join(rows)}.")

    def at(share):
        return left + width * (share - lowest) / (1 - lowest)

    for place, (name, values) in enumerate(shares.items()):
        middle = row * place + 31
        draw_text(figure, 0, middle - 21, name, "left", FONT - 1)
        draw_rectangle(figure, left, middle - 0.5, width, 1, RULE)
        draw_rectangle(figure, at(values.mean()) - 1.5, middle - 9, 3, 18, OUTPUT_EDGE)
        for value in values:
            _draw_dot(figure, at(value), middle)
        draw_text(figure, PHONE, middle, means[name], "right")
    for share in (lowest, (lowest + 1) / 2, 1):
        label = f"{share:.0%}"
        draw_text(figure, max(at(share), 5 * len(label)), bottom + 8, label, size=FONT - 3, color=MUTED)
    return figure


def _runs(shares):
    return " and ".join(sorted({f"{values.size} runs" for values in shares.values()}))


def draw_ratios(tables, label):
    """Draw ratios of times on a logarithmic scale, each as a dot, and the geometric mean of each row as a bar.

    Parameters
    ----------
    tables : dict from str to dict from str to list of float
        The ratios, above 0, of each row of each table; the keys name tables and rows.
    label : str
        What the ratios are.
    """
    ratios = [ratio for rows in tables.values() for row in rows.values() for ratio in row]
    lowest, highest = floor(log2(min(ratios))), ceil(log2(max(ratios)))
    left, width, step, head = 145, 205, 19, 26
    bottom = sum(head + step * len(rows) for rows in tables.values())
    told = [
        f"{table}, {name}: mean {_mean(row):.2f}, lowest {min(row):.2f}"
        for table, rows in tables.items()
        for name, row in rows.items()
    ]
    figure = Figure(PHONE, bottom + 40, f"Ratios, each a dot: {label}. {'; '.join(told)}.")

    def across(ratio):
        return left + width * (log2(ratio) - lowest) / (highest - lowest)

    for power in range(lowest, highest + 1):
        mark = f"{2**power}" if power >= 0 else f"1/{2**-power}"
        draw_rectangle(figure, across(2**power) - 0.5, 0, 1, bottom, RULE if power else INK)
        draw_text(figure, across(2**power), bottom + 11, mark, size=FONT - 4, color=MUTED)
    draw_text(figure, PHONE / 2, bottom + 31, label, size=FONT - 3, color=MUTED)
    top = 0
    for table, rows in tables.items():
        draw_text(figure, 0, top + head / 2 + 3, table, "left", FONT - 1)
        top += head
        for name, row in rows.items():
            draw_text(figure, 6, top + step / 2, name, "left", FONT - 3, MUTED)
            for ratio in row:
                _draw_dot(figure, across(ratio), top + step / 2, ratio >= 1)
            draw_rectangle(figure, across(_mean(row)) - 1.5, top + 1, 3, step - 2, INK)
            top += step
    return figure


def _mean(ratios):
    return exp(sum(map(log, ratios)) / len(ratios))


def _draw_dot(figure, x, y, ahead=True):
    fill, edge = (OUTPUT, OUTPUT_EDGE) if ahead else (WINDOW, WINDOW_EDGE)
    figure.elements.append(
        f'<circle cx="{x:.1f}" cy="{y:g}" r="4" style="fill: {fill}; stroke: {edge}; stroke-width: 1.5"/>'
    )

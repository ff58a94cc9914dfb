"""Numbers as bars: counts, and shares of a whole."""

from poolkit.figures.style import (
    FONT,
    INPUT,
    INPUT_EDGE,
    MUTED,
    OUTPUT,
    OUTPUT_EDGE,
    PHONE,
    WINDOW,
    WINDOW_EDGE,
    Figure,
    draw_cell,
    draw_rectangle,
    draw_text,
    format_number,
)


def draw_counts(counts):
    """Draw counts as bars, each with its number, so that lengths can be compared.

    Parameters
    ----------
    counts : dict from str to int
        The key names the bar.
    """
    alt = "Bars: " + "; ".join(f"{label}, {count:,}" for label, count in counts.items())
    figure = Figure(PHONE, 46 * len(counts) + 4, alt)
    longest = max(counts.values())
    for place, (label, count) in enumerate(counts.items()):
        top = 46 * place
        width = max(230 * count / longest, 1)
        draw_text(figure, 0, top + 9, label, "left", FONT - 1)
        draw_rectangle(figure, 0.75, top + 20, width, 16, OUTPUT, OUTPUT_EDGE, 1.5)
        draw_text(figure, width + 8, top + 28, f"{count:,}", "left")
    return figure


def draw_shares(elements, shares):
    """Draw which share of an output each element of a window has, one row of bars a pooling.

    Parameters
    ----------
    elements : array_like
        The elements of the window, at most 5.
    shares : dict from str to array_like
        The weight of each element; the key names the pooling. The output is the sum of weight times element.
    """
    outputs = {name: sum(w * e for w, e in zip(weights, elements, strict=True)) for name, weights in shares.items()}
    rows = [f"{name}: {', '.join(f'{weight:.0%}' for weight in weights)}" for name, weights in shares.items()]
    alt = f"The shares of {', '.join(map(format_number, elements))} in each output. {'; '.join(rows)}."
    left, step, row, full = 4, 46, 64, 34
    figure = Figure(PHONE, 62 + row * len(shares), alt)
    draw_text(figure, left, 10, "window", "left", FONT - 2, MUTED)
    draw_text(figure, PHONE - 58, 10, "output", "left", FONT - 2, MUTED)
    for place, element in enumerate(elements):
        draw_cell(figure, left + place * step, 22, format_number(element), INPUT, INPUT_EDGE, 36)
    for number, (name, weights) in enumerate(shares.items()):
        bottom = 62 + row * number + 46
        for place, weight in enumerate(weights):
            height = max(full * float(weight), 0.5)
            draw_rectangle(figure, left + place * step, bottom - height, 36, height, WINDOW, WINDOW_EDGE, 1.5)
            percent = left + place * step + 18, bottom + 9
            draw_text(figure, *percent, f"{weight:.0%}", size=FONT - 3)
        draw_text(figure, left + step * len(elements) + 4, bottom - 14, name, "left", FONT - 1)
        output = format_number(outputs[name], 2)
        draw_cell(figure, PHONE - 58, bottom - 28, output, OUTPUT, OUTPUT_EDGE, 28, 2, linewidth=2)
    return figure

"""Counts as bars."""

from poolkit.figures.style import FONT, OUTPUT, OUTPUT_EDGE, PHONE, Figure, draw_rectangle, draw_text


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

"""Maps in colour: how often a network is right for each shift."""

import numpy as np

from poolkit.figures.style import FONT, MUTED, PHONE, RULE, Figure, draw_image, draw_rectangle, draw_text

GAP = 14
# From dark to light, so that it also reads without colour. The same in light and dark pages, as photographs are.
_SCALE = np.array([[38, 20, 72], [120, 40, 110], [205, 80, 75], [245, 160, 60], [252, 245, 190]])


def draw_shift_maps(maps):
    """Draw how often networks are right for each shift of the image, in percent, two networks side by side.

    Parameters
    ----------
    maps : dict from str to array_like
        ``(S, S)`` shares, 0 to 1, for shifts down and right from ``-(S // 2)`` on; the key names the network.
    """
    maps = {name: np.asarray(shares, float) for name, shares in maps.items()}
    described = [
        f"{name}: {shares[len(shares) // 2, len(shares) // 2]:.0%} without a shift, {shares.mean():.0%} on average, "
        f"{shares.min():.0%} at the least"
        for name, shares in maps.items()
    ]
    side = (PHONE - GAP) / 2
    row = side + 44
    figure = Figure(PHONE, row * -(-len(maps) // 2), f"Right answers for each shift. {'; '.join(described)}.")
    for place, (name, shares) in enumerate(maps.items()):
        left, top = (place % 2) * (side + GAP), row * (place // 2)
        draw_text(figure, left, top + 9, name, "left", FONT - 1)
        _percentages(figure, shares, left, top + 22, side)
        draw_text(figure, left, top + 22 + side + 9, "% right; shifts right →, down ↓", "left", FONT - 3, MUTED)
    return figure


def _percentages(figure, shares, left, top, side):
    draw_image(figure, colours(shares), left, top, side, side)
    cell = side / len(shares)
    for (i, j), share in np.ndenumerate(shares):
        ink = "black" if share > 0.55 else "white"
        draw_text(figure, left + (j + 0.5) * cell, top + (i + 0.5) * cell, f"{100 * share:.0f}", size=10, color=ink)
    middle = len(shares) // 2 * cell
    draw_rectangle(figure, left + middle, top + middle, cell, cell, "none", "black", 1.5)
    draw_rectangle(figure, left, top, side, side, "none", RULE, 0.5)


def colours(shares):
    """Numbers from 0 to 1 as ``(H, W, 3)`` pixels, from dark to light."""
    steps = np.linspace(0, 1, len(_SCALE))
    return np.stack([np.interp(shares, steps, channel) for channel in _SCALE.T], axis=-1).round().astype(np.uint8)

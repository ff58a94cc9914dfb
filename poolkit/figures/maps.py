"""Maps in colour: how often a network is right for each shift, and where it looks."""

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


def draw_activation_maps(views):
    """Draw images and, beside each, the image under a map of what speaks for a class, its peak framed.

    Parameters
    ----------
    views : dict from str to tuple
        The image ``(H, W)``, the map ``(h, w)`` over it, and the box ``(row, column, side)`` of what is looked for; the
        key says what it is.
    """
    told = []
    side = (PHONE - GAP) / 2
    row = side + 34
    figure = Figure(PHONE, row * len(views), "")
    for place, (name, (image, speaks, box)) in enumerate(views.items()):
        image, speaks, top = np.asarray(image, float), np.asarray(speaks, float), row * place + 22
        unit, cell = side / image.shape[0], side / speaks.shape[0]
        peak = np.array(np.unravel_index(speaks.argmax(), speaks.shape)) + 0.5
        inside = all(start <= at * cell / unit < start + box[2] for at, start in zip(peak, box, strict=False))
        told.append(f"{name}: the peak is {'in' if inside else 'outside'} the box")
        grey = np.repeat(255 * image[:, :, None] / image.max(), 3, axis=2)
        scaled = (speaks - speaks.min()) / max(np.ptp(speaks), 1e-12)
        zoom = np.array(image.shape) // speaks.shape
        heat = np.kron(colours(scaled), np.ones((*zoom, 1)))
        draw_text(figure, 0, top - 12, name, "left", FONT - 1)
        for left, pixels in ((0, grey), (side + GAP, 0.45 * grey + 0.55 * heat)):
            draw_image(figure, pixels.round().astype(np.uint8), left, top, side, side)
            corner = left + box[1] * unit, top + box[0] * unit
            draw_rectangle(figure, *corner, box[2] * unit, box[2] * unit, "none", "white", 1.5, "4 2")
        corner = side + GAP + (peak[1] - 0.5) * cell, top + (peak[0] - 0.5) * cell
        for color, width in (("black", 4), ("white", 2)):
            draw_rectangle(figure, *corner, cell, cell, "none", color, width)
    figure.alt = f"Images and, beside each, where the network looks; a box marks the digit. {'; '.join(told)}."
    return figure

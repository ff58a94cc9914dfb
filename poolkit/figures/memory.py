"""What lies where in memory, and who reads it when: the order of the work in a pooling."""

from itertools import pairwise

import numpy as np

from poolkit.figures.grids import DASHED, MARGIN, _grid, _outline, _rows
from poolkit.figures.style import (
    CELL,
    FONT,
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
    draw_arrow,
    draw_cell,
    draw_rectangle,
    draw_text,
    format_number,
)


def draw_memory(x, pool_size, at=(0, 0)):
    """Draw a map with one window, and where the numbers of that window lie in memory.

    Parameters
    ----------
    x : array_like
        One map, ``(H, W)``, of at most 25 numbers with one digit each.
    pool_size : int
        The side of the window.
    at : tuple of int
        Its first row and column.
    """
    x = np.asarray(x)
    rows, columns = (range(start, start + pool_size) for start in at)
    window = {(i, j) for i in rows for j in columns}
    places = np.arange(x.size).reshape(x.shape)[np.ix_(rows, columns)].ravel()
    alt = (
        f"A map of {_rows(x)} with a {pool_size} by {pool_size} window. In memory its rows lie one behind the other, "
        f"and the numbers of the window lie at {_spans(places)}."
    )
    cell, left = (PHONE - 8) / x.size, 4
    line = MARGIN + 22 + x.shape[0] * CELL + 56
    figure = Figure(PHONE, line + cell + 30, alt)
    map_left = (PHONE - x.shape[1] * CELL) / 2
    _grid(figure, map_left, MARGIN + 22, x, INPUT, INPUT_EDGE, "the map", window)
    _outline(figure, map_left + at[1] * CELL, MARGIN + 22 + at[0] * CELL, pool_size * CELL, pool_size * CELL)
    draw_arrow(figure, (PHONE / 2, line - 48), (PHONE / 2, line - 24))
    draw_text(figure, left, line - 12, "in memory", "left", color=MUTED)
    for place, value in enumerate(x.ravel()):
        fill = WINDOW if place in places else INPUT
        draw_rectangle(figure, left + place * cell, line, cell, cell + 6, fill, INPUT_EDGE)
        draw_text(figure, left + (place + 0.5) * cell, line + cell / 2 + 3, format_number(value), size=FONT - 3)
    for row in range(x.shape[0]):
        start, width = left + row * x.shape[1] * cell, x.shape[1] * cell
        draw_rectangle(figure, start, line, width, cell + 6, "none", INPUT_EDGE, 2)
        draw_text(figure, start + width / 2, line + cell + 18, f"row {row}", size=FONT - 3, color=MUTED)
    return figure


def draw_reads(reads, arrays):
    """Draw which numbers are read when: memory from left to right, time from top to bottom.

    Parameters
    ----------
    reads : dict from str to array_like of int
        The places that are read together, one line a key, in the order of time.
    arrays : dict from str to int
        How many numbers each array has; they lie in memory one behind the other.
    """
    told = "; ".join(f"{name}: {_spans(places)}" for name, places in reads.items())
    lies = ", then ".join(f"{count} numbers of the {name}" for name, count in arrays.items())
    alt = f"Memory from left to right ({lies}), time from top to bottom. Read are, {told}."
    label, step, gap, head = 82, 17, 10, 24
    cell = (PHONE - label - 4 - gap * (len(arrays) - 1)) / sum(arrays.values())
    figure = Figure(PHONE, head + step * len(reads) + 4, alt)
    begins = np.cumsum([0, *arrays.values()])
    draw_text(figure, 0, 10, "time ↓", "left", FONT - 2, MUTED)
    for turn, name in enumerate(reads):
        draw_text(figure, 0, head + step * (turn + 0.5), name, "left", FONT - 3)
    for number, (name, (begin, end)) in enumerate(zip(arrays, pairwise(begins), strict=True)):
        left = label + begin * cell + number * gap
        draw_text(figure, left, 10, name, "left", FONT - 2, MUTED)
        draw_rectangle(figure, left, head, (end - begin) * cell, step * len(reads), "none", RULE)
        for turn, places in enumerate(reads.values()):
            for first, last in _runs([p - begin for p in places if begin <= p < end]):
                top = head + step * turn + 3
                width = (last - first + 1) * cell
                draw_rectangle(figure, left + first * cell, top, width, step - 6, WINDOW, WINDOW_EDGE)
    return figure


def draw_trips(operations, blocks, held):
    """Draw how often blocks come from main memory: each operation over all of them, or all operations on each.

    Parameters
    ----------
    operations, blocks : int
        How many there are.
    held : int
        How many blocks the cache holds; the one that was used least recently has to leave.
    """
    orders = {
        "operation by operation": [(o, b) for o in range(operations) for b in range(blocks)],
        "block by block": [(o, b) for b in range(blocks) for o in range(operations)],
    }
    trips = {name: _fetched([block for _, block in order], held) for name, order in orders.items()}
    told = "; ".join(f"{name}, {sum(fetched)} of {len(fetched)} times" for name, fetched in trips.items())
    alt = f"{operations} operations on {blocks} blocks; the cache holds {held}. A block comes from main memory: {told}."
    half, step, head = PHONE / 2, 19, 44
    width = (half - 16) / blocks
    figure = Figure(PHONE, head + step * operations * blocks + 26, alt)
    for (name, order), side in zip(orders.items(), (0, half + 8), strict=True):
        draw_text(figure, side + 4, 10, name, "left", FONT - 2)
        for block in range(blocks):
            draw_text(figure, side + 4 + (block + 0.5) * width, 32, f"block {block}", size=FONT - 3, color=MUTED)
        for turn, ((_, block), far) in enumerate(zip(order, trips[name], strict=True)):
            look = (WINDOW, WINDOW_EDGE, 1.5, DASHED) if far else (OUTPUT, OUTPUT_EDGE, 2)
            left, top = side + 4 + block * width, head + step * turn
            draw_rectangle(figure, left + 1, top + 1, width - 2, step - 3, *look)
            draw_text(figure, left + width / 2, top + step / 2, "memory" if far else "cache", size=FONT - 3)
        found = f"{sum(trips[name])} trips to main memory"
        draw_text(figure, side + 4, figure.height - 10, found, "left", FONT - 2, MUTED)
    return figure


def draw_running_maxima(x, size, at):
    """Draw the largest so far in each stretch, from the left and from the right, and one window that needs one of each.

    Parameters
    ----------
    x : array_like
        ``(L,)``; ``L`` is a multiple of ``size``.
    size : int
        Of windows and of stretches.
    at : int
        Where the window begins.
    """
    stretches = np.reshape(x, (-1, size))
    rows = {
        "the numbers": np.ravel(x),
        "largest so far, from the left of each stretch": np.maximum.accumulate(stretches, axis=1).ravel(),
        "largest so far, from the right": np.maximum.accumulate(stretches[:, ::-1], axis=1)[:, ::-1].ravel(),
    }
    (_, left_row), (_, right_row) = list(rows.items())[1:]
    last = at + size - 1
    sum_ = f"max({right_row[at]}, {left_row[last]}) = {max(right_row[at], left_row[last])}"
    told = "; ".join(f"{name}: {' '.join(map(str, row))}" for name, row in rows.items())
    alt = f"Stretches of {size}. {told.capitalize()}. The window from {at} to {last} has the maximum {sum_}."
    cell = (PHONE - 8) / len(rows["the numbers"])
    figure = Figure(PHONE, 3 * (cell + 30) + 34, alt)
    for number, (name, row) in enumerate(rows.items()):
        top = 24 + number * (cell + 30)
        draw_text(figure, 4, top - 12, name, "left", FONT - 2, MUTED)
        used = {0: range(at, last + 1), 1: [last], 2: [at]}[number]
        for place, value in enumerate(row):
            fill = WINDOW if place in used else INPUT
            draw_cell(figure, 4 + place * cell, top, str(value), fill, INPUT_EDGE, cell)
        for begin in range(0, len(row), size):
            draw_rectangle(figure, 4 + begin * cell, top, size * cell, cell, "none", INPUT_EDGE, 2.5)
        _outline(figure, 4 + used[0] * cell, top, len(used) * cell, cell)
    draw_text(figure, PHONE / 2, figure.height - 14, sum_)
    return figure


def _fetched(order, held):
    """Whether each block of the order has to be fetched, because the cache does not hold it."""
    cache, fetched = [], []
    for block in order:
        fetched.append(block not in cache)
        cache = [*(other for other in cache if other != block), block][-held:]
    return fetched


def _runs(places):
    """The first and the last of each run of neighbours."""
    places = sorted(int(place) for place in places)
    starts = [p for p in places if p - 1 not in places]
    return list(zip(starts, [p for p in places if p + 1 not in places], strict=True))


def _spans(places):
    return ", ".join(f"{first} to {last}" if last > first else f"{first}" for first, last in _runs(places))

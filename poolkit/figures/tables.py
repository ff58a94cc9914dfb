"""Tables: what the frameworks answer, as ``book/conformance.json`` holds it, and numbers in rows."""

import re
from html import escape

from poolkit.figures.style import DARK, INK, MUTED, OUTPUT_EDGE, RULE, VIEWERS, WINDOW, WINDOW_EDGE

LEFT = 'style="text-align:left"'  # for viewers that drop the style below
_STYLE = """
.poolkit-table{display:table;width:100%;border-collapse:collapse;font-size:.8rem;line-height:1.35;color:INK}
.poolkit-table caption{caption-side:top;text-align:start;padding:0 0 .5rem;color:inherit}
.poolkit-table :is(th,td){padding:.35rem .15rem;text-align:start;vertical-align:top;font-weight:400;border:0}
.poolkit-table .head th{vertical-align:bottom;font-weight:600;padding-top:1rem}
.poolkit-table .head th:first-child{font-weight:700;font-size:.95rem}
.poolkit-table .head th+th{text-align:center}
.poolkit-table .head span{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap}
.poolkit-table tr.question{border-top:1px solid RULE}
.poolkit-table td.cell{width:1.9rem;text-align:center}
.poolkit-table td.no{font-weight:700;color:EDGE;background:WINDOW}
.poolkit-table td.yes{color:GREEN}
.poolkit-table .muted{color:MUTED}
.poolkit-table .number{text-align:end}
.poolkit-table td.number{white-space:nowrap}
.poolkit-table tr.how td{padding:0 0 .4rem .75rem}
"""
_COLOURS = {"INK": INK, "MUTED": MUTED, "RULE": RULE, "EDGE": WINDOW_EDGE, "WINDOW": WINDOW, "GREEN": OUTPUT_EDGE}


class Table:
    """An HTML table with its own style, light or dark as the page is."""

    def __init__(self, caption, rows):
        self.caption, self.rows = caption, rows

    def _repr_html_(self):
        style = _STYLE
        for name, colour in _COLOURS.items():
            style = style.replace(name, f"light-dark({colour}, {DARK[colour]})")
        rows = "\n".join(self.rows)
        return (
            f'<table class="poolkit-figure poolkit-table"><caption>{escape(self.caption)}</caption>\n'
            f"{rows}</table><style>{VIEWERS}{style}</style>"
        )

    def __repr__(self):
        return f"<Table: {self.caption}>"


def draw_table(caption, head, rows):
    """Tabulate texts and numbers.

    Parameters
    ----------
    caption : str
        What the table shows.
    head : list of str
        The name of each column.
    rows : list of list
        The entries, as many as columns; a column of numbers stands at the right, with its name.
    """
    rows = [[str(entry) for entry in row] for row in rows]
    numeric = [all(re.fullmatch("[0-9,.± –-]+", row[column]) for row in rows) for column in range(len(head))]
    lines = [f"<thead>{_row('th', head, numeric)}</thead>", *(_row("td", row, numeric) for row in rows)]
    return Table(caption, lines)


def _row(cell, texts, numeric):
    cells = zip(texts, numeric, strict=True)
    entries = "".join(f"<{cell} {'class=number' if number else LEFT}>{escape(text)}</{cell}>" for text, number in cells)
    return f'<tr class="question">{entries}</tr>'


def draw_conformance(table):
    """Tabulate which engine answers which question as the definition does, and below each row how one deviates.

    Parameters
    ----------
    table : dict
        What ``book/conformance.json`` holds.
    """
    engines = list(table["versions"])
    rows, topic = [], None
    for question in table["questions"]:
        if question["topic"] != topic:
            topic = question["topic"]
            rows.append(_head(topic, engines))
        rows += _question(question, table["versions"])
    caption = (
        f"Recorded on {table['date']}. yes: the answer of the definition; no: another answer, given below the row; "
        "–: not offered, or refused with an error."
    )
    return Table(caption, rows)


def draw_defects(table):
    """Tabulate the defects that were run: whether each is still there, and what was seen.

    Parameters
    ----------
    table : dict
        What ``book/conformance.json`` holds.
    """
    rows = [_head("Reported defect", ["seen"])]
    for defect in table["defects"]:
        word, css = ("yes", "no") if defect["confirmed"] else ("not here", "muted")
        versions = ", ".join(f"{name} {version}" for name, version in defect["versions"].items())
        seen = f'<span class="muted">{escape(versions)}: {escape(defect["seen"])}</span>{_thread(defect["thread"])}'
        said = f"{escape(defect['where'])}: {escape(defect['what'])}<br>{seen}"
        text = f'<th scope="row" {LEFT}>{said}</th>'
        rows.append(f'<tr class="question">{text}<td class="cell {css}">{word}</td></tr>')
    return Table("Reported defects: each was run, and what happened stands below it.", rows)


def _head(first, others):
    """A row of column names, all but the first of them upright."""
    names = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in others)
    return f'<tr class="head"><th scope="col" {LEFT}>{escape(first)}</th>{names}</tr>'


def _question(question, versions):
    """The row of one question, and a row for the answers that deviate."""
    marks = [_mark(question["answers"][engine]) for engine in versions]
    right = f'<br><span class="muted">Right: {escape(question["right"])}</span>'
    text = f'<th scope="row" {LEFT}>{escape(question["question"])}{right}</th>'
    yield (
        f'<tr class="question">{text}' + "".join(f'<td class="cell {css}">{word}</td>' for word, css in marks) + "</tr>"
    )
    how = "".join(
        f"<div>{_versioned(engine, versions)} {escape(answer)}{_thread(question['threads'].get(engine))}</div>"
        for engine, answer in question["answers"].items()
        if _mark(answer)[0] == "no"
    )
    if how:
        yield f'<tr class="how"><td colspan="{1 + len(versions)}" {LEFT}>{how}</td></tr>'


def _versioned(engine, versions):
    """The name of an engine with its version, or with those of its two parts: Keras 3 on JAX 1."""
    return escape(" on ".join(f"{part} {versions[engine][part]}" for part in engine.split(" on ")))


def _mark(answer):
    """The word of a cell and its class."""
    if answer == "agrees":
        return "yes", "yes"
    return ("–", "muted") if answer in ("not offered", "refuses") else ("no", "no")


def _thread(thread):
    """A link to a public thread such as ``owner/name#1``."""
    if not thread:
        return ""
    return f' (<a href="https://github.com/{thread.replace("#", "/issues/")}">{escape(thread)}</a>)'

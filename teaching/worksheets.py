"""Print worksheets and their answers: ``python -m teaching.worksheets 1`` for seed 1, on A4 and on Letter paper."""

import sys

import numpy as np

from teaching.paper import document, print_all, together
from teaching.tasks import draw

STYLE = """
section { break-after: page }
section:last-child { break-after: auto }
header { display: flex; justify-content: space-between; font-size: 9pt; border-bottom: .5pt solid; padding-bottom: 2mm }
h1 { font-size: 18pt; margin: 4mm 0 1mm }
p { margin: 0 0 2mm }
ol { padding: 0; margin: 4mm 0 0; list-style: none; counter-reset: task }
ol.grids { display: grid; grid-template-columns: 1fr 1fr; gap: 4mm 7mm }
li { counter-increment: task; break-inside: avoid }
li > p::before { content: counter(task) ". "; font-weight: bold }
.lines li { display: flex; align-items: end; gap: 4mm; padding: 4mm 0 }
.lines li > p { flex: 1; margin: 0 }
.line { border-bottom: .7pt solid; min-width: 32mm; text-align: center; font-weight: bold }
.work { display: flex; gap: 2mm; align-items: center; font-size: 9pt }
table { border-collapse: collapse; table-layout: fixed; flex: none }
td { border: .6pt solid #444; width: 5.8mm; height: 5.8mm; padding: 0; text-align: center }
.answer td { width: 10.6mm; height: 7.4mm; border-width: 1.2pt; font-weight: bold }
.back .answer td { width: 7mm }
"""


def number(value):
    """Short, with a real minus sign: 4.25, 3.67, −2."""
    return f"{round(float(value), 2):g}".replace("-", "−")


def table(values, kind="", show=True):
    rows = ("".join(f"<td>{number(value) if show else ''}</td>" for value in row) for row in np.atleast_2d(values))
    return f'<table class="{kind}">{"".join(f"<tr>{row}</tr>" for row in rows)}</table>'


def show(task, solved):
    answer = task.answer
    if np.ndim(answer) == 0:
        return f'<li><p>{together(task.text)}</p><span class="line">{f"{answer:,}" if solved else "&nbsp;"}</span></li>'
    given = [table(task.x), *([] if task.dy is None else [table(task.dy)])]
    steps = " → ".join([*given, table(answer, "answer", solved)])
    kind = "forward" if task.dy is None else "back"
    return f'<li class="{kind}"><p>{together(task.text)}</p><div class="work">{steps}</div></li>'


def show_sheet(place, sheet, seed, solved):
    title, text, tasks = sheet
    kind = "lines" if np.ndim(tasks[0].answer) == 0 else "grids"
    name = "<b>Answers</b>" if solved else "Name: ______________________"
    items = "".join(show(task, solved) for task in tasks)
    return (
        f"<section><header><span>Pooling · sheet {place} · seed {seed}</span><span>{name}</span></header>"
        f'<h1>{title}</h1><p>{text}</p><ol class="{kind}">{items}</ol></section>'
    )


def page(seed):
    """All sheets of a seed as HTML, and then all of them again with their answers."""
    sheets = [
        show_sheet(place, sheet, seed, solved) for solved in (False, True) for place, sheet in enumerate(draw(seed), 1)
    ]
    return document(f"Pooling by hand, seed {seed}", STYLE, "".join(sheets))


if __name__ == "__main__":
    seed = int(sys.argv[1])
    print_all([(f"worksheets-{seed}", page(seed))])

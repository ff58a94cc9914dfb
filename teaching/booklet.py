"""Print the answers to expect of all predictions, exercises and open questions: ``python -m teaching.booklet``."""

import re
from dataclasses import dataclass, field
from html import escape, unescape

import nbformat
from bs4 import BeautifulSoup
from math_core import LatexToMathML

from teaching.paper import document, print_all
from teaching.questions import questions
from teaching.sources import as_html, chapter, inside, pages

STYLE = """
body { font-size: 10pt }
section { break-before: page }
h1 { font-size: 20pt }
h2 { font-size: 15pt; margin: 0 0 3mm; border-bottom: .5pt solid; break-after: avoid }
h3 { font-size: 11pt; margin: 5mm 0 1mm; break-after: avoid }
p, pre, ul { margin: 0 0 1.5mm }
article > .answer { border-left: 1mm solid #1f5f8b; padding-left: 3mm }
pre { font: 8.5pt/1.35 "DejaVu Sans Mono", monospace; white-space: pre-wrap }
article, .shown { break-inside: avoid }
.shown:has(img) { zoom: .6 }
.shown:has(img) pre { zoom: 1.6 }
td, th { padding: .3mm 3mm .3mm 0; font-size: 9pt; text-align: left }
"""
INTRODUCTION = """<h1>Answers to expect</h1>
<p>These are the predictions and exercises of each chapter, with the answer that the chapter gives. Where a question
is open, there are other good answers. Quizzes are left out, because they tell their answers themselves.</p>"""
convert = LatexToMathML().convert_with_local_state


@dataclass
class Entry:
    title: str
    asked: list[str]
    answer: list[str] = field(default_factory=list)
    finished: bool = False


def shown(output):
    """What a cell printed or drew, as HTML."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    return data.get("text/html") or f"<pre>{escape(data['text/plain'])}</pre>"


def nodes(notebook):
    """A chapter as elements: its text, its solutions, and what its cells show."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            yield from as_html(cell.source).find_all(True, recursive=False)
        elif "solution" in tags:
            code = cell.source.removeprefix("# @title Solution\n")
            yield BeautifulSoup(f'<pre class="solution">{escape(code)}</pre>', "html.parser").pre
        elif cell.outputs:
            kind = "answer" if "answer" in tags else "other"
            html = f'<div class="shown {kind}">{"".join(map(shown, cell.outputs))}</div>'
            yield BeautifulSoup(html, "html.parser").div


def predictions(quiz):
    """A prediction by choice: the question with its choices, and the right one with its reply."""
    for asked, choices in questions(quiz.parent or quiz, ".predict"):
        listed = "".join(f"<li>{choice}</li>" for choice, _, _ in choices)
        answer = next(f"<p><b>{choice}</b></p>{reply}" for choice, reply, right in choices if right)
        yield Entry("Prediction", [f"{asked}<ul>{listed}</ul>"], [answer])


def entries(notebook):
    """Each prediction and exercise. A prediction ends with its fold, or with the paragraph below what it shows."""
    found = [Entry("", [], finished=True)]
    for node in nodes(notebook):
        entry, text = found[-1], node.get_text().strip()
        if node.name in {"h1", "h2", "h3"}:
            entry.finished = True
            if text.startswith("Exercise: "):
                found.append(Entry(text, []))
        elif node.name == "blockquote" and text.startswith("Predict."):
            found.append(Entry("Prediction", [inside(node)]))
        elif "predict" in node.get("class", []):
            found += predictions(node)
        elif not entry.finished:
            go_on(entry, node)
    return found[1:]


def go_on(entry, node):
    kind = node.get("class", [])
    if node.name == "details":
        if not node.summary.text.lower().endswith("hint"):
            entry.answer.append(inside(node))
            entry.finished = entry.title == "Prediction"
    elif "shown" in kind:
        if "answer" in kind or (entry.title == "Prediction" and not entry.answer):
            entry.answer.append(str(node))
    elif "solution" in kind:
        entry.answer.append(str(node))
    elif entry.title != "Prediction":
        (entry.answer if entry.answer else entry.asked).append(str(node))
    else:
        if not entry.answer or "shown" in entry.answer[-1] or node.name == "ul":
            entry.answer.append(str(node))
        entry.finished = not node.text.endswith(":")  # or the list that it announces would be missing


def show(entry):
    asked, answer = "".join(entry.asked), "".join(entry.answer)
    html = f'<article><h3>{entry.title}</h3>{asked}<div class="answer">{answer}</div></article>'
    return re.sub(r"\\\((.*?)\\\)", lambda found: convert(unescape(found[1]), displaystyle=False), html)


def page():
    sections = []
    for path in pages():
        found = entries(nbformat.read(path, as_version=4)) if path.suffix == ".ipynb" else []
        if found:
            sections.append(f"<section><h2>{chapter(path)[0]}</h2>{''.join(map(show, found))}</section>")
    return document("Pooling: answers to expect", STYLE, INTRODUCTION + "".join(sections))


if __name__ == "__main__":
    print_all([("booklet", page())])

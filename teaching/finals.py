"""Print the final tests, 20 questions for each part of the book, and their keys: ``python -m teaching.finals``."""

from string import ascii_lowercase

from bs4 import BeautifulSoup

from teaching.paper import document, print_all, together
from teaching.questions import questions
from teaching.sources import finals

STYLE = """
body { font-size: 10.5pt }
header { display: flex; justify-content: space-between; font-size: 9pt; border-bottom: .5pt solid; padding-bottom: 2mm }
h1 { font-size: 17pt; margin: 4mm 0 2mm }
.key { break-before: page }
p { margin: 0 }
ol { padding: 0 0 0 8mm; margin: 4mm 0 0 }
ol.questions > li { break-inside: avoid; margin: 0 0 4.5mm; font-weight: bold }
ol.questions > li > * { font-weight: normal }
li ol { margin-top: 1mm }
.questions ol { list-style: lower-alpha; padding-left: 6mm }
.questions ol li { padding: .4mm 0 0 1mm }
.key > ol { font-size: 9.5pt }
.key > ol > li { break-inside: avoid; margin-bottom: 2mm }
.key ol ol { list-style: lower-alpha; padding-left: 6mm }
code { font-size: 95% }
"""
TASK = "One choice of each question is right. Mark its letter."


def listed(items, kind=""):
    return f'<ol class="{kind}">{"".join(f"<li>{item}</li>" for item in items)}</ol>'


def sheet(asked):
    """The questions, each with its choices."""
    return listed((together(text) + listed(choice for choice, _, _ in choices) for text, choices in asked), "questions")


def key(asked):
    """For each question the right letter, and the reply to each choice."""
    return listed(
        f"<b>{letter(choices)}</b>{listed(line(reply, right) for _, reply, right in choices)}" for _, choices in asked
    )


def letter(choices):
    return ascii_lowercase[[right for _, _, right in choices].index(True)]


def line(reply, right):
    """A reply without its paragraph, in bold if it is that of the right choice."""
    text = "<br>".join(p.decode_contents() for p in BeautifulSoup(reply, "html.parser").find_all("p"))
    return f"<b>{text}</b>" if right else text


def page(title, asked):
    """The test on its first pages, the key on the next."""
    name = "Name: " + 22 * "_"
    return document(
        title,
        STYLE,
        f"<header><span>Pooling</span><span>{name}</span></header><h1>{title}</h1><p>{TASK}</p>{sheet(asked)}"
        f'<section class="key"><header>Pooling</header><h1>{title}: key</h1>{key(asked)}</section>',
    )


def pages():
    for number, (title, soup) in enumerate(finals(), 1):
        yield f"final-{number}", page(title, list(questions(soup)))


if __name__ == "__main__":
    print_all(pages())

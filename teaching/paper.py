"""HTML as one PDF for each size of paper, printed by Chromium."""

import re

from teaching.chromium import chromium
from teaching.sources import OUT, ROOT

PAPERS = ("A4", "Letter")
STYLE = """
@page { margin: 16mm 15mm 14mm; @bottom-center { content: counter(page); font: 9pt sans-serif } }
body { font: 11pt/1.4 "DejaVu Sans", sans-serif; margin: 0 }
"""


def together(text):
    """A number stays on the line of the word before it."""
    return re.sub(r" (?=[\d×/])", "\N{NO-BREAK SPACE}", text)


def document(title, style, body):
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}{style}</style>'
    return f'<!doctype html><html lang="en">{head}{body}</html>'


def print_pdf(browser, html, paper, path):
    """Let Chromium print a page on a paper of this name."""
    page = browser.new_page()
    page.set_content(html)
    page.pdf(path=path, format=paper, tagged=True, outline=True)
    page.close()


def print_all(named):
    """Print pages, given as pairs of name and HTML, on each paper."""
    OUT.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name, html in named:
            for paper in PAPERS:
                path = OUT / f"{name}-{paper.lower()}.pdf"
                print_pdf(browser, html, paper, path)
                print(path.relative_to(ROOT))

"""The built book: where its pages are, and how to read them without a browser."""

from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).parents[2]
SITE = ROOT / "_build/html"
PAGES = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("book/*.html"))

if not PAGES:
    raise RuntimeError("There is no book to test in _build/html: run 'make book' first, or 'make test', which does.")


@cache
def soup(path):
    return BeautifulSoup((SITE / path).read_text(encoding="utf-8"), "html.parser")

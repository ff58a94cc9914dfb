"""Pages made for a test: the frame of a page of the book around some HTML, with the scripts that the HTML needs."""

import os
from functools import cache
from urllib.parse import urljoin

import pytest

NO_LIBRARIES = "no libraries for slides and disks: run 'make slides', which fetches them from the npm registry"


@cache
def frame():
    """A page of the book, before its article and after it."""
    from tests.book.pages import soup

    before, rest = str(soup("book/bibliography.html")).split('<article class="bd-article">')
    return before, rest.partition("</article>")[2]


@pytest.fixture
def put(visit, address):
    def put(html, *scripts, page=None, path="book/made.html", **options):
        before, after = frame()
        tags = "".join(f'<script type="module" src="../_static/{name}"></script>' for name in scripts)
        body = f'{before}<article class="bd-article">{html}</article>{after}{tags}'
        page = page or visit("_static/favicon.svg", **options)
        page.context.route(f"**/{path}", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto(urljoin(address, path), wait_until="load")
        page.troubles.clear()
        return page

    return put


@pytest.fixture(scope="module")
def libraries():
    """What slides and pages on a disk are made with, of the npm registry."""
    from teaching.web import LIBRARIES

    if not LIBRARIES.exists():
        assert not os.environ.get("CI"), NO_LIBRARIES
        pytest.skip(NO_LIBRARIES)

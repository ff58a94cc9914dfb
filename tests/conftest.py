"""How Hypothesis draws; a browser for the tests that need one, and the built book to look at with it.

Fixtures import what they need when they are asked for: the tests of the core run without.
"""

import os
import shutil

import pytest
from hypothesis import settings

settings.register_profile("poolkit", deadline=None, derandomize=True, database=None)
settings.register_profile("quick", parent=settings.get_profile("poolkit"), max_examples=20)
settings.load_profile("poolkit")

NO_NPM = "no npm: install Debian's packages nodejs and npm to test the cells that run in the page"


@pytest.fixture(scope="module")
def address():
    from tests.book.pages import SITE
    from tests.book.server import serve

    yield from serve(SITE)


@pytest.fixture(scope="module")
def browser():
    from teaching.chromium import BROWSER, NO_BROWSER, chromium

    if not BROWSER:
        assert not os.environ.get("CI"), NO_BROWSER
        pytest.skip(NO_BROWSER)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def kept(browser):
    """A page for each tab and kind of reader, kept for all tests of a file; its ``errors`` are those of its scripts."""
    pages = {}

    def kept(tab="", **reader):
        page = pages.get((tab, str(reader)))
        if not page:
            page = pages[tab, str(reader)] = browser.new_context(**reader).new_page()
            page.errors = []
            page.on("pageerror", lambda error: page.errors.append(error))
        return page

    yield kept
    for page in pages.values():
        page.context.close()


@pytest.fixture(scope="module")
def pyodide():
    """A server of what Pyodide's public address would answer."""
    from tests.book.pyodide import fetch
    from tests.book.server import serve

    if not shutil.which("npm"):
        assert not os.environ.get("CI"), NO_NPM
        pytest.skip(NO_NPM)
    yield from serve(fetch())


def is_trouble(message):
    """Browsers look for an icon at the root of the host when they show a picture alone."""
    return message.type == "error" and not message.location.get("url", "").endswith("/favicon.ico")


def watched(page, *here):
    """The page; its ``troubles`` are what its console says of errors and what it asks for elsewhere than here."""
    page.troubles = []
    note = page.troubles.append
    page.on("pageerror", lambda error: note(f"error: {error}"))
    page.on("console", lambda message: is_trouble(message) and note(f"console: {message.text}"))
    page.on("request", lambda request: request.url.startswith(here) or note(f"request: {request.url}"))
    page.on("response", lambda response: response.ok or note(f"{response.status}: {response.url}"))
    return page


@pytest.fixture(scope="module")
def watch(address):
    """A page that may ask this address alone."""
    return lambda page: watched(page, address, "data:", "blob:")


@pytest.fixture
def visit(browser, address, watch):
    """Open a page, with its ``troubles``."""
    contexts = []

    def visit(path, width=1280, scheme="light", **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options))
        page = watch(contexts[-1].new_page())
        page.goto(address + path, wait_until="load")
        return page

    yield visit
    for context in contexts:
        context.close()

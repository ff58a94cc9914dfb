"""A browser for the tests that need one, and a server for the built book."""

import gzip
import os
import re
import shutil
import threading
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
NO_BROWSER = "no Chromium: install Debian's package chromium to test the pages"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@cache
def compressed(path):
    return gzip.compress(path.read_bytes())


class PagesHandler(SimpleHTTPRequestHandler):
    """Serves a book as GitHub Pages does: texts compressed, everything to be kept for ten minutes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.exists():
            return self.send_error(404)
        kind = self.guess_type(path)
        squeeze = re.match("text/|image/svg|application/(javascript|json|xml)", kind)
        body = compressed(path) if squeeze else path.read_bytes()
        headers = {"Content-Type": kind, "Content-Length": len(body), "Cache-Control": "max-age=600"}
        headers |= {"Content-Encoding": "gzip"} if squeeze else {}
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    from pages import SITE  # here, because it insists on a built book and other tests need none

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(PagesHandler, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    if not BROWSER:
        assert not os.environ.get("CI"), NO_BROWSER
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, address):
    """Open a page; what its console says of errors and what it asks other hosts for is in ``page.troubles``."""
    contexts = []
    here = (address, "data:", "blob:")

    def visit(path, width=1280, scheme="light", **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options))
        page = contexts[-1].new_page()
        page.troubles = []
        note = page.troubles.append
        page.on("pageerror", lambda error: note(f"error: {error}"))
        page.on("console", lambda message: message.type == "error" and note(f"console: {message.text}"))
        page.on("request", lambda request: request.url.startswith(here) or note(f"request: {request.url}"))
        page.on("response", lambda response: response.ok or note(f"{response.status}: {response.url}"))
        page.goto(address + path, wait_until="load")
        return page

    yield visit
    for context in contexts:
        context.close()

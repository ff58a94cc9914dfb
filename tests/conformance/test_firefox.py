"""The pages on a phone's width in Firefox, driven by its own WebDriver BiDi: none has trouble, and all answers."""

import json
import re
import shutil
import subprocess
from contextlib import closing

import pytest
from websocket import create_connection

from tests.book.pages import PAGES, SITE
from tests.book.pyodide import FOLDER
from tests.book.server import serve

BROWSER = shutil.which("firefox-esr") or shutil.which("firefox")
WIDE = "[...document.querySelectorAll('%s')].filter(({scrollWidth, clientWidth}) => scrollWidth > clientWidth).length"
EXPLORER = "document.querySelector('pooling-explorer').shadowRoot"
LAB = "document.querySelector('pooling-lab').shadowRoot"
ANSWERS = f"[...{LAB}.querySelectorAll('.answer > b')].map((one) => one.textContent).join(' ')"
CELL = "document.querySelectorAll('.cell.tag_live')[1]"
RIGHT, DOWN, ENTER, TAB, CONTROL = "\ue014", "\ue015", "\ue007", "\ue004", "\ue009"


class Firefox:
    def __init__(self, socket, site):
        self.socket, self.site, self.events = socket, site, []
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        self.tab = self.ask("browsingContext.create", type="tab")["context"]  # the first one never has the focus
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": 390, "height": 900})

    def ask(self, method, **params):
        self.socket.send(json.dumps({"id": 1, "method": method, "params": params}))
        while "id" not in (answer := json.loads(self.socket.recv())):
            self.events.append(answer["params"])
        return answer["result"]

    def visit(self, page):
        self.events.clear()
        self.ask("browsingContext.navigate", context=self.tab, url=self.site + page, wait="complete")
        self.until("document.readyState === 'complete'")

    def run(self, script):
        return self.ask("script.evaluate", expression=script, target={"context": self.tab}, awaitPromise=True)["result"]

    def until(self, condition):
        self.run(f"(async () => {{ while (!({condition})) await new Promise((wait) => setTimeout(wait, 20)) }})()")

    def press(self, element, *keys):
        """Press an element with the mouse, then keys."""
        self.run(f"{element}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        there = {"type": "element", "element": {"sharedId": self.run(element)["sharedId"]}}
        mouse = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        self.act("pointer", [{"type": "pointerMove", "x": 0, "y": 0, "origin": there}, *mouse])
        self.act("key", [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")])

    def act(self, kind, acts):
        self.ask("input.performActions", context=self.tab, actions=[{"type": kind, "id": kind, "actions": acts}])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory, pyodide):
    assert BROWSER, "no Firefox: make conformance installs Debian's package firefox-esr"
    site, profile = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("profile")
    worker = shutil.copytree(SITE, site, dirs_exist_ok=True) / "_static/live_worker.mjs"
    worker.write_text(worker.read_text(encoding="utf-8").replace(FOLDER, pyodide), encoding="utf-8")
    command = [BROWSER, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        address = next(filter(None, (re.search(r"ws://\S+", line) for line in process.stderr)))[0]
        with closing(create_connection(f"{address}/session", suppress_origin=True, timeout=60)) as socket:
            for address in serve(site):
                yield Firefox(socket, address)
        process.terminate()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_without_trouble(firefox, page):
    firefox.visit(page)
    assert firefox.run(WIDE % "html")["value"] == 0
    assert [event["text"] for event in firefox.events if event["level"] in ("error", "warn")] == []


def test_a_long_formula_scrolls_instead_of_breaking_after_a_bracket(firefox):
    firefox.visit("book/api.html")
    assert firefox.run(WIDE % "div.math")["value"]


def test_an_explorer_a_quiz_and_a_cell_answer(firefox):
    firefox.visit("book/basics.html#explorer=0&values=2+2+7;9+4+6")
    firefox.until(EXPLORER)
    firefox.press(f"{EXPLORER}.querySelector('[data-x=\"0\"]')", RIGHT, "5", ENTER)
    firefox.until(f"{EXPLORER}.querySelector('.sum').textContent.startsWith('max(2, 5, 9, 4)')")
    firefox.press("document.querySelector('.quiz input')", DOWN, ENTER)  # the choices are shuffled
    firefox.until("/^(Right|No)/.test(document.querySelector('.quiz .reply').textContent.trim())")
    firefox.run(f"{CELL}.querySelector('textarea').value = '6 * 7'")
    firefox.press(f"{CELL}.querySelector('.live-button')")
    firefox.until(f"{CELL}.querySelector('.cell_output').textContent.trim() === '42'")


def test_the_lab_reads_a_digit_that_is_pushed_and_takes_a_drawing(firefox):
    firefox.visit("book/lab.html")
    firefox.run("document.querySelector('pooling-lab').scrollIntoView()")
    firefox.until(f"{LAB} && {ANSWERS} === '4 4'")
    firefox.run(f"{LAB}.querySelector('#pad').focus()")
    firefox.act("key", [{"type": kind, "value": RIGHT} for _ in range(5) for kind in ("keyDown", "keyUp")])
    firefox.until(f"{ANSWERS} === '6 4'")
    firefox.press(f"{LAB}.querySelector('#pad')")
    firefox.until(f"!{LAB}.querySelector('input[name=digit]:checked')")


def test_what_was_typed_can_be_taken_back(firefox):
    firefox.visit("book/basics.html")
    editor = f"{CELL}.querySelector('textarea')"
    firefox.until(editor)
    before = firefox.run(f"{editor}.value")["value"]
    firefox.press(editor, "1", ENTER, TAB, "2")
    assert "2" in firefox.run(f"{editor}.value")["value"] != before
    undo = [("keyDown", CONTROL), *[(kind, "z") for _ in range(4) for kind in ("keyDown", "keyUp")], ("keyUp", CONTROL)]
    firefox.act("key", [{"type": kind, "value": key} for kind, key in undo])
    assert firefox.run(f"{editor}.value")["value"] == before

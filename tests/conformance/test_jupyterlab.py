"""A chapter in JupyterLab itself opens inside the project and runs from top to bottom, light and dark."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from shutil import copy, copytree

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]

CHAPTER = "types"  # it has Keras, an explorer, figures, a quiz, exercises and their solutions
FIRST = "/lab/tree/book/index.ipynb"  # as in the Makefile
FAILED = ".jp-OutputArea-output[data-mime-type*='stderr'], .jp-OutputArea-output[data-mime-type*='error']"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is in the document
}


@pytest.fixture(scope="module", params=["Light", "Dark"])
def lab(request, tmp_path_factory):
    """JupyterLab in a copy of the project, as `make lab` starts it, less the token and the browser."""
    folder, settings = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("settings")
    copytree(ROOT / "book", folder / "book")
    copy(ROOT / "README.md", folder)
    chosen = SETTINGS | {"apputils-extension/themes": {"theme": f"JupyterLab {request.param}"}}
    for name, values in chosen.items():
        file = settings / f"@jupyterlab/{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"JUPYTERLAB_SETTINGS_DIR": str(settings), "PYTHONPATH": str(ROOT)}
    for name in ("JUPYTER_DATA_DIR", "JUPYTERLAB_WORKSPACES_DIR"):
        environment[name] = str(tmp_path_factory.mktemp("own"))
    options = [f"--ServerApp.port={port}", "--no-browser", "--allow-root", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", *options]
    with subprocess.Popen(command, env=environment, cwd=folder, stderr=subprocess.PIPE, text=True) as server:
        next(line for line in server.stderr if "is running at" in line)
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture
def page(browser, lab):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(300_000)  # it starts slowly
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    page.close()


def test_the_landing_page_opens_inside_the_project(page, lab):
    page.goto(lab + FIRST)
    page.locator(".jp-Notebook h1", has_text="Pooling").wait_for()
    page.locator(".jp-BreadCrumbs-home").click()
    page.locator(".jp-DirListing-item", has_text="README.md").wait_for()


def test_a_chapter_runs_from_top_to_bottom(page, lab):
    page.goto(f"{lab}/lab/tree/book/{CHAPTER}.ipynb?reset")  # no other tab
    page.locator(".jp-Notebook h1").first.wait_for()
    page.get_by_text("| Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name=re.compile("^Run All Cells")).click()
    running = page.locator(".jp-CodeCell .jp-InputPrompt", has_text="*")
    running.last.wait_for()
    expect(running).to_have_count(0, timeout=300_000)
    page.locator(".jp-Notebook pooling-explorer").first.wait_for()
    assert page.locator(FAILED).all_inner_texts() == []
    assert page.errors == []

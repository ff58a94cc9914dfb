"""Chromium, which draws pages and prints them."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find(*names):
    """The first of these programs that the machine has."""
    return next(filter(None, map(shutil.which, names)), None)


WHOLE = find("chromium", "google-chrome", "chromium-browser")
PATH = find("chromium-headless-shell") or WHOLE  # without a window's parts, pages take half the time
NONE = "There is no Chromium to draw and print with: install Debian's package chromium-headless-shell."


@contextmanager
def chromium():
    """The machine's own browser, without a window."""
    if not PATH:
        raise SystemExit(NONE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=FLAGS)
        yield browser
        browser.close()

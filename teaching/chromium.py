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


CHROMIUM = find("chromium", "google-chrome", "chromium-browser")
BROWSER = find("chromium-headless-shell") or CHROMIUM  # the shell, which cannot open a window, takes half the time
NO_BROWSER = "There is no Chromium to draw and print with: install Debian's package chromium-headless-shell."


@contextmanager
def chromium():
    """The machine's own browser, without a window."""
    if not BROWSER:
        raise SystemExit(NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield browser
        browser.close()

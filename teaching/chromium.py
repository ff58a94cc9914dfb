"""Chromium, which draws pages and prints them."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright


@contextmanager
def chromium():
    """The machine's own browser, without a window."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        raise SystemExit("There is no Chromium to draw and print with: install Debian's package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()

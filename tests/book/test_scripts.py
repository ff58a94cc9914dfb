"""The scripts of a page wait until it is read, and then do what they are for."""

import pytest

from tests.book.pages import PAGES, soup


@pytest.mark.parametrize("page", PAGES)
def test_every_script_waits_until_the_page_is_read(page):
    assert {script.get("type") for script in soup(page).find_all("script", src=True)} == {"later"}


def test_then_each_runs_once_and_in_order(visit):
    page = visit("book/basics.html")
    run = "[...document.scripts].filter(({src}) => src).map(({src, type}) => [src.split('?')[0], type])"
    waited = [script["src"].split("?")[0] for script in soup("book/basics.html").find_all("script", src=True)]
    kinds = ["module" if name.endswith(".mjs") else "" for name in waited]
    assert [kind for _, kind in page.evaluate(run)] == kinds
    assert [name.split("_static")[1] for name, _ in page.evaluate(run)] == [name.split("_static")[1] for name in waited]
    assert page.troubles == []


def test_the_font_of_formulas_comes_without_scripts_too(browser, address):
    page = browser.new_page(java_script_enabled=False)
    with page.expect_response("**/stix-two-math.woff2"):
        page.goto(f"{address}book/basics.html")
    page.close()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_the_narrowest_phone(visit, page):
    assert visit(page, 320).evaluate("document.documentElement.scrollWidth") == 320


def test_what_was_typed_can_be_taken_back(visit):
    editor = visit("book/basics.html").locator(".tag_live textarea").nth(1)
    stored = editor.input_value()
    for key in ("Control+End", "1", "Enter", "Tab", "2"):
        editor.press(key)
    assert editor.input_value() == f"{stored}1\n    2"
    for _ in range(4):
        editor.press("Control+z")
    assert editor.input_value() == stored

"""Terms and citations say what they mean: to the mouse, the keyboard and the finger."""

import pytest

LINK = """<p style="margin-top: 8rem; text-align: {}">A
<a class="term" href="glossary.html#stride" data-tip="How far a window moves.">stride</a>.</p>"""


@pytest.fixture
def page(put):
    return put(LINK.format("left"), "tips.mjs")


def test_the_mouse_shows_a_meaning_and_can_go_onto_it(page):
    tip = page.get_by_role("tooltip")
    page.locator("a.term").hover()
    tip.wait_for()
    assert tip.inner_text() == "How far a window moves."
    tip.hover()
    page.wait_for_timeout(350)  # it would hide after 300 milliseconds
    assert tip.is_visible()
    page.mouse.move(600, 600)
    tip.wait_for(state="hidden")


def test_the_keyboard_shows_a_meaning_and_escape_hides_it(page):
    link, tip = page.locator("a.term"), page.get_by_role("tooltip")
    page.locator("article").evaluate("one => { one.tabIndex = -1; one.focus(); }")
    page.keyboard.press("Tab")
    assert tip.is_visible() and link.get_attribute("aria-describedby") == "tip"
    page.keyboard.press("Escape")
    assert not tip.is_visible() and link.get_attribute("aria-describedby") is None


def test_the_first_touch_shows_a_meaning_and_the_second_follows(put):
    page = put(LINK.format("right"), "tips.mjs", width=390, has_touch=True)
    page.locator("a.term").tap()
    box = page.get_by_role("tooltip").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.url.endswith("made.html")
    page.locator("a.term").tap()
    page.wait_for_url("**/glossary.html#stride")
    assert page.troubles == []


def test_a_touch_elsewhere_hides_it(put):
    page = put(LINK.format("left"), "tips.mjs", width=390, has_touch=True)
    page.locator("a.term").tap()
    assert page.get_by_role("tooltip").is_visible()
    page.touchscreen.tap(200, 700)
    assert not page.get_by_role("tooltip").is_visible()

"""Tabs of code: one choice for all of them, by mouse and keyboard, kept, and nothing lost without scripts."""

TAB = """<div class="tab docutils container"><p><strong>{0}</strong></p>
<div class="highlight"><pre>import {0}</pre></div></div>"""
TABS = '<div class="tabs docutils container">{}</div>'
CODE = TABS.format(TAB.format("NumPy") + TAB.format("Keras")) + TABS.format(
    TAB.format("NumPy") + TAB.format("PyTorch") + TAB.format("Keras")
)


def seen(page):
    return page.locator(".tab pre:visible").all_inner_texts()


def test_a_choice_holds_for_all_tabs_and_for_the_next_page(put):
    page = put(CODE, "tabs.mjs")
    assert seen(page) == ["import NumPy"] * 2
    page.get_by_role("tab", name="Keras").first.click()
    assert seen(page) == ["import Keras"] * 2
    put(CODE, "tabs.mjs", page=page, path="book/other.html")
    assert seen(page) == ["import Keras"] * 2
    page.get_by_role("tab", name="PyTorch").click()
    assert seen(page) == ["import Keras", "import PyTorch"]  # the first has none
    assert page.troubles == []


def test_tabs_answer_to_the_keyboard(put):
    page = put(CODE, "tabs.mjs")
    page.get_by_role("tab", name="NumPy").nth(1).focus()
    for key, text in [("ArrowRight", "PyTorch"), ("ArrowLeft", "NumPy"), ("ArrowLeft", "Keras"), ("Home", "NumPy")]:
        page.keyboard.press(key)
        assert page.locator(":focus").inner_text() == text
        assert page.get_by_role("tabpanel", name=text).last.is_visible()
    page.keyboard.press("a")
    assert page.troubles == []


def test_without_scripts_all_tabs_are_there_with_their_labels(put):
    page = put(CODE, java_script_enabled=False)
    assert len(seen(page)) == 5 and page.get_by_text("PyTorch", exact=True).is_visible()

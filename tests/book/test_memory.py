"""What the reader did is kept in the browser, comes back, and can be forgotten."""

from tests.book.pages import soup
from tests.book.test_answers import ONE

REFUSE = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("no", "SecurityError"); },
  configurable: true,
});"""
KEPT = "Object.keys(localStorage).filter((key) => key.startsWith('pooling '))"


def test_an_answer_is_there_again_after_a_reload(put):
    page = put(ONE.format("27"), "answers.mjs")
    page.get_by_label("Your answer").fill("27")
    page.get_by_role("button", name="Check").click()
    page.reload()
    assert page.get_by_label("Your answer").input_value() == "27"
    assert page.get_by_role("status").inner_text() == "Right."
    assert page.get_by_text("Because of the rule.").is_visible()


def test_the_book_knows_where_the_reader_stopped(visit, address):
    page = visit("book/types.html")
    page.locator("#quiz").evaluate("one => one.scrollIntoView()")
    page.goto(f"{address}book/index.html")
    link = page.locator(".welcome a")
    assert "Quiz" in link.inner_text() and "Types of pooling" in page.locator(".welcome").inner_text()
    link.click()
    page.wait_for_url("**/book/types.html#quiz")
    assert page.troubles == []


def test_a_finished_chapter_has_a_tick_until_all_is_forgotten(visit):
    page = visit("book/types.html")
    assert page.locator(".forget button").count() == 0
    answer_all(page.locator(".quiz"))
    assert page.get_by_role("link", name="Types of pooling finished").first.is_visible()
    page.reload()
    assert page.get_by_role("link", name="Types of pooling finished").count() == 1
    page.on("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation():
        page.get_by_role("button", name="Forget what I did").click()
    assert page.get_by_role("link", name="finished").count() == 0
    assert page.evaluate(KEPT) == []


def answer_all(quiz):
    for form in quiz.locator("form").all():
        for label in form.locator("label").all():
            label.click()
            form.get_by_role("button", name="Check").click()
            if form.locator(".reply.right").count():
                break


def test_pages_work_where_storage_is_refused(visit, address):
    page = visit("_static/favicon.svg")
    page.add_init_script(REFUSE)
    page.goto(f"{address}book/types.html")
    answer_all(page.locator(".quiz"))
    assert page.get_by_role("link", name="Types of pooling finished").count() == 1
    page.get_by_role("button", name="Color mode").first.click()
    assert page.troubles == []


def test_what_others_stored_does_no_harm(put):
    page = put(ONE.format("27"), "answers.mjs")
    for kept in ("not json", "null", "[1]", '"text"'):
        page.evaluate("kept => localStorage.setItem('pooling made', kept)", kept)
        page.reload()
        page.get_by_label("Your answer").fill("27")
        page.get_by_role("button", name="Check").click()
        assert page.get_by_role("status").inner_text() == "Right." and page.troubles == [], kept


def test_only_chapters_count():
    assert soup("book/types.html").select_one("h1 .section-number")
    assert not soup("book/glossary.html").select_one("h1 .section-number")

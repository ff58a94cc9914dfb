"""Fields for numbers: what they take for right, what they say, and what they keep to themselves."""

import pytest

from tests.book.test_cards import CARD
from tests.book.test_pages import AXE, violations
from tests.book.test_quiz import QUIZ, choose
from tests.book.test_tabs import CODE
from tests.book.test_tips import LINK

ONE = """<section><h1>One</h1><details class="answer" data-answer="{}"><summary>Answer</summary>
<p>Because of the rule.</p></details></section>"""


def announced(page):
    return page.locator(".answer-form [role=status]").inner_text()


def look(page, selector):
    """The sign before a verdict, and its colour."""
    look = "one => [getComputedStyle(one, '::before').content[1], getComputedStyle(one).color]"
    return tuple(page.locator(selector).evaluate(look))


WRITTEN = {  # an answer: what is right, what is wrong
    "27": (["27", "27.0", " 27 ", "27,0", "54/2"], ["26", "27.4", "", "2 7 x", "twenty", "."]),
    "-3": (["-3", "−3", "- 3", "–3,0"], ["3", "--3", "-"]),
    "5120": (["5120", "5,120", "5 120", "5120.", "5'120"], ["5.12", "512"]),
    "0.33": (["0.33", ".33", "0,333", "1/3"], ["0.3", "0.34", "1/0"]),
    "max": (["max", " MAX"], ["min", "0"]),
}


def test_a_number_is_right_however_it_is_written(put):
    page = put(ONE.format("27"), "answers.mjs")
    means = "async (told) => (await import('/_static/answers.mjs')).means(...told)"
    for expected, (right, wrong) in WRITTEN.items():
        assert [text for text in right if not page.evaluate(means, [text, expected])] == [], expected
        assert [text for text in wrong if page.evaluate(means, [text, expected])] == [], expected


def test_a_wrong_number_is_told_apart_and_a_right_one_opens_the_reply(put):
    page = put(ONE.format("27"), "answers.mjs")
    field, reply = page.get_by_label("Your answer"), page.get_by_text("Because of the rule.")
    field.fill("26")
    field.press("Enter")
    assert announced(page) == "Not yet: too small." and not reply.is_visible()
    assert look(page, ".verdict-wrong") == ("✗", "rgb(163, 74, 0)")
    field.fill("27")
    assert announced(page) == ""
    page.get_by_role("button", name="Check").click()
    assert announced(page) == "Right." and reply.is_visible()
    assert look(page, ".verdict-right") == ("✓", "rgb(21, 117, 58)")
    assert page.troubles == []


def test_several_numbers_have_a_field_each(put):
    page = put(ONE.format("27 28"), "answers.mjs")
    page.get_by_role("textbox", name="First").fill("27")
    page.get_by_role("textbox", name="Second").fill("27")
    page.get_by_role("button", name="Check").click()
    assert announced(page) == "Not yet: 1 of 2 are right."
    invalid = page.locator(".answer-form input").evaluate_all(
        "all => all.map((one) => one.getAttribute('aria-invalid'))"
    )
    assert invalid == ["false", "true"]


def test_the_answer_is_nowhere_to_be_read_until_it_is_asked_for(put):
    page = put(ONE.format("27").replace("rule", "27"), "answers.mjs")
    assert "27" not in page.locator("article").inner_text()
    page.get_by_role("button", name="Show me").click()
    assert page.get_by_text("Because of the 27.").is_visible()
    assert announced(page) == "The answer is below."


def test_a_phones_keyboard_has_minus_comma_and_enter(put):
    field = put(ONE.format("-3"), "answers.mjs", width=390).get_by_label("Your answer")
    assert field.get_attribute("inputmode") == "text" and field.get_attribute("enterkeyhint") == "done"
    assert field.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 16  # or an iPhone zooms in


ALL = f"""<section><h1>All</h1>{LINK.format("left")}
{ONE.format("27 28").replace("h1", "h2")}{QUIZ}{CARD.format("one")}{CODE}</section>"""


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_what_asks_and_what_it_replied(put, width):
    page = put(ALL, "answers.mjs", "quiz.mjs", "cards.mjs", "tabs.mjs", "tips.mjs", width=width)
    page.get_by_role("textbox", name="First").fill("26")
    page.get_by_role("textbox", name="Second").fill("28")
    page.get_by_role("button", name="Check").first.click()
    for choice in ("one a", "two b"):
        choose(page, choice)
    page.locator("summary").click()
    page.get_by_role("button", name="Not yet").click()
    page.locator("a.term").focus()
    page.evaluate(AXE)
    assert violations(page) == []


def test_without_scripts_the_answer_is_a_fold(put):
    page = put(ONE.format("27"), java_script_enabled=False)
    page.locator("summary").click()
    assert page.get_by_text("Because of the rule.").is_visible()

"""The quizzes: each number in them is computed again, each choice has its reply, and they answer in the page."""

import json
import re
from collections import Counter
from functools import cache

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from experiments.record import recorded
from markdown_it import MarkdownIt

import poolkit
from poolkit import loops
from teaching.tasks import receptive_field
from tests.book.pages import ROOT, soup
from tests.strategies import IMAGE

CHAPTERS = [
    path
    for path in sorted((ROOT / "book").iterdir())
    if path.suffix in (".ipynb", ".md") and re.search(r'class=\\?"quiz', path.read_text("utf-8"))
]
FINALS = sorted((ROOT / "teaching").glob("final_*.md"))
TIMED = ROOT / "book/experiments/benchmark.json"
KNOWN = {name: getattr(poolkit, name) for name in poolkit.__all__} | {
    "np": np,
    "image": IMAGE.reshape(1, 4, 4, 1),
    "recorded": recorded,
    "times": [step["nanoseconds"] for step in json.loads(TIMED.read_text("utf-8"))["steps"]],
    "loops": loops,
    "line": lambda *numbers: np.reshape(numbers, (1, -1, 1)).astype(float),
    "receptive_field": receptive_field,
}


@cache
def questions(path, kind=".quiz"):
    """Each question of a chapter's quizzes, with its choices; predictions are quizzes too."""
    cells = nbformat.read(path, as_version=4).cells if path.suffix == ".ipynb" else []
    texts = [cell.source for cell in cells if 'class="quiz' in cell.source] or [path.read_text("utf-8")]
    asked = {}
    for choice in BeautifulSoup(MarkdownIt().render("\n".join(texts)), "html.parser").select(f"{kind} > details"):
        question = choice.find_previous_sibling("p").text
        asked.setdefault(question, []).append(choice)
    return asked


def reply(choice):
    return " ".join(part.text for part in choice.find_all("p"))


def all_questions():
    return [(path.stem, *one) for path in [*CHAPTERS, *FINALS] for one in questions(path).items()]


def numbers(text):
    return {number.replace(",", "") for number in re.findall(r"(?<![A-Za-z.\d])\d+(?:,\d{3})*(?:\.\d+)?", text)}


def test_a_chapter_asks_three_to_five_questions():
    for path in CHAPTERS:
        assert 3 <= len(questions(path, ".quiz:not(.predict)")) <= 5, path.stem


def test_each_question_has_one_right_answer_and_a_reason_for_each_choice():
    for place, question, choices in all_questions():
        verdicts = [re.match("Right|No", reply(choice))[0] for choice in choices]
        assert len(choices) >= 3 and verdicts.count("Right") == 1, (place, question)
        assert all(len(reply(choice)) > 25 for choice in choices), (place, question)
        markdown = [choice for choice in choices if re.search(r"[*`]", choice.summary.text)]  # it is HTML
        assert not markdown, (place, question)


def test_what_a_quiz_says_is_computed_again():
    for place, question, choices in all_questions():
        for check in [choice["data-check"] for choice in choices if choice.get("data-check")]:
            assert np.all(eval(check, KNOWN)), (place, question, check)


def test_what_a_question_expects_is_computed_again():
    for path in (ROOT / "book").glob("*.ipynb"):
        text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)
        for answer, check in re.findall(r'<details class="answer" data-answer="(.*?)"(?: data-check="(.*?)")?>', text):
            assert check and np.all(eval(check, KNOWN)), (path.stem, answer)


def test_each_number_of_a_question_is_in_one_of_its_checks():
    for place, question, choices in all_questions():
        told = numbers(question + " ".join(choice.text for choice in choices))
        assert told <= numbers(" ".join(choice.get("data-check", "") for choice in choices)), (place, question)


def test_each_place_is_right_about_equally_often():
    threes = [choices for path in CHAPTERS for choices in questions(path).values() if len(choices) == 3]
    places = Counter(map(right_place, threes))
    assert min(places[place] for place in range(3)) > 0.2 * places.total(), places


def right_place(choices):
    return next(place for place, choice in enumerate(choices) if reply(choice).startswith("Right"))


@pytest.mark.parametrize("path", FINALS, ids=lambda path: path.stem)
def test_a_final_test_asks_twenty_questions_that_cannot_be_guessed_from_the_form(path):
    asked = list(questions(path).values())
    places = Counter(map(right_place, asked))
    assert len(asked) == 20 and sorted(places.values()) == [6, 7, 7]
    lengths = [[len(choice.summary.text) for choice in choices] for choices in asked]
    longest = sum(max(each) == each[right_place(choices)] for each, choices in zip(lengths, asked, strict=True))
    assert 4 <= longest <= 10, longest


def test_no_question_is_asked_twice():
    asked = Counter(question for _, question, _ in all_questions())
    assert max(asked.values()) == 1, asked.most_common(1)


QUESTION = """<p>{0}?</p>
<details><summary>{0} a</summary><p>No. Never.</p></details>
<details><summary>{0} b</summary><p>Right. So it is.</p></details>
<details><summary>{0} c</summary><p>No.</p></details>"""
QUIZ = f'<section><h2>Quiz</h2><div class="quiz">{QUESTION.format("one")}{QUESTION.format("two")}</div></section>'


def choose(page, choice):
    form = page.locator("form").filter(has_text=choice)
    form.get_by_role("radio", name=choice).check()
    form.get_by_role("button", name="Check").click()
    return form.get_by_role("status").inner_text()


@pytest.fixture
def quiz(put):
    return put(QUIZ, "quiz.mjs")


def test_a_quiz_replies_and_keeps_the_score(quiz):
    score = quiz.locator(".score[role=status]")
    assert choose(quiz, "one a") == "No. Never." and score.inner_text() == "0 of 2 right."
    assert choose(quiz, "one b") == "Right. So it is." and score.inner_text() == "1 of 2 right."
    quiz.get_by_role("radio", name="two a").check()
    assert quiz.locator(".quiz form").nth(1).get_by_role("status").inner_text() == ""
    choose(quiz, "two b")
    assert score.inner_text() == "All 2 right, 1 at the first try."
    quiz.reload()
    assert score.inner_text() == "All 2 right, 1 at the first try."
    assert quiz.get_by_text("Right. So it is.").count() == 2
    quiz.get_by_role("button", name="Try again").click()
    assert score.inner_text() == "" and quiz.locator("input:checked").count() == 0
    assert quiz.troubles == []


def test_the_order_of_choices_is_new_at_each_visit(quiz):
    orders = set()
    for _ in range(12):
        quiz.reload()
        orders.add(tuple(quiz.locator(".quiz form").first.locator("label").all_inner_texts()))
        if len(orders) == 3:
            break
    assert len(orders) == 3


def test_a_quiz_answers_to_the_keyboard(quiz):
    quiz.get_by_role("radio").first.focus()
    for key in ("Space", "ArrowDown", "Enter"):
        quiz.keyboard.press(key)
    chosen = quiz.locator("label:has(input:checked)").inner_text()
    assert quiz.locator(".reply").first.inner_text().startswith("Right" if chosen == "one b" else "No")
    quiz.keyboard.press("ArrowDown")
    assert quiz.locator(".reply").first.inner_text() == ""


def test_a_quiz_says_nothing_without_an_answer_and_right_and_wrong_have_signs_beside_their_colours(quiz):
    assert quiz.get_by_role("group", name="one?").get_by_role("radio", name="one c").count() == 1  # read aloud together
    quiz.get_by_role("button", name="Check").first.click()
    assert quiz.get_by_role("status").first.inner_text() == ""
    sign = "one => getComputedStyle(one, '::after').content[1]"
    for choice, expected in [("one a", "✗"), ("one b", "✓")]:
        choose(quiz, choice)
        assert quiz.locator("label:has(:checked) > span").evaluate(sign) == expected


def test_an_answer_asks_for_nothing_and_stays_in_the_page(quiz):
    address, requests = quiz.url, []
    quiz.on("request", lambda request: requests.append(request.url))
    assert choose(quiz, "one a") and quiz.url == address
    assert [url for url in requests if "favicon" not in url] == []  # the browser's own


def test_a_prediction_is_a_heading_and_has_no_score(put):
    html = QUIZ.replace('"quiz"', '"quiz predict"').replace("<p>one?", "<p><strong>Predict.</strong> one?")
    page = put(html, "quiz.mjs")
    assert page.get_by_role("heading", name="Predict.", level=3).is_visible()
    choose(page, "two b")
    assert page.locator(".score").count() == 0


def test_what_answers_a_prediction_opens_with_its_reply_and_not_before(put):
    fold = '<details class="fold answer"><summary>Show me</summary><p>A chart.</p></details>'
    page = put(QUIZ.replace('"quiz"', '"quiz predict"').replace("</section>", f"{fold}</section>"), "quiz.mjs")
    assert not page.get_by_text("A chart.").is_visible()
    choose(page, "one a")
    assert page.get_by_text("A chart.").is_visible()
    page.reload()
    assert page.get_by_text("A chart.").is_visible()


def test_a_quiz_works_without_scripts(put):
    page = put(QUIZ, java_script_enabled=False)
    assert not page.get_by_text("Right.").first.is_visible()
    page.get_by_text("one b").click()
    assert page.get_by_text("Right.").first.is_visible()


def test_a_page_without_a_quiz_does_not_load_its_script():
    assert [len(soup(f"book/{page}.html").select("script[src*=quiz]")) for page in ("basics", "glossary")] == [1, 0]

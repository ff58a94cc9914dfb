"""The quizzes: each number in them is computed again, each choice has its reply, and they answer in the page."""

import re

import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

import poolkit
from tests.book.pages import ROOT
from tests.strategies import IMAGE

CHAPTERS = [
    path
    for path in sorted((ROOT / "book").iterdir())
    if path.suffix in (".ipynb", ".md") and re.search(r'class=\\?"quiz\\?"', path.read_text("utf-8"))
]
KNOWN = {name: getattr(poolkit, name) for name in poolkit.__all__} | {
    "np": np,
    "image": IMAGE.reshape(1, 4, 4, 1),
}

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def questions(path):
    """Each question of a chapter's quiz, with its choices."""
    cells = nbformat.read(path, as_version=4).cells if path.suffix == ".ipynb" else []
    texts = [cell.source for cell in cells if 'class="quiz"' in cell.source] or [path.read_text("utf-8")]
    quiz = BeautifulSoup(MarkdownIt().render("\n".join(texts)), "html.parser").find(class_="quiz")
    asked = {}
    for choice in quiz.find_all("details"):
        question = choice.find_previous_sibling("p").text
        asked.setdefault(question, []).append(choice)
    return asked


def reply(choice):
    return " ".join(part.text for part in choice.find_all("p"))


def numbers(text):
    return {number.replace(",", "") for number in re.findall(r"(?<![A-Za-z.\d])\d+(?:,\d{3})*(?:\.\d+)?", text)}


@every_chapter
def test_a_chapter_asks_three_to_five_questions(path):
    assert 3 <= len(questions(path)) <= 5


@every_chapter
def test_each_question_has_one_right_answer_and_a_reason_for_each_choice(path):
    for question, choices in questions(path).items():
        verdicts = [re.match("Right|No", reply(choice))[0] for choice in choices]
        assert len(choices) >= 3 and verdicts.count("Right") == 1, question
        assert all(len(reply(choice)) > 25 for choice in choices), question


@every_chapter
def test_what_a_quiz_says_is_computed_again(path):
    for choices in questions(path).values():
        for check in [choice["data-check"] for choice in choices if choice.get("data-check")]:
            assert np.all(eval(check, KNOWN)), check


@every_chapter
def test_each_number_of_a_question_is_in_one_of_its_checks(path):
    for question, choices in questions(path).items():
        told = numbers(question + " ".join(choice.text for choice in choices))
        assert told <= numbers(" ".join(choice.get("data-check", "") for choice in choices)), question


@pytest.fixture
def quiz(visit):
    return visit("book/basics.html").locator(".quiz form").first


def test_a_quiz_answers_to_the_keyboard(quiz):
    quiz.get_by_role("radio").first.focus()
    for key in ("Space", "ArrowDown", "Enter"):
        quiz.page.keyboard.press(key)
    assert quiz.get_by_role("status").inner_text().startswith("Right.")
    quiz.page.keyboard.press("ArrowDown")
    assert quiz.get_by_role("status").inner_text() == ""


def test_a_quiz_answers_to_the_mouse(quiz):
    quiz.locator("label").first.click()
    quiz.get_by_role("button", name="Check").click()
    assert quiz.get_by_role("status").inner_text().startswith("No.")


def test_a_quiz_without_an_answer_says_nothing(quiz):
    quiz.get_by_role("button", name="Check").click()
    assert quiz.get_by_role("status").inner_text() == ""


def test_each_choice_can_be_read_aloud_with_its_question(quiz):
    group = quiz.get_by_role("group", name="A max pooling is put between two convolutions.")
    assert group.get_by_role("radio", name="None: the pooling layer has as many of its own").count() == 1


def test_an_answer_asks_for_nothing_and_stays_in_the_page(quiz):
    address, requests = quiz.page.url, []
    quiz.page.on("request", lambda request: requests.append(request.url))
    quiz.locator("label").first.click()
    quiz.get_by_role("button").click()
    assert quiz.get_by_role("status").inner_text() and quiz.page.url == address
    assert [url for url in requests if "favicon" not in url] == []  # the browser's own


def test_a_quiz_works_without_scripts(visit):
    choice = visit("book/basics.html", java_script_enabled=False).locator(".quiz details").nth(1)
    assert not choice.get_by_text("Right.").is_visible()
    choice.locator("summary").click()
    assert choice.get_by_text("Right.").is_visible()


def test_a_page_without_a_quiz_does_not_load_its_script(visit):
    assert visit("book/basics.html").locator("script[src*=quiz]").count() == 1
    assert visit("book/glossary.html").locator("script[src*=quiz]").count() == 0

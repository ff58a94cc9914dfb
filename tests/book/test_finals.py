"""The final tests on paper: the questions tell nothing, and the key has the letter that is right."""

import re
from string import ascii_lowercase

import pytest
from bs4 import BeautifulSoup

from teaching import finals
from teaching.paper import print_pdf
from teaching.questions import questions
from teaching.sources import finals as sources

TESTS = {title: list(questions(soup)) for title, soup in sources()}
SHEETS = [BeautifulSoup(html, "html.parser") for _, html in finals.pages()]
every_test = pytest.mark.parametrize("asked, sheet", list(zip(TESTS.values(), SHEETS, strict=True)), ids=TESTS)


@every_test
def test_the_key_has_the_letter_of_the_right_choice(asked, sheet):
    letters = [item.b.text for item in sheet.select(".key > ol > li")]
    printed = [item.select("ol > li") for item in sheet.select(".questions > li")]
    right = [next(choice for choice, _, right in choices if right) for _, choices in asked]
    found = [each[ascii_lowercase.index(letter)] for each, letter in zip(printed, letters, strict=True)]
    assert [each.decode_contents() for each in found] == right


@every_test
def test_no_answer_stands_before_the_key(asked, sheet):
    sheet = BeautifulSoup(str(sheet), "html.parser")
    key = sheet.select_one(".key").extract().text
    replies = [BeautifulSoup(reply, "html.parser").text.strip() for _, choices in asked for _, reply, _ in choices]
    assert not [reply for reply in replies if reply in sheet.text or reply not in key]


def test_a_test_prints_with_its_key_on_few_pages(browser, tmp_path):
    print_pdf(browser, str(SHEETS[1]), "Letter", tmp_path / "final.pdf")
    assert 4 <= len(re.findall(rb"/Type /Page\b(?!s)", (tmp_path / "final.pdf").read_bytes())) <= 7

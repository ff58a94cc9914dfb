"""Recall cards: collected from all chapters, they come back after 1, 3, 7 and 21 days."""

import sys
from datetime import datetime, timedelta
from subprocess import run

import pytest
from bs4 import BeautifulSoup

from tests.book.pages import ROOT

CARD = '<details class="card"><summary>What is {}?</summary><p>An answer.</p></details>'
DECK = f"""<section><h1>Review</h1><div class="all-chapters"><div class="chapter-cards"><p>Types</p>
{CARD.format("one")}{CARD.format("two")}</div></div></section>"""
NOON = datetime(2026, 3, 1, 12)


def on_day(put, page, day, path="book/review.html"):
    page.clock.set_fixed_time(NOON + timedelta(days=day))
    return put(DECK, "cards.mjs", page=page, path=path)


def answer(page, which, words):
    card = page.locator("details.card").filter(has_text=f"What is {which}?")
    card.locator("summary").click()
    card.get_by_role("button", name=words).click()
    return card.get_by_role("status").inner_text()


@pytest.fixture
def page(put, visit):
    page = visit("_static/favicon.svg")
    return on_day(put, page, 0, "book/types.html")


def test_a_card_comes_back_later_each_time_it_was_known(put, page):
    assert answer(page, "one", "Knew it") == "Good: back tomorrow."
    for day, said in [(1, "in 3 days"), (4, "in 7 days"), (11, "in 21 days"), (32, "in 21 days")]:
        on_day(put, page, day - 1)
        assert page.locator("details.card:visible").count() == 0
        on_day(put, page, day)
        assert page.get_by_text("1 card is due today.").is_visible()
        assert answer(page, "one", "Knew it") == f"Good: back {said}."
    assert page.troubles == []


def test_a_card_that_was_not_known_begins_again(put, page):
    answer(page, "one", "Knew it")
    on_day(put, page, 1)
    assert answer(page, "one", "Not yet") == "It will come: back tomorrow."
    on_day(put, page, 2)
    assert answer(page, "one", "Knew it") == "Good: back tomorrow."


def test_cards_not_met_wait_unless_all_are_asked_for(put, page):
    on_day(put, page, 0)
    assert page.get_by_text("You have met no card yet.").is_visible()
    assert page.locator("details.card:visible").count() == 0
    page.get_by_label("Show all cards").check()
    assert page.locator("details.card:visible").count() == 2


SOURCE = """# Types

## Remember

<details class="card"><summary>What is a stride?</summary>

See the [other](other.md) page: **two** steps.

</details>

<details class="card"><summary>What is a window?</summary>

A place.

</details>

## After

Not a card.
"""
CONFIG = f"""
import sys; sys.path.insert(0, r"{ROOT / "book/_extensions"}")
extensions = ["myst_parser", "cards"]
html_theme = "basic"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cards")
    (folder / "book").mkdir()
    pages = {"index": "```{toctree}\nbook/types\nbook/other\nbook/review\n```", "book/types": SOURCE}
    pages |= {"book/other": "# Other", "book/review": "# Review"}
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text if name != "index" else f"# Book\n\n{text}", encoding="utf-8")
    (folder / "conf.py").write_text(CONFIG)
    return folder


def built(folder):
    run([sys.executable, "-m", "sphinx", "-q", "-W", "-n", folder, folder / "out"], check=True)
    html = (folder / "out/book/review.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser").select_one(".all-chapters")


def test_the_page_review_has_the_cards_of_all_chapters(folder):
    cards = built(folder)
    assert [each.text for each in cards.select("details.card summary")] == ["What is a stride?", "What is a window?"]
    assert cards.select_one("details a[href='other.html']") and "Not a card" not in cards.text
    source = folder / "book/types.md"
    source.write_text(source.read_text(encoding="utf-8").replace("a window?", "a pooling?"), encoding="utf-8")
    assert "What is a pooling?" in built(folder).text  # a build of what has changed

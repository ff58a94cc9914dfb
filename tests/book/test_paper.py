"""Pages on paper: light, whole, and without what can only be pressed; and the whole book in one document."""

from collections import Counter
from runpy import run_path

import pytest
from bs4 import BeautifulSoup

from tests.book.pages import ROOT

PRESSED = """[...document.querySelectorAll("button, textarea, .headerlink, .live-bar, .answer-form")]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 100))"""
CUT = """[...document.querySelectorAll("article pre, article .output, article table")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.textContent.slice(0, 100))"""
PALE = """[...document.querySelectorAll("article :is(p, li, td, pre, figcaption, span, text)")]
  .filter((one) => one.checkVisibility() && one.textContent.trim())
  .map((one) => getComputedStyle(one)[one.matches("text") ? "fill" : "color"].match(/\\d+/g).slice(0, 3))
  .map((colour) => colour.reduce((sum, part) => sum + Number(part), 0))
  .filter((sum) => sum > 480 && sum < 765).join(" ")"""  # pure white is written on dark cells of figures only


@pytest.mark.parametrize("page", ["basics", "advantages", "comparison", "index"])
def test_a_page_on_paper_is_light_and_whole_and_has_no_buttons(visit, page):
    page = visit(f"book/{page}.html", width=672, scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate(PRESSED) == []
    assert page.evaluate(CUT) == []
    assert page.evaluate(PALE) == ""
    assert page.locator("article h1").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html").get_attribute("data-theme") == "dark"


FOLDS = """<details class="fold answer"><summary>Show me</summary><p>result</p></details>
<details class="fold solution"><summary>Solution</summary><p>solved</p></details>"""


def test_results_lie_open_on_paper_and_solutions_do_not(put):
    page = put(FOLDS, "paper.mjs")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_by_text("result").is_visible() and not page.get_by_text("solved").is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.get_by_text("result").is_visible()


def test_the_book_on_paper_links_within_itself():
    book = BeautifulSoup(run_path(ROOT / "book/print.py")["assemble"](), "html.parser")
    places = Counter(node["id"] for node in book.select("article [id], article[id]"))
    assert max(places.values()) == 1
    links = {link["href"][1:] for link in book.select("article a[href^='#'], .book-contents a")}
    assert len(links) > 100 and links <= set(places)
    assert not book.select("script, article details.solution[open]")


def test_page_numbers_are_read_from_what_chromium_prints(visit):
    page = visit("book/glossary.html", java_script_enabled=False)
    links = "".join(f'<a href="#{place}">x</a>' for place in ("one--", "two--b"))
    chapter = '<p style="break-before: page" id="{}">x</p>'
    page.set_content(links + chapter.format("one--") + "<p>x</p>" + chapter.format("a") + chapter.format("two--b"))
    assert run_path(ROOT / "book/print.py")["page_numbers"](page.pdf()) == {"one--": 2, "two--b": 4}


def test_on_paper_pictures_stand_side_by_side_and_no_room_is_kept_for_what_scripts_would_draw(visit):
    page = visit("book/basics.html", width=672, java_script_enabled=False)
    page.emulate_media(media="print")
    pictures = page.get_by_label("A pagoda by a lake").locator("figure")
    heights = "all => all.map((one) => one.getBoundingClientRect().y)"
    assert len(set(pictures.evaluate_all(heights))) == 2 < pictures.count()
    explorer = page.locator("pooling-explorer").first
    assert explorer.bounding_box()["height"] < explorer.locator("svg, img").bounding_box()["height"] + 40

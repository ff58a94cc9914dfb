"""Pages on paper: light, whole, and without what can only be pressed; and the whole book in one document."""

import re
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


def test_a_page_on_paper_is_light_and_whole_and_has_no_buttons(visit, address):
    page = visit("_static/favicon.svg", width=672, scheme="dark")
    for path in ("basics", "advantages", "comparison", "index"):
        page.emulate_media(media="screen")
        page.goto(f"{address}book/{path}.html", wait_until="load")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.evaluate(PRESSED) == [], path
        assert page.evaluate(CUT) == [], path
        assert page.evaluate(PALE) == "", path
        assert page.locator("article h1").is_visible(), path
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("html").get_attribute("data-theme") == "dark", path


FOLDS = """<details class="fold answer"><summary>Show me</summary><p>a result</p></details>
<div class="predict box"><p>Predict</p></div><details class="answer" data-answer="7"><summary>Answer</summary>
<p>a prediction</p></details>
<div class="claim"><details><summary>Proved</summary><p>a proof</p></details></div>
<details class="fold solution"><summary>Solution</summary><p>solved</p></details>
<div class="exercise box"><details class="answer" data-answer="7"><summary>Answer</summary><p>solved</p></details>
<details class="fold answer"><summary>Show me</summary><p>solved</p></details></div>"""


def test_results_lie_open_on_paper_and_solutions_do_not(put):
    page = put(FOLDS, "paper.mjs", "answers.mjs")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    shown = [page.get_by_text(text).first.is_visible() for text in ("a result", "a prediction", "a proof")]
    assert all(shown) and not any(each.is_visible() for each in page.get_by_text("solved").all())
    assert page.locator(".exercise").inner_text().strip() == ""
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert not any(page.get_by_text(text).first.is_visible() for text in ("a result", "a prediction", "a proof"))


@pytest.fixture(scope="module")
def book():
    return BeautifulSoup(run_path(ROOT / "book/print.py")["assemble"](), "html.parser")


def test_the_book_on_paper_links_within_itself(book):
    places = Counter(node["id"] for node in book.select("article [id], article[id]"))
    assert max(places.values()) == 1
    links = {link["href"][1:] for link in book.select(":is(article, .book-contents, .book-front) a[href^='#']")}
    links |= {number["data-page"] for number in book.select("[data-page]")}
    assert len(links) > 100 and links <= set(places)
    assert not book.select("script")


def test_the_book_on_paper_answers_at_its_end_what_it_asks(book):
    *_, answers = book.select("article")
    assert answers.h1.text == "Answers" and not book.select(".exercise details")
    said = {tag.text for tag in answers.select("p")}
    for exercise in book.select(".exercise"):
        assert exercise.h3.text in said and answers.find(id=exercise.select_one(".book-see a")["href"][1:])
    for question in book.select(".quiz > p"):
        assert question.text in said
    for quiz in book.select(".quiz"):
        below = quiz.find_next_sibling()
        if "answer" not in below.get("class", ()):
            assert answers.find(id=below.a["href"][1:]).p.text == quiz.p.text
    assert not [each.text for each in book.select("summary") if re.search("Show me|Jupyter", each.text)]
    assert not [each.text for each in book.select(".exercise .output") if each.text.strip().startswith("Not ")]
    assert not book.find_all(string=re.compile(r"\d × \d"))
    assert "Output to predict: 9 7 7; 9 6 6; 8 5 6" in said
    assert len(book.select("#review-- details[open]")) == len(book.select("details.card")) / 2 > 0


HIDDEN = """[...document.querySelectorAll("article :is(details.answer > p, .tab, .claim-source)")]
  .filter((one) => !one.checkVisibility()).map((one) => one.textContent.slice(0, 100))"""
LEFT = """[...document.querySelectorAll(".poolkit-film label, pooling-peephole > *, pooling-lab:not(:has(img)) > *")]
  .filter((one) => one.checkVisibility()).map((one) => one.textContent.slice(0, 100))"""
WRITTEN = """(one) => [...one.querySelectorAll("text")]
  .filter((text) => getComputedStyle(text).visibility == "visible").map((text) => text.textContent).join(" ")"""
TALL = """[...document.querySelectorAll(".poolkit-figure:not(table), class-map")]
  .filter((one) => one.getBoundingClientRect().height > 620).map((one) => one.outerHTML.slice(0, 200))"""


def test_the_book_on_paper_waits_for_no_script_and_its_pictures_are_no_higher_than_most_of_a_page(
    visit, book, tmp_path
):
    (tmp_path / "book.html").write_text(str(book), encoding="utf-8")
    page = visit("_static/favicon.svg", width=673)
    page.goto((tmp_path / "book.html").as_uri())
    page.emulate_media(media="print")
    assert page.evaluate(HIDDEN) == []
    assert page.evaluate(LEFT) == []
    assert page.evaluate(TALL) == []
    explorer = page.locator("pooling-explorer[mode=predict]").first
    said = explorer.evaluate(WRITTEN)
    assert said == "input 2 2 7 3 9 4 6 1 8 5 2 4 3 1 2 6 output max(2, 2, 9, 4) = ?"
    film = page.locator(".poolkit-film:has(svg)").evaluate(WRITTEN)
    assert "4.0625" in film
    page.troubles.clear()


LINES = "<pre>one\ntwo\nthree</pre>"
TOGETHER = {
    "a fold": '<details open class="fold"><summary id="a-{0}">x</summary><div class="cell_input" id="b-{0}">'
    f"{LINES}</div></details>",
    "an exercise": f'<div class="exercise box"><p id="a-{{0}}">x</p><div class="cell">{LINES}</div>'
    '<p id="b-{0}">y</p></div>',
    "a term": f'<dl><dt id="a-{{0}}">x</dt><dd id="b-{{0}}">{LINES}</dd></dl>',
    "a rubric": f'<p class="rubric" id="a-{{0}}">x</p><div class="highlight" id="b-{{0}}">{LINES}</div>',
    "a tab": f'<div class="tab"><p id="a-{{0}}">x</p><div class="highlight" id="b-{{0}}">{LINES}</div></div>',
    "a program": '<div class="cell"><div class="cell_input" id="a-{0}"><pre>x</pre></div><div class="cell_output">'
    '<div class="output stream" id="b-{0}"><pre>y</pre></div></div></div>',
    "a question": '<div class="quiz"><p id="a-{0}">x</p><details><summary>y</summary></details>'
    '<details id="b-{0}"><summary>z</summary></details></div>',
    "a table's head": '<table class="poolkit-table"><tr class="head" id="a-{0}"><th>x</th></tr>'
    '<tr class="question" id="b-{0}"><td>y</td></tr>' + "<tr><td>z</td></tr>" * 12 + "</table>",
    "a row and what explains it": '<table class="poolkit-table"><tr class="question" id="a-{0}"><td>x</td></tr>'
    '<tr class="how" id="b-{0}"><td>y</td></tr>' + "<tr><td>z</td></tr>" * 12 + "</table>",
    "a heading of two lines": '<h3><b id="a-{0}" style="display: inline-block">x</b> '
    + "heading " * 30
    + '<b id="b-{0}" style="display: inline-block">y</b></h3>',
    "a short table": '<table><tr id="a-{0}"><td>x</td></tr><tr><td>y</td></tr><tr id="b-{0}"><td>z</td></tr></table>',
}


def test_a_page_does_not_end_between(put):
    cases = [(kind, height) for kind in TOGETHER for height in range(860, 1000, 6)]
    filled = '<div style="break-before: page; height: {}px"></div>'
    html = "".join(f'<a href="#{one}-{case}">x</a>' for one in "ab" for case in range(len(cases)))
    for case, (kind, height) in enumerate(cases):
        html += filled.format(height) + TOGETHER[kind].format(case)
    page = put(html, java_script_enabled=False)
    pages = run_path(ROOT / "book/print.py")["page_numbers"](page.pdf(prefer_css_page_size=True))
    assert len({pages[f"a-{case}"] for case in range(len(cases))}) == len(cases)
    assert [at for case, at in enumerate(cases) if pages[f"a-{case}"] != pages[f"b-{case}"]] == []


def test_page_numbers_are_read_from_what_chromium_prints(visit):
    page = visit("book/glossary.html", java_script_enabled=False)
    links = "".join(f'<a href="#{place}">x</a>' for place in ("one--", "two--b"))
    chapter = '<p style="break-before: page" id="{}">x</p>'
    page.set_content(links + chapter.format("one--") + "<p>x</p>" + chapter.format("a") + chapter.format("two--b"))
    assert run_path(ROOT / "book/print.py")["page_numbers"](page.pdf()) == {"one--": 2, "two--b": 4}


def test_the_book_is_printed_until_its_page_numbers_are_right(visit):
    page = visit("book/glossary.html")
    moved = "<style>[data-page]:not(:empty) { display: block; break-before: page }</style>"
    link = '<a href="#one--">x</a><span data-page="{}"></span>'
    page.set_content(f'{moved}{link.format("one--")}{link.format("one--folded")}<p id="one--">x</p>')
    made = run_path(ROOT / "book/print.py")
    assert made["page_numbers"](made["numbered"](page)) == {"one--": 3}
    assert page.locator("[data-page]").all_text_contents() == ["3", "3"]


def test_on_paper_pictures_stand_side_by_side_and_no_room_is_kept_for_what_scripts_would_draw(visit):
    page = visit("book/basics.html", width=672, java_script_enabled=False)
    page.emulate_media(media="print")
    pictures = page.get_by_label("A pagoda by a lake").locator("figure")
    heights = "all => all.map((one) => Math.round(one.getBoundingClientRect().y))"
    assert len(set(pictures.evaluate_all(heights))) == 2 < pictures.count()
    explorer = page.locator("pooling-explorer").first
    assert explorer.bounding_box()["height"] < explorer.locator("svg, img").bounding_box()["height"] + 40

"""Slides: each chapter's deck whole, inside its frame, with words for the teacher and no number of its own."""

import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml

import poolkit
from teaching import cells, decks
from teaching.sources import ROOT, chapter
from tests.conftest import watched

NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?")
TOLD = {name: getattr(poolkit, name) for name in poolkit.__all__} | {"np": np}
OUTSIDE = """[...document.querySelectorAll(".slides > section")].flatMap((slide, index) => {
  const frame = slide.getBoundingClientRect();
  const parts = [...slide.querySelectorAll("h1, h2, .body, .body > *, .fit, .fit svg")];
  const out = parts.map((one) => one.getBoundingClientRect()).some((box) =>
    box.width && (box.left < frame.left + 40 || box.right > frame.right - 40 || box.bottom > frame.bottom - 20));
  const cut = [slide, slide.querySelector(".body")].some((one) =>
    one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
  return out || cut ? [index + 1] : [];
})"""
SMALL = """[...document.querySelectorAll(".fit")].filter((one) => one.style.zoom < 0.6)
  .map((one) => `${one.style.zoom} ${one.closest("section").firstElementChild.textContent}`)"""
LATER = """[...document.querySelectorAll("[data-later]")]
  .map((slide) => [...slide.querySelectorAll(slide.dataset.later)].map((part) => getComputedStyle(part).visibility))"""
READ = {stem: decks.read(stem) for stem in decks.STEMS}
SLIDES = [(stem, slide) for stem, slides in READ.items() for slide in slides]
every_deck = pytest.mark.parametrize("stem", decks.STEMS)


def chapters():
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"][:2]
    files = [Path(each["file"]).stem for part in parts for each in part["chapters"]]
    return [stem for stem in files if (ROOT / f"book/{stem}.ipynb").exists()]


def test_each_chapter_of_both_parts_has_a_deck():
    assert chapters() == decks.STEMS == sorted(decks.STEMS, key=chapters().index)
    assert {path.stem for path in decks.DECKS.glob("*.md")} == set(chapters())


def test_a_deck_has_12_to_18_slides_and_fits_a_lesson():
    for stem, slides in READ.items():
        assert 12 <= len(slides) <= 18, stem
        assert 30 <= sum(slide.minutes for slide in slides) <= 45, stem
        assert slides[0].title == chapter(ROOT / f"book/{stem}.ipynb")[0]


def test_each_slide_has_one_title_and_words_for_the_teacher():
    for stem, slide in SLIDES:
        assert slide.title and slide.body.count("\n> ") + slide.body.startswith("> ") <= 1, (stem, slide.title)
        assert len(slide.notes.split()) >= 15, (stem, slide.title)


def test_a_deck_has_a_picture_or_a_question_on_most_slides():
    for stem, slides in READ.items():
        assert sum(bool(decks.SHOWN.search(slide.body)) for slide in slides) >= len(slides) / 3, stem
        assert sum("> " in slide.body for slide in slides) >= 3, stem


def numbers(text):
    return set(NUMBER.findall(text))


@cache
def known(stem):
    notebook = nbformat.read(ROOT / f"book/{stem}.ipynb", as_version=4)
    texts = [cell.source for cell in notebook.cells]
    texts += [str(output) for cell in notebook.cells for output in cell.get("outputs", [])]
    return numbers("\n".join(re.sub(r"base64,[\w+/=]+", "", text) for text in texts))


def test_each_number_is_in_the_chapter_or_computed_again():
    for stem, slide in SLIDES:
        said = f"{slide.title}\n{decks.SHOWN.sub('', slide.body)}\n{re.sub('^[0-9.]+ min', '', slide.notes)}"
        said = said.replace("{,}", ",")
        assert numbers(said) - known(stem) - numbers(" ".join(slide.checks)) == set(), (stem, slide.title)


def test_what_is_computed_again_is_right():
    wrong = [(stem, check) for stem, slide in SLIDES for check in slide.checks if not eval(check, TOLD)]
    assert wrong == []


def test_a_cell_that_has_another_name_now_stops_the_slides():
    with pytest.raises(ValueError, match="there is no cell basics-99"):
        decks.show_body("![figure](basics-99)", "basics")
    with pytest.raises(ValueError, match="draws nothing"):
        cells.figure(cells.find("basics-27", "basics"))


def test_a_deck_shows_drawings_code_and_what_it_prints():
    shown = decks.show_body("![figure](basics-13)\n\n![code](basics-27)\n\n![output](basics-27)", "basics")
    assert "<svg" in shown and "base64" not in shown
    assert "cold = np.array" in shown and "assert" not in shown and "zeros around: [ 0. -2.  0.]" in shown


def test_formulas_become_mathml():
    assert decks.as_html("*the* $a_1 < 2$").startswith("<p><em>the</em> <math>")
    assert '<math display="block">' in decks.as_html("$$a * b * c$$")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, libraries):
    folder = tmp_path_factory.mktemp("slides") / "slides"
    decks.write(folder)
    return folder


@pytest.fixture(scope="module")
def seen(browser, folder):
    """A deck opened from the disk, with what it complains of."""
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="light", reduced_motion="reduce")
    watched(page, "file:", "data:", "blob:")

    def seen(stem, how=""):
        page.goto(f"{(folder / stem).as_uri()}.html{how}")
        return page

    yield seen
    page.close()


@every_deck
def test_nothing_leaves_the_frame_of_its_slide(seen, stem):
    page = seen(stem, "?print")
    decks.wake(page)
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(SMALL) == []
    assert page.locator(".slides > section").count() == len(READ[stem])
    assert page.troubles == []


def test_a_deck_is_16_to_9_and_its_key_d_changes_light_and_dark(seen):
    page = seen("basics")
    page.wait_for_function("Reveal.isReady()")
    box = page.locator("section.present").bounding_box()
    assert box["width"] / box["height"] == pytest.approx(16 / 9)
    shown = page.locator("section.present .fit").bounding_box()
    assert box["x"] < shown["x"] and shown["y"] + shown["height"] < box["y"] + box["height"] and shown["height"] > 400
    ground = """['section.present', 'section.present p', 'body']
      .map((one) => getComputedStyle(document.querySelector(one)))
      .map(({ color, backgroundColor }) => `${color} on ${backgroundColor}`)"""
    light = page.evaluate(ground)
    page.keyboard.press("d")
    assert all(dark != one for dark, one in zip(page.evaluate(ground), light, strict=True))
    assert "rgb(232, 234, 240)" in page.evaluate(ground)[1]
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.wait_for_function("document.querySelector('section.present').getBoundingClientRect().width === 1920")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="dark")
    page.keyboard.press("d")
    assert page.evaluate(ground) == light
    page.emulate_media(color_scheme="light")


@every_deck
def test_an_answer_comes_with_the_next_key(seen, stem):
    page, numbers = seen(stem), [number for number, slide in enumerate(READ[stem]) if slide.later]
    page.wait_for_function("Reveal.isReady()")
    assert [set(parts) for parts in page.evaluate(LATER)] == [{"hidden"}] * len(numbers)
    for place, number in enumerate(numbers):
        page.evaluate(f"Reveal.slide({number}, 0, -1)")
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"{LATER}[{place}].every((visibility) => visibility === 'visible')")
        assert page.evaluate("Reveal.getIndices().h") == number


def test_on_paper_no_answer_is_hidden(seen):
    assert [set(parts) for parts in seen("types", "?print").evaluate(LATER)] == 4 * [{"visible"}]


def test_an_explorer_in_a_deck_can_be_played_with(seen):
    page = seen("basics")
    page.wait_for_function("Reveal.isReady()")
    page.locator("section.present pooling-explorer #pool").select_option("average_pool")
    page.locator("section.present pooling-explorer").get_by_text("4.25").first.wait_for()


def test_the_lab_in_a_deck_reads_a_digit_without_a_network(seen):
    page = seen("advantages")
    page.wait_for_function("Reveal.isReady()")
    page.locator("section.present pooling-lab .answer b").first.filter(has_text="4").wait_for()
    assert page.troubles == []


def test_a_printed_deck_has_a_page_for_each_slide(browser, folder):
    decks.print_deck(browser, "comparison", folder)
    leaves = re.findall(rb"/Type /Page\b(?!s)", (folder / "comparison.pdf").read_bytes())
    assert len(leaves) == len(READ["comparison"])
    assert (folder / "comparison-notes.pdf").stat().st_size > 20_000

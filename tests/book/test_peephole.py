"""The peephole: a digit read through a hole as wide as a receptive field, in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from experiments.lab_network import load_digits

DIGITS = load_digits().reshape(20, 32, 32)
SEEN = """() => {
  const root = document.querySelector("pooling-peephole").shadowRoot;
  const { data } = root.querySelector("canvas").getContext("2d").getImageData(0, 0, 32, 32);
  return Array.from({ length: 1024 }, (_, k) => data[4 * k + 3] / 255);
}"""


@pytest.fixture
def peephole(browser, address, watch):
    """An element alone on a page, with a digit hidden."""
    contexts = []

    def peephole(attributes="", **options):
        contexts.append(browser.new_context(viewport={"width": options.pop("width", 800), "height": 900}, **options))
        page = watch(contexts[-1].new_page())
        page.goto(f"{address}book/glossary.html")
        script = f'<script type="module" src="{address}_static/peephole.mjs"></script>'
        page.set_content(
            f"<!doctype html><main><h1>Hole</h1><pooling-peephole {attributes}></pooling-peephole>{script}"
        )
        page.locator(".told", has_text="Move the hole").wait_for()
        return page

    yield peephole
    for context in contexts:
        context.close()


def hidden_digit(page):
    """Which digit it is: the stored one that the canvas shows, under its cover."""
    ink = page.evaluate(SEEN)
    return min(range(20), key=lambda k: abs(DIGITS[k].ravel() - ink).sum()) // 2


def hole(page):
    pad, box = (page.locator(part).bounding_box() for part in (".pad", ".hole"))
    unit = pad["width"] / 32
    return [round((box["x"] - pad["x"]) / unit), round((box["y"] - pad["y"]) / unit), round(box["width"] / unit)]


def test_the_hole_is_as_wide_as_chosen_and_follows_pointer_and_arrow_keys(peephole):
    page = peephole('sizes="10 18"')
    assert hole(page) == [11, 11, 10]
    page.locator(".pad").press("ArrowLeft")
    page.locator(".pad").press("ArrowDown")
    assert hole(page) == [10, 12, 10]
    page.get_by_role("radio", name="18").check(force=True)
    assert hole(page)[2] == 18
    page.locator(".pad").hover(position={"x": 2, "y": 2})
    assert hole(page) == [0, 0, 18]


def test_the_digit_of_the_attribute_comes_first(peephole):
    assert [hidden_digit(peephole(f'digit="{digit}"')) for digit in (4, 9)] == [4, 9]


def test_nothing_but_the_hole_is_to_be_seen_until_the_digit_is_guessed(peephole):
    page = peephole()
    clip = "element => getComputedStyle(element).clipPath"
    assert page.locator("canvas").evaluate(clip).startswith("inset(")
    page.get_by_role("button", name=str(hidden_digit(page)), exact=True).click()
    assert page.locator("canvas").evaluate(clip) == "none"


def test_the_first_guess_counts_for_the_widest_hole_that_was_used(peephole):
    page = peephole()
    page.get_by_role("radio", name="12").check(force=True)
    page.get_by_role("radio", name="7").check(force=True)
    digit = hidden_digit(page)
    page.get_by_role("button", name=str((digit + 1) % 10), exact=True).click()
    assert page.locator(".told").inner_text().startswith("Not a")
    page.get_by_role("button", name=str(digit), exact=True).click()
    assert page.locator(".told").inner_text().startswith(f"Yes, a {digit}.")
    assert page.locator(".score").inner_text() == "Read at the first guess: 0 of 1 with 12 × 12"


def test_all_twenty_digits_come_before_one_comes_again(peephole):
    page = peephole()
    found = []
    for _ in range(20):
        found.append(hidden_digit(page))
        page.get_by_role("button", name="Another digit").click()
    assert sorted(found) == sorted([*range(10)] * 2)


def test_a_finger_moves_the_hole(peephole):
    page = peephole(width=360, has_touch=True)
    box = page.locator(".pad").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 12, box["y"] + box["height"] - 12)
    assert hole(page) == [25, 25, 7]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(peephole, scheme):
    page = peephole(color_scheme=scheme)
    page.add_style_tag(content=":root { color-scheme: light dark; background: light-dark(#fff, #14181e) }")
    page.get_by_role("button", name=re.compile(r"^\d$")).first.click()
    assert Axe().run(page, context="pooling-peephole").response["violations"] == []

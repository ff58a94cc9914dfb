"""Photographs under maps: their arithmetic in Python and in the page, and what a reader does with them."""

import json
import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from experiments import photographs

from poolkit.figures import ClassMap, draw_overlays
from poolkit.figures.class_map import MODULE, enlarge
from poolkit.figures.maps import colours

MAP = np.array([[1.0, 5, 2], [0, -3, 4]])
CLASSES = {
    "a cat": {"probability": 0.75, "bias": 0.5, "map": MAP.tolist()},
    "a dog": {"probability": 0.0001, "bias": -1, "map": [[0, 0, 0], [6, 0, 0]]},
}
OTHER = {"a cup": {"probability": 0.5, "bias": 0, "map": [[1, 2]]}}


@pytest.fixture
def page(browser, monkeypatch):
    monkeypatch.delenv("POOLKIT_PAGE", raising=False)
    errors = []
    page = browser.new_page()
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    page.close()
    assert errors == []


def show(page, *names):
    photograph = photographs.picture("cup-small")
    page.set_content(ClassMap(dict.fromkeys(names, (photograph, CLASSES)) | {"two": (photograph, OTHER)})._repr_html_())
    page.wait_for_function("Boolean(document.querySelector('class-map').shadowRoot)")
    return page


@pytest.fixture
def shown(page):
    return show(page, "one")


def test_an_enlarged_map_goes_through_its_numbers():
    assert np.allclose(enlarge(MAP, 3)[1::3, 1::3], MAP)
    assert np.allclose(enlarge(np.full((2, 3), 7.0)), 7)


def test_the_page_enlarges_and_colours_as_python_does(page):
    module = "data:text/javascript," + MODULE.read_text(encoding="utf-8").replace("#", "%23").replace("\n", "%0A")
    large, colour = page.evaluate(
        "async ([module, map]) => { const m = await import(module); return [m.enlarge(map), m.colour(0.3)] }",
        [module, MAP.tolist()],
    )
    assert np.allclose(large, enlarge(MAP)) and np.allclose(colour, colours(0.3), atol=0.5)


def test_without_a_script_the_first_class_of_each_photograph_is_described():
    html = ClassMap({"one": (b"", CLASSES), "two": (b"", OTHER)})._repr_html_()
    assert re.findall(r'alt="([^"]+)"', html) == [
        "a cat in the photograph of the one: brightest in row 1 of 2, column 2 of 3",
        "a cup in the photograph of the two: brightest in row 1 of 1, column 2 of 2",
    ]


def test_a_single_photograph_is_not_offered_again(page):
    assert show(page).get_by_role("group", name="Photograph").count() == 0
    assert show(page, "one").get_by_role("group", name="Photograph").count() == 1


def test_overlays_of_two_photographs_share_one_map():
    html = draw_overlays({"a cat": ([b"", b""], MAP)})._repr_html_()
    assert html.count("image/webp") == 2 and html.count("image/png") == 1
    assert html.count("width:50%") == 2 and "brightest: 5" in html


def test_a_class_is_chosen_with_the_mouse_and_its_logit_is_told(shown):
    assert "a cat. The mean of all 6 numbers, 1.50, plus the bias, 0.50, is the logit 2.00." in text(shown)
    shown.get_by_label("a dog").click()
    assert "a dog. The mean of all 6 numbers, 1.00, plus the bias, −1.00, is the logit 0.00." in text(shown)
    assert "<0.1%" in shown.locator(".classes").inner_text()


def test_a_class_and_a_photograph_are_chosen_with_the_keyboard(shown):
    shown.get_by_role("radio", name="a cat").focus()
    shown.keyboard.press("ArrowDown")
    assert text(shown).startswith("a dog")
    shown.get_by_label("one", exact=True).focus()
    shown.keyboard.press("ArrowRight")
    assert text(shown).startswith("a cup")


def test_a_place_is_pointed_at_with_keys_and_with_the_mouse(shown):
    stage = shown.get_by_role("application")
    stage.focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight"):
        shown.keyboard.press(key)
    assert "Here: 2.00." in text(shown)
    box = stage.bounding_box()
    shown.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.75 * box["height"])
    assert "Here: −3.00." in text(shown)
    shown.mouse.move(0, 0)
    assert "Here" not in text(shown)


def text(page):
    return page.locator("class-map [role=status]").inner_text()


def test_the_map_is_drawn_on_the_scale_of_all_classes(shown):
    read = "canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 24, 16).data)"
    pixels = np.reshape(shown.locator("class-map canvas").evaluate(read), (16, 24, 4))
    assert np.allclose(pixels[..., :3], colours(np.clip(enlarge(MAP) / 6, 0, 1)), atol=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_software(shown, scheme):
    shown.emulate_media(color_scheme=scheme)
    shown.evaluate("document.documentElement.style = 'color-scheme: light dark; background: light-dark(#fff, #14181e)'")
    assert Axe().run(shown, context="class-map").response["violations"] == []


def test_a_script_in_a_name_is_only_a_name(page):
    names = {"<b>x</b>": next(iter(CLASSES.values()))}
    page.set_content(ClassMap({"<i>y</i>": (photographs.picture("cup-small"), names)})._repr_html_())
    page.wait_for_function("Boolean(document.querySelector('class-map').shadowRoot)")
    assert page.locator("class-map b b, class-map i i, class-map span b").count() == 0
    assert json.loads(page.locator("class-map").get_attribute("photographs"))

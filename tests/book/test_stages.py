"""One place of a photograph, followed through a filter and a pooling: with the mouse, with keys, and with neither."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from poolkit import convolve, max_pool
from poolkit.figures import draw_filtering

IMAGE = np.random.default_rng(0).integers(0, 255, (10, 10)).astype(float)
FILTERS = {"right": np.array([[-1, 0, 1]] * 3), "left": np.array([[1, 0, -1]] * 3)}
MAPS = np.maximum(convolve(IMAGE[None, :, :, None], np.stack([*FILTERS.values()], -1)[:, :, None]), 0)[0]
POOLED = max_pool(MAPS[None], 2)[0]
MARKED = """element => [...element.querySelectorAll(".frame")].map((frame) => {
  const picture = frame.parentElement.querySelector("img");
  const [inner, outer] = [frame, picture].map((one) => one.getBoundingClientRect());
  const spans = [inner.top - outer.top, inner.left - outer.left, inner.height, inner.width];
  const number = [...element.querySelectorAll("figure > div > img")].indexOf(picture);
  return [number, ...spans.map((span) => Math.round((span / outer.width) * picture.getAttribute("width")))];
})"""
GREYS = """canvases => canvases.map((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...data].filter((_, i) => i % 4 === 0);
})"""


def follow(row, column, number):
    """The photograph, a map and its pooled map, by number, and what is marked there: top, left, height, width."""
    photograph, window = [0, 2 * row, 2 * column, 4, 4], [2 * number + 1, 2 * row, 2 * column, 2, 2]
    return [photograph, window, [2 * number + 2, row, column, 1, 1]]


@pytest.fixture
def html(monkeypatch):
    monkeypatch.delenv("POOLKIT_PAGE", raising=False)
    return draw_filtering(IMAGE, FILTERS, MAPS, POOLED, at=(1, 2))._repr_html_()


@pytest.fixture
def stages(browser, html):
    page = browser.new_page(viewport={"width": 700, "height": 1500}, has_touch=True)
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.set_content(html)
    yield page.locator("pooling-stages")
    page.close()
    assert errors == []


def picture(stages, number):
    return stages.locator("figure > div > img").nth(number)


def middle(stages, number, row, column):
    """Of a pixel of a picture, on the page."""
    image = picture(stages, number)
    box, length = image.bounding_box(), int(image.get_attribute("width"))
    share = box["width"] / length
    return box["x"] + (column + 0.5) * share, box["y"] + (row + 0.5) * share


def test_without_a_script_one_number_is_marked_with_where_it_comes_from(browser, html):
    page = browser.new_page(java_script_enabled=False)
    page.set_content(html)
    assert page.locator("pooling-stages .frame").count() == 3
    styles = [
        re.findall(r"(?:top|left):([\d.]+)%", style) for style in re.findall('class="frame" style="([^"]+)', html)
    ]
    places = [[float(share) * length / 100 for share in each] for each, length in zip(styles, (10, 8, 4), strict=True)]
    assert np.allclose(places, [[2, 4], [2, 4], [1, 2]])
    page.close()


@pytest.mark.parametrize("number, row, column", [(2, 3, 1), (1, 7, 2), (0, 7, 4), (4, 3, 1)])
def test_pointing_lights_a_pooled_number_its_window_and_its_patch(stages, number, row, column):
    stages.page.mouse.move(*middle(stages, number, row, column))
    assert stages.evaluate(MARKED) == follow(3, 1, number=int(number == 4))


def test_what_is_lit_is_enlarged(stages):
    stages.page.mouse.move(*middle(stages, 2, 2, 1))
    patch, window, least = stages.locator("canvas").evaluate_all(GREYS)
    greys = (IMAGE - IMAGE.min()) / (IMAGE.max() - IMAGE.min()) * 255
    assert np.array_equal(np.reshape(patch, (4, 4)), greys[4:8, 2:6].astype(np.uint8))
    assert len(window) == 4 and least == [max(window)]


def test_keys_move_on_from_map_to_map_and_stop_at_the_edges(stages):
    stages.page.keyboard.press("Tab")
    lens = stages.get_by_role("application")
    assert lens.evaluate("one => one === document.activeElement")
    for key in ("Shift+ArrowLeft", "Shift+ArrowUp", "ArrowDown", *["ArrowRight"] * 5):
        stages.page.keyboard.press(key)
    assert stages.evaluate(MARKED) == follow(1, 1, number=1)
    stages.page.keyboard.press("Shift+ArrowRight")
    assert stages.evaluate(MARKED) == follow(1, 3, number=1)
    stages.page.keyboard.press("Tab")
    assert stages.evaluate("one => !one.contains(document.activeElement)")


def test_a_finger_lights_it_too(stages):
    stages.page.touchscreen.tap(*middle(stages, 3, 1, 6))
    assert stages.evaluate(MARKED) == follow(0, 3, number=1)


def test_nothing_moves_when_the_script_runs_or_a_place_is_lit(stages, browser, html):
    heights = "one => [...one.querySelectorAll('*:not(.frame)')].map((each) => each.getBoundingClientRect().top)"
    still = browser.new_page(viewport={"width": 700, "height": 1500}, java_script_enabled=False)
    still.set_content(html)
    before = still.locator("pooling-stages").bounding_box()
    still.close()
    assert stages.bounding_box() == before
    tops = stages.evaluate(heights)
    stages.page.mouse.move(*middle(stages, 2, 0, 0))
    assert stages.evaluate(heights) == tops


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way_of_assistive_software(stages, scheme):
    stages.page.emulate_media(color_scheme=scheme)
    ground = "color-scheme: light dark; background: light-dark(#fff, #14181e)"
    stages.page.evaluate("style => document.documentElement.style = style", ground)
    assert Axe().run(stages.page, context="pooling-stages").response["violations"] == []


def test_a_pagoda_is_followed_on_its_page(visit):
    page = visit("book/basics.html")
    stages = page.locator("pooling-stages")
    picture(stages, 4).scroll_into_view_if_needed()
    page.mouse.move(*middle(stages, 4, 30, 20))
    assert stages.evaluate(MARKED) == follow(30, 20, number=1)
    assert page.troubles == []

"""Figures as files: every one of the book, whole, with words and licence; and four animations."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image

from poolkit.figures import draw_images, draw_table
from teaching import figures, films
from teaching.sources import ROOT

DRAWN = list(figures.figures())


def test_each_cell_that_draws_is_among_the_figures_with_words():
    drawn = 0
    for path in (ROOT / "book").glob("*.ipynb"):
        cells = path.read_text(encoding="utf-8").split('"cell_type"')
        drawn += sum("text/html" in cell and "poolkit-figure" in cell for cell in cells)
    assert len(DRAWN) == drawn > 80
    assert len({each.name for each in DRAWN}) == drawn
    assert [each.name for each in DRAWN if len(each.alt) < 20] == []


def test_colours_of_a_file_are_those_of_a_light_page():
    assert "light-dark" in DRAWN[0].html + DRAWN[1].html
    assert figures.light("fill: light-dark(#1f2430, #e8eaf0)") == "fill: #1f2430"


MADE = {
    "pictures": draw_images({"left": np.eye(3), "right": np.ones((2, 2))}, "Two pictures."),
    "table": draw_table("A caption with <signs> & more", ["name", "number"], [["one", 1], ["two", 2]]),
}


@pytest.mark.parametrize("name", MADE)
def test_what_is_no_drawing_becomes_one(browser, tmp_path, name):
    page = browser.new_page(device_scale_factor=2, color_scheme="light")
    html = MADE[name]._repr_html_()
    figures.draw(page, figures.Drawn(name, "", figures.words(html), html), tmp_path)
    page.close()
    root = ET.parse(tmp_path / f"{name}.svg").getroot()
    words = " ".join(text.text for text in root.iter("{http://www.w3.org/2000/svg}text"))
    expected = {"pictures": "left", "table": "A caption with <signs> & more"}[name]
    assert expected in words and root.get("aria-label") == figures.words(html)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}image"))) == (2 if name == "pictures" else 0)
    with Image.open(tmp_path / f"{name}.png") as picture:
        width, height = picture.size
    assert width == 2 * int(root.get("width")) and abs(height - 2 * int(root.get("height"))) <= 2


def test_a_drawing_is_written_whole(browser, tmp_path):
    each = next(each for each in DRAWN if each.name == "basics-02")
    page = browser.new_page(device_scale_factor=2, color_scheme="light")
    figures.draw(page, each, tmp_path)
    page.close()
    text = (tmp_path / "basics-02.svg").read_text(encoding="utf-8")
    assert ET.fromstring(text) is not None and "light-dark" not in text and ">32<" in text


def test_the_list_says_licence_name_and_words():
    text = figures.HEAD + figures.listed(DRAWN)
    assert "danielbuechele" in text
    assert all(f"\n{each.name}\n{each.where}\nCC BY 4.0\n{each.alt}" in text for each in DRAWN)


# ---- animations ----


def test_a_shift_changes_the_pooled_row_every_second_time():
    outputs = [re.search("output (.*?)[.]", figure.alt)[1] for figure in films.shift()]
    assert outputs == [" ".join("9" if place // 2 == at else "0" for at in range(4)) for place in range(8)]


def test_the_receptive_field_grows_as_the_chapter_says():
    assert [seen for _, seen in films.fields()] == [1, 3, 4, 8, 10, 18]
    assert len(films.window()) == 4 and len(films.receptive_field()) == 6


def test_each_animation_moves_and_is_small(browser, tmp_path):
    told = films.write(browser, tmp_path)
    for name, alt in told.items():
        with Image.open(tmp_path / name) as picture:
            assert picture.n_frames >= 4 and picture.info["loop"] == 0 and len(alt) > 60
        assert (tmp_path / name).stat().st_size < 1_000_000
    assert told.keys() == {"window.gif", "six-steps.gif", "shift.gif", "receptive-field.gif"}

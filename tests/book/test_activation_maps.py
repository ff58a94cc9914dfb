"""The chapter on class activation maps: what its tabs print, and the photographs that it is told with."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import numpy as np
import pytest
from experiments import photographs
from PIL import Image

CHAPTER = Path(__file__).parents[2] / "book/activation_maps.ipynb"
FENCE = r"\*\*{}\*\*\n\n```python\n(.+?)```"


def fences(tab):
    """The code below a label."""
    text = "\n".join(cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells if cell.cell_type == "markdown")
    return re.findall(FENCE.format(tab), text, re.DOTALL)


def printed(code):
    """What code prints, as the comment lines below a print would say it."""
    with redirect_stdout(io.StringIO()) as output:
        exec(code, {})
    return "".join(f"# {line}\n" for line in output.getvalue().splitlines())


@pytest.mark.parametrize("tab", ["poolkit", "Keras"])
def test_the_tabs_print_what_they_say(tab):
    assert fences(tab)
    for code in fences(tab):
        assert "".join(re.findall("# .*]\n", code)) == printed(code)


def test_the_cat_in_pieces_is_the_cat():
    expected = photographs.cut_up(photographs.read("cat"), 112).astype(float)
    assert np.abs(photographs.read("pieces") - expected).mean() < 4


@pytest.mark.parametrize("name", ["cat", "cup", "photographer", "pieces"])
def test_small_photographs_are_the_large_ones_at_half_their_size(name):
    large = Image.fromarray(photographs.read(name))
    expected = np.asarray(large.resize((large.width // 2, large.height // 2), Image.Resampling.BOX), float)
    assert np.abs(photographs.read(f"{name}-small") - expected).mean() < 5


def test_a_photograph_that_lies_on_its_side_is_turned_and_cut(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    lying = np.zeros((60, 100, 3), np.uint8)
    lying[:, :50] = 255  # on the left, so above when upright
    Image.fromarray(lying).save(tmp_path / "lying.jpg", exif=exif)
    upright = photographs.read_own(tmp_path / "lying.jpg")
    assert upright.shape == (448, 640, 3) and upright[:200].min() > 200 and upright[-200:].max() < 50


def test_pieces_are_moved_and_not_changed():
    whole = np.arange(4 * 6 * 3).reshape(4, 6, 3)
    pieces = photographs.cut_up(whole, 2, seed=3)
    assert np.array_equal(np.sort(pieces, axis=None), whole.ravel()) and not np.array_equal(pieces, whole)
    assert np.array_equal(np.diff(pieces[::2], axis=1)[:, ::2], np.full((2, 3, 3), 3))

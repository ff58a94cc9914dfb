"""The cheat sheet: its calls all give the same numbers, and it is one page of paper."""

import re

import keras
import numpy as np
import pytest

import poolkit
from tests.book.pages import ROOT

TEXT = (ROOT / "book/cheat_sheet.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([\w ]+) \| `(.*?)`[^|]*\| `(.*?)` \|$", TEXT, re.MULTILINE)
CALLS = {name: [call for other, *both in ROWS if other == name for call in both] for name, _, _ in ROWS}
X = np.random.default_rng(0).normal(size=(3, 8, 6, 2)).astype("float32")
KNOWN = vars(keras.layers) | vars(poolkit) | {"x": X, "N": 3, "H": 8, "W": 6, "C": 2}
KNOWN |= {name: eval(re.search(rf"`{name} = (.*?)`", TEXT)[1], KNOWN) for name in "vw"}

every_row = pytest.mark.parametrize("calls", CALLS.values(), ids=CALLS)


def test_each_row_has_four_calls():
    assert len(CALLS) == 7 and {len(calls) for calls in CALLS.values()} == {4}


@every_row
def test_numpy_poolkit_and_keras_give_the_same(calls):
    ours, *others = (np.asarray(eval(call, KNOWN)) for call in calls[:3])
    for other in others:
        np.testing.assert_allclose(other, ours, rtol=1e-5)


def test_it_is_one_page_of_paper(visit):
    pdf = visit("book/cheat_sheet.html").pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 1

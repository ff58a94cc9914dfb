"""EfficientNet-Lite0 in Keras says what its original in PyTorch says."""

import re

import numpy as np
import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from experiments import efficientnet, photographs

from tests.book.test_activation_maps import fences, printed


@pytest.fixture(scope="module")
def original():
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=efficientnet.FILE).eval()


def test_its_tensors_are_those_that_pytorch_reads():
    expected = torch.load(efficientnet.FILE, weights_only=True)
    tensors = efficientnet.read(efficientnet.FILE)
    assert list(tensors) == list(expected)
    assert all(np.array_equal(tensors[name], expected[name].numpy()) for name in expected)


@pytest.mark.parametrize("name", photographs.CLASSES)
def test_its_logits_are_those_of_the_original(original, name):
    x = photographs.prepare(photographs.read(name))
    with torch.no_grad():
        expected = original(torch.from_numpy(np.moveaxis(x, -1, 1).copy())).numpy()
    logits = efficientnet.load()(x).numpy()
    assert np.allclose(logits, expected, rtol=0, atol=1e-4) and np.ptp(expected) > 8


def test_the_tabs_of_the_chapter_print_what_they_say():
    assert fences("PyTorch")
    for code in fences("PyTorch"):
        assert "".join(re.findall("# .*]\n", code)) == printed(code)

"""Photographs and what a network says of them."""

import numpy as np
import pytest
from experiments import efficientnet, naming, photographs


@pytest.fixture(scope="module")
def network():
    return efficientnet.load()


@pytest.fixture(scope="module")
def recorded():
    return photographs.recorded()


@pytest.mark.parametrize("name", ["cup", "photographer"])
def test_the_maps_of_a_photograph_come_out_again(network, recorded, name):
    again = naming.find(network, photographs.read(name), photographs.CLASSES[name])
    assert list(again) == list(recorded["maps"][name])
    for label, stored in recorded["maps"][name].items():
        for what, values in stored.items():
            assert np.allclose(again[label][what], values, rtol=0, atol=0.02), (label, what)


def test_the_sliding_square_is_seen_again(network, recorded):
    stored = recorded["sliding"]["pagoda"]
    again = naming.slide(network, "pagoda", range(40, 48))
    assert again["answers"] == stored["answers"][40:48] and len(set(again["answers"])) == 2
    for label, values in again["probabilities"].items():
        assert values == pytest.approx(stored["probabilities"][label][40:48], abs=0.005)


def test_two_photographs_are_told_apart_again(network, recorded):
    stored, again = recorded["pairs"]["cat cup"], naming.ask(network, "cat", "cup")
    assert again["found"] == stored["found"] and again["over it"] == pytest.approx(stored["over it"], abs=0.01)


def test_pieces_are_named_again(network, recorded):
    stored, again = recorded["pieces"]["cat 56"], naming.name_pieces(network, "cat", 56)
    assert again["answers"] == stored["answers"]
    assert again["probability"] == pytest.approx(stored["probability"], abs=0.02)

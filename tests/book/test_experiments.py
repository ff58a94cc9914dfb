"""The experiments: what they compare is alike but for one thing, and their recorded numbers come out again."""

from importlib import import_module

import numpy as np
import pytest
from experiments import digits, halves, networks
from experiments.record import NAMES, about, key, recorded, tolerance

EXPERIMENTS = {name: import_module(f"experiments.{name}") for name in NAMES}
RECOMPUTED = [(name, case) for name, experiment in EXPERIMENTS.items() for case in experiment.RECOMPUTED]
every_experiment = pytest.mark.parametrize("name", NAMES)


@every_experiment
def test_every_case_is_recorded_with_five_seeds(name):
    results = recorded(name)
    assert set(results) == set(map(key, EXPERIMENTS[name].CASES))
    assert {len(values) for result in results.values() for values in result.values()} == {5}
    assert about(name)["seeds"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name, case", RECOMPUTED, ids=lambda each: each if isinstance(each, str) else key(each))
def test_one_seed_comes_out_again_within_the_spread(name, case):
    again = EXPERIMENTS[name].measure(0, *case)
    for what, values in recorded(name)[key(case)].items():
        assert np.mean(again[what]) == pytest.approx(values[0].mean(), abs=tolerance(values)), what


@pytest.mark.parametrize("head", networks.HEADS)
def test_networks_of_one_seed_start_from_the_same_body(head):
    body, other = (networks.build(3, name).get_weights()[:6] for name in (head, "flatten"))
    assert all(np.array_equal(*pair) for pair in zip(body, other, strict=True))


@pytest.mark.parametrize("head, parameters", [("flatten", 512 * 10 + 10), ("average", 330), ("random", 330)])
def test_the_heads_have_the_parameters_that_the_chapter_names(head, parameters):
    trained = networks.build(0, head).trainable_weights[6:]
    assert sum(weight.numpy().size for weight in trained) == parameters


@pytest.mark.parametrize("pooling", networks.POOLINGS)
def test_every_pooling_leads_to_maps_of_4_by_4_and_as_many_parameters(pooling):
    network = networks.build(0, pooling=pooling)
    assert network.layers[-2].input.shape == (None, 4, 4, 32)
    assert network.count_params() == networks.build(0).count_params()


def test_a_digit_is_placed_whole_where_it_is_asked_for():
    placed = digits.place(np.ones((2, 8, 8)), [0, 8], 3)
    assert placed.shape == (2, 16, 16, 1) and placed.sum() == 128
    assert placed[0, :8, 3:11].all() and placed[1, 8:, 3:11].all()


def test_training_and_test_digits_are_apart():
    (trained, _), (tested, _) = digits.split(0)
    assert len(trained) == 1400 and len(tested) == 397
    assert not np.array_equal(digits.split(0)[1][0], digits.split(1)[1][0])


def test_a_pair_of_halves_is_half_the_width_apart():
    images, labels = halves.in_halves(np.ones((5, 8, 8)), np.random.default_rng(0))
    assert labels.tolist() == [0] * 5 + [1] * 5
    assert np.array_equal(np.roll(images[:5], 12, axis=2), images[5:])


def test_a_circular_network_with_an_average_gives_equal_answers_in_both_halves():
    images, _ = halves.in_halves(digits.split(0)[1][0][:20], np.random.default_rng(0))
    network = networks.build(1, canvas=halves.CANVAS, circular=True)
    left, right = np.split(np.asarray(network(images)), 2)
    assert np.allclose(left, right, atol=1e-5) and np.ptp(left) > 0.01

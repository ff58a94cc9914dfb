"""The experiments: what they compare is alike but for one thing, and their recorded numbers come out again."""

from importlib import import_module

import numpy as np
import pytest
from experiments import digits, halves, networks, poolings
from experiments.record import NAMES, SEEDS, about, interval, key, recorded

EXPERIMENTS = {name: import_module(f"experiments.{name}") for name in NAMES}
# One case of each record, a measure of it, and the case for which it could be mistaken if its effect were not there.
AGAIN = [
    ("heads", ("average", 250, "anywhere"), "test", ("signed", 250, "anywhere")),
    ("poolings", ("stride",), "consistency", ("max",)),
    ("halves", ("average", "circular"), "test", ("average", "zero")),
    ("fields", (8, 18, 500), "same", (8, 7, 500)),
    ("looking", ("average",), "found", ("flatten",)),
    ("counted", ("EfficientNetB0",), "global average", ("ResNet50",)),
]


@pytest.mark.parametrize("name", NAMES)
def test_every_case_is_recorded_with_all_seeds(name):
    results, seeds = recorded(name), list(getattr(EXPERIMENTS[name], "SEEDS", SEEDS))
    assert set(results) == set(map(key, EXPERIMENTS[name].CASES)) and about(name)["seeds"] == seeds
    assert {len(values) for result in results.values() for values in result.values()} == {len(seeds)}


def test_no_record_is_left_out():
    assert sorted(name for name, *_ in AGAIN) == sorted(NAMES)


@pytest.mark.parametrize("name, case, what, rival", AGAIN, ids=[name for name, *_ in AGAIN])
def test_one_case_comes_out_again_and_not_as_its_rival(name, case, what, rival):
    again = EXPERIMENTS[name].measure(0, *case)[what]
    own, other = (np.array(recorded(name)[key(each)][what]) for each in (case, rival))
    spread = max(0.01, 3 * own.std())  # another processor rounds otherwise and so trains another network
    assert abs(again - own[0]) <= min(spread, abs(other[0] - own[0]) / 2)


def test_an_interval_is_that_of_student():
    assert interval([1, 2, 3]) == pytest.approx(4.3027 / 3**0.5, abs=1e-4)  # t of 2 degrees of freedom, in any table


@pytest.mark.parametrize("head", networks.HEADS)
def test_networks_of_one_seed_start_from_the_same_body(head):
    body, other = (networks.build(3, name).get_weights()[:6] for name in (head, "flatten"))
    assert all(np.array_equal(*pair) for pair in zip(body, other, strict=True))


@pytest.mark.parametrize("head", networks.HEADS)
def test_the_heads_have_the_parameters_that_the_chapter_names(head):
    trained = networks.build(0, head).trainable_weights[6:]
    assert sum(weight.numpy().size for weight in trained) == (512 * 10 + 10 if head == "flatten" else 330)


def test_positive_and_signed_weights_differ_in_their_signs_alone():
    positive, signed = (networks.build(1, head).layers[-2].get_weights()[0] for head in ("positive", "signed"))
    assert np.allclose(positive.sum((0, 1)), 1) and (positive > 0).all()
    assert np.array_equal(np.abs(signed), positive) and 0.4 < (signed < 0).mean() < 0.6


@pytest.mark.parametrize("pooling", networks.POOLINGS)
def test_one_number_of_the_last_maps_sees_as_many_pixels_as_stated(pooling):
    network = networks.build(0, pooling=pooling, canvas=(48, 48))
    body = networks.keras.Model(network.inputs[0], network.layers[-2].input)
    body.set_weights([np.abs(weights) for weights in body.get_weights()])
    pixels = np.zeros((48, 48, 48, 1), "float32")
    pixels[range(48), 24, range(48)] = 1  # image n: one bright pixel, in column n
    maps = np.asarray(body(pixels))
    assert maps[:, maps.shape[1] // 2, maps.shape[2] // 2].any(axis=-1).sum() == networks.FIELDS[pooling]


@pytest.mark.parametrize("pooling", [name for name in networks.POOLINGS if name != "wide stride"])
def test_poolings_leave_the_parameters_as_they_are(pooling):
    assert networks.build(0, pooling=pooling).count_params() == networks.build(0).count_params()


def test_a_digit_is_placed_whole_where_it_is_asked_for():
    placed = digits.place(np.ones((2, 8, 8)), [0, 8], 3)
    assert placed.shape == (2, 16, 16, 1) and placed.sum() == 128
    assert placed[0, :8, 3:11].all() and placed[1, 8:, 3:11].all()


def test_training_and_test_digits_are_apart():
    (trained, _), (tested, _) = digits.split(0)
    assert len({image.tobytes() for image in [*trained, *tested]}) == 1400 + 397  # no image is there twice


def test_digits_near_the_middle_are_pushed_by_up_to_two_pixels():
    placed = poolings.place_near(np.ones((200, 8, 8)), np.random.default_rng(0))
    corners = {tuple(np.argwhere(image)[0][:2]) for image in placed}
    assert corners == {(row, column) for row in range(2, 7) for column in range(2, 7)}


def test_shifts_of_training_and_others_are_told_apart():
    values = np.zeros((3, 3, 7))
    values[1, 1] = 1
    assert poolings.inside_and_outside(values, values[..., 0] == 1) == [1, 0]


def test_a_pair_of_halves_is_half_the_width_apart():
    images, labels = halves.in_halves(np.ones((5, 8, 8)), np.random.default_rng(0))
    assert labels.tolist() == [0] * 5 + [1] * 5
    assert np.array_equal(np.roll(images[:5], 12, axis=2), images[5:])


def test_a_circular_network_with_an_average_gives_equal_answers_in_both_halves():
    images, _ = halves.in_halves(digits.split(0)[1][0][:20], np.random.default_rng(0))
    network = networks.build(1, canvas=halves.CANVAS, circular=True)
    left, right = np.split(np.asarray(network(images)), 2)
    assert np.allclose(left, right, atol=1e-5) and np.ptp(left) > 0.01

"""The networks of the lab: NumPy against Keras with the stored weights, what the theorem promises, and their record."""

import json

import numpy as np
import pytest
from experiments import fields, lab, lab_network, lab_record
from experiments.lab_network import framed, load, load_digits, logits, on_canvas, stages
from experiments.record import recorded
from numpy.testing import assert_allclose, assert_array_equal

from poolkit import class_activation_maps, convolve, max_pool

STORED = [name for name in lab_record.NAMES if (lab_network.STORED / f"{name}.json").exists()]
GLOBAL = [name for name in STORED if "gap" in name]
STRIDED = [name for name in GLOBAL if name != "none-gap"]
SEES = {"max": (7, 18), "average": (7, 18), "blur": (10, 24), "stride": (7, 15), "none": (7, 15)}  # from, pixels
SCRIBBLES = np.random.default_rng(0).random((3, 32, 32), "float32")
BLUR = np.outer([1, 2, 1], [1, 2, 1]).reshape(3, 3, 1, 1) / 16

each_network = pytest.mark.parametrize("name", STORED)
each_global = pytest.mark.parametrize("name", GLOBAL)
each_strided = pytest.mark.parametrize("name", STRIDED)


def last_maps(network, x, step=4):
    return list(stages(network, x, step).values())[-1]


DRAWINGS, LABELS = load_digits().reshape(20, 32, 32), np.repeat(range(10), 2)


@each_network
def test_numpy_and_keras_give_the_same_logits(name):
    network, x = load(name), framed(np.concatenate([DRAWINGS, SCRIBBLES]), down=2, right=-1)
    theirs = lab_record.in_keras(name, [*network.filters, network.dense])(x)
    assert_allclose(logits(network, x), theirs, atol=1e-4)


@each_network
def test_an_empty_canvas_gets_no_answer(name):
    assert not logits(load(name), framed(np.zeros((1, 32, 32)))).any()


@pytest.mark.parametrize("head", ["gap", "flatten"])
def test_the_page_has_two_digits_of_each_class_that_the_max_pair_reads(head):
    assert_array_equal(logits(load(f"max-{head}"), framed(DRAWINGS)).argmax(1), LABELS)


def test_the_chapter_on_advantages_opens_with_what_the_networks_answer():
    """Five pixels to the right, and the 4 is a 6 to the network with Flatten, but not to the other."""
    pushed = {
        head: [logits(load(f"max-{head}"), framed(DRAWINGS[8:9], frame, 0, push)).argmax() for push in range(7)]
        for head, frame in (("flatten", 4), ("gap", 16))
    }
    assert pushed == {"flatten": [4] * 5 + [6] * 2, "gap": [4] * 7}


@each_global
def test_without_strides_no_push_changes_the_logits_of_a_global_average(name):
    network, drawing = load(name), DRAWINGS[8:9]
    still = logits(network, framed(drawing, 12), step=1)
    for push in (1, 0), (0, -2), (-3, 5), (6, 6), (-6, 1):
        assert_allclose(logits(network, framed(drawing, 12, *push), step=1), still, atol=2e-5)


@each_strided
def test_with_strides_a_push_by_four_changes_nothing_and_a_smaller_one_does(name):
    still, *pushed = (logits(load(name), framed(DRAWINGS, 12, by)) for by in range(5))
    changes = [np.abs(each - still).max(1) for each in pushed]
    assert changes[3].max() < 2e-5
    assert np.min(changes[:3]) > 0.01


@pytest.mark.parametrize("step", [1, 2, 4])
@each_strided
def test_a_wider_frame_changes_nothing(name, step):
    narrow, wide = (logits(load(name), framed(DRAWINGS[::10], frame), step) for frame in (8, 16))
    assert_allclose(narrow, wide, atol=2e-5)


@pytest.mark.parametrize("step", [1, 2])
@each_strided
def test_with_strides_every_second_or_fourth_element_is_left(name, step):
    x, apart = framed(SCRIBBLES), 4 // step
    assert_allclose(last_maps(load(name), x, step)[:, ::apart, ::apart], last_maps(load(name), x), atol=1e-5)


@each_global
def test_one_pixel_reaches_just_the_elements_that_see_it(name):
    pool = name.split("-")[0]
    step, (before, size) = 1 if pool == "none" else 4, SEES[pool]
    x = framed(SCRIBBLES)
    y = x.copy()
    y[:, 20, 20] += [[5], [-5], [20]]
    reached = (last_maps(load(name), x, step) != last_maps(load(name), y, step)).any((0, 2, 3))
    assert np.flatnonzero(reached).tolist() == [
        i for i in range(len(reached)) if step * i - before <= 20 < step * i - before + size
    ]


def test_blurred_maxima_are_maxima_and_then_a_blur_and_then_every_second():
    x = SCRIBBLES[..., None]
    maxima = max_pool(x, 2, 1, ((0, 1), (0, 1)))
    assert_allclose(lab_network.pooling(x, "blur", 1, 2), convolve(maxima, BLUR, "zero")[:, ::2, ::2], rtol=1e-5)


@each_strided
def test_the_sum_of_an_activation_map_is_the_logit(name):
    network, x = load(name), framed(DRAWINGS)
    maps = class_activation_maps(last_maps(network, x) / 100, network.dense)
    assert_allclose(maps.sum((1, 2)), logits(network, x), atol=2e-5)


@pytest.mark.parametrize("name", ["max-gap", "max-flatten"])
@pytest.mark.parametrize("push", [0, 6])
def test_the_record_of_the_page_s_networks_comes_out_again(name, push):
    with np.load(lab_record.SAMPLE) as stored:
        drawings, labels = on_canvas(stored["images"]), stored["labels"]
    frame = lab_record.WIDE if name == "max-gap" else lab.FRAME
    moves = [(0, push), (0, -push), (push, 0), (-push, 0)]
    right = [logits(load(name), framed(drawings, frame, *move)).argmax(1) == labels for move in moves]
    assert np.mean(right) == pytest.approx(recorded("lab")[name]["pushed"][0, push], abs=0.003)


@each_network
def test_files_and_record_name_the_same_accuracy_seeds_and_weights(name):
    stored = json.loads((lab_network.STORED / f"{name}.json").read_text(encoding="utf-8"))
    run = recorded("lab")[name]
    assert (stored["accuracy"], stored["seeds"]) == (run["accuracy"][0], len(run["accuracy"]))
    assert lab_record.fingerprint(name) == run["fingerprint"][0]


def test_digits_are_reshaped_in_place():
    with np.load(lab_record.SAMPLE) as stored:
        images = stored["images"]
    before, after = on_canvas(images).mean(0), lab.reshape(images, np.random.default_rng(0)).mean(0)
    centres = [(each * np.arange(32)[:, None]).sum() / each.sum() for each in (before, after, before.T, after.T)]
    assert centres[0] == pytest.approx(centres[1], abs=0.4) and centres[2] == pytest.approx(centres[3], abs=0.4)


@pytest.mark.parametrize("field", fields.FIELDS)
def test_the_fields_are_as_large_as_their_names_say(field):
    body = fields.keras.Sequential(fields.build(0, 64, field).layers[:-2])
    body.set_weights([abs(weight) for weight in body.get_weights()])  # so that nothing cancels
    side = 64 + 2 * fields.MARGIN
    lit = np.eye(side, dtype="float32")[:, :, None, None] * np.ones((side, 1), "float32")  # image m: row m
    maps = np.asarray(body(lit))
    assert (maps[:, maps.shape[1] // 2].max((1, 2)) > 0).sum() == field

"""The experiments: what they compare is alike but for one thing, and their recorded numbers come out again."""

from importlib import import_module
from math import prod
from time import sleep
from typing import NamedTuple

import numpy as np
import pytest
from experiments import benchmark, digits, halves, networks, search
from experiments.record import NAMES, about, key, recorded, tolerance

from poolkit import output_shape

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


SMALL = {  # and how many programs there are
    search.Case("average", (3, 9, 11, 2), 3, 2): 2 * 8**2,
    search.Case("average", (3, 9, 11, 2), 4): 2 * 8**2,
    search.Case("max", (2, 6, 4, 8, 3), 2, 2): 6 * 4**3,
    search.Case("average", (5, 6, 6, 1), 6): 2 * 6**2 + 6,
    search.Case("average", (3, 8, 6, 2), 2, 2, "float16"): 2 * 8**2 * 5,
    search.Case("average", (3, 8, 7, 1), 3, 2): 2 * 8 * 9,
    search.Case("max", (3, 9, 7, 1), 2, 2): 2 * 4 * 5,
    search.Case("max", (3, 9, 8, 2), 5): 2 * 4**2,
    search.Case("max", (3, 9, 7, 1), 3, 2, "float16"): 2 * 4 * 5 * 7,
    search.Case("gradient", (3, 30, 21, 16), 3, 2): 2 * 4,
    search.Case("gradient", (3, 20, 20, 16), 2, 2): 2 * 4 * 2,
}


@pytest.mark.parametrize("case", SMALL)
@pytest.mark.parametrize("block", [1, 400, 1 << 20])
def test_every_program_of_the_search_pools(case, block):
    arguments, tried = search.arrange(case), set()
    np.round(arguments[0], 1, out=arguments[0])  # so that some are equal
    expected = search.pool(case, *arguments)
    for program in search.programs(case):
        results = program.run(case, block, *arguments)
        search.check(results, expected, case)
        results[-1].fill(np.nan)  # the next program may get the same memory
        tried.add(program)
    assert len(tried) == SMALL[case]


def test_the_search_gives_gradients_in_its_own_ways():
    case = search.Case("gradient", (3, 30, 21, 16), 3, 2)
    x, dy = search.arrange(case)
    nothing = search.Backward(lambda *_, **__: (), search.multiply, False)
    assert not nothing.run(case, search.BLOCK, x, dy)[1].any()


def test_a_program_that_drifts_away_is_not_exact():
    case = search.Case("average", (1, 2048, 2048, 1), 2048)
    line = (1, 2048 * 2048, 1)
    assert not search.is_exact(search.Forward(line, (1,), (search.einsum,), search.UNCHANGED), case)
    by_rows = search.Forward(case.shape, (2, 1), (search.reduce, search.reduce), search.UNCHANGED)
    assert search.is_exact(by_rows, case)


def test_a_race_leaves_the_fastest():
    class Sleeper(NamedTuple):
        seconds: float

        def run(self, case, block):
            sleep(self.seconds)

    left = search.race(None, [Sleeper(n / 500) for n in range(20, 0, -1)], ())
    assert left[0] == Sleeper(1 / 500) and len(left) <= search.BEST


def test_every_case_of_the_search_is_recorded():
    found = search.recorded()
    assert [search.key_of(case) for case in found["cases"]] == list(search.CASES)
    (measured,) = (record for record in benchmark.records() if record["processor"] == found["processor"])
    assert len(list(search.beside(measured["rows"]))) == len(search.CASES)


def test_a_case_has_as_many_windows_as_its_job():
    for job, case in search.CASES.items():
        found = output_shape(case.shape, case.size, case.stride)
        size, stride = job.size or job.shape[1:-1], job.stride or None
        assert prod(found) == prod(output_shape(job.shape, size, stride, job.padding))

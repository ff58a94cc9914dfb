"""The experiments: what they compare is alike but for one thing, and their recorded numbers come out again."""

from importlib import import_module
from math import factorial, prod

import numpy as np
import pytest
from experiments import benchmark, digits, halves, networks, search
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


SMALL = [
    search.Case((3, 9, 11, 2), 3, 2),
    search.Case((3, 9, 11, 2), 4),
    search.Case((2, 6, 4, 8, 3), 2, 2),
    search.Case((5, 6, 6, 1), 6),
    search.Case((3, 8, 6, 2), 2, 2, "float16"),
]


@pytest.mark.parametrize("case", SMALL)
@pytest.mark.parametrize("block", [1, 400, 1 << 20])
def test_every_program_of_the_search_averages(case, block):
    x = np.random.default_rng(0).standard_normal(case.shape).astype(case.dtype)
    expected, tried = search.pool(case, x), set()
    for program in search.programs(case):
        y = np.full_like(expected, np.nan)
        search.run(program, x, y, case.stride, block)
        np.testing.assert_allclose(y, expected, rtol=1e-3 if case.dtype == "float16" else 1e-5, atol=1e-6)
        tried.add(program)
    rank = len(case.shape) - 2
    orders = factorial(rank) * 6**rank
    assert len(tried) == (orders + 6 if case.whole else orders * 5 if case.dtype == "float16" else orders)


def test_a_program_that_drifts_away_is_not_exact():
    case = search.Case((1, 2048, 2048, 1), 2048)
    line = (1, 2048 * 2048, 1)
    assert not search.is_exact(search.Program(line, (1,), (search.einsum,)), case)
    assert search.is_exact(search.Program(case.shape, (2, 1), (search.reduce, search.reduce)), case)


def test_every_case_of_the_search_is_recorded_beside_its_row_of_the_benchmark():
    found = search.recorded()
    assert [search.Case(*(case[name] for name in search.Case._fields)) for case in found["cases"]] == [
        search.Case(list(case.shape), *case[1:]) for case in search.CASES
    ]
    (measured,) = (record for record in benchmark.records() if record["processor"] == found["processor"])
    rows = list(search.rows_of(measured["rows"]))
    for case, row in zip(search.CASES, rows, strict=True):
        assert case.dtype == row["dtype"] and (case.whole or case[1:3] == (row["size"], row["stride"]))
        assert prod(row["shape"]) == pytest.approx(prod(case.shape), rel=0.15)  # with padding

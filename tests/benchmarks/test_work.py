"""The work of every contender: the course's own, the same each time."""

from dataclasses import replace

import numpy as np

from benchmarks import strings
from benchmarks.work import WORKS, Work, gates_in_order

SMALL = Work("small", rows=12, steps=4, features=2, units=3, batch_size=6)


def test_the_work_is_that_of_the_course():
    assert [(w.rows, w.steps, w.features, w.units, w.batch_size) for w in WORKS] == [
        (10_000, 20, 1, 24, 1000),
        (10_000, 20, 1, 24, 100),
        (640, 100, 32, 128, 64),
    ]
    assert WORKS[0].flops == 10 * 288_000_000  # forward 2 * 20 000 * 25 * 96, and twice that back
    assert WORKS[0].curves == 24_000_000
    assert WORKS[0].parameters == 2496 + 525


def test_data_weights_and_order_are_the_same_each_time_and_differ_from_epoch_to_epoch():
    (x, y), weights = SMALL.data(), SMALL.weights()
    assert x.shape == (12, 4, 2)
    assert set(np.unique(x)) == {0, 1}
    np.testing.assert_array_equal(y, x[:, :, 0].sum(axis=1))
    assert [w.shape for w in weights] == [(2, 12), (3, 12), (12,), (3, 21), (21,)]
    assert sum(w.size for w in weights) == SMALL.parameters
    assert sorted(SMALL.order(3)) == list(range(12))
    assert SMALL.order(3).tolist() != SMALL.order(4).tolist()
    assert SMALL.digest() == replace(SMALL, name="other").digest()
    assert SMALL.digest() != replace(SMALL, units=4).digest()


def test_gates_are_put_into_another_order_and_back():
    gates = np.arange(8.0)
    np.testing.assert_array_equal(gates_in_order(gates, "icfo"), [0, 1, 4, 5, 2, 3, 6, 7])
    np.testing.assert_array_equal(gates_in_order(gates_in_order(gates, "icfo"), "icfo"), gates)


def test_the_sources_data_are_all_strings_and_two_parts():
    x, y = strings.all_strings()
    assert x.shape == (2**20, 20, 1)
    some = np.random.default_rng(0).integers(0, 2**20, 200)
    assert [bin(i).count("1") for i in some] == y[some].tolist()
    train, test = strings.split(1)
    assert len(train) == 10_000
    assert len(np.union1d(train, test)) == 2**20

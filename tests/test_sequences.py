"""course_utils.sequences: same seed, same data; the targets are right; the baselines are as stated."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import sequences

TASKS = {"changes": sequences.changes, "first_bit": sequences.first_bit}
sizes = st.integers(1, 12)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(params=TASKS.values(), ids=TASKS.keys())
def task(request):
    return request.param


# ---------------------------------------------------------------- contract


@pytest.mark.parametrize(("task", "y_shape"), [(sequences.changes, (5, 7, 1)), (sequences.first_bit, (5, 1))])
def test_shapes_and_types(task, y_shape):
    batch = task(5, 7, seed=1)
    x, y = batch
    assert isinstance(batch, sequences.SequenceBatch)
    assert (x.shape, y.shape) == ((5, 7, 1), y_shape)
    assert x.dtype == y.dtype == np.float32
    assert not np.shares_memory(x, y)


def test_same_seed_same_data_other_seed_other_data(task):
    first, again, other = task(8, 9, seed=3), task(8, 9, seed=3), task(8, 9, seed=4)
    np.testing.assert_array_equal(first.x, again.x)
    np.testing.assert_array_equal(first.y, again.y)
    assert np.any(first.x != other.x)


def test_global_generators_are_neither_read_nor_moved(task):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    first = task(8, 9, seed=3)
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    random.seed(2)
    np.random.seed(2)  # noqa: NPY002
    second = task(8, 9, seed=3)
    np.testing.assert_array_equal(first.x, second.x)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    assert random.getstate() == state
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), numpy_state, strict=True))  # noqa: NPY002


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number, at least 1; got 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be a whole number, at least 1; got 2.0"),
        ({"steps": -3}, ValueError, "steps must be a whole number, at least 1; got -3"),
        ({"steps": "7"}, TypeError, "steps must be a whole number, at least 1; got '7'"),
        ({"steps": True}, TypeError, "steps must be a whole number, at least 1; got True"),
        ({"seed": -1}, ValueError, "seed must be a whole number, at least 0; got -1"),
        ({"seed": None}, TypeError, "seed must be a whole number, at least 0; got None"),
        (
            {"seed": np.random.default_rng(0)},
            TypeError,
            "seed must be a whole number, at least 0; got Generator",
        ),
    ],
)
def test_bad_arguments_are_named(task, arguments, error, words):
    with pytest.raises(error) as caught:
        task(**{"batch_size": 2, "steps": 7, "seed": 0} | arguments)
    assert words in str(caught.value)


def test_seed_must_be_named(task):
    with pytest.raises(TypeError, match="positional argument"):
        task(2, 3, 0)


# ---------------------------------------------------------------- independent truth


def test_changes_by_a_loop_in_plain_python():
    x, y = sequences.changes(4, 6, seed=5)
    for row in range(4):
        before = np.float32(0)
        for t in range(6):
            assert y[row, t, 0] == x[row, t, 0] - before
            before = x[row, t, 0]


@pytest.mark.parametrize("steps", [1, 2, 8])
def test_the_baselines_of_changes_are_as_the_docstring_says(steps):
    x, y = sequences.changes(40_000, steps, seed=0)
    always_0 = np.mean(np.square(y, dtype=np.float64))
    without_memory = np.mean(np.square(y - x, dtype=np.float64))
    assert always_0 == pytest.approx((1 / 3) * (2 * steps - 1) / steps, rel=0.02)
    assert without_memory == pytest.approx((1 / 3) * (steps - 1) / steps, rel=0.02, abs=1e-12)


def test_no_answer_without_memory_beats_y_equals_x():
    x, y = (a[:, 1:].ravel().astype(np.float64) for a in sequences.changes(40_000, 8, seed=0))
    # the best function of x alone is the mean of y given x; here from 50 bins of x
    cell = np.digitize(x, np.linspace(-1, 1, 51)[1:-1])
    mean_y = np.bincount(cell, y) / np.bincount(cell)
    mean_x = np.bincount(cell, x) / np.bincount(cell)
    np.testing.assert_allclose(mean_y, mean_x, atol=0.04)  # 5 standard errors of a bin's mean


def test_changes_are_uniform_in_the_stated_range():
    x, _ = sequences.changes(20_000, 5, seed=0)
    assert x.min() >= -1
    assert x.max() < 1
    counts, _ = np.histogram(x, bins=10, range=(-1, 1))
    np.testing.assert_allclose(counts / x.size, 0.1, atol=0.005)


def test_first_bits_are_fair_and_the_others_tell_nothing_of_them():
    x, y = sequences.first_bit(40_000, 6, seed=0)
    assert np.mean(y) == pytest.approx(0.5, abs=0.01)
    for t in range(1, 6):
        assert np.mean(x[:, t] == y) == pytest.approx(0.5, abs=0.01)


# ---------------------------------------------------------------- properties


@given(sizes, sizes, seeds)
def test_changes_add_up_to_the_input(batch_size, steps, seed):
    x, y = sequences.changes(batch_size, steps, seed=seed)
    np.testing.assert_allclose(np.cumsum(y, axis=1, dtype=np.float64), x, atol=1e-6 * steps)
    assert np.all(np.abs(y) < 2)


@given(sizes, sizes, seeds)
def test_the_first_bit_is_the_target(batch_size, steps, seed):
    x, y = sequences.first_bit(batch_size, steps, seed=seed)
    np.testing.assert_array_equal(y, x[:, 0])
    assert set(np.unique(x)) <= {0, 1}


@given(sizes, st.integers(1, 6), seeds)
def test_numpy_integers_will_do(batch_size, steps, seed):
    a = sequences.changes(np.int64(batch_size), np.int32(steps), seed=np.uint32(seed))
    np.testing.assert_array_equal(a.x, sequences.changes(batch_size, steps, seed=seed).x)

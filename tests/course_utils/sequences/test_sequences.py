"""Same seed, same data; the targets are right; the baselines are as stated."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import sequences

TASKS = {
    "bit_strings": sequences.bit_strings,
    "changes": sequences.changes,
    "digit_sums": sequences.digit_sums,
    "first_bit": sequences.first_bit,
}
sizes = st.integers(1, 12)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(params=TASKS.values(), ids=TASKS.keys())
def task(request):
    return request.param


# ---------------------------------------------------------------- contract


@pytest.mark.parametrize(
    ("task", "y_shape"),
    [(sequences.bit_strings, (5, 1)), (sequences.changes, (5, 7, 1)), (sequences.first_bit, (5, 1))],
)
def test_shapes_and_types(task, y_shape):
    batch = task(5, 7, seed=1)
    x, y = batch
    assert isinstance(batch, sequences.SequenceBatch)
    assert (x.shape, y.shape) == ((5, 7, 1), y_shape)
    assert x.dtype == y.dtype == np.float32
    assert not np.shares_memory(x, y)


def test_same_seed_same_data_other_seed_other_data(task):
    first, again, other = task(8, 9, seed=3), task(8, 9, seed=3), task(8, 9, seed=4)
    for array, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(array, same)
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
    if task is sequences.digit_sums:  # its number of steps has another name
        arguments = {"longest" if name == "steps" else name: value for name, value in arguments.items()}
        words = words.replace("steps", "longest")
        good = {"batch_size": 2, "longest": 7, "seed": 0}
    else:
        good = {"batch_size": 2, "steps": 7, "seed": 0}
    with pytest.raises(error) as caught:
        task(**good | arguments)
    assert words in str(caught.value)


def test_digit_sums_come_padded_with_their_lengths():
    batch = sequences.digit_sums(5, 7, seed=1)
    x, lengths, y = batch
    assert isinstance(batch, sequences.PaddedBatch)
    assert (x.shape, lengths.shape, y.shape) == ((5, 7, 1), (5,), (5, 1))
    assert (x.dtype, lengths.dtype, y.dtype) == (np.float32, np.int64, np.float32)


@pytest.mark.parametrize(
    ("shortest", "error", "words"),
    [
        (0, ValueError, "shortest must be a whole number, at least 1, at most 7; got 0"),
        (8, ValueError, "shortest must be a whole number, at least 1, at most 7; got 8"),
        (1.5, TypeError, "shortest must be a whole number, at least 1, at most 7; got 1.5"),
    ],
)
def test_a_bad_shortest_length_is_named(shortest, error, words):
    with pytest.raises(error, match=words):
        sequences.digit_sums(2, 7, shortest=shortest, seed=0)


def test_seed_must_be_named(task):
    with pytest.raises(TypeError, match="positional argument"):
        task(2, 3, 0)


def test_all_bit_strings_has_shapes_and_types():
    batch = sequences.all_bit_strings(3)
    assert isinstance(batch, sequences.SequenceBatch)
    assert (batch.x.shape, batch.y.shape) == ((8, 3, 1), (8, 1))
    assert batch.x.dtype == batch.y.dtype == np.float32


@pytest.mark.parametrize(
    ("steps", "error", "words"),
    [
        (0, ValueError, "steps must be a whole number, at least 1, at most 22; got 0"),
        (23, ValueError, "steps must be a whole number, at least 1, at most 22; got 23"),
        (2.0, TypeError, "steps must be a whole number, at least 1, at most 22; got 2.0"),
    ],
)
def test_all_bit_strings_names_a_bad_length(steps, error, words):
    with pytest.raises(error) as caught:
        sequences.all_bit_strings(steps)
    assert words in str(caught.value)


# ---------------------------------------------------------------- independent truth


@pytest.mark.parametrize("steps", [1, 2, 5, 11])
def test_all_bit_strings_by_pythons_own_binary_digits(steps):
    x, y = sequences.all_bit_strings(steps)
    assert len(x) == 2**steps
    for number in range(2**steps):
        assert "".join(f"{bit:.0f}" for bit in x[number, :, 0]) == f"{number:0{steps}b}"
        assert y[number, 0] == bin(number).count("1")


def test_of_twenty_bits_all_counts_are_right_and_ten_is_the_most_frequent():
    x, y = sequences.all_bit_strings(20)
    np.testing.assert_array_equal(y[:, 0], [number.bit_count() for number in range(2**20)])
    counts = np.bincount(y[:, 0].astype(int))
    np.testing.assert_array_equal(counts, [math.comb(20, ones) for ones in range(21)])
    assert 1 - counts[10] / 2**20 == pytest.approx(0.824, abs=5e-4)  # as the docstring says
    assert x.nbytes == 2**20 * 20 * 4


def test_bit_strings_are_fair_and_their_ones_are_counted_by_python():
    x, y = sequences.bit_strings(2000, 50, seed=0)
    for bits, ones in zip(x[:, :, 0].tolist(), y[:, 0], strict=True):
        assert bits.count(1.0) == ones
    np.testing.assert_allclose(x.mean(axis=0), 0.5, atol=0.05)  # over 4 standard errors
    assert np.mean((y - 25) ** 2) == pytest.approx(50 / 4, rel=0.15)


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


@pytest.mark.parametrize(("shortest", "longest"), [(1, 4), (2, 2), (5, 20)])
def test_the_baselines_of_digit_sums_are_as_the_docstring_says(shortest, longest):
    _, lengths, y = sequences.digit_sums(60_000, longest, shortest=shortest, seed=0)
    sums = y[:, 0].astype(np.float64)
    by_length = 8.25 * (shortest + longest) / 2
    spread = 4.5**2 * ((longest - shortest + 1) ** 2 - 1) / 12
    assert np.mean((sums - 4.5 * lengths) ** 2) == pytest.approx(by_length, rel=0.02)
    assert np.mean((sums - sums.mean()) ** 2) == pytest.approx(by_length + spread, rel=0.02)


def test_lengths_and_digits_have_equal_chance():
    x, lengths, _ = sequences.digit_sums(50_000, 4, seed=0)
    np.testing.assert_allclose(np.bincount(lengths, minlength=5)[1:] / 50_000, 0.25, atol=0.01)
    real = np.concatenate([row[:n, 0] for row, n in zip(x, lengths, strict=True)]).astype(int)
    np.testing.assert_allclose(np.bincount(real, minlength=10) / len(real), 0.1, atol=0.005)


# ---------------------------------------------------------------- properties


@given(sizes, sizes, seeds)
def test_changes_add_up_to_the_input(batch_size, steps, seed):
    x, y = sequences.changes(batch_size, steps, seed=seed)
    np.testing.assert_allclose(np.cumsum(y, axis=1, dtype=np.float64), x, atol=1e-6 * steps)
    assert np.all(np.abs(y) < 2)


@given(sizes, sizes, seeds)
def test_bit_strings_hold_bits_and_their_sum(batch_size, steps, seed):
    x, y = sequences.bit_strings(batch_size, steps, seed=seed)
    assert set(np.unique(x)) <= {0, 1}
    np.testing.assert_array_equal(y[:, 0], np.count_nonzero(x[:, :, 0], axis=1))


@given(st.integers(1, 10), st.data())
def test_all_bit_strings_has_each_string_once_and_mirrors_it(steps, data):
    x, y = sequences.all_bit_strings(steps)
    row = data.draw(st.integers(0, 2**steps - 1))
    np.testing.assert_array_equal(1 - x[row], x[-1 - row])  # inverted bits spell 2**T - 1 - row
    assert y[row] + y[-1 - row] == steps
    assert len(np.unique(x[:, :, 0], axis=0)) == 2**steps


@given(sizes, sizes, seeds)
def test_the_first_bit_is_the_target(batch_size, steps, seed):
    x, y = sequences.first_bit(batch_size, steps, seed=seed)
    np.testing.assert_array_equal(y, x[:, 0])
    assert set(np.unique(x)) <= {0, 1}


@given(sizes, st.lists(st.integers(1, 12), min_size=2, max_size=2).map(sorted), seeds)
def test_a_digit_sum_is_that_of_its_real_steps(batch_size, limits, seed):
    shortest, longest = limits
    x, lengths, y = sequences.digit_sums(batch_size, longest, shortest=shortest, seed=seed)
    for row, length, total in zip(x[:, :, 0].tolist(), lengths.tolist(), y[:, 0].tolist(), strict=True):
        assert shortest <= length <= longest
        assert all(digit in range(10) for digit in row[:length])
        assert row[length:] == [0] * (longest - length)
        assert total == sum(row[:length])


@given(sizes, st.integers(1, 6), seeds)
def test_numpy_integers_will_do(batch_size, steps, seed):
    a = sequences.changes(np.int64(batch_size), np.int32(steps), seed=np.uint32(seed))
    np.testing.assert_array_equal(a.x, sequences.changes(batch_size, steps, seed=seed).x)

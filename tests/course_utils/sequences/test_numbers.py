"""Changes and sums are those of the numbers, and the baselines are as stated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import sequences

sizes = st.integers(1, 12)
seeds = st.integers(0, 2**32 - 1)


# ---------------------------------------------------------------- contract


def test_changes_have_shapes_and_types():
    batch = sequences.changes(5, 7, seed=1)
    assert isinstance(batch, sequences.SequenceBatch)
    assert batch.x.shape == batch.y.shape == (5, 7, 1)
    assert batch.x.dtype == batch.y.dtype == np.float32


def test_digit_sums_come_padded_with_their_lengths():
    batch = sequences.digit_sums(5, 7, seed=1)
    x, lengths, y = batch
    assert isinstance(batch, sequences.PaddedBatch)
    assert (x.shape, lengths.shape, y.shape) == ((5, 7, 1), (5,), (5, 1))
    assert (x.dtype, lengths.dtype, y.dtype) == (np.float32, np.int64, np.float32)


@pytest.mark.parametrize(
    ("shortest", "error", "message"),
    [
        (0, ValueError, "shortest must be a whole number, at least 1, at most 7; got 0"),
        (8, ValueError, "shortest must be a whole number, at least 1, at most 7; got 8"),
        (1.5, TypeError, "shortest must be a whole number, at least 1, at most 7; got 1.5"),
    ],
)
def test_a_bad_shortest_length_is_named(shortest, error, message):
    with pytest.raises(error, match=message):
        sequences.digit_sums(2, 7, shortest=shortest, seed=0)


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


@given(sizes, st.lists(st.integers(1, 12), min_size=2, max_size=2).map(sorted), seeds)
def test_a_digit_sum_is_that_of_its_real_steps(batch_size, limits, seed):
    shortest, longest = limits
    x, lengths, y = sequences.digit_sums(batch_size, longest, shortest=shortest, seed=seed)
    for row, length, total in zip(x[:, :, 0].tolist(), lengths.tolist(), y[:, 0].tolist(), strict=True):
        assert shortest <= length <= longest
        assert all(digit in range(10) for digit in row[:length])
        assert row[length:] == [0] * (longest - length)
        assert total == sum(row[:length])

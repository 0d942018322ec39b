"""Ones are counted, the first bit is kept, labels are the echo, and `known` is what a row can tell."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import sequences

sizes = st.integers(1, 12)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def series(draw):
    """Arguments that fit: length, lag, batch size."""
    rows, lag = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    columns = draw(st.integers(lag + 1, lag + 20))
    return rows * columns, lag, rows


# ---------------------------------------------------------------- contract


@pytest.mark.parametrize("task", [sequences.bit_strings, sequences.first_bit])
def test_shapes_and_types(task):
    batch = task(5, 7, seed=1)
    assert isinstance(batch, sequences.SequenceBatch)
    assert (batch.x.shape, batch.y.shape) == ((5, 7, 1), (5, 1))
    assert batch.x.dtype == batch.y.dtype == np.float32


def test_all_bit_strings_has_shapes_and_types():
    batch = sequences.all_bit_strings(3)
    assert isinstance(batch, sequences.SequenceBatch)
    assert (batch.x.shape, batch.y.shape) == ((8, 3, 1), (8, 1))
    assert batch.x.dtype == batch.y.dtype == np.float32


@pytest.mark.parametrize(
    ("steps", "error", "message"),
    [
        (0, ValueError, "steps must be a whole number, at least 1, at most 22; got 0"),
        (23, ValueError, "steps must be a whole number, at least 1, at most 22; got 23"),
        (2.0, TypeError, "steps must be a whole number, at least 1, at most 22; got 2.0"),
    ],
)
def test_all_bit_strings_names_a_bad_length(steps, error, message):
    with pytest.raises(error) as caught:
        sequences.all_bit_strings(steps)
    assert message in str(caught.value)


def test_an_echo_has_shapes_and_types():
    batch = sequences.echo_series(50_000, 3, 5, seed=1)
    x, y, known = batch
    assert isinstance(batch, sequences.EchoBatch)
    assert x.shape == y.shape == known.shape == (5, 10_000)
    assert (x.dtype, y.dtype, known.dtype) == (np.int8, np.int8, np.bool_)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"length": 62},
            ValueError,
            "length must be a multiple of batch_size = 5; got 62, which leaves 2 over",
        ),
        ({"length": 62}, ValueError, "60 or 65 would do"),
        ({"length": 19}, ValueError, "length must be at least batch_size * (lag + 1) = 20"),
    ],
)
def test_a_length_that_does_not_fit_is_named(changed, error, message):
    with pytest.raises(error) as caught:
        sequences.echo_series(**{"length": 60, "lag": 3, "batch_size": 5, "seed": 0} | changed)
    assert message in str(caught.value)


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


def test_first_bits_are_fair_and_the_others_tell_nothing_of_them():
    x, y = sequences.first_bit(40_000, 6, seed=0)
    assert np.mean(y) == pytest.approx(0.5, abs=0.01)
    for t in range(1, 6):
        assert np.mean(x[:, t] == y) == pytest.approx(0.5, abs=0.01)


def test_an_echo_by_a_loop_over_the_whole_series():
    x, y, known = sequences.echo_series(60, 3, 5, seed=2)
    bits = [int(bit) for row in x for bit in row]
    for n, label in enumerate(int(label) for row in y for label in row):
        row, column = divmod(n, 12)
        assert label == (bits[n - 3] if n >= 3 else 0)
        in_its_row = n < 3 or (n - 3) // 12 == row
        assert known[row, column] == in_its_row


def test_twelve_of_the_fifty_thousand_cannot_be_known():
    _, y, known = sequences.echo_series(50_000, 3, 5, seed=0)
    assert np.argwhere(~known).tolist() == [[row, t] for row in range(1, 5) for t in range(3)]
    assert y[0, :3].tolist() == [0, 0, 0]


def test_labels_that_count_as_unknown_differ_while_their_rows_are_equal():
    # Second rows that are equal bit for bit have different first labels: nothing in the row tells them.
    ends = {}
    for seed in range(200):
        x, y, _ = sequences.echo_series(8, 1, 2, seed=seed)
        ends.setdefault(tuple(x[1]), set()).add(int(y[1, 0]))
    assert any(labels == {0, 1} for labels in ends.values())


def test_neither_a_constant_nor_the_input_tells_the_label():
    x, y, _ = sequences.echo_series(200_000, 3, 5, seed=0)
    assert np.mean(y) == pytest.approx(0.5, abs=0.006)
    for k in (0, 1, 2):
        assert np.mean(y[:, k:] == x[:, : x.shape[1] - k]) == pytest.approx(0.5, abs=0.006)


# ---------------------------------------------------------------- properties


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


@given(series(), seeds)
def test_known_labels_follow_from_their_own_row(arguments, seed):
    length, lag, rows = arguments
    x, y, known = sequences.echo_series(length, lag, rows, seed=seed)
    np.testing.assert_array_equal(y[:, lag:], x[:, :-lag])
    np.testing.assert_array_equal(y[1:, :lag], x[:-1, -lag:])
    assert not y[0, :lag].any()
    assert np.count_nonzero(~known) == lag * (rows - 1)
    assert known[0].all()
    assert known[:, lag:].all()
    assert set(np.unique(x)) <= {0, 1}


@given(series(), seeds)
def test_rows_cut_one_and_the_same_series(arguments, seed):
    length, lag, rows = arguments
    cut = sequences.echo_series(length, lag, rows, seed=seed)
    whole = sequences.echo_series(length, lag, 1, seed=seed)
    np.testing.assert_array_equal(cut.x.ravel(), whole.x[0])
    np.testing.assert_array_equal(cut.y.ravel(), whole.y[0])

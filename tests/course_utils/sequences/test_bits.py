"""The labels are the echo, and `known` is what a row can tell."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import sequences

seeds = st.integers(0, 2**32 - 1)


@st.composite
def series(draw):
    """Arguments that fit: length, lag, batch size."""
    rows, lag = draw(st.integers(1, 7)), draw(st.integers(1, 6))
    columns = draw(st.integers(lag + 1, lag + 20))
    return rows * columns, lag, rows


# ---------------------------------------------------------------- contract


def test_shapes_and_types():
    batch = sequences.echo_series(50_000, 3, 5, seed=1)
    x, y, known = batch
    assert isinstance(batch, sequences.EchoBatch)
    assert x.shape == y.shape == known.shape == (5, 10_000)
    assert (x.dtype, y.dtype, known.dtype) == (np.int8, np.int8, np.bool_)
    assert not np.shares_memory(x, y)


def test_same_seed_same_data_other_seed_other_data():
    first, again, other = (sequences.echo_series(60, 3, 5, seed=seed) for seed in (3, 3, 4))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert np.any(first.x != other.x)


def test_global_generators_are_left_alone():
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    state, numpy_state = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = sequences.echo_series(60, 3, 5, seed=3)
    assert random.getstate() == state
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_state)  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    np.testing.assert_array_equal(first.x, sequences.echo_series(60, 3, 5, seed=3).x)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        (
            {"length": 62},
            ValueError,
            "length must be a multiple of batch_size = 5; got 62, which leaves 2 over",
        ),
        ({"length": 62}, ValueError, "60 or 65 would do"),
        ({"length": 19}, ValueError, "length must be at least batch_size * (lag + 1) = 20"),
        ({"length": 0}, ValueError, "got 0"),
        ({"length": 60.0}, TypeError, "length must be a whole number; got 60.0"),
        ({"lag": 0}, ValueError, "lag must be a whole number, at least 1; got 0"),
        ({"lag": "3"}, TypeError, "lag must be a whole number, at least 1; got '3'"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number, at least 1; got 0"),
        ({"batch_size": True}, TypeError, "batch_size must be a whole number, at least 1; got True"),
        ({"seed": -1}, ValueError, "seed must be a whole number, at least 0; got -1"),
        ({"seed": None}, TypeError, "seed must be a whole number, at least 0; got None"),
    ],
)
def test_bad_arguments_are_named(changed, error, words):
    with pytest.raises(error) as caught:
        sequences.echo_series(**{"length": 60, "lag": 3, "batch_size": 5, "seed": 0} | changed)
    assert words in str(caught.value)


def test_seed_must_be_named():
    with pytest.raises(TypeError, match="positional argument"):
        sequences.echo_series(60, 3, 5, 0)


# ---------------------------------------------------------------- independent truth


def test_by_a_loop_over_the_whole_series():
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


@given(series(), seeds)
def test_numpy_integers_will_do(arguments, seed):
    length, lag, rows = arguments
    a = sequences.echo_series(np.int64(length), np.int32(lag), np.uint8(rows), seed=np.uint32(seed))
    np.testing.assert_array_equal(a.x, sequences.echo_series(length, lag, rows, seed=seed).x)

"""Targets of the tasks that ask for memory are right, and so are the stated baselines."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import sequences

seeds = st.integers(0, 2**32 - 1)


# ---------------------------------------------------------------- contract


def test_shapes_and_types():
    adding = sequences.adding_problem(5, 7, seed=1)
    copying = sequences.copy_memory(5, 7, seed=1)
    strings = sequences.matched_strings([3, 1, 2])
    assert isinstance(adding, sequences.SequenceBatch)
    assert isinstance(copying, sequences.SequenceBatch)
    assert isinstance(strings, sequences.PaddedBatch)
    assert (adding.x.shape, adding.y.shape) == ((5, 7, 2), (5, 1))
    assert (copying.x.shape, copying.y.shape) == ((5, 27, 10), (5, 27, 9))
    assert (strings.x.shape, strings.lengths.shape, strings.y.shape) == ((3, 7, 3), (3,), (3, 7, 3))
    for batch in (adding, copying, strings):
        assert batch.x.dtype == batch.y.dtype == np.float32
    assert strings.lengths.dtype == np.int64


@pytest.mark.parametrize(
    ("task", "changed", "error", "message"),
    [
        ("adding_problem", {"steps": 1}, ValueError, "steps must be a whole number, at least 2; got 1"),
        ("copy_memory", {"classes": 1}, ValueError, "classes must be a whole number, at least 2; got 1"),
        (
            "matched_strings",
            {"counts": [2, 0]},
            ValueError,
            "counts must be whole numbers, at least 1; got 0",
        ),
        (
            "matched_strings",
            {"counts": [1.5]},
            ValueError,
            "counts must be whole numbers, at least 1; got 1.5",
        ),
        ("matched_strings", {"counts": [[1]]}, ValueError, "counts must have 1 axis (B,); got shape (1, 1)"),
        ("matched_strings", {"longest": 4}, ValueError, "longest must be a whole number, at least 5; got 4"),
    ],
)
def test_bad_arguments_are_named(task, changed, error, message):
    good = {
        "adding_problem": {"batch_size": 2, "steps": 7, "seed": 0},
        "copy_memory": {"batch_size": 2, "delay": 7, "seed": 0},
        "matched_strings": {"counts": [5]},
    }[task]
    with pytest.raises(error) as caught:
        getattr(sequences, task)(**good | changed)
    assert message in str(caught.value)


# ---------------------------------------------------------------- independent truth


def test_the_three_questions_by_a_loop_in_plain_python():
    x, targets = sequences.three_questions(40, 9, seed=1)
    for row, (value, mark) in enumerate(zip(x[..., 0].tolist(), x[..., 1].tolist(), strict=True)):
        marked = 0.0
        for t in range(9):
            marked = value[t] if mark[t] else marked
            assert targets["count"][row, t, 0] == sum(mark[: t + 1])
            assert targets["echo"][row, t, 0] == (value[t - 3] if t >= 3 else 0)
            assert targets["replace"][row, t, 0] == marked


def test_one_step_in_five_is_marked_and_values_are_as_often_up_as_down():
    x, _ = sequences.three_questions(2000, 20, seed=0)
    assert x[..., 1].mean() == pytest.approx(0.2, abs=0.01)
    assert x[..., 0].mean() == pytest.approx(0, abs=0.02)


def test_the_sum_by_a_loop_in_plain_python():
    x, y = sequences.adding_problem(50, 9, seed=5)
    for row, target in zip(x.tolist(), y[:, 0], strict=True):
        assert target == pytest.approx(sum(value for value, mark in row if mark), abs=1e-6)


@pytest.mark.parametrize("steps", [2, 9, 50])
def test_the_baselines_of_the_adding_problem_are_as_the_docstring_says(steps):
    x, y = sequences.adding_problem(60_000, steps, seed=0)
    first = (x[:, : steps // 2, 0] * x[:, : steps // 2, 1]).sum(axis=1, keepdims=True)
    assert np.mean((y - 1) ** 2) == pytest.approx(1 / 6, rel=0.02)
    assert np.mean((y - first - 0.5) ** 2) == pytest.approx(1 / 12, rel=0.02)


def test_each_place_in_its_half_is_marked_equally_often():
    marks = sequences.adding_problem(60_000, 7, seed=0).x[..., 1].mean(axis=0)
    np.testing.assert_allclose(marks, [1 / 3] * 3 + [1 / 4] * 4, atol=0.01)


def test_copy_memory_by_a_loop_in_plain_python():
    x, y = sequences.copy_memory(20, 4, symbols=3, classes=5, seed=2)
    for shown, wanted in zip(x.argmax(axis=2).tolist(), y.argmax(axis=2).tolist(), strict=True):
        symbols = shown[:3]
        assert all(symbol < 5 for symbol in symbols)
        assert shown == [*symbols, 5, 5, 5, 6, 5, 5, 5]
        assert wanted == [5] * 7 + symbols


@pytest.mark.parametrize(("delay", "symbols", "classes"), [(20, 10, 8), (50, 10, 8), (5, 3, 4)])
def test_the_baseline_of_copy_memory_is_as_the_docstring_says(delay, symbols, classes):
    _, y = sequences.copy_memory(4000, delay, symbols=symbols, classes=classes, seed=0)
    by_step = y.mean(axis=0, dtype=np.float64)  # the best answer that has no memory, fitted to the data
    entropy = -np.sum(by_step * np.log(np.where(by_step > 0, by_step, 1)), axis=1).mean()
    assert entropy == pytest.approx(symbols * math.log(classes) / (delay + 2 * symbols), rel=0.01)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_what_may_come_next_by_trying_all_continuations(n):
    """A symbol may come if some a^m b^m goes on so, except that after an a the number of a's is open."""
    x, lengths, y = sequences.matched_strings([n], longest=6)
    text = "a" * n + "b" * n
    whole = ["a" * m + "b" * m + "." for m in range(1, 2 * n + 2)]
    assert lengths.tolist() == [len(text) + 1]
    assert "".join("ab^"[k] for k in x[0, : 2 * n + 1].argmax(axis=1)) == "^" + text
    for t in range(len(text) + 1):
        may = {word[t] for word in whole if word.startswith(text[:t]) and len(word) > t}
        assert {s for s, yes in zip("ab.", y[0, t], strict=True) if yes} == may


# ---------------------------------------------------------------- properties


@given(st.integers(1, 6), st.integers(1, 12), seeds)
def test_the_three_questions_have_targets_of_their_kinds(batch_size, steps, seed):
    x, targets = sequences.three_questions(batch_size, steps, seed=seed)
    assert x.shape == (batch_size, steps, 2)
    assert {y.shape for y in targets.values()} == {(batch_size, steps, 1)}
    assert {x.dtype} | {y.dtype for y in targets.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(np.abs(x[..., 0]), 1)
    rises = np.diff(targets["count"][..., 0], axis=1, prepend=0)
    np.testing.assert_array_equal(rises, x[..., 1])


@given(st.integers(1, 12), st.integers(2, 15), seeds)
def test_one_mark_in_each_half(batch_size, steps, seed):
    x, y = sequences.adding_problem(batch_size, steps, seed=seed)
    marks = x[..., 1]
    assert set(np.unique(marks)) <= {0, 1}
    np.testing.assert_array_equal(marks[:, : steps // 2].sum(axis=1), 1)
    np.testing.assert_array_equal(marks[:, steps // 2 :].sum(axis=1), 1)
    assert np.all((y >= 0) & (y < 2))


@given(st.integers(1, 6), st.integers(1, 12), st.integers(1, 6), st.integers(2, 9), seeds)
def test_every_step_of_copy_memory_has_one_class_and_one_signal_comes(
    batch_size, delay, symbols, classes, seed
):
    x, y = sequences.copy_memory(batch_size, delay, symbols=symbols, classes=classes, seed=seed)
    np.testing.assert_array_equal(x.sum(axis=2), 1)
    np.testing.assert_array_equal(y.sum(axis=2), 1)
    np.testing.assert_array_equal(x[:, symbols + delay - 1, -1], 1)
    assert x[..., -1].sum() == batch_size
    np.testing.assert_array_equal(x[:, :symbols, :classes], y[:, -symbols:, :classes])


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 4))
def test_strings_match_and_their_padding_is_empty(counts, room):
    x, lengths, y = sequences.matched_strings(counts, longest=max(counts) + room)
    np.testing.assert_array_equal(x[..., 0].sum(axis=1), counts)
    np.testing.assert_array_equal(x[..., 1].sum(axis=1), counts)
    real = np.arange(x.shape[1]) < lengths[:, None]
    np.testing.assert_array_equal(x.sum(axis=2), real)
    assert not y[~real].any()
    np.testing.assert_array_equal(y[..., 2].sum(axis=1), 1)

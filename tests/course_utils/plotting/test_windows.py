"""course_utils.plotting's windows, flattening and bit rows: what is drawn is what was given."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from tests.support.plot_examples import BITS, assert_refused, plot_style

style = pytest.fixture(autouse=True)(plot_style)


def texts(ax, gid):
    return [text.get_text() for text in ax.texts if text.get_gid() == gid]


BAD = [
    ("windows_of_series", {"x": np.zeros(3)}, ValueError, "x must have 2 axes (B, steps); got shape (3,)"),
    ("windows_of_series", {"window": 0}, ValueError, "window must be a whole number, at least 1; got 0"),
    (
        "windows_of_series",
        {"window": 5001},
        ValueError,
        "window must be at most half of the 10000 steps of x; got 5001",
    ),
    ("flattening", {"h": np.zeros((5, 15))}, ValueError, "h must have 3 axes (B, T, H); got shape (5, 15)"),
    ("bit_rows", {"x": [0, 1]}, ValueError, "x must have 2 axes (B, T); got shape (2,)"),
    ("bit_rows", {"y": BITS.T}, ValueError, "y must have shape (5, 15) (B, T), as x; got shape (15, 5)"),
    ("bit_rows", {"y": BITS + 1}, ValueError, "y must be from 0 to 1; got 2 at index"),
    ("bit_rows", {"answers": -1.0 * BITS}, ValueError, "answers must be from 0 to 1; got -1 at index"),
    ("bit_rows", {"answers": BITS * np.nan}, ValueError, "answers must be finite; got nan"),
    ("bit_rows", {"first_step": -1}, ValueError, "first_step must be a whole number, at least 0; got -1"),
]


@pytest.mark.parametrize(("plot", "changed", "error", "words"), BAD)
def test_bad_arguments_are_named_and_leave_no_figure(plot, changed, error, words):
    assert_refused(plot, changed, error, words)


# ---------------------------------------------------------------- windows of a series


def colours_of(image):
    return np.asarray(image.get_array())


@settings(max_examples=25)
@given(st.integers(1, 6), st.integers(1, 20), st.integers(2, 9), st.integers(0, 19))
def test_windows_and_dropped_steps_add_up_to_the_series(rows, window, count, over):
    over = min(over, window - 1)
    steps = window * count + over
    ax = plotting.windows_of_series(np.zeros((rows, steps)), window, title="t")
    shown = [int(text.removeprefix("window ")) for text in texts(ax, "window")]
    assert shown == sorted({0, 1, count - 1})
    names = texts(ax, "steps")
    for n, name in zip(shown, names, strict=False):
        first, last = n * window, (n + 1) * window - 1
        assert name == (f"steps {first}–{last}" if window > 1 else f"step {first}")
    assert len(names) == len(shown) + (over > 0)
    if over:
        first = count * window
        span = f"steps {first}–{steps - 1}" if over > 1 else f"step {first}"
        assert names[-1] == f"{span}:\ndropped"
    drawn = [colours_of(image).shape[:2] for image in ax.images]
    assert drawn == [(rows, window)] * len(shown) + ([(rows, over)] if over else [])
    assert texts(ax, "ellipsis") == (["· · ·"] if count > 3 else [])
    plt.close(ax.figure)


def test_a_step_has_the_same_colour_in_every_row_and_window_and_arrows_join_them():
    ax = plotting.windows_of_series(np.zeros((5, 50)), 15, title="t")
    for image in ax.images[:-1]:
        np.testing.assert_array_equal(
            colours_of(image), np.broadcast_to(plotting.time_colours(15), (5, 15, 4))
        )
    assert len([patch for patch in ax.patches if patch.get_gid() == "state"]) == 2
    places = [image.get_extent()[:2] for image in ax.images[:3]]
    assert all(right < left for (_, right), (left, _) in itertools.pairwise(places))
    assert texts(ax, "state") == ["state", "state"]


# ---------------------------------------------------------------- flattening


@settings(max_examples=25)
@given(st.integers(1, 6), st.integers(1, 20), st.integers(1, 9))
def test_the_colours_are_flattened_as_numpy_reshapes(rows, steps, units):
    h = np.zeros((rows, steps, units))
    ax = plotting.flattening(h, title="t")
    left, right = (colours_of(image) for image in ax.images)
    assert left.shape == (rows, steps, 4)
    with_units = np.repeat(left[:, :, None], units, axis=2)
    np.testing.assert_array_equal(right, with_units.reshape(rows * steps, units, 4))
    assert texts(ax, "shape") == [f"(B, T, H) = {h.shape}", f"(B·T, H) = {(rows * steps, units)}"]
    assert len(np.unique(left[0], axis=0)) == steps
    plt.close(ax.figure)


# ---------------------------------------------------------------- bit rows


def bars_of(ax, name):
    """Heights of one kind's bars, shape (B, T), and where they stand."""
    found = [container for container in ax.containers if container.patches[0].get_gid() == name]
    heights = np.array([[bar.get_height() for bar in container] for container in found])
    places = np.array([[bar.get_x() + bar.get_width() / 2 for bar in container] for container in found])
    return heights, places


def test_the_bars_are_the_values_at_their_steps():
    answers = np.random.default_rng(1).random((5, 15))
    ax = plotting.bit_rows(BITS, 1 - BITS, answers, first_step=30, title="t")
    for name, values in (("input", BITS), ("label", 1 - BITS), ("answer", answers)):
        heights, places = bars_of(ax, name)
        np.testing.assert_allclose(heights, np.maximum(values, 0.05))
        np.testing.assert_array_equal(np.round(places), np.broadcast_to(30 + np.arange(15), (5, 15)))
    feet = [container.patches[0].get_y() for container in ax.containers[:5]]
    assert feet == sorted(feet, reverse=True), "the first row stands on top"
    assert [label.get_text() for label in ax.get_yticklabels()] == [f"row {n}" for n in range(5)]


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(1, 16), st.integers(0, 2**32 - 1))
def test_crosses_stand_where_the_answer_is_wrong(rows, steps, seed):
    generator = np.random.default_rng(seed)
    y, answers = generator.integers(0, 2, size=(rows, steps)), generator.random((rows, steps))
    ax = plotting.bit_rows(y, y, answers, title="t")
    [marks] = [marks for marks in ax.collections if "wrong" in str(marks.get_label())]
    wrong = np.abs(answers - y) > 0.5
    assert marks.get_label() == f"wrong: {wrong.sum()} of {rows * steps}"
    found = [(rows - 1 - int(y // 1.45), round(x)) for x, y in marks.get_offsets()]
    assert sorted(found) == [tuple(place) for place in np.argwhere(wrong).tolist()]
    plt.close(ax.figure)


def test_without_answers_there_is_no_third_bar_and_no_cross():
    ax = plotting.bit_rows(BITS, BITS, title="t")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["input", "label"]
    assert not bars_of(ax, "answer")[0].size
    assert not ax.collections


def test_long_step_numbers_keep_apart_on_narrow_axes():
    ax = plt.subplots(figsize=(5.6, 3.5), layout="constrained")[1]
    plotting.bit_rows(BITS, BITS, BITS, first_step=9975, title="t", ax=ax)
    ax.figure.canvas.draw()
    low, high = ax.get_xlim()
    shown = [label for label in ax.get_xticklabels() if low <= label.get_position()[0] <= high]
    boxes = [label.get_window_extent() for label in shown]
    assert len(boxes) > 2
    assert all(b.x0 - a.x1 > 4 for a, b in itertools.pairwise(boxes))

"""Bars, crosses and steps of bit rows are those of the bits."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from tests.support.plots import TITLE, Example, assert_refused, plot_style, points

style = pytest.fixture(autouse=True)(plot_style)

BITS = np.random.default_rng(0).integers(0, 2, size=(5, 15))


def expected(*, x, y, answers=None, first_step=0, **_):
    given = {"input": x, "label": y} | ({} if answers is None else {"answer": answers})
    times, result = first_step + np.arange(x.shape[1]), {}
    for n, (name, values) in enumerate(given.items()):
        places = times + 0.8 * ((n + 0.5) / len(given) - 0.5)
        result[name] = points(np.tile(places, len(x)), np.maximum(values, 0.05).ravel())
    if answers is not None:
        rows, steps = np.nonzero((answers > 0.5) != (y > 0.5))
        result["wrong"] = points(times[steps], 1.45 * (len(x) - 1 - rows) + 1.14)
    return result


EXAMPLES = {
    "bit_rows": Example(
        plotting.bit_rows,
        {
            "x": BITS,
            "y": 1 - BITS,
            "answers": np.random.default_rng(2).random(BITS.shape),
            "title": TITLE,
        },
        labels=["time step"],
        drawn=expected,
        wide=True,
    ),
    "bit_rows, no answers": Example(
        plotting.bit_rows,
        {"x": BITS[:1], "y": 1 - BITS[:1], "first_step": 9975, "title": TITLE},
        labels=["time step"],
        drawn=expected,
        wide=True,
    ),
}
DEFAULTS = {"bit_rows": {"first_step": 0}}


def bars_of(ax, name):
    """Heights of one kind's bars, shape (B, T), and where they stand."""
    rows = [container for container in ax.containers if container.patches[0].get_gid() == name]
    heights = np.array([[bar.get_height() for bar in container] for container in rows])
    places = np.array([[bar.get_x() + bar.get_width() / 2 for bar in container] for container in rows])
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
    result = [(rows - 1 - int(y // 1.45), round(x)) for x, y in marks.get_offsets()]
    assert sorted(result) == [tuple(place) for place in np.argwhere(wrong).tolist()]
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


BAD = [
    ("bit_rows", {"x": [0, 1]}, ValueError, "x must have 2 axes (B, T); got shape (2,)"),
    ("bit_rows", {"y": BITS.T}, ValueError, "y must have shape (5, 15) (B, T), as x; got shape (15, 5)"),
    ("bit_rows", {"y": BITS + 1}, ValueError, "y must be from 0 to 1; got 2 at index"),
    ("bit_rows", {"answers": -1.0 * BITS}, ValueError, "answers must be from 0 to 1; got -1 at index"),
    ("bit_rows", {"answers": BITS * np.nan}, ValueError, "answers must be finite; got nan"),
    (
        "bit_rows",
        {"first_step": -1},
        ValueError,
        "first_step must be a whole number, at least 0, at most 1000000000000; got -1",
    ),
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_input_is_named(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)

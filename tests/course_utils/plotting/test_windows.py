"""The windows of a series, and their flattening, are drawn from the shapes that they were given."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from tests.support.plots import TITLE, Example, assert_refused, plot_style

style = pytest.fixture(autouse=True)(plot_style)


def expected_windows(*, x, window, **_):
    count, over = divmod(x.shape[1], window)
    shown = sorted({0, 1, count - 1})
    steps = [f"steps {n * window}–{(n + 1) * window - 1}" for n in shown]
    if over:
        steps.append(f"steps {count * window}–{x.shape[1] - 1}:\ndropped")
    result = {"window": [f"window {n}" for n in shown], "steps": steps}
    if count > 3:
        return result | {"state": ["state"] * 3, "ellipsis": ["· · ·"]}
    return result | {"state": ["state"] * (len(shown) - 1)}


def expected_flattening(*, h, **_):
    rows, steps, units = h.shape
    shapes = [f"(B, T, H) = ({rows}, {steps}, {units})", f"(B·T, H) = ({rows * steps}, {units})"]
    names = [f"row {row}" for row in range(rows)]
    return {"row": names, "flat row": names, "time": [f"step 0 … step {steps - 1}"], "shape": shapes}


EXAMPLES = {
    "windows_of_series": Example(
        plotting.windows_of_series,
        {"x": np.zeros((5, 10_000)), "window": 15, "title": TITLE},
        labels=[],
        drawn=expected_windows,
        wide=True,
    ),
    "windows_of_series, two": Example(
        plotting.windows_of_series,
        {"x": np.zeros((1, 8)), "window": 4, "title": TITLE},
        labels=[],
        drawn=expected_windows,
        wide=True,
    ),
    "windows_of_series, three": Example(
        plotting.windows_of_series,
        {"x": np.zeros((3, 101)), "window": 30, "title": TITLE},
        labels=[],
        drawn=expected_windows,
        wide=True,
    ),
    "flattening": Example(
        plotting.flattening,
        {"h": np.zeros((5, 15, 4)), "title": TITLE},
        labels=[],
        drawn=expected_flattening,
        wide=True,
    ),
    "flattening, one": Example(
        plotting.flattening,
        {"h": np.zeros((1, 1, 1)), "title": "One row"},
        labels=[],
        drawn=expected_flattening,
        wide=True,
    ),
}


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
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_arguments_are_named_and_leave_no_figure(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)


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

"""Padded batches and curves over lengths show what was given; bad input is named."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from course_utils import plotting
from tests.support.plots import TITLE, Example, across, assert_refused, plot_style, points

CURVES = {"curves": {"tanh": [0.1, 0.2, 9.0]}, "lengths": [1, 2, 8], "ylabel": "error", "title": "It breaks"}

style = pytest.fixture(autouse=True)(plot_style)


def expected_batch(*, values, **_):
    return {"values": [f"{value:.3g}" for value in np.ravel(values)]}


def expected_curves(*, curves, lengths, baselines, **_):
    return {name: points(lengths, y) for name, y in curves.items()} | across(baselines)


EXAMPLES = {
    "padded_batch": Example(
        plotting.padded_batch,
        {"values": [[7, 2, 0], [3, 0, 0]], "lengths": [2, 1], "title": "Two sequences"},
        labels=["time step", "sequence"],
        drawn=expected_batch,
    ),
    "padded_batch, large": Example(
        plotting.padded_batch,
        {"values": np.full((12, 12), -1.25), "lengths": range(1, 13), "title": TITLE},
        labels=["time step", "sequence"],
        drawn=expected_batch,
    ),
    "curves_by_length": Example(
        plotting.curves_by_length,
        {
            "curves": {"ten tanh units": [0.1, 0.2, 9.0], "one linear unit": [1e-4, 1e-4, 2e-4]},
            "lengths": [1, 4, 20],
            "trained": (1, 4),
            "baselines": {"4.5 times the length": 8.0},
            "ylabel": "root of the MSE",
            "title": TITLE,
        },
        labels=["length of the sequence (steps)", "root of the MSE"],
        drawn=expected_curves,
    ),
}
DEFAULTS = {"curves_by_length": {"log": True}}


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


@settings(max_examples=20)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_exactly_the_padding_is_hatched_and_every_value_is_written(lengths, seed):
    values = np.random.default_rng(seed).integers(0, 10, size=(len(lengths), 5))
    ax = plotting.padded_batch(values, lengths, title="A batch")
    hatched = np.array([bool(box.get_hatch()) for box in boxes(ax)]).reshape(-1, 5)
    np.testing.assert_array_equal(hatched, np.arange(5) >= np.array(lengths)[:, None])
    written = np.array([int(text.get_text()) for text in ax.texts]).reshape(-1, 5)
    np.testing.assert_array_equal(written, values)
    plt.close("all")


def test_a_box_stands_at_its_step_and_row_in_the_steps_colour():
    ax = plotting.padded_batch([[7, 2, 0], [3, 0, 0]], [2, 1], title="Two sequences")
    place = boxes(ax)[1]  # row 0, step 1
    assert place.get_x() + place.get_width() / 2 == pytest.approx(1)
    assert place.get_y() + place.get_height() / 2 == pytest.approx(0)
    np.testing.assert_allclose(place.get_facecolor(), plotting.time_colours(3)[1])
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "row 0 should be on top"


def test_curves_stand_at_their_lengths_and_the_training_is_shaded():
    ax = plotting.curves_by_length(**CURVES, trained=(1, 2), baselines={"guess": 5.0})
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [1, 2, 8])
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [0.1, 0.2, 9.0])
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), [5.0, 5.0])
    shaded = boxes(ax)[0]
    assert (shaded.get_x(), shaded.get_x() + shaded.get_width()) == (1, 2)
    assert ax.get_yscale() == "log"
    assert {"tanh", "guess", "trained on"} <= {text.get_text() for text in ax.texts}


def test_nothing_is_shaded_without_a_range_of_training():
    assert boxes(plotting.curves_by_length(**CURVES, log=False)) == []


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"values": [1, 2]}, ValueError, "values must have 2 axes (B, T); got shape (2,)"),
        ({"values": np.zeros((13, 2))}, ValueError, "got shape (13, 2): pass a part of the batch"),
        ({"values": np.zeros((2, 13))}, ValueError, "values must have at most 12 sequences and 12 steps"),
        ({"lengths": [1]}, ValueError, "lengths must have shape (2,)"),
        ({"lengths": [0, 1]}, ValueError, "lengths must be whole numbers from 1 to T = 3; got 0"),
        ({"lengths": [4, 1]}, ValueError, "from 1 to T = 3; got 4"),
        ({"lengths": [1.5, 1]}, ValueError, "got 1.5"),
    ],
)
def test_a_bad_batch_is_named(changed, error, message):
    assert_refused(EXAMPLES["padded_batch"], changed, error, message)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"lengths": [1, 2, 2]}, ValueError, "lengths must be at least 2 numbers that rise"),
        ({"lengths": [1]}, ValueError, "lengths must be at least 2 numbers"),
        ({"curves": {"tanh": [0.1, 0.2]}}, ValueError, "curves['tanh'] must have shape (3,)"),
        ({"curves": {"tanh": [0.1, 0.2, 0.0]}}, ValueError, "above 0 for a logarithmic axis"),
        ({"curves": {}}, ValueError, "curves must have at least one entry"),
        ({"trained": (1, 2, 3)}, ValueError, "trained must have shape (2,)"),
        ({"trained": (2, 1)}, ValueError, "trained must be the shortest and the longest length"),
        ({"log": 1}, TypeError, "log must be True or False"),
        ({"ylabel": ""}, ValueError, "ylabel must say something"),
    ],
)
def test_bad_curves_are_named(changed, error, message):
    assert_refused(EXAMPLES["curves_by_length"], changed, error, message)

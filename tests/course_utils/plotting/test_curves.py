"""Curves and series show the values that they were given."""

import numpy as np
import pytest

from course_utils import plotting
from course_utils.plotting.canvas import NOTHING
from tests.support.plots import TITLE, Example, across, assert_refused, plot_style, points

style = pytest.fixture(autouse=True)(plot_style)

FALLING = 0.3 * np.exp(-np.arange(30) / 6) + 1e-3


def expected_training(*, curves, baselines=NOTHING, **_):
    return {name: points(np.arange(1, len(y) + 1), y) for name, y in curves.items()} | across(baselines)


def expected_series(*, series, **_):
    return {name: points(range(len(y)), y) for name, y in series.items()}


def expected_growth(*, curves, **_):
    return {name: points(*curve) for name, curve in curves.items()}


EXAMPLES = {
    "training_curves": Example(
        plotting.training_curves,
        {
            "curves": {"training, SimpleRNN(8)": FALLING, "validation, SimpleRNN(8)": FALLING * 1.05},
            "baselines": {"always answering 0": 0.61, "the best answer without memory": 0.6},
            "ylabel": "mean squared error",
            "title": TITLE,
        },
        labels=["epoch", "mean squared error"],
        drawn=expected_training,
    ),
    "training_curves, short": Example(
        plotting.training_curves,
        {"curves": {"a": [2.0]}, "ylabel": "loss", "title": "One", "log": False},
        labels=["epoch", "loss"],
        drawn=expected_training,
    ),
    "step_series": Example(
        plotting.step_series,
        {
            "series": {"truth": [0, 1, 0], "the prediction before any training": [0.1, 0, 0]},
            "ylabel": "change of x",
            "title": TITLE,
        },
        labels=["time step", "change of x"],
        drawn=expected_series,
    ),
    "growth": Example(
        plotting.growth,
        {
            "curves": {"by hand": ([1, 10, 100], [2, 20, 200]), "in a graph": ([1, 100], [3, 4])},
            "xlabel": "length (steps)",
            "ylabel": "time (s)",
            "title": TITLE,
        },
        labels=["length (steps)", "time (s)"],
        drawn=expected_growth,
    ),
}
DEFAULTS = {
    "training_curves": {"xlabel": "epoch", "log": True},
    "step_series": {"xlabel": "time step"},
}


def test_curves_start_at_epoch_1_and_baselines_run_across():
    ax = plotting.training_curves(
        {"a": [0.5, 0.2, 0.1], "b": [0.4, 0.3]}, baselines={"zero": 0.6}, ylabel="loss", title="t"
    )
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(lines["a"].get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(lines["a"].get_ydata(), [0.5, 0.2, 0.1])
    np.testing.assert_array_equal(lines["b"].get_ydata(), [0.4, 0.3])
    assert set(lines["zero"].get_ydata()) == {0.6}
    assert ax.get_yscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert [text.get_text() for text in ax.texts] == ["a", "b", "zero"]
    assert lines["a"].get_linestyle() != lines["b"].get_linestyle()
    assert lines["a"].get_marker() != lines["b"].get_marker()


@pytest.mark.parametrize(
    ("plot", "named", "most"),
    [(plotting.training_curves, "curves", 20), (plotting.step_series, "series", 60)],
)
def test_points_are_marked_where_there_is_room_for_them(plot, named, most):
    for count in (1, most, most + 1):
        line = plot(**{named: {"a": np.ones(count)}}, ylabel="loss", title="t").lines[0]
        assert (line.get_marker() != "None") is (count <= most)


def test_labels_stand_at_the_height_of_their_line():
    ax = plotting.training_curves(
        {"a": [1.0, 0.1]}, baselines={"zero": 0.9}, ylabel="loss", title="t", log=False
    )
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    low, high = ax.get_ylim()
    assert low == 0
    assert heights["a"] == pytest.approx((0.1 - low) / (high - low), abs=1e-6)
    assert heights["zero"] == pytest.approx((0.9 - low) / (high - low), abs=1e-6)


def test_a_curve_that_goes_below_zero_is_shown_whole():
    ax = plotting.training_curves({"a": [-1.0, 2.0]}, ylabel="reward", title="t", log=False)
    assert ax.get_ylim()[0] < -1


@pytest.mark.parametrize("log", [True, False])
def test_labels_stand_at_their_line_wherever_the_axis_begins(log):
    given = {"curves": {"a": [0.7, 0.6]}, "baselines": {"best": 0.5}, "ylabel": "loss", "title": "t"}
    ax = plotting.training_curves(**given, log=log, bottom=0.48)
    assert ax.get_ylim()[0] == 0.48
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    to_axes = ax.transData + ax.transAxes.inverted()
    for name, value in {"a": 0.6, "best": 0.5}.items():
        assert heights[name] == pytest.approx(to_axes.transform((1, value))[1], abs=1e-6)
    with pytest.raises(ValueError, match=r"bottom must be .* at most 0\.5.*got 0\.51"):
        plotting.training_curves(**given, log=log, bottom=0.51)


def test_series_are_told_apart_without_colour():
    series = {"truth": [0, 1, 2], "before": [1, 1, 1], "after": [0, 1, 1.9]}
    ax = plotting.step_series(series, ylabel="change", title="t")
    for line, (name, values) in zip(ax.lines, series.items(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
        np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])
        assert line.get_label() == name
    assert len({(str(line.get_linestyle()), line.get_marker()) for line in ax.lines}) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(series)


def test_the_steps_of_a_series_can_be_named():
    given = {"series": {"share": [0.5, 1.0]}, "ylabel": "share right", "title": "t"}
    assert plotting.step_series(**given).get_xlabel() == "time step"
    assert plotting.step_series(**given, xlabel="step of the window").get_xlabel() == "step of the window"
    with pytest.raises(ValueError, match="xlabel"):
        plotting.step_series(**given, xlabel="")


BAD = [
    ("training_curves", {"curves": {}}, ValueError, "curves must have at least one entry"),
    ("training_curves", {"curves": [1, 2]}, TypeError, "curves must be a mapping from a curve's name"),
    ("training_curves", {"curves": {"a": []}}, ValueError, "curves['a'] must hold at least one value"),
    (
        "training_curves",
        {"curves": {"a": [[1.0]]}},
        ValueError,
        "curves['a'] must have 1 axis; got shape (1, 1)",
    ),
    (
        "training_curves",
        {"curves": {"a": [1, np.nan]}},
        ValueError,
        "curves['a'] must be finite; got nan at index 1",
    ),
    (
        "training_curves",
        {"curves": {"a": [1, 0]}},
        ValueError,
        "got 0 at index 1 (1 of 2 is 0 or below): pass log",
    ),
    (
        "training_curves",
        {"baselines": {"b": 0}},
        ValueError,
        "baselines['b'] must be above 0 for a logarithmic",
    ),
    (
        "training_curves",
        {"baselines": {"b": np.inf}},
        ValueError,
        "baselines['b'] must be a finite number; got inf",
    ),
    ("training_curves", {"baselines": 0.3}, TypeError, "baselines must be a mapping"),
    ("training_curves", {"ylabel": " "}, ValueError, "ylabel must say something"),
    ("training_curves", {"log": "yes"}, TypeError, "log must be True or False; got 'yes'"),
    (
        "step_series",
        {"series": {"a": [1], "b": [1, 2]}},
        ValueError,
        "one length; got {'a': 1, 'b': 2}: cut or pad",
    ),
    ("step_series", {"series": {"a": ["x"]}}, TypeError, "series['a'] must hold real numbers"),
    ("step_series", {"series": {"": [1]}}, ValueError, "each key of series must say something"),
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_input_is_named(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)


# ---------------------------------------------------------------- growth

TEXTS = {"xlabel": "size", "ylabel": "time (s)", "title": "Straight lines"}


def test_a_power_law_is_a_straight_line_with_its_exponent_as_slope():
    x = np.array([1.0, 10.0, 100.0])
    ax = plotting.growth({"square": (x, x**2), "root": (x, x**0.5)}, **TEXTS)
    for line, exponent in zip(ax.lines, (2, 0.5), strict=False):
        at = ax.transData.transform(line.get_xydata())
        slopes = np.diff(at[:, 1]) / np.diff(at[:, 0])
        assert slopes[0] == pytest.approx(slopes[1])
        assert np.diff(np.log(line.get_ydata())) / np.diff(np.log(x)) == pytest.approx([exponent] * 2)
    assert {text.get_text() for text in ax.texts} >= {"square", "root"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("size", "time (s)")


@pytest.mark.parametrize(
    ("curves", "error", "message"),
    [
        ({}, ValueError, "curves must have at least one entry"),
        ({"a": [1, 2, 3]}, TypeError, r"curves\['a'\] must be a pair \(x, y\)"),
        ({"a": ([1, 2], [1, 2, 3])}, ValueError, "one length, at least 2; got 2 and 3"),
        ({"a": ([1], [1])}, ValueError, "one length, at least 2; got 1 and 1"),
        ({"a": ([1, 1], [1, 2])}, ValueError, r"x of curves\['a'\] must rise; got \[1\.0, 1\.0\]"),
        ({"a": ([2, 1], [1, 2])}, ValueError, r"x of curves\['a'\] must rise; got \[2\.0, 1\.0\]"),
        ({"a": ([1, 2], [0, 2])}, ValueError, r"y of curves\['a'\] must be above 0 for a logarithmic axis"),
    ],
)
def test_growth_names_bad_curves(curves, error, message):
    with pytest.raises(error, match=message):
        plotting.growth(curves, **TEXTS)

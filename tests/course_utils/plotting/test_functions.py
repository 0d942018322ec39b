"""Curves over a number, and tanh with its slope, show the values that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from course_utils.plotting.canvas import NOTHING
from tests.support.plots import TITLE, Example, across, assert_refused, plot_style, points

TEXTS = {"xlabel": "w_h", "ylabel": "w_x", "title": "A cliff"}

style = pytest.fixture(autouse=True)(plot_style)


def expected_curves(*, values, curves, baselines=NOTHING, **_):
    return {name: points(values[: len(y)], y) for name, y in curves.items()} | across(baselines)


def expected_tanh(*, pre_activations, **_):
    z = pre_activations.ravel()
    return {
        f"{z.size} pre-activations": points(z, np.tanh(z)),
        "tanh(z)": None,
        "its slope, 1 − tanh²(z)": None,
    }


EXAMPLES = {
    "curves_over": Example(
        plotting.curves_over,
        {
            "values": range(31),
            "curves": {
                "LSTM, forget bias 1": 0.8 ** np.arange(31.0),
                "the same, stopped after 15 steps": 0.8 ** np.arange(15.0),
            },
            "xlabel": "distance (steps)",
            "ylabel": "norm of the Jacobian",
            "title": TITLE,
            "edge": 15,
            "baselines": {"nothing is lost": 1.0},
        },
        labels=["distance (steps)", "norm of the Jacobian"],
        drawn=expected_curves,
    ),
    "curves_over, logarithmic": Example(
        plotting.curves_over,
        {
            "values": 10.0 ** np.arange(-11, 0),
            "curves": {"float64": 1e-9 + 10.0 ** np.arange(-11, 0) ** 2},
            "xlabel": "size of the nudge",
            "ylabel": "relative error",
            "title": TITLE,
            "log": "xy",
        },
        labels=["size of the nudge", "relative error"],
        drawn=expected_curves,
    ),
    "tanh_saturation": Example(
        plotting.tanh_saturation,
        {"pre_activations": np.random.default_rng(0).normal(size=(3, 3, 8)) * 8, "title": TITLE},
        labels=["pre-activation z", "tanh(z), slope"],
        drawn=expected_tanh,
    ),
}
DEFAULTS = {"curves_over": {"log": "y"}, "tanh_saturation": {"threshold": 0.99}}


def texts(ax):
    return {text.get_text() for text in ax.texts}


# ---------------------------------------------------------------- curves_over


def test_curves_stand_at_their_places_and_a_short_one_ends_early():
    ax = plotting.curves_over(
        [0, 2, 5], {"whole": [1, 0.5, 0.2], "cut": [1, 0.4]}, **TEXTS, baselines={"all": 1.0}
    )
    whole, cut, level = ax.lines[:3]
    np.testing.assert_array_equal(whole.get_xydata(), [[0, 1], [2, 0.5], [5, 0.2]])
    np.testing.assert_array_equal(cut.get_xydata(), [[0, 1], [2, 0.4]])
    np.testing.assert_array_equal(level.get_ydata(), [1, 1])
    assert texts(ax) == {"whole", "cut", "all"}
    assert ax.get_xlim() == (0, 5)


@pytest.mark.parametrize(
    ("log", "scales"), [("", ["linear"] * 2), ("x", ["log", "linear"]), ("xy", ["log"] * 2)]
)
def test_only_the_axes_asked_for_are_logarithmic(log, scales):
    ax = plotting.curves_over([1, 10], {"a": [1, 2]}, **TEXTS, log=log)
    assert [ax.get_xscale(), ax.get_yscale()] == scales


def test_from_the_edge_on_the_area_is_hatched():
    ax = plotting.curves_over([0, 1, 4], {"a": [1, 1, 1]}, **TEXTS, edge=1)
    (area,) = [patch for patch in ax.patches if patch.get_hatch()]
    assert (area.get_x(), area.get_x() + area.get_width()) == (1, 4)
    assert not plotting.curves_over([0, 1], {"a": [1, 1]}, **TEXTS).patches


def test_axes_that_share_their_heights_are_labelled_once():
    _, (left, right) = plt.subplots(1, 2, sharey=True)
    _, (one, other) = plt.subplots(1, 2)
    for ax in (left, right, one, other):
        plotting.curves_over([0, 1], {"a": [1, 1]}, **TEXTS, ax=ax)
    assert [ax.get_ylabel() for ax in (left, right, one, other)] == ["w_x", "", "w_x", "w_x"]
    assert right.get_xlabel() == "w_h"


def test_more_curves_than_colours_can_still_be_told_apart():
    curves = {f"network {n}": [1.0, 1.0 + n] for n in range(20)}
    lines = plotting.curves_over([0, 1], curves, **TEXTS).lines[:20]
    looks = {(line.get_color(), str(line._dash_pattern), line.get_marker()) for line in lines}
    assert len(looks) == 20


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"values": [0, 2, 1]}, ValueError, "values must be at least 2 numbers that rise"),
        ({"values": [0]}, ValueError, "values must be at least 2 numbers that rise"),
        ({"values": [0, 1], "log": "x", "edge": 1}, ValueError, "values must be above 0 for a logarithmic"),
        ({"log": "z"}, ValueError, "log must be one of '', 'x', 'y', 'xy'; got 'z'"),
        ({"curves": {"a": [1.0] * 32}}, ValueError, "curves['a'] must have at most 31 values"),
        ({"curves": {"a": [1.0, 0.0]}}, ValueError, "curves['a'] must be above 0 for a logarithmic axis"),
        ({"edge": 31}, ValueError, "edge must be a finite number, at least 0, at most 30; got 31"),
        ({"xlabel": ""}, ValueError, "xlabel must say something"),
    ],
)
def test_bad_curves_are_named(changed, error, message):
    assert_refused(EXAMPLES["curves_over"], changed, error, message)


# ---------------------------------------------------------------- tanh_saturation


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=20), st.floats(0.1, 0.999))
@settings(max_examples=10)
def test_saturation_points_zone_and_share(z, threshold):
    ax = plotting.tanh_saturation(z, threshold=threshold, title="t")
    np.testing.assert_allclose(ax.collections[0].get_offsets(), points(z, np.tanh(z)), atol=1e-12)
    zones = [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches]
    share = np.mean([any(a < value < b for a, b in zones) for value in z])
    if share in (0, 1) or 0.01 <= share <= 0.99:
        assert (
            ax.get_legend()
            .get_texts()[-1]
            .get_text()
            .replace("\n", " ")
            .endswith(f"{100 * share:.0f} % of {len(z)}")
        )
    plt.close("all")


def test_saturation_draws_tanh_and_its_slope():
    ax = plotting.tanh_saturation([-20.0, 20.0], title="t")
    curve, slope = (line for line in ax.lines if line.get_label().startswith(("tanh", "its slope")))
    x = curve.get_xdata()
    np.testing.assert_allclose(curve.get_ydata(), np.tanh(x))
    np.testing.assert_allclose(slope.get_ydata(), 1 / np.cosh(x) ** 2, atol=1e-12)
    assert np.diff(x[np.abs(x) < 3]).max() < 0.05  # smooth where it bends, however wide the axis
    edges = sorted(abs(p.get_x()) for p in ax.patches)
    assert np.tanh(edges[0]) == pytest.approx(0.99)


BAD = [
    ("tanh_saturation", {"pre_activations": []}, ValueError, "pre_activations must hold at least one value"),
    ("tanh_saturation", {"pre_activations": [np.nan]}, ValueError, "pre_activations must be finite; got nan"),
    (
        "tanh_saturation",
        {"threshold": 1},
        ValueError,
        "threshold must be a finite number, above 0, below 1; got 1",
    ),
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_input_is_named(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)

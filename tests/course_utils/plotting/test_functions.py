"""course_utils.plotting, functions of one number or two: curves and paths stand where they should."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import LogNorm

from course_utils import plotting
from course_utils.plotting import heatmaps
from tests.support.plot_examples import assert_refused, plot_style

WORDS = {"xlabel": "w_h", "ylabel": "w_x", "title": "A cliff"}
GRID = {"losses": [[1.0, 10.0, 1000.0], [2.0, 20.0, 100.0]], "x": [0.0, 1.0, 2.0], "y": [0.0, 1.0]}

style = pytest.fixture(autouse=True)(plot_style)


def texts(ax):
    return {text.get_text() for text in ax.texts}


# ---------------------------------------------------------------- curves_over


def test_curves_stand_at_their_places_and_a_short_one_ends_early():
    ax = plotting.curves_over(
        [0, 2, 5], {"whole": [1, 0.5, 0.2], "cut": [1, 0.4]}, **WORDS, baselines={"all": 1.0}
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
    ax = plotting.curves_over([1, 10], {"a": [1, 2]}, **WORDS, log=log)
    assert [ax.get_xscale(), ax.get_yscale()] == scales


def test_from_the_edge_on_the_area_is_hatched():
    ax = plotting.curves_over([0, 1, 4], {"a": [1, 1, 1]}, **WORDS, edge=1)
    (area,) = [patch for patch in ax.patches if patch.get_hatch()]
    assert (area.get_x(), area.get_x() + area.get_width()) == (1, 4)
    assert not plotting.curves_over([0, 1], {"a": [1, 1]}, **WORDS).patches


def test_axes_that_share_their_heights_are_labelled_once():
    _, (left, right) = plt.subplots(1, 2, sharey=True)
    _, (one, other) = plt.subplots(1, 2)
    for ax in (left, right, one, other):
        plotting.curves_over([0, 1], {"a": [1, 1]}, **WORDS, ax=ax)
    assert [ax.get_ylabel() for ax in (left, right, one, other)] == ["w_x", "", "w_x", "w_x"]
    assert right.get_xlabel() == "w_h"


def test_more_curves_than_colours_can_still_be_told_apart():
    curves = {f"network {n}": [1.0, 1.0 + n] for n in range(20)}
    lines = plotting.curves_over([0, 1], curves, **WORDS).lines[:20]
    looks = {(line.get_color(), str(line._dash_pattern), line.get_marker()) for line in lines}
    assert len(looks) == 20


@pytest.mark.parametrize(
    ("changed", "error", "words"),
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
def test_bad_curves_are_named(changed, error, words):
    assert_refused("curves_over", changed, error, words)


# ---------------------------------------------------------------- loss_surface


def test_colours_are_the_losses_on_a_logarithmic_scale():
    ax = plotting.loss_surface(**GRID, **WORDS)
    mesh = ax.collections[0]
    np.testing.assert_array_equal(mesh.get_array(), GRID["losses"])
    assert isinstance(mesh.norm, LogNorm)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 2), (0, 1))
    assert ax.get_legend() is None


def test_each_power_of_ten_has_its_line():
    ax = plotting.loss_surface(**GRID, **WORDS)
    np.testing.assert_allclose(ax.collections[1].levels, [1, 10, 100, 1000])


def test_a_path_is_drawn_to_where_it_leaves_with_an_arrow_there():
    paths = {"stays": [[0.5, 0.5], [1, 1]], "leaves": [[0.5, 0.5], [1, 0.5], [1e300, 0.5], [1, 0.2]]}
    ax = plotting.loss_surface(**GRID, **WORDS, paths=paths)
    stays, leaves = ax.lines
    np.testing.assert_array_equal(stays.get_xydata(), paths["stays"])
    np.testing.assert_array_equal(leaves.get_xydata(), [[0.5, 0.5], [1, 0.5]])
    (arrow,) = ax.texts
    np.testing.assert_allclose(arrow.xy, [2, 0.5])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["stays", "leaves"]


NUMBER = st.integers(-(10**8), 10**8).map(lambda n: n / 64)
POINT = st.tuples(NUMBER, NUMBER)


@settings(max_examples=200)
@given(st.lists(POINT, min_size=1, max_size=5), st.floats(0, 1), st.floats(0, 1))
def test_the_exit_lies_on_the_border_and_on_the_way(points, x, y):
    path = np.array([(x, y), *points])
    inside, leaving = heatmaps._until_outside(path, (0.0, 1.0), (0.0, 1.0))
    assert ((inside >= 0) & (inside <= 1)).all()
    if leaving is None:
        np.testing.assert_array_equal(inside, path)
        return
    start, way = inside[-1], path[len(inside)] - inside[-1]
    assert ((leaving >= -1e-9) & (leaving <= 1 + 1e-9)).all()
    assert min(np.abs(leaving).min(), np.abs(leaving - 1).min()) < 1e-9
    share = (leaving - start) @ way / (way @ way)
    assert 0 <= share <= 1
    np.testing.assert_allclose(start + share * way, leaving, atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"losses": [[1, 0], [1, 1]]}, ValueError, "losses must be above 0 for logarithmic colours; got 0"),
        ({"losses": [[1, 1]]}, ValueError, "losses must have shape (2, 2) (len(y), len(x))"),
        ({"x": [1, 0]}, ValueError, "x must be at least 2 numbers that rise"),
        ({"y": [0]}, ValueError, "y must be at least 2 numbers that rise"),
        ({"paths": {"a": [1, 2]}}, ValueError, "paths['a'] must have shape (any, 2) (point, (x, y))"),
        ({"paths": {"a": [[0, np.nan]]}}, ValueError, "paths['a'] must be finite"),
        ({"label": ""}, ValueError, "label must say something"),
    ],
)
def test_a_bad_surface_is_named(changed, error, words):
    assert_refused("loss_surface, alone", changed, error, words)

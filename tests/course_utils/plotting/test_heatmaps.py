"""A matrix and a loss surface show their values as colours, and paths on top."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import LogNorm

from course_utils import plotting
from course_utils.plotting import heatmaps
from course_utils.plotting.canvas import NOTHING
from tests.support.plots import TITLE, Example, assert_refused, plot_style

style = pytest.fixture(autouse=True)(plot_style)
TEXTS = {"xlabel": "w_h", "ylabel": "w_x", "title": "A cliff"}
GRID = {"losses": [[1.0, 10.0, 1000.0], [2.0, 20.0, 100.0]], "x": [0.0, 1.0, 2.0], "y": [0.0, 1.0]}


def expected_map(*, values, label, **_):
    return {label: values.T}


def expected_surface(*, losses, x, y, paths=NOTHING, **_):
    inside = {
        n: [p for p in path if x[0] <= p[0] <= x[-1] and y[0] <= p[1] <= y[-1]] for n, path in paths.items()
    }
    return {"loss": losses} | inside


RNG = np.random.default_rng(0)
EXAMPLES = {
    "heat_map": Example(
        plotting.heat_map,
        {"values": RNG.normal(size=(12, 8)), "label": "state h", "title": TITLE, "diverging": True},
        labels=["time step", "unit", "state h"],
        drawn=expected_map,
    ),
    "heat_map, large": Example(
        plotting.heat_map,
        {"values": RNG.random((200, 64)), "label": "activation", "title": TITLE},
        labels=["time step", "unit", "activation"],
        drawn=expected_map,
    ),
    "loss_surface": Example(
        plotting.loss_surface,
        {
            "losses": 10.0 ** np.add.outer(np.linspace(-3, 4, 20), np.linspace(0, 5, 30)),
            "x": np.linspace(0.4, 1.6, 30),
            "y": np.linspace(0.2, 1.8, 20),
            "xlabel": "w_h",
            "ylabel": "w_x",
            "title": TITLE,
            "paths": {
                "the gradient as it is": [[0.5, 0.5], [1.0, 1.0], [1e200, -1e200]],
                "clipped to length 1": [[0.5, 0.5], [0.6, 0.6], [0.7, 0.6]],
            },
        },
        labels=["w_h", "w_x", "loss"],
        drawn=expected_surface,
    ),
    "loss_surface, alone": Example(
        plotting.loss_surface,
        {"losses": [[1, 1], [1, 1]], "x": [0, 1], "y": [0, 1], "xlabel": "w", "ylabel": "v", "title": "Flat"},
        labels=["w", "v", "loss"],
        drawn=expected_surface,
    ),
}
DEFAULTS = {
    "heat_map": {"time_label": "time step", "unit_label": "unit", "diverging": False},
    "loss_surface": {"label": "loss"},
}


# ---------------------------------------------------------------- heat_map


def test_heat_map_has_time_to_the_right_and_units_downwards():
    values = np.arange(12.0).reshape(4, 3)  # 4 steps, 3 units
    ax = plotting.heat_map(values, label="state h", title="t")
    [image] = ax.images
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.get_clim() == (0, 11)
    assert ax.get_ylim() == (2.5, -0.5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time step", "unit")
    assert image.colorbar.ax.get_ylabel() == "state h"
    assert all(float(tick).is_integer() for tick in [*ax.get_xticks(), *ax.get_yticks()])


@pytest.mark.parametrize("values", [[[-3.0, 1.0]], [[3.0, 1.0]]])
def test_a_diverging_map_is_white_at_0(values):
    ax = plotting.heat_map(values, label="h", title="t", diverging=True)
    [image] = ax.images
    assert image.get_clim() == (-3, 3)
    middle = image.cmap(image.norm(0.0))
    assert min(middle[:3]) > 0.94


def test_a_constant_matrix_has_a_scale_too():
    assert plotting.heat_map([[2.0]], label="h", title="t").images[0].get_clim() == (2, 3)
    assert plotting.heat_map([[0.0]], label="h", title="t", diverging=True).images[0].get_clim() == (-1, 1)


def test_a_map_covers_its_padding_and_leaves_it_out_of_the_scale():
    values = [[-3.0, 1.0], [2.0, 0.0], [99.0, 99.0], [99.0, 99.0]]
    ax = plotting.heat_map(values, label="h", title="t", diverging=True, real_steps=2)
    [box] = ax.patches
    assert (box.get_xy(), box.get_width(), box.get_height()) == ((1.5, -0.5), 2, 2)
    assert box.get_hatch()
    assert ax.images[0].get_clim() == (-3, 3)
    assert plotting.heat_map(values, label="h", title="t", real_steps=2).images[0].get_clim() == (-3, 2)
    assert not plotting.heat_map(values, label="h", title="t", real_steps=4).patches


BAD = [
    ("heat_map", {"values": np.zeros(3)}, ValueError, "values must have 2 axes (time, unit); got shape (3,)"),
    ("heat_map", {"values": [[np.inf]]}, ValueError, "values must be finite; got inf at index (0, 0)"),
    ("heat_map", {"label": 3}, TypeError, "label must be a text (str); got 3"),
    ("heat_map", {"diverging": None}, TypeError, "diverging must be True or False; got None"),
    ("heat_map", {"real_steps": 0}, ValueError, "real_steps must be"),
    ("heat_map", {"real_steps": 99}, ValueError, "real_steps must be"),
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_input_is_named(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)


# ---------------------------------------------------------------- loss_surface


def test_colours_are_the_losses_on_a_logarithmic_scale():
    ax = plotting.loss_surface(**GRID, **TEXTS)
    mesh = ax.collections[0]
    np.testing.assert_array_equal(mesh.get_array(), GRID["losses"])
    assert isinstance(mesh.norm, LogNorm)
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 2), (0, 1))
    assert ax.get_legend() is None


def test_each_power_of_ten_has_its_line():
    ax = plotting.loss_surface(**GRID, **TEXTS)
    np.testing.assert_allclose(ax.collections[1].levels, [1, 10, 100, 1000])


def test_a_path_is_drawn_to_where_it_leaves_with_an_arrow_there():
    paths = {"stays": [[0.5, 0.5], [1, 1]], "leaves": [[0.5, 0.5], [1, 0.5], [1e300, 0.5], [1, 0.2]]}
    ax = plotting.loss_surface(**GRID, **TEXTS, paths=paths)
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
    ("changed", "error", "message"),
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
def test_a_bad_surface_is_named(changed, error, message):
    assert_refused(EXAMPLES["loss_surface, alone"], changed, error, message)

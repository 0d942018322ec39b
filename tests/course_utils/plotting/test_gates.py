"""Each panel shows what was given, and bad input is named."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from tests.support.plots import TITLE, Example, plot_style, points

RNG = np.random.default_rng(0)
SIGNALS = {"target": [0.0, 1.0, 1.0], "answer": [0.1, 0.9, 1.2]}
GATES = {"i gate": RNG.random((3, 2)), "f gate": RNG.random((3, 2))}
STATES = {"c": np.array([[0.0, 1.0], [-3.0, 0.5], [2.0, 0.0]])}
GOOD = {"signals": SIGNALS, "gates": GATES, "states": STATES, "title": "The gates open"}

style = pytest.fixture(autouse=True)(plot_style)


def expected(*, signals, gates, states, **_):
    lines = {name: points(range(len(y)), y) for name, y in signals.items()}
    return lines | {name: values.T for name, values in (gates | states).items()}


EXAMPLES = {
    "gate_maps": Example(
        plotting.gate_maps,
        {
            "signals": SIGNALS,
            "gates": {"i gate": RNG.random((3, 2)), "f gate": RNG.random((3, 4))},
            "states": {"c": RNG.normal(size=(3, 2))},
            "title": TITLE,
        },
        labels=["signal", "unit", "unit", "time step", "unit", "i gate", "f gate", "c"],
        drawn=expected,
    )
}


def test_each_panel_shows_what_was_given():
    axes = plotting.gate_maps(**GOOD)
    assert len(axes) == 4
    for line, values in zip(axes[0].lines, SIGNALS.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
    for ax, values in zip(axes[1:], [*GATES.values(), *STATES.values()], strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), values.T)  # time to the right
    assert [t.get_text() for t in axes[0].get_legend().get_texts()] == ["target", "answer"]
    assert axes[0].get_title(loc="left") == "The gates open"
    assert axes[-1].get_xlabel() == "time step"


def test_gates_share_the_scale_from_shut_to_open_and_a_states_white_is_0():
    axes = plotting.gate_maps(**GOOD)
    assert [ax.images[0].get_clim() for ax in axes[1:]] == [(0, 1), (0, 1), (-3, 3)]
    assert axes[1].images[0].get_cmap().name != axes[3].images[0].get_cmap().name


def test_the_panels_share_the_time_axis():
    axes = plotting.gate_maps(**GOOD)
    assert len({ax.get_xlim() for ax in axes}) == 1
    left = [ax.get_window_extent().x0 for ax in axes]
    axes[0].figure.draw_without_rendering()
    left = [ax.get_window_extent().x0 for ax in axes]
    assert np.ptp(left) < 2  # pixels
    assert np.ptp([ax.get_window_extent().x1 for ax in axes]) < 2


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"signals": {}}, ValueError, "signals must have at least one entry"),
        ({"signals": {"a": [1, 2, 3], "b": [1]}}, ValueError, "signals['b'] must have shape (3,)"),
        ({"gates": {"f": [[0.5]] * 2}}, ValueError, "gates['f'] must have shape (3, any) (T, H)"),
        (
            {"gates": {"f": [[1.5]] * 3}},
            ValueError,
            "gates['f'] must be from 0 to 1; got 1.5 at index (0, 0)",
        ),
        ({"states": {"c": [1, 2, 3]}}, ValueError, "states['c'] must have shape (3, any) (T, H)"),
        ({"states": [[1.0]]}, TypeError, "states must be a mapping"),
        ({"title": ""}, ValueError, "title must say something"),
    ],
)
def test_bad_arguments_are_named(changed, error, message):
    with pytest.raises(error) as caught:
        plotting.gate_maps(**GOOD | changed)
    assert message in str(caught.value)
    assert not plt.get_fignums()  # nothing half drawn is left


@settings(max_examples=10)
@given(st.integers(1, 12), st.integers(1, 9), st.integers(1, 3))
def test_any_size_is_drawn(steps, units, gates):
    maps = {f"gate {k}": np.full((steps, units), k / 4) for k in range(gates)}
    axes = plotting.gate_maps({"x": np.zeros(steps)}, maps, {"c": np.zeros((steps, units))}, title="Any")
    assert len(axes) == gates + 2
    plt.close("all")

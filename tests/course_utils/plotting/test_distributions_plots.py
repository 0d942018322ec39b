"""Points, bars and shares are those of the values."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from tests.support.plot_examples import assert_refused, plot_style

style = pytest.fixture(autouse=True)(plot_style)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=20), st.floats(0.1, 0.999))
@settings(max_examples=10)
def test_saturation_points_zone_and_share(z, threshold):
    ax = plotting.tanh_saturation(z, threshold=threshold, title="t")
    points = ax.collections[0].get_offsets()
    np.testing.assert_allclose(points, np.column_stack([z, np.tanh(z)]), atol=1e-12)
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


def test_bars_have_their_length_and_their_value():
    ax = plotting.bars({"LSTM": 0.5, "GRU": -0.25}, xlabel="gain", title="t", baselines={"chance": 0.1})
    assert [bar.get_width() for bar in ax.patches] == [0.5, -0.25]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["LSTM", "GRU"]
    assert [text.get_text() for text in ax.texts] == ["0.5", "−0.25"]
    assert [text.get_ha() for text in ax.texts] == ["left", "right"]
    assert ax.yaxis_inverted()  # the first on top
    [text] = ax.get_legend().get_texts()
    assert text.get_text() == "chance: 0.1"
    assert any(set(line.get_xdata()) == {0.1} for line in ax.lines)


def test_bars_write_thousands_as_one_reads_them():
    values = {"a": 999.6, "b": 1504.2, "c": -25_000, "d": 3e6, "e": 0.0001}
    ax = plotting.bars(values, xlabel="x", title="t")
    assert [text.get_text() for text in ax.texts] == ["1,000", "1,504", "−25,000", "3e+06", "0.0001"]


def test_the_largest_value_does_not_run_into_the_legend():
    lines = {"the arithmetic alone": 26.3}  # a long name leaves less room for the axes
    values = {"a long name, long, long": 31, "eager": 1504}
    ax = plotting.bars(values, xlabel="x", title="t", log=True, baselines=lines)
    ax.figure.draw_without_rendering()
    assert ax.texts[1].get_window_extent().x1 < ax.get_window_extent().x1


def test_bars_without_a_sign_start_at_0():
    assert plotting.bars({"a": 3, "b": 4}, xlabel="x", title="t").get_xlim()[0] == 0


def test_on_a_logarithmic_axis_there_are_dots_and_no_bars():
    ax = plotting.bars({"a": 0.6, "b": 2e-5}, xlabel="error", title="t", log=True)
    assert not ax.patches  # their length would say nothing
    bottom, top = ax.get_ylim()
    assert bottom > 1.2, "a dot stands on the edge"
    assert top < -0.2, "a dot stands on the edge"


def test_distributions_are_shares_in_common_bins():
    rng = np.random.default_rng(0)
    samples = {"a": rng.normal(size=300), "b": rng.normal(size=(10, 5)) + 3}
    ax = plotting.distributions(samples, bins=12, xlabel="x", title="t")
    first, second = (patch.get_data() for patch in ax.patches)
    np.testing.assert_array_equal(first.edges, second.edges)
    assert len(first.values) == 12
    assert first.values.sum() == pytest.approx(1)
    assert second.values.sum() == pytest.approx(1)
    edges = first.edges
    for i in range(12):
        above = (samples["b"] >= edges[i]) & (
            (samples["b"] < edges[i + 1]) | ((i == 11) & (samples["b"] <= edges[12]))
        )
        assert second.values[i] == pytest.approx(above.mean())


def test_logarithmic_bins_have_one_ratio():
    ax = plotting.distributions({"a": [1e-3, 1.0, 10.0]}, bins=8, log=True, xlabel="x", title="t")
    edges = ax.patches[0].get_data().edges
    np.testing.assert_allclose(edges[1:] / edges[:-1], 10 ** (4 / 8))
    assert ax.get_xscale() == "log"
    assert edges[0] == pytest.approx(1e-3)
    assert ax.patches[0].get_data().values.sum() == pytest.approx(1)


BAD = [
    ("tanh_saturation", {"pre_activations": []}, ValueError, "pre_activations must hold at least one value"),
    ("tanh_saturation", {"pre_activations": [np.nan]}, ValueError, "pre_activations must be finite; got nan"),
    (
        "tanh_saturation",
        {"threshold": 1},
        ValueError,
        "threshold must be a finite number, above 0, below 1; got 1",
    ),
    ("bars", {"values": {"a": np.nan}}, ValueError, "values['a'] must be a finite number; got nan"),
    ("bars", {"values": {"a": [1, 2]}}, TypeError, "values['a'] must be a finite number; got [1, 2]"),
    (
        "bars",
        {"values": {"a": -1}, "log": True},
        ValueError,
        "values['a'] must be above 0 for a logarithmic axis; got -1",
    ),
    ("bars", {"xlabel": ""}, ValueError, "xlabel must say something"),
    ("distributions", {"samples": {}}, ValueError, "samples must have at least one entry"),
    (
        "distributions",
        {"samples": {"a": [0.0]}},
        ValueError,
        "samples['a'] must be above 0 for a logarithmic axis",
    ),
    ("distributions", {"bins": 1}, ValueError, "bins must be a whole number, at least 2; got 1"),
]


@pytest.mark.parametrize(("plot", "changed", "error", "words"), BAD)
def test_bad_input_is_named(plot, changed, error, words):
    assert_refused(plot, changed, error, words)

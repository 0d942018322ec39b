"""Shares of values lie in common bins."""

import numpy as np
import pytest

from course_utils import plotting
from tests.support.plot_examples import assert_refused, plot_style

style = pytest.fixture(autouse=True)(plot_style)


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

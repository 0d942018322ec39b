"""Shares of values lie in common bins."""

import numpy as np
import pytest

from course_utils import plotting
from tests.support.plots import TITLE, Example, assert_refused, plot_style, points

style = pytest.fixture(autouse=True)(plot_style)


def expected(*, samples, **_):
    logs = {name: np.log10(values) for name, values in samples.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(logs.values())), bins=40)
    shares = {name: np.histogram(values, edges)[0] / len(values) for name, values in logs.items()}
    return {name: points(10 ** edges[:-1], share) for name, share in shares.items()}


EXAMPLES = {
    "distributions": Example(
        plotting.distributions,
        {
            "samples": {
                "raw inputs": np.random.default_rng(0).random(200) * 1e-3 + 1e-9,
                "scaled inputs": [0.5, 0.6],
            },
            "xlabel": "|gradient| of the loss",
            "title": TITLE,
            "log": True,
        },
        labels=["|gradient| of the loss", "share of values in the bin"],
        drawn=expected,
    )
}
DEFAULTS = {"distributions": {"bins": 40, "log": False}}


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


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_input_is_named(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)

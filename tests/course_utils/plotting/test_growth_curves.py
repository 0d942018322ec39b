"""Both axes logarithmic, each curve named, bad input named."""

import matplotlib as mpl

mpl.use("agg")

import numpy as np
import pytest

from course_utils import plotting
from tests.support.plot_examples import TITLE, plot_style

style = pytest.fixture(autouse=True)(plot_style)
LABELS = {"xlabel": "size", "ylabel": "time (s)", "title": TITLE}


def test_a_power_law_is_a_straight_line_with_its_exponent_as_slope():
    x = np.array([1.0, 10.0, 100.0])
    ax = plotting.growth({"square": (x, x**2), "root": (x, x**0.5)}, **LABELS)
    for line, exponent in zip(ax.lines, (2, 0.5), strict=False):
        at = ax.transData.transform(line.get_xydata())
        slopes = np.diff(at[:, 1]) / np.diff(at[:, 0])
        assert slopes[0] == pytest.approx(slopes[1])
        assert np.diff(np.log(line.get_ydata())) / np.diff(np.log(x)) == pytest.approx([exponent] * 2)
    assert {text.get_text() for text in ax.texts} >= {"square", "root"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("size", "time (s)")


@pytest.mark.parametrize(
    ("curves", "error", "words"),
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
def test_bad_curves_are_named(curves, error, words):
    with pytest.raises(error, match=words):
        plotting.growth(curves, **LABELS)

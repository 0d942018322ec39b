"""`drawn` reads what a figure shows; that it does so of every plot is tested with all of them."""

import matplotlib.pyplot as plt
import pytest

from course_utils import plotting
from tests.support.plots import plot_style

style = pytest.fixture(autouse=True)(plot_style)


def test_drawn_reads_a_figure_that_was_shown_and_all_axes_of_one():
    _, (left, right) = plt.subplots(1, 2)
    plotting.bars({"a": 1.0}, xlabel="x", title="t", ax=left)
    plotting.growth({"b": ([1, 2], [3, 4])}, xlabel="x", ylabel="y", title="t", ax=right)
    left.plot([0, 1], [2, 3])  # without a name
    plotting.show(left, "A bar and a curve, side by side.")
    assert plotting.drawn(left).keys() == {"a"}
    assert plotting.drawn([left, right]).keys() == plotting.drawn(left.figure).keys() == {"a", "b"}


@pytest.mark.parametrize(("what", "error"), [(3, TypeError), ([], ValueError), ({"a": [1]}, TypeError)])
def test_drawn_refuses_what_is_no_figure(what, error):
    with pytest.raises(error, match="figure_or_axes must be a matplotlib Figure, Axes or array of the Axes"):
        plotting.drawn(what)

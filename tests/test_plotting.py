"""course_utils.plotting: what holds for every plot. What each one draws is tested by its module's name."""

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from plot_examples import CALLS, PARAMETERS, plot_style

from course_utils import plotting

style = pytest.fixture(autouse=True)(plot_style)


@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
def test_draws_on_the_axes_it_is_given_and_returns_them(plot, arguments):
    figure, (left, right) = plt.subplots(1, 2)
    assert plot(**arguments, ax=right) is right
    assert left.get_title(loc="left") == ""
    assert right.get_title(loc="left").replace("\n", " ") == arguments["title"]
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
def test_leaves_its_input_and_the_style_alone(plot, arguments):
    before = repr(arguments)
    style = dict(mpl.rcParams)
    plot(**arguments)
    assert repr(arguments) == before
    assert dict(mpl.rcParams) == style


def readable_texts(ax):
    """Every text of the figure with its place in pixels, after the layout."""
    figure = ax.figure
    figure.canvas.draw()
    for text in figure.findobj(mpl.text.Text):
        if text.get_visible() and text.get_text().strip():
            yield text, text.get_window_extent()


def ticks_out_of_sight(figure):
    """Labels of ticks outside the limits: they exist, but are not drawn."""
    for ax in figure.axes:
        for axis, labels, i in (
            (ax.xaxis, ax.get_xticklabels(which="both"), 0),
            (ax.yaxis, ax.get_yticklabels(which="both"), 1),
        ):
            low, high = sorted(axis.get_view_interval())
            for label in labels:
                if not ax.axison or not low <= label.get_position()[i] <= high:
                    yield label


@pytest.mark.parametrize("form", ["own figure", "two in a row"])
@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
def test_no_text_is_cut_and_none_covers_another(plot, arguments, form):
    if form == "two in a row":
        # a diagram and named bars need the width of a notebook: one below the other, for them
        wide = plot in (plotting.bars, plotting.unrolled_network)
        axes = plt.subplots(*((2, 1) if wide else (1, 2)), figsize=(7.5, 8) if wide else (10, 4))[1]
        plot(**arguments, ax=axes[1])
    ax = plot(**arguments, ax=None if form == "own figure" else axes[0])
    frame = ax.figure.bbox
    shown = list(readable_texts(ax))
    hidden = set(ticks_out_of_sight(ax.figure))
    solid = [(text, box) for text, box in shown if text not in hidden]
    assert len(solid) > 3
    for text, box in solid:
        assert box.x0 >= frame.x0 - 1, text
        assert box.x1 <= frame.x1 + 1, text
        assert box.y0 >= frame.y0 - 1, text
        assert box.y1 <= frame.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(solid, 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
        assert not overlap, (one, other)


@pytest.mark.parametrize(
    "plot", ["training_curves", "heat_map", "step_series", "distributions", "tanh_saturation"]
)
def test_axes_are_labelled(plot):
    function, arguments = CALLS[plot]
    ax = function(**arguments)
    assert ax.get_xlabel()
    assert ax.get_ylabel()


@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"title": ""}, ValueError, "title must say something: pass a text of at least 1 character; got ''"),
        ({"title": None}, TypeError, "title must be a text (str); got None"),
        ({"ax": "here"}, TypeError, "ax must be matplotlib Axes or None for a new figure; got 'here'"),
    ],
)
def test_bad_title_or_axes(plot, arguments, changed, error, words):
    with pytest.raises(error) as caught:
        plot(**arguments | changed)
    assert words in str(caught.value)
    assert not plt.get_fignums()

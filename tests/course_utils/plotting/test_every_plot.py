"""What holds for every plot. What each one draws is tested by its module's name."""

import itertools
from functools import cache
from inspect import signature

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils import plotting
from course_utils.plotting import canvas
from tests.support import plot_contents
from tests.support.plot_examples import CALLS, WITHOUT_AX, plot_style

style = pytest.fixture(autouse=True)(plot_style)


def axes_of(result):
    """The axes that a plot function returned: one, or an array of them."""
    return list(np.ravel(result))


@cache
def drawn_once(example):
    """The axes of an example, for tests that only look at them."""
    plot, arguments = CALLS[example]
    return axes_of(plot(**arguments))


# In three parts, which may run at the same time.
GROUPS = [pytest.mark.xdist_group(f"plots {number % 3}") for number in range(len(CALLS))]
EXAMPLES = pytest.mark.parametrize(
    "example", [pytest.param(name, marks=group, id=name) for name, group in zip(CALLS, GROUPS, strict=True)]
)
PLOTS = pytest.mark.parametrize(
    ("plot", "arguments"),
    [pytest.param(*CALLS[name], marks=group, id=name) for name, group in zip(CALLS, GROUPS, strict=True)],
)
WIDE = {
    plotting.bars,
    plotting.strip,
    plotting.bit_rows,
    plotting.unrolled_network,
    plotting.windows_of_series,
    plotting.flattening,
}
NO_PLOTS = {"PALETTE", "drawn", "show", "time_colours", "use_style"}


def test_every_plot_function_has_an_example_and_every_example_its_words():
    plots = {getattr(plotting, name) for name in plotting.__all__ if name not in NO_PLOTS}
    assert {plot for plot, _ in CALLS.values()} == plots
    assert plot_contents.LABELS.keys() == CALLS.keys()


@EXAMPLES
def test_the_axes_have_their_words_and_units(example):
    axes = drawn_once(example)
    shown = [text for ax in axes for text in (ax.get_xlabel(), ax.get_ylabel())]
    mapped = [artist for ax in axes for artist in (*ax.images, *ax.collections)]
    shown += [artist.colorbar.ax.get_ylabel() for artist in mapped if artist.colorbar]
    assert [text for text in shown if text] == plot_contents.LABELS[example]


@EXAMPLES
def test_what_is_drawn_is_what_was_given_under_its_name(example):
    plot, arguments = CALLS[example]
    found = plotting.drawn(drawn_once(example))
    expected = getattr(plot_contents, plot.__name__)(**arguments)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        if values is not None and found[name].dtype.kind == "U":
            np.testing.assert_array_equal(found[name], values)
        elif values is not None:
            np.testing.assert_allclose(found[name], values, rtol=1e-12, err_msg=name)


@EXAMPLES
def test_all_that_has_a_name_lies_inside_the_axes(example):
    plot, _ = CALLS[example]
    for ax in drawn_once(example):
        lines = [line.get_xydata() for line in ax.lines if line.get_transform() == ax.transData]
        bars = [bar.get_bbox().get_points() for container in ax.containers for bar in container.patches]
        dots = [points.get_offsets() for points in ax.collections if points.get_array() is None]
        for xy in [*lines, *bars, *(at for at in dots if ax.get_legend() and len(at))]:
            for values, limits in zip(np.transpose(xy), (ax.get_xlim(), ax.get_ylim()), strict=True):
                low, high = sorted(limits)
                bottom = 0 if plot is plotting.class_columns else low  # of a column on a logarithmic axis
                assert values.min() >= min(low, bottom) - 1e-9
                assert values.max() <= high + 1e-9


@EXAMPLES
def test_colours_that_tell_categories_are_those_of_the_palette(example):
    allowed = {to_hex(c) for c in (*plotting.PALETTE, canvas.INK, canvas.GREY, "#c4c4c4", "white")}
    named = [a for ax in drawn_once(example) for a in ax.lines if not a.get_label().startswith("_")]
    assert {to_hex(line.get_color()) for line in named} <= allowed


@pytest.mark.slow
@PLOTS
def test_it_can_be_shown_with_words(plot, arguments):
    alt = "What is to be seen here, in a sentence."
    bundle, metadata = canvas.picture(plot(**arguments), alt)
    assert bundle["text/plain"] == metadata["image/png"]["alt"] == alt
    assert not plt.get_fignums()


@PLOTS
def test_draws_on_the_axes_it_is_given_and_returns_them(plot, arguments):
    if plot in WITHOUT_AX:
        axes = axes_of(plot(**arguments))
        (figure,) = {ax.figure for ax in axes}
        title = axes[0].get_title(loc="left") or figure.get_suptitle()
        assert title.replace("\n", " ") == arguments["title"]
        assert "ax" not in signature(plot).parameters
        return
    figure, (left, right) = plt.subplots(1, 2)
    assert plot(**arguments, ax=right) is right
    assert left.get_title(loc="left") == ""
    assert right.get_title(loc="left").replace("\n", " ") == arguments["title"]
    assert plt.get_fignums() == [figure.number]


@PLOTS
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


@pytest.mark.slow
@pytest.mark.parametrize("form", ["own figure", "two in a row"])
@EXAMPLES
def test_no_text_is_cut_and_none_covers_another(example, form):
    plot, arguments = CALLS[example]
    if form == "own figure" or plot in WITHOUT_AX:
        ax = axes_of(plot(**arguments))[0]
    else:
        # diagrams and named rows need the width of a notebook: one below the other, for them
        shape, size = ((2, 1), (7.5, 8)) if plot in WIDE else ((1, 2), (10, 4))
        axes = plt.subplots(*shape, figsize=size)[1]
        plot(**arguments, ax=axes[1])
        ax = plot(**arguments, ax=axes[0])
    frame = ax.figure.bbox
    shown = list(readable_texts(ax))
    hidden = set(ticks_out_of_sight(ax.figure))
    solid = [(text, box) for text, box in shown if text not in hidden]
    assert len(solid) >= 3
    for text, box in solid:
        assert box.x0 >= frame.x0 - 1, text
        assert box.x1 <= frame.x1 + 1, text
        assert box.y0 >= frame.y0 - 1, text
        assert box.y1 <= frame.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(solid, 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
        assert not overlap, (one, other)


@PLOTS
@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"title": ""}, ValueError, "title must say something: pass a text of at least 1 character; got ''"),
        ({"title": None}, TypeError, "title must be a text (str); got None"),
        ({"ax": "here"}, TypeError, "ax must be matplotlib Axes or None for a new figure; got 'here'"),
    ],
)
def test_bad_title_or_axes(plot, arguments, changed, error, words):
    if plot in WITHOUT_AX and "ax" in changed:
        error, words = TypeError, "unexpected keyword argument 'ax'"
    with pytest.raises(error) as caught:
        plot(**arguments | changed)
    assert words in str(caught.value)
    assert not plt.get_fignums()

"""What holds for all plots, in the examples of all modules here; what else it draws, they test themselves."""

import itertools
from functools import cache

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from course_utils import plotting
from course_utils.plotting import canvas
from tests.support.plots import assert_refused, collected, plot_style

style = pytest.fixture(autouse=True)(plot_style)

NO_PLOTS = {"PALETTE", "drawn", "show", "time_colours", "use_style"}
EXAMPLES = pytest.mark.parametrize(
    "example", collected("EXAMPLES").values(), ids=collected("EXAMPLES").keys()
)


def axes_of(result):
    """The axes that a plot function returned: one, or an array of them."""
    return list(np.ravel(result))


@cache
def drawn_once(example):
    """The axes of an example, for tests that only look at them."""
    return axes_of(example.draw())


def test_every_plot_function_has_an_example_that_begins_with_its_name():
    names = {name: example.plot.__name__ for name, example in collected("EXAMPLES").items()}
    assert set(names.values()) == set(plotting.__all__) - NO_PLOTS
    assert names == {name: name.split(",")[0] for name in names}


@EXAMPLES
def test_the_axes_have_their_words_and_units(example):
    axes = drawn_once(example)
    shown = [text for ax in axes for text in (ax.get_xlabel(), ax.get_ylabel())]
    mapped = [artist for ax in axes for artist in (*ax.images, *ax.collections)]
    shown += [artist.colorbar.ax.get_ylabel() for artist in mapped if artist.colorbar]
    assert [text for text in shown if text] == example.labels


@EXAMPLES
def test_what_is_drawn_is_what_was_given_under_its_name(example):
    result, expected = plotting.drawn(drawn_once(example)), example.expected()
    assert result.keys() == expected.keys()
    for name, values in expected.items():
        if values is not None and result[name].dtype.kind == "U":
            np.testing.assert_array_equal(result[name], values)
        elif values is not None:
            np.testing.assert_allclose(result[name], values, rtol=1e-12, err_msg=name)


@EXAMPLES
def test_all_that_has_a_name_lies_inside_the_axes(example):
    for ax in drawn_once(example):
        lines = [line.get_xydata() for line in ax.lines if line.get_transform() == ax.transData]
        bars = [bar.get_bbox().get_points() for container in ax.containers for bar in container.patches]
        dots = [points.get_offsets() for points in ax.collections if points.get_array() is None]
        for xy in [*lines, *bars, *(at for at in dots if ax.get_legend() and len(at))]:
            for values, limits in zip(np.transpose(xy), (ax.get_xlim(), ax.get_ylim()), strict=True):
                low, high = sorted(limits)
                # a column stands on 0, also on a logarithmic axis
                bottom = 0 if example.plot is plotting.class_columns else low
                assert values.min() >= min(low, bottom) - 1e-9
                assert values.max() <= high + 1e-9


@EXAMPLES
def test_colours_that_tell_categories_are_those_of_the_palette(example):
    allowed = {to_hex(c) for c in (*plotting.PALETTE, canvas.INK, canvas.GREY, "#c4c4c4", "white")}
    named = [a for ax in drawn_once(example) for a in ax.lines if not a.get_label().startswith("_")]
    assert {to_hex(line.get_color()) for line in named} <= allowed


@pytest.mark.slow
@EXAMPLES
def test_it_can_be_shown_with_words(example):
    alt = "What is to be seen here, in a sentence."
    bundle, metadata = canvas.picture(example.draw(), alt)
    assert bundle["text/plain"] == metadata["image/png"]["alt"] == alt
    assert not plt.get_fignums()


@EXAMPLES
def test_draws_on_the_axes_it_is_given_and_returns_them(example):
    if not example.takes_ax:
        result = example.draw()
        assert result.dtype == object
        (figure,) = {ax.figure for ax in result.flat}
        title = result.flat[0].get_title(loc="left") or figure.get_suptitle()
        assert title.replace("\n", " ") == example.arguments["title"]
        return
    figure, (left, right) = plt.subplots(1, 2)
    assert example.draw(ax=right) is right
    assert left.get_title(loc="left") == ""
    assert right.get_title(loc="left").replace("\n", " ") == example.arguments["title"]
    assert plt.get_fignums() == [figure.number]


@EXAMPLES
def test_leaves_its_input_and_the_style_alone(example):
    before = repr(example.arguments)
    style = dict(mpl.rcParams)
    example.draw()
    assert repr(example.arguments) == before
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
    for ax in figure.findobj(mpl.axes.Axes):  # colour bars that stand in another's axes, too
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
    if form == "own figure" or not example.takes_ax:
        ax = axes_of(example.draw())[0]
    else:
        # those that need the width of a notebook: one below the other
        shape, size = ((2, 1), (7.5, 8)) if example.wide else ((1, 2), (10, 4))
        axes = plt.subplots(*shape, figsize=size)[1]
        example.draw(ax=axes[1])
        ax = example.draw(ax=axes[0])
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


@EXAMPLES
@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"title": ""}, ValueError, "title must say something: pass a text of at least 1 character; got ''"),
        ({"title": None}, TypeError, "title must be a text (str); got None"),
        ({"ax": "here"}, TypeError, "ax must be matplotlib Axes or None for a new figure; got 'here'"),
    ],
)
def test_bad_title_or_axes(example, changed, error, message):
    if "ax" in changed and not example.takes_ax:
        error, message = TypeError, "unexpected keyword argument 'ax'"
    assert_refused(example, changed, error, message)

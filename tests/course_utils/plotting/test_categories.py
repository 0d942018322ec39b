"""Bars, columns and rows of dots show the values that they were given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import plotting
from course_utils.plotting.canvas import NOTHING
from tests.support.plots import TITLE, Example, assert_refused, plot_style, points

TEXTS = {"xlabel": "ones", "ylabel": "strings", "title": "Few strings have few ones"}
ROWS = {"LSTM": [0.3, 0.1, 0.2], "GRU": [0.5, 0.4]}


style = pytest.fixture(autouse=True)(plot_style)


def upright(baselines):
    """Lines of baselines from the bottom to the top of the axes."""
    return {name: points([level] * 2, [0, 1]) for name, level in baselines.items()}


def expected_bars(*, values, baselines=NOTHING, **_):
    rows = {name: [[value, row]] for row, (name, value) in enumerate(values.items())}
    return rows | upright(baselines)


def expected_columns(*, heights, marked, mark, ylabel, **_):
    every, chosen = points(range(len(heights)), heights), np.array(marked)
    return {ylabel: every[~chosen], mark: every[chosen]}


def expected_strip(*, samples, baselines, **_):
    dots = {
        name: points(values, row + np.linspace(-0.12, 0.12, len(values)))
        for row, (name, values) in enumerate(samples.items())
    }
    medians = np.repeat([np.median(values) for values in samples.values()], 2)
    ends = [row + end for row in range(len(samples)) for end in (-0.32, 0.32)]
    return dots | {"median": points(medians, ends)} | upright(baselines)


EXAMPLES = {
    "bars": Example(
        plotting.bars,
        {
            "values": {"always 0": 0.61, "a rather long name of a model": 0.0021},
            "xlabel": "mean squared error",
            "title": TITLE,
            "baselines": {"the best answer without memory": 0.31},
        },
        labels=["mean squared error"],
        drawn=expected_bars,
        wide=True,
    ),
    "bars, log": Example(
        plotting.bars,
        {"values": {"a": 0.61, "b": 2e-5}, "xlabel": "error", "title": TITLE, "log": True},
        labels=["error"],
        drawn=expected_bars,
        wide=True,
    ),
    "bars, signed": Example(
        plotting.bars,
        {"values": {"a": -0.61, "b": 0.3}, "xlabel": "gain", "title": TITLE},
        labels=["gain"],
        drawn=expected_bars,
        wide=True,
    ),
    "class_columns": Example(
        plotting.class_columns,
        {
            "heights": [3, 0, 7, 2],
            "xlabel": "ones in a string",
            "ylabel": "strings",
            "title": TITLE,
            "marked": [True, True, False, False],
            "mark": "never shown",
            "log": True,
        },
        labels=["ones in a string", "strings"],
        drawn=expected_columns,
    ),
    "strip": Example(
        plotting.strip,
        {
            "samples": {"LSTM": [0.3, 0.1, 0.25], "a GRU of the same size": [0.5, 0.4]},
            "xlabel": "wrong (%)",
            "title": TITLE,
            "baselines": {"guessing": 0.8},
        },
        labels=["wrong (%)"],
        drawn=expected_strip,
        wide=True,
    ),
}
DEFAULTS = {
    "bars": {"log": False},
    "class_columns": {"mark": "marked", "log": False},
    "strip": {"log": False},
}


def heights_by_class(ax):
    return {round(p.get_x() + p.get_width() / 2): float(p.get_height()) for p in ax.patches}


# ---------------------------------------------------------------- class_columns


def test_each_class_has_its_column_and_its_words():
    ax = plotting.class_columns([3, 0, 7], **TEXTS)
    assert len(ax.lines) == 0
    assert heights_by_class(ax) == {0: 3, 1: 0, 2: 7}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("ones", "strings")
    assert ax.get_title(loc="left") == TEXTS["title"]
    assert ax.get_legend() is None


def test_marked_classes_are_told_by_hatching_too_and_empty_ones_by_a_cross():
    ax = plotting.class_columns([3, 0, 7], marked=[True, True, False], mark="never shown", **TEXTS)
    marked = {round(p.get_x() + p.get_width() / 2) for p in ax.patches if p.get_hatch()}
    assert marked == {0, 1}
    assert [float(x) for x in ax.lines[0].get_xdata()] == [1]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["never shown"]


@pytest.mark.parametrize(("heights", "cross"), [([3, 0, 7], False), ([0, 0, 7], True)])
def test_the_legend_shows_what_is_drawn_of_the_marked_classes(heights, cross):
    ax = plotting.class_columns(heights, marked=[True, True, False], mark="never shown", **TEXTS)
    (handle,) = ax.get_legend().legend_handles
    assert (getattr(handle, "get_marker", lambda: "")() == "x") is cross
    assert cross or handle.get_hatch(), "the legend's column is not that of the marked classes"


def test_a_logarithmic_axis_shows_a_single_sample():
    ax = plotting.class_columns([0, 1, 1000], log=True, **TEXTS)
    assert ax.get_yscale() == "log"
    assert ax.get_ylim() == (0.5, 2000)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"heights": [[1, 2]]}, ValueError, "heights must have 1 axis (C,); got shape (1, 2)"),
        ({"heights": [1, -2]}, ValueError, "heights must be at least 0; got -2 at index 1"),
        ({"marked": [True]}, ValueError, "marked must have shape (3,) (C,), as heights; got shape (1,)"),
        ({"title": " "}, ValueError, "title must say something"),
        ({"mark": ""}, ValueError, "mark must say something"),
        ({"log": 1}, TypeError, "log must be True or False; got 1"),
        ({"ax": 3}, TypeError, "ax must be matplotlib Axes or None"),
    ],
)
def test_class_columns_names_bad_arguments(changed, error, message):
    given_arguments = {"heights": [1, 2, 3], **TEXTS} | changed
    with pytest.raises(error) as caught:
        plotting.class_columns(given_arguments.pop("heights"), **given_arguments)
    assert message in str(caught.value)


@settings(max_examples=20)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=25), st.booleans())
def test_any_counts_are_drawn_as_they_are(counts, log):
    ax = plotting.class_columns(counts, log=log, **TEXTS)
    assert heights_by_class(ax) == dict(enumerate(counts))
    plt.close("all")


# ---------------------------------------------------------------- strip


def test_a_row_has_a_dot_for_each_value_and_a_stroke_at_the_median():
    ax = plotting.strip(ROWS, xlabel="error (%)", title="Spread")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["LSTM", "GRU"]
    dots, strokes = ax.lines[::2], ax.lines[1::2]
    for row, (values, dot, stroke) in enumerate(zip(ROWS.values(), dots, strokes, strict=True)):
        np.testing.assert_array_equal(dot.get_xdata(), values)
        assert np.abs(dot.get_ydata() - row).max() < 0.3
        np.testing.assert_allclose(stroke.get_xdata(), np.median(values))
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is on top
    assert ax.get_xlim()[0] == 0


def test_baselines_are_lines_with_their_names_and_many_rows_find_markers():
    rows = {str(n): [n + 1.0] for n in range(15)}
    ax = plotting.strip(rows, xlabel="error", title="Spread", baselines={"guess": 82.4}, log=True)
    assert len(ax.get_yticklabels()) == 15
    assert len(ax.lines) == 2 * 15 + 1
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["median", "guess: 82.4"]
    assert ax.get_xscale() == "log"


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        (
            {"samples": {}},
            ValueError,
            "samples must have at least one entry, from a row's name to its values",
        ),
        ({"samples": {"a": []}}, ValueError, "samples['a'] must hold at least one value"),
        ({"samples": {"a": [0.0]}, "log": True}, ValueError, "samples['a'] must be above 0"),
        ({"baselines": {"b": "x"}}, TypeError, "baselines['b'] must be a finite number"),
        ({"xlabel": ""}, ValueError, "xlabel must say something"),
    ],
)
def test_strip_names_bad_arguments(changed, error, message):
    given_arguments = {"samples": ROWS, "xlabel": "error", "title": "Spread"} | changed
    with pytest.raises(error) as caught:
        plotting.strip(given_arguments.pop("samples"), **given_arguments)
    assert message in str(caught.value)


# ---------------------------------------------------------------- bars


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


BAD = [
    ("bars", {"values": {"a": np.nan}}, ValueError, "values['a'] must be a finite number; got nan"),
    ("bars", {"values": {"a": [1, 2]}}, TypeError, "values['a'] must be a finite number; got [1, 2]"),
    (
        "bars",
        {"values": {"a": -1}, "log": True},
        ValueError,
        "values['a'] must be above 0 for a logarithmic axis; got -1",
    ),
    ("bars", {"xlabel": ""}, ValueError, "xlabel must say something"),
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bars_name_bad_arguments(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)

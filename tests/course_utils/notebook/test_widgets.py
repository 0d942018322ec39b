"""A stored figure first, then a slider that redraws, shows errors and leaks nothing."""

import base64
import re

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plotting
from course_utils.notebook import widgets
from course_utils.plotting import canvas
from tests.support.notebook_runs import displayed, printed, run_cells

ALT = "A line from the lower left to the upper right, as steep as the value says."
WIDGET = "application/vnd.jupyter.widget-view+json"

SETUP = f"""
import gc, ipywidgets, matplotlib.pyplot as plt
from ipywidgets.widgets import widget
import course_utils as cu

def draw(value):
    ax = plt.subplots()[1]
    ax.plot([0, 1], [0, value])
    print("drawn for", value)
    if value == 4:
        raise ValueError("four is too much")
    return ax

def show():
    cu.widgets.slider_figure(draw, values=[1, 2, 4], start=2, label="slope", alt={ALT!r})

def parts():
    "The newest slider and output that ipywidgets knows."
    found = list(widget._instances.values())
    return ([w for w in found if isinstance(w, ipywidgets.SelectionSlider)][-1],
            [w for w in found if isinstance(w, ipywidgets.Output)][-1])
"""


@pytest.fixture(scope="module")
def run():
    return run_cells(
        SETUP,
        "show()",
        "slider, output = parts(); s = slider; print(len(output.outputs), s.value, s.description, s.options)",
        "slider.value = 1.0",
        "print([o['output_type'] for o in output.outputs], plt.get_fignums())",
        "slider.value = 4.0",
        "print([o['output_type'] for o in output.outputs], plt.get_fignums())",
        "slider.value = 2.0",
        "del slider, s, output; gc.collect(); print(len(parts()), plt.get_fignums())",
        "show()",
    )


def outputs_of(notebook):
    """What stands in the first slider's output in the end."""
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    return [model["state"]["outputs"] for model in state.values() if model["model_name"] == "OutputModel"]


@pytest.mark.slow
def test_the_first_figure_is_stored_with_its_alt_text(run):
    cell = run.cells[1]
    [image] = displayed(cell, "image/png")
    assert base64.b64decode(image).startswith(b"\x89PNG")
    text, figure, slider = cell.outputs
    assert text["output_type"] == "stream"
    assert "image/png" in figure["data"]
    assert WIDGET in slider["data"]
    assert cell.outputs[1]["data"]["text/plain"] == ALT
    assert cell.outputs[1]["metadata"]["image/png"]["alt"] == ALT
    assert printed(cell) == "drawn for 2.0\n"


@pytest.mark.slow
def test_viewers_without_widgets_get_a_sentence(run):
    texts = displayed(run.cells[1], "text/plain")
    assert texts[-1] == "A slider for slope: run this notebook in JupyterLab to move it."


@pytest.mark.slow
def test_the_slider_offers_the_values_and_the_output_starts_empty(run):
    assert printed(run.cells[2]) == "0 2.0 slope (('1', 1.0), ('2', 2.0), ('4', 4.0))\n"


@pytest.mark.slow
def test_moving_it_draws_into_the_output_and_not_into_the_cell(run):
    assert printed(run.cells[4]) == "['stream', 'display_data'] []\n"
    assert not run.cells[3].outputs


@pytest.mark.slow
def test_an_error_in_draw_is_shown_and_leaves_no_figure(run):
    assert printed(run.cells[6]) == "['stream', 'error'] []\n"
    assert not run.cells[5].outputs


@pytest.mark.slow
def test_it_works_on_after_an_error_and_without_references(run):
    [text, figure] = outputs_of(run)[0]
    assert text["text"] == "drawn for 2.0\n"
    assert figure["data"]["text/plain"] == f"The same drawing for slope = 2. {ALT}"
    assert printed(run.cells[8]) == "2 []\n"


@pytest.mark.slow
def test_the_redrawn_figure_is_that_of_its_value(run):
    [_, moved] = outputs_of(run)[0]
    [first] = displayed(run.cells[1], "image/png")
    assert moved["data"]["image/png"].strip() == first.strip()  # back at the start


@pytest.mark.slow
def test_two_runs_store_the_same_but_for_the_model_id(run):
    def stored(cell):
        data = [output["data"] for output in cell.outputs if "data" in output]
        return re.sub(r"'model_id': '\w+'", "", repr(data)), printed(cell)

    assert stored(run.cells[1]) == stored(run.cells[9])


# ---------------------------------------------------------------- in this process


def slider_figure(**changed):
    arguments = {"draw": draw, "values": [1, 2, 4], "start": 2, "label": "slope", "alt": ALT} | changed
    return widgets.slider_figure(arguments.pop("draw"), **arguments)


def draw(value):
    return plotting.bars({"a": value}, xlabel="x", title="t")


@pytest.fixture
def shown(monkeypatch):
    plt.close("all")  # those of docstrings' examples
    calls = []
    monkeypatch.setattr(canvas, "display", lambda *args, **_: calls.append(args))
    monkeypatch.setattr(widgets, "display", lambda *args, **_: calls.append(args))
    yield calls
    plt.close("all")


def test_returns_nothing_that_a_cell_would_display_again(shown):
    assert slider_figure() is None
    assert len(shown) == 2
    assert not plt.get_fignums()


@pytest.mark.usefixtures("shown")
def test_other_figures_stay_open():
    mine = plt.figure()
    slider_figure()
    assert plt.get_fignums() == [mine.number]


def test_numbers_of_any_kind_will_do(shown):
    slider_figure(values=np.linspace(0, 1, 5, dtype=np.float32), start=np.float64(0.25))
    assert len(shown) == 2


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"draw": 3}, TypeError, "draw must be a function of one value that returns a figure; got 3"),
        (
            {"draw": lambda _: None},
            TypeError,
            "draw must return the figure or axes it drew on; got None: end it with",
        ),
        ({"draw": lambda _: "figure"}, TypeError, "array of the Axes of one figure; got 'figure'"),
        ({"values": [1]}, ValueError, "values must be at least 2 numbers that rise; got [1.0]"),
        ({"values": [1, 1]}, ValueError, "values must be at least 2 numbers that rise; got [1.0, 1.0]"),
        ({"values": [2, 1]}, ValueError, "values must be at least 2 numbers that rise; got [2.0, 1.0]"),
        ({"values": [1, np.nan]}, ValueError, "values must be finite; got nan at index 1"),
        ({"values": "12"}, TypeError, "values must hold real numbers; got '12'"),
        ({"start": 3}, ValueError, "start must be one of the values 1, 2, 4; got 3"),
        ({"start": None}, TypeError, "start must be a finite number; got None"),
        ({"label": ""}, ValueError, "label must say something"),
        (
            {"alt": "short"},
            ValueError,
            "alt must say something: pass a text of at least 30 characters; got 'short'",
        ),
    ],
)
def test_bad_arguments_are_named(shown, changed, error, message):
    with pytest.raises(error) as caught:
        slider_figure(**changed)
    assert message in str(caught.value)
    assert not plt.get_fignums()
    assert not shown

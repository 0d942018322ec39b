"""Figures with a slider: a stored drawing that every viewer shows, and a slider below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets
import numpy as np
from IPython.display import clear_output, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from course_utils import _arguments as arguments
from course_utils.plotting import canvas

__all__ = ["slider_figure"]

Drawn = Figure | Axes | Sequence[Axes] | NDArray[np.object_]


def slider_figure(
    draw: Callable[[float], Drawn], *, values: Sequence[float], start: float, label: str, alt: str
) -> None:
    """Show a figure for one value, and below it a slider that draws the figure for another.

    The first figure is an ordinary one: it is stored in the notebook, so that it is there in print, on GitHub
    and before anything has run. It stays when the slider moves, and the new figure appears below the slider,
    so that the two can be compared. What `draw` prints stands with its figure, and so does the error if it
    raises one.

    Parameters
    ----------
    draw : takes a value, draws, and returns the figure or axes. It is called once now, and once a move.
    values : the values that the slider offers, at least 2, rising.
    start : the value of the first figure, one of `values`.
    label : what the value is, with its unit; written next to the slider.
    alt : what is to be seen in the first figure, in a sentence of at least 30 characters.
    """
    if not callable(draw):
        raise TypeError(
            f"draw must be a function of one value that returns a figure; got {arguments.described(draw)}"
        )
    places = arguments.array("values", values, ndim=1)
    arguments.require_rising("values", places)
    offered = [float(value) for value in places]
    first = arguments.number("start", start)
    if first not in offered:
        shown = ", ".join(f"{value:g}" for value in offered)
        raise ValueError(f"start must be one of the values {shown}; got {first:g}")
    arguments.text("label", label)
    sentence = arguments.text("alt", alt, at_least=canvas.SHORTEST_ALT)

    _draw_and_show(draw, first, sentence)

    slider = ipywidgets.SelectionSlider(
        options=[(f"{value:g}", value) for value in offered],
        value=first,
        description=label,
        continuous_update=False,  # draw once, when the slider is released
        style={"description_width": "initial"},
        layout={"width": "95%"},
    )
    output = ipywidgets.Output()

    def redraw(change: dict[str, object]) -> None:
        value = change["new"]
        assert isinstance(value, float)
        with output:  # shows what is displayed, printed and raised
            clear_output(wait=True)
            _draw_and_show(draw, value, f"The same drawing for {label} = {value:g}. {sentence}")

    slider.observe(redraw, names="value")
    box = ipywidgets.VBox([slider, output])
    # Viewers without widgets show this sentence instead of a description of ipywidgets' objects.
    bundle = dict(box._repr_mimebundle_())
    bundle["text/plain"] = f"A slider for {label}: run this notebook in JupyterLab to move it."
    display(bundle, raw=True)


def _draw_and_show(draw: Callable[[float], Drawn], value: float, alt: str) -> None:
    """Draw and show for one value, and leave no figure behind even if `draw` raises."""
    with canvas.no_figure_left():
        drawn = draw(value)
        if drawn is None:
            raise TypeError(
                "draw must return the figure or axes it drew on; got None: end it with `return ax`"
            )
        canvas.show(drawn, alt)

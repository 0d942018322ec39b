"""What a figure really shows, read back from Matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle, StepPatch
from numpy.typing import NDArray

from course_utils.plotting.canvas import axes_of, figure_of

Named = tuple[str, NDArray[Any]]


def drawn(figure_or_axes: Figure | Axes | Sequence[Axes] | NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    """Return what is drawn, by name: not what a plot was asked to draw, but what Matplotlib holds.

    With it a lesson checks that its figure shows what the text says of it, under the right name.

    Parameters
    ----------
    figure_or_axes : what a plot function returned, before or after it was shown.

    Returns
    -------
    dict of array
        By the name in the legend, at the end of a line, at a colour bar, in front of a row:

        - lines, dots: shape (N, 2), their x and y; a level has those of its two ends
        - bars, columns: shape (N, 2), place and height, or length and place; bins: left edge and height
        - images, heat maps: shape (rows, columns) as drawn, so (unit, time); several of a name are stacked
        - words of a diagram: shape (N,), text

    Examples
    --------
    >>> from course_utils import plotting
    >>> ax = plotting.training_curves({"LSTM": [0.5, 0.1]}, ylabel="loss", title="It learns")
    >>> drawn(ax)["LSTM"].tolist()
    [[1.0, 0.5], [2.0, 0.1]]
    """
    figure_of("figure_or_axes", figure_or_axes)  # refuses what is none
    parts: dict[str, list[NDArray[Any]]] = {}
    for ax in axes_of("figure_or_axes", figure_or_axes):
        for name, values in _everything(ax):
            parts.setdefault(name, []).append(values)
    return {name: _joined(values_of_name) for name, values_of_name in parts.items()}


def _everything(ax: Axes) -> Iterator[Named]:
    for line in ax.lines:
        yield from _named(line, line.get_xydata())
    for bars in ax.containers:
        if isinstance(bars, BarContainer):
            for bar in bars.patches:
                yield from _named(bar, _bar(bar, bars.orientation), instead=str(bars.get_label()))
    for patch in ax.patches:
        if isinstance(patch, StepPatch):
            heights, edges, _ = patch.get_data()
            yield from _named(patch, np.column_stack([edges[:-1], heights]))
    for points in ax.collections:
        colours = points.get_array()
        yield from _named(points, points.get_offsets() if colours is None else np.asarray(colours)[None])
    for image in ax.images:
        yield from _named(image, np.asarray(image.get_array())[None])
    for text in ax.texts:
        yield from _named(text, np.array([text.get_text()]))


def _bar(bar: Rectangle, orientation: str | None) -> NDArray[np.float64]:
    if orientation == "horizontal":
        return np.array([[bar.get_width(), bar.get_y() + bar.get_height() / 2]])
    return np.array([[bar.get_x() + bar.get_width() / 2, bar.get_height()]])


def _named(artist: Artist, values: object, *, instead: str = "") -> Iterator[Named]:
    """Yield the values with their name: the plot function's mark, the colour bar's label or the legend's."""
    bar = getattr(artist, "colorbar", None)
    name = artist.get_gid() or (bar.ax.get_ylabel() if bar else instead or str(artist.get_label()))
    if name and not name.startswith("_"):
        yield name, np.asarray(values)


def _joined(parts: list[NDArray[Any]]) -> NDArray[Any]:
    whole = np.concatenate(parts)
    return whole[0] if whole.ndim > 2 and len(whole) == 1 else whole  # one image, or points

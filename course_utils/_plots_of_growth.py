"""Plots of how one quantity grows with another, both on logarithmic axes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils._canvas import axes_for, require_words, set_title
from course_utils._curves import draw_curves
from course_utils._labels import label_beside


def growth(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve per name on logarithmic axes, where a power law is a straight line.

    A line that rises by one mark where the other axis goes on by one has the exponent 1.

    Parameters
    ----------
    curves : name to (x, y), two sequences of one length, at least 2, with all values above 0; x rises.
    xlabel, ylabel : axis labels, with units where there are any.
    title : the finding.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        Curves are named at their ends, right of the axes.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = growth({"T": ([1, 10], [2, 20])}, xlabel="size", ylabel="time (s)", title="Linear")
    >>> ax.get_xscale(), ax.get_yscale(), ax.lines[0].get_ydata().tolist()
    ('log', 'log', [2.0, 20.0])
    """
    entries = arguments.mapping("curves", curves, of="a curve's name to (x, y)")
    points = {}
    for name, entry in entries.items():
        if not isinstance(entry, tuple | list) or len(entry) != 2:
            raise TypeError(f"curves[{name!r}] must be a pair (x, y); got {arguments.described(entry)}")
        x = arguments.array(f"x of curves[{name!r}]", entry[0], ndim=1, positive=True)
        y = arguments.array(f"y of curves[{name!r}]", entry[1], ndim=1, positive=True)
        if len(x) != len(y) or len(x) < 2:
            raise ValueError(
                f"curves[{name!r}] must have x and y of one length, at least 2; got {len(x)} and {len(y)}"
            )
        if (np.diff(x) <= 0).any():
            raise ValueError(f"x of curves[{name!r}] must rise; got {x.tolist()}: sort the points")
        points[name] = (x, y)
    require_words(xlabel=xlabel, ylabel=ylabel, title=title)
    ax = axes_for(ax)
    labels = draw_curves(ax, points, {})
    ax.set(xscale="log", yscale="log", xlabel=xlabel, ylabel=ylabel)
    ax.grid(visible=True)
    set_title(ax, title)
    label_beside(ax, labels)
    return ax

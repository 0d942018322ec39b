"""Lines over time or over a size: training, series, growth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import NOTHING, axes_for, levels, require_words, set_title, whole_ticks
from course_utils.plotting.labels import distinct_lines, label_beside, legend_outside
from course_utils.plotting.lines import draw_curves


def training_curves(
    curves: Mapping[str, Sequence[float]],
    *,
    baselines: Mapping[str, float] = NOTHING,
    xlabel: str = "epoch",
    ylabel: str,
    title: str,
    log: bool = True,
    bottom: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve per name over its epochs, and each baseline as a grey line across.

    Parameters
    ----------
    curves : name to the values after epoch 1, 2, ...; lengths may differ.
    baselines : name to the value that an answer without learning gets, such as the loss of always saying 0.
    xlabel, ylabel : axis labels, with units where there are any.
    title : the finding.
    log : a logarithmic y-axis; all values must then be above 0.
    bottom : where the y-axis begins, at most the lowest value. None: at 0 on a linear axis, unless there are
        values below 0, and a little below the lowest value on a logarithmic one.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        Curves and baselines are named at their ends, right of the axes.

    Examples
    --------
    >>> curves, baselines = {"network": [0.5, 0.1]}, {"always 0": 0.6}
    >>> ax = training_curves(curves, baselines=baselines, ylabel="loss", title="It learns")
    >>> ax.get_yscale(), [float(y) for y in ax.lines[0].get_ydata()]
    ('log', [0.5, 0.1])
    """
    log = arguments.flag("log", log)
    values_by_name = arguments.arrays(
        "curves", curves, of="a curve's name to its values", ndim=1, positive=log
    )
    lines = levels(baselines, positive=log)
    require_words(xlabel=xlabel, ylabel=ylabel, title=title)
    ax = axes_for(ax)
    points = {name: (np.arange(1.0, len(values) + 1), values) for name, values in values_by_name.items()}
    labels = draw_curves(ax, points, lines)
    lowest = min(*lines.values(), *(float(values.min()) for values in values_by_name.values()), math.inf)
    if log:
        ax.set_yscale("log")
    if bottom is not None:
        ax.set_ylim(bottom=arguments.number("bottom", bottom, above=0 if log else None, at_most=lowest))
    elif not log and lowest >= 0:
        ax.set_ylim(bottom=0)
    longest = max(map(len, values_by_name.values()))
    ax.set_xlim(1 if longest > 1 else 0.5, longest if longest > 1 else 1.5)
    whole_ticks(ax.xaxis)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    set_title(ax, title)
    label_beside(ax, labels)
    return ax


def step_series(
    series: Mapping[str, ArrayLike],
    *,
    xlabel: str = "time step",
    ylabel: str,
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw one line per name over time steps 0, 1, ...: such as the truth and predictions of it.

    Parameters
    ----------
    series : name to values of shape (T,), all of one length. The first is drawn thick and light, as the
        others' measure.
    xlabel, ylabel : axis labels, with units where there are any.
    title : the finding.
    ax : axes to draw on; a new figure if None.

    Examples
    --------
    >>> ax = step_series({"truth": [1, 2, 3], "network": [1, 2, 2.5]}, ylabel="value", title="Close")
    >>> [line.get_label() for line in ax.lines]
    ['truth', 'network']
    """
    values_by_name = arguments.arrays(
        "series", series, of="a name to values of shape (T,)", ndim=1, axes="(T,)"
    )
    lengths = {name: len(values) for name, values in values_by_name.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"series must all have one length; got {lengths}: cut or pad them to the same steps")
    require_words(xlabel=xlabel, ylabel=ylabel, title=title)
    ax = axes_for(ax)
    steps = max(lengths.values())
    for n, (name, (colour, style, marker)) in enumerate(zip(values_by_name, distinct_lines(), strict=False)):
        options: dict[str, Any] = {"linewidth": 5, "alpha": 0.45, "solid_capstyle": "round"} if n == 0 else {}
        if steps <= 60:
            options |= {"marker": marker, "markersize": 8 if n == 0 else 5}
        ax.plot(range(steps), values_by_name[name], label=name, color=colour, linestyle=style, **options)
    whole_ticks(ax.xaxis)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_outside(ax)
    set_title(ax, title)
    return ax


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

"""Plots whose axis is time: training over epochs, and what happens over the steps of a sequence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils._canvas import NOTHING, PADDING, axes_for, levels, require_words, set_title
from course_utils._curves import draw_curves
from course_utils._labels import distinct_lines, label_beside, legend_outside


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

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> curves, baselines = {"network": [0.5, 0.1]}, {"always 0": 0.6}
    >>> ax = training_curves(curves, baselines=baselines, ylabel="loss", title="It learns")
    >>> ax.get_yscale(), [float(y) for y in ax.lines[0].get_ydata()]
    ('log', [0.5, 0.1])
    """
    log = arguments.flag("log", log)
    entries = arguments.mapping("curves", curves, of="a curve's name to its values")
    found = {
        name: arguments.array(f"curves[{name!r}]", values, ndim=1, positive=log)
        for name, values in entries.items()
    }
    lines = levels(baselines, positive=log)
    require_words(xlabel=xlabel, ylabel=ylabel, title=title)
    ax = axes_for(ax)
    points = {name: (np.arange(1.0, len(values) + 1), values) for name, values in found.items()}
    labels = draw_curves(ax, points, lines)
    lowest = min(*lines.values(), *(float(values.min()) for values in found.values()), math.inf)
    if log:
        ax.set_yscale("log")
    if bottom is not None:
        ax.set_ylim(bottom=arguments.number("bottom", bottom, above=0 if log else None, at_most=lowest))
    elif not log and lowest >= 0:
        ax.set_ylim(bottom=0)
    longest = max(len(values) for values in found.values())
    ax.set_xlim(1 if longest > 1 else 0.5, longest if longest > 1 else 1.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    set_title(ax, title)
    label_beside(ax, labels)
    return ax


def heat_map(
    values: ArrayLike,
    *,
    label: str,
    title: str,
    time_label: str = "time step",
    unit_label: str = "unit",
    diverging: bool = False,
    real_steps: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a matrix as colours: time to the right, units downwards.

    Parameters
    ----------
    values : shape (time, unit).
    label : what the colours stand for, written at the colour bar, with its unit.
    title : the finding.
    time_label, unit_label : names of the two axes.
    diverging : for values with a sign: a map whose middle, white, is 0, and whose ends are as far from it.
    real_steps : how many steps are real, from 1; what comes after them is padding and drawn hatched in grey,
        as in `padded_batch`; the colours' scale leaves it out. None if all are real.
    ax : axes to draw on; a new figure if None.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = heat_map([[0.0, -2.0], [1.0, 0.5], [0.0, 0.1]], label="state", title="Units", diverging=True)
    >>> ax.images[0].get_array().shape, ax.images[0].get_clim()
    ((2, 3), (-2.0, 2.0))
    """
    matrix = arguments.array("values", values, ndim=2, axes="(time, unit)")
    steps, units = matrix.shape
    real = steps
    if real_steps is not None:
        real = arguments.whole_number("real_steps", real_steps, at_least=1, at_most=steps)
    require_words(label=label, title=title, time_label=time_label, unit_label=unit_label)
    if arguments.flag("diverging", diverging):
        reach = float(np.abs(matrix[:real]).max()) or 1.0
        colours, scale = "RdBu_r", Normalize(-reach, reach)
    else:
        low, high = float(matrix[:real].min()), float(matrix[:real].max())
        colours, scale = "viridis", Normalize(low, high if high > low else low + 1.0)
    ax = axes_for(ax)
    image = ax.imshow(matrix.T, cmap=colours, norm=scale, aspect="auto", interpolation="nearest")
    if real < steps:
        ax.add_patch(Rectangle((real - 0.5, -0.5), steps - real, units, linewidth=0, **PADDING))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=12))
    ax.spines[:].set_visible(False)
    ax.set(xlabel=time_label, ylabel=unit_label)
    bar = ax.figure.colorbar(image, ax=ax, label=label, pad=0.02)
    bar.outline.set_visible(False)
    set_title(ax, title)
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

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = step_series({"truth": [1, 2, 3], "network": [1, 2, 2.5]}, ylabel="value", title="Close")
    >>> [line.get_label() for line in ax.lines]
    ['truth', 'network']
    """
    entries = arguments.mapping("series", series, of="a name to values of shape (T,)")
    found = {
        name: arguments.array(f"series[{name!r}]", v, ndim=1, axes="(T,)") for name, v in entries.items()
    }
    lengths = {name: len(values) for name, values in found.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"series must all have one length; got {lengths}: cut or pad them to the same steps")
    require_words(xlabel=xlabel, ylabel=ylabel, title=title)
    ax = axes_for(ax)
    steps = max(lengths.values())
    for n, (name, (colour, style, marker)) in enumerate(zip(found, distinct_lines(), strict=False)):
        look: dict[str, Any] = {"linewidth": 5, "alpha": 0.45, "solid_capstyle": "round"} if n == 0 else {}
        if steps <= 60:
            look |= {"marker": marker, "markersize": 8 if n == 0 else 5}
        ax.plot(range(steps), found[name], label=name, color=colour, linestyle=style, **look)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_outside(ax)
    set_title(ax, title)
    return ax

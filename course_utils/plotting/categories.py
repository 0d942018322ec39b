"""Values by category: a bar or a column each, or one dot a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import (
    GREY,
    MARKERS,
    NOTHING,
    PALETTE,
    axes_for,
    levels,
    require_words,
    set_title,
    whole_ticks,
)
from course_utils.plotting.labels import legend_outside
from course_utils.plotting.lines import draw_levels


def bars(
    values: Mapping[str, float],
    *,
    xlabel: str,
    title: str,
    baselines: Mapping[str, float] = NOTHING,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one horizontal bar (on a logarithmic axis: one dot) per name, with its value written at its end.

    Parameters
    ----------
    values : name to number.
    xlabel : what is measured, with its unit.
    title : the finding.
    baselines : name to number, drawn as vertical lines and named in the legend.
    log : a logarithmic axis; all numbers must then be above 0.
    ax : axes to draw on; a new figure, as high as the bars need, if None.

    Examples
    --------
    >>> ax = bars({"LSTM": 0.5, "GRU": 0.25}, xlabel="error", title="The GRU errs less")
    >>> [t.get_text() for t in ax.texts]
    ['0.5', '0.25']
    """
    log = arguments.flag("log", log)
    lengths = arguments.numbers_by_name("values", values, of="a bar's name to its number", positive=log)
    lines = levels(baselines, positive=log)
    require_words(xlabel=xlabel, title=title)
    ax = axes_for(ax, size=(7.5, max(1.8, 1.2 + 0.42 * len(lengths))))
    if log:
        ax.set_xscale("log")
    rows = np.arange(len(lengths))
    ends = list(lengths.values())
    if log:  # the length of a bar would depend on where the axis happens to begin
        ax.hlines(rows, 0, 1, transform=ax.get_yaxis_transform(), color="#dddddd", linewidth=1.0, zorder=0)
        for row, (name, end) in zip(rows, lengths.items(), strict=True):
            ax.plot(end, row, "o", markersize=9, color=PALETTE[0], gid=name)
    else:
        for name, bar in zip(lengths, ax.barh(rows, ends, height=0.66, color=PALETTE[0]), strict=True):
            bar.set_gid(name)
    ax.set_yticks(rows, list(lengths))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    for row, end in zip(rows, ends, strict=True):
        left = end < 0
        ax.annotate(
            f"{end:{',.0f' if 999.5 <= abs(end) < 1e6 else '.3g'}}".replace("-", "−"),
            (end, row),
            xytext=(-4 if left else 9 if log else 4, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
            zorder=4,
        )
    if log:
        low, high = min(*ends, *lines.values(), math.inf), max(*ends, *lines.values(), 0.0)
        decades = max(math.log10(high / low), 1.0)
        ax.set_xlim(low / 10 ** (0.35 * decades), high * 10 ** (0.3 * decades))
    else:
        low, high = min(0.0, *ends, *lines.values()), max(0.0, *ends, *lines.values())
        room = 0.14 * ((high - low) or 1.0)
        ax.set_xlim(low - (room if low < 0 else 0.0), high + room)
        if low < 0:
            ax.axvline(0, color=GREY, linewidth=0.8)
    draw_levels(ax, lines, color=PALETTE[1], linewidth=1.6, zorder=3)
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=xlabel)
    if lines:
        legend_outside(ax)
    set_title(ax, title)
    return ax


def class_columns(
    heights: ArrayLike,
    *,
    xlabel: str,
    ylabel: str,
    title: str,
    marked: ArrayLike | None = None,
    mark: str = "marked",
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one column per class 0, 1, 2, ..., some of them marked by colour and hatching.

    Parameters
    ----------
    heights : shape (C,), at least 0: such as the number of samples of each class, or its error.
    xlabel, ylabel : axis labels: what the classes are, and what is counted.
    title : the finding.
    marked : shape (C,), of which True stands for a marked class; None marks none.
    mark : what the marked classes have in common, for the legend. A marked class of height 0 shows as a cross
        at the axis; where all marked classes do, the legend shows the cross.
    log : a logarithmic y-axis, from 0.5 up, on which a height of 0 has no column.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        A legend stands beside the axes if any class is marked.

    Examples
    --------
    >>> ax = class_columns([0, 5, 2], xlabel="class", ylabel="samples", title="Class 1 is the most frequent")
    >>> [float(column.get_height()) for column in ax.patches]
    [0.0, 5.0, 2.0]
    """
    values = arguments.array("heights", heights, ndim=1, axes="(C,)")
    arguments.refuse_where(
        "heights", values, values < 0, wanted="at least 0", fault="below 0", remedy="count or take np.abs"
    )
    chosen = np.zeros(len(values), dtype=bool)
    if marked is not None:
        chosen = arguments.array("marked", marked, shape=values.shape, axes="(C,), as heights") != 0
    require_words(xlabel=xlabel, ylabel=ylabel, title=title, mark=mark)
    ax = axes_for(ax)
    classes = np.arange(len(values))
    empty = classes[chosen & (values == 0)]
    seen_as_columns = len(empty) < chosen.sum()  # else the legend shows the cross
    for group, colour, hatch in ((~chosen, PALETTE[0], ""), (chosen, PALETTE[1], "///")):
        label = mark if hatch and seen_as_columns else None
        options: dict[str, Any] = {"color": colour, "hatch": hatch, "edgecolor": "white", "label": label}
        ax.bar(classes[group], values[group], gid=mark if hatch else ylabel, **options)
    if arguments.flag("log", log):
        ax.set_ylim(0.5, 2 * max(float(values.max()), 1.0))  # before the scale, which warns of zeros
        ax.set_yscale("log")
    else:
        ax.set_ylim(bottom=0)
    if len(empty):  # an empty line that is not clipped would widen the margins at every draw
        bottom = np.full(len(empty), ax.get_ylim()[0])
        label = None if seen_as_columns else mark
        ax.plot(empty, bottom, "x", color=PALETTE[1], clip_on=False, zorder=5, label=label)
    ax.set_xlim(-0.6, len(values) - 0.4)
    whole_ticks(ax.xaxis)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if chosen.any():
        legend_outside(ax)
    set_title(ax, title)
    return ax


def strip(
    samples: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    title: str,
    baselines: Mapping[str, float] = NOTHING,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one row per name, from the top down: a dot for each value, such as one a seed, and their median.

    Parameters
    ----------
    samples : name to values, shape (N,); lengths may differ.
    xlabel : what is measured, with its unit.
    title : the finding.
    baselines : name to number, drawn as vertical lines and named in the legend.
    log : a logarithmic x-axis; all numbers must then be above 0.
    ax : axes to draw on; a new figure, as high as the rows need, if None.

    Returns
    -------
    Axes
        Medians are short vertical strokes.

    Examples
    --------
    >>> ax = strip({"LSTM": [0.5, 0.7, 0.6], "GRU": [0.2]}, xlabel="error", title="The GRU errs less")
    >>> [float(x) for x in ax.lines[0].get_xdata()], float(ax.lines[1].get_xdata()[0])
    ([0.5, 0.7, 0.6], 0.6)
    """
    log = arguments.flag("log", log)
    values_by_row = arguments.arrays(
        "samples", samples, of="a row's name to its values", ndim=1, positive=log
    )
    lines = levels(baselines, positive=log)
    require_words(xlabel=xlabel, title=title)
    ax = axes_for(ax, size=(7.5, max(1.9, 1.2 + 0.42 * len(values_by_row))))
    for row, ((name, values), marker) in enumerate(zip(values_by_row.items(), cycle(MARKERS), strict=False)):
        # a little apart, in order, so that equal values are seen as several dots
        heights = row + np.linspace(-0.12, 0.12, len(values)) if len(values) > 1 else np.array([row])
        dots: dict[str, Any] = {"color": PALETTE[0], "alpha": 0.8, "markersize": 6, "clip_on": False}
        ax.plot(values, heights, marker, gid=name, **dots)
        middle = float(np.median(values))
        stroke: dict[str, Any] = {"color": PALETTE[1], "linewidth": 2.2, "zorder": 4}
        ax.plot([middle, middle], [row - 0.32, row + 0.32], gid="median", **stroke)
    ax.lines[1].set_label("median")
    draw_levels(ax, lines, color=GREY, linewidth=1.4)
    if log:
        ax.set_xscale("log")
    elif min(min(lines.values(), default=0.0), *(values.min() for values in values_by_row.values())) >= 0:
        ax.set_xlim(left=0)
    ax.set_yticks(range(len(values_by_row)), list(values_by_row))
    ax.set_ylim(len(values_by_row) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0, pad=9)  # a dot at the axis must not cover a name
    ax.set(xlabel=xlabel)
    legend_outside(ax)
    set_title(ax, title)
    return ax

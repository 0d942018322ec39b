"""Plots of values as such: saturation, comparisons of numbers, distributions."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils._canvas import (
    GREY,
    INK,
    NOTHING,
    PALETTE,
    axes_for,
    levels,
    require_words,
    set_title,
)
from course_utils._curves import draw_levels
from course_utils._labels import distinct_lines, legend_outside


def tanh_saturation(
    pre_activations: ArrayLike,
    *,
    title: str,
    threshold: float = 0.99,
    ax: Axes | None = None,
) -> Axes:
    """Draw tanh and its slope, with the given pre-activations as points on it and the saturated zone shaded.

    Parameters
    ----------
    pre_activations : what goes into tanh, z = x W_x + h W_h + b; any shape, such as (B, T, H).
    title : the finding.
    threshold : a unit is called saturated where |tanh(z)| is above it; between 0 and 1.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        The share of saturated units stands in the legend.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = tanh_saturation([-5.0, 0.1, 0.2, 4.0], title="Half of the units are saturated")
    >>> ax.get_legend().get_texts()[-1].get_text().replace("\\n", " ")
    'saturated, |tanh(z)| > 0.99: 50 % of 4'
    """
    z = arguments.array("pre_activations", pre_activations).ravel()
    threshold = arguments.number("threshold", threshold, above=0, below=1)
    require_words(title=title)
    ax = axes_for(ax)
    edge = math.atanh(threshold)
    reach = 1.08 * max(float(np.abs(z).max()), edge + 0.8, 3.0)
    # evenly in tanh(z) as well as in z, so that a wide axis still shows a smooth curve
    grid = np.union1d(np.linspace(-reach, reach, 401), np.linspace(-4, 4, 401))
    share = float(np.mean(np.abs(np.tanh(z)) > threshold))
    ax.axhline(0, color="#bbbbbb", linewidth=0.8, zorder=0)
    ax.plot(grid, np.tanh(grid), color=INK, linewidth=1.6, label="tanh(z)")
    ax.plot(
        grid,
        1 - np.tanh(grid) ** 2,
        color=PALETTE[1],
        linewidth=1.2,
        linestyle="--",
        label="its slope, 1 − tanh²(z)",
    )
    opacity = 0.75 if z.size <= 60 else 0.35
    dots = ax.scatter(z, np.tanh(z), s=34, color=PALETTE[0], alpha=opacity, edgecolor="white", linewidth=0.5)
    dots.set(label=f"{z.size} pre-activations", zorder=3)
    words = f"saturated, |tanh(z)| > {threshold:g}: {_percent(share)} of {z.size}"
    ax.axvspan(-reach, -edge, color=PALETTE[5], alpha=0.22, linewidth=0, zorder=0, label=words)
    ax.axvspan(edge, reach, color=PALETTE[5], alpha=0.22, linewidth=0, zorder=0)
    ax.set(xlim=(-reach, reach), ylim=(-1.12, 1.12), xlabel="pre-activation z", ylabel="tanh(z), slope")
    legend_outside(ax)
    set_title(ax, title)
    return ax


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

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = bars({"LSTM": 0.5, "GRU": 0.25}, xlabel="error", title="The GRU errs less")
    >>> [t.get_text() for t in ax.texts]
    ['0.5', '0.25']
    """
    log = arguments.flag("log", log)
    entries = arguments.mapping("values", values, of="a bar's name to its number")
    found = {name: arguments.number(f"values[{name!r}]", value) for name, value in entries.items()}
    if log:
        for name, value in found.items():
            arguments.array(f"values[{name!r}]", value, positive=True)
    lines = levels(baselines, positive=log)
    require_words(xlabel=xlabel, title=title)
    ax = axes_for(ax, size=(7.5, max(1.8, 1.2 + 0.42 * len(found))))
    if log:
        ax.set_xscale("log")
    rows = np.arange(len(found))
    ends = list(found.values())
    if log:  # the length of a bar would depend on where the axis happens to begin
        ax.hlines(rows, 0, 1, transform=ax.get_yaxis_transform(), color="#dddddd", linewidth=1.0, zorder=0)
        for row, (name, end) in zip(rows, found.items(), strict=True):
            ax.plot(end, row, "o", markersize=9, color=PALETTE[0], gid=name)
    else:
        for name, bar in zip(found, ax.barh(rows, ends, height=0.66, color=PALETTE[0]), strict=True):
            bar.set_gid(name)
    ax.set_yticks(rows, list(found))
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


def distributions(
    samples: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    title: str,
    bins: int = 40,
    log: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw one outline per name: which share of its values lies in each of the bins, which all share.

    Parameters
    ----------
    samples : name to values of any shape, such as gradients or activations.
    xlabel : what is measured, with its unit.
    title : the finding.
    bins : number of bins between the smallest and the largest value of all, at least 2.
    log : a logarithmic x-axis, bins of equal ratio; all values must then be above 0 (pass `np.abs(...)`).
    ax : axes to draw on; a new figure if None.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = distributions({"a": [1, 1, 2], "b": [4.0]}, bins=3, xlabel="size", title="b is larger")
    >>> ax.patches[0].get_data().values.round(2).tolist()
    [0.67, 0.33, 0.0]
    """
    log = arguments.flag("log", log)
    entries = arguments.mapping("samples", samples, of="a name to its values")
    found = {
        name: arguments.array(f"samples[{name!r}]", values, positive=log).ravel()
        for name, values in entries.items()
    }
    count = arguments.whole_number("bins", bins, at_least=2)
    require_words(xlabel=xlabel, title=title)
    ax = axes_for(ax)
    everything = np.concatenate(list(found.values()))
    edges = np.histogram_bin_edges(np.log10(everything) if log else everything, bins=count)
    for (name, values), (colour, style, _) in zip(found.items(), distinct_lines(), strict=False):
        heights = np.histogram(np.log10(values) if log else values, bins=edges)[0] / values.size
        ax.stairs(
            heights, 10**edges if log else edges, color=colour, linestyle=style, linewidth=1.8, label=name
        )
    if log:
        ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    ax.set(xlabel=xlabel, ylabel="share of values in the bin")
    legend_outside(ax)
    set_title(ax, title)
    return ax


def _percent(share: float) -> str:
    """Return a share in whole per cent, where 0 and 100 are said only of none and of all.

    >>> _percent(0.5), _percent(0.001), _percent(0.999), _percent(1.0)
    ('50 %', 'under 1 %', 'over 99 %', '100 %')
    """
    if 0 < share < 0.01:
        return "under 1 %"
    if 0.99 < share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %"

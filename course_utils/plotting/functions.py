"""Plots of functions of a number that was varied, and of tanh with its slope."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import (
    GREY,
    INK,
    NOTHING,
    PADDING,
    PALETTE,
    axes_for,
    levels,
    require_words,
    set_title,
)
from course_utils.plotting.labels import label_beside, legend_outside
from course_utils.plotting.lines import draw_curves

_SCALES = ("", "x", "y", "xy")


def curves_over(
    values: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    title: str,
    log: str = "y",
    edge: float | None = None,
    baselines: Mapping[str, float] = NOTHING,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve per name over a number that was varied, such as a distance or a step size.

    Parameters
    ----------
    values : shape (N,), rising, at least 2: the horizontal places.
    curves : name to the values there, N of them; a shorter one ends early.
    xlabel, ylabel : axis labels, with units where there are any. Where `ax` shares its y-axis with axes to
        its left, `ylabel` is left out.
    title : the finding.
    log : which axes are logarithmic: "", "x", "y" or "xy". What stands on such an axis must be above 0.
    edge : a place on the horizontal axis from which on the area is hatched, such as the end of a window.
    baselines : name to a level, drawn as a grey line across.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        Curves and baselines are named at their ends, right of the axes.

    Examples
    --------
    >>> curves = {"whole": [1, 0.5, 0.2], "cut": [1, 0.5]}
    >>> ax = curves_over([0, 1, 2], curves, xlabel="distance", ylabel="norm", title="One ends early")
    >>> [line.get_xdata().tolist() for line in ax.lines[:2]]
    [[0.0, 1.0, 2.0], [0.0, 1.0]]
    """
    log = arguments.one_of("log", log, _SCALES)
    places = arguments.array("values", values, ndim=1, positive="x" in log)
    arguments.require_rising("values", places)
    heights = arguments.arrays(
        "curves", curves, of="a curve's name to its values", ndim=1, positive="y" in log
    )
    for name, curve in heights.items():
        if len(curve) > len(places):
            raise ValueError(
                f"curves[{name!r}] must have at most {len(places)} values, one for each of values; "
                f"got {len(curve)}"
            )
    lines = levels(baselines, positive="y" in log)
    start = float(places[-1])
    if edge is not None:
        start = arguments.number("edge", edge, at_least=float(places[0]), at_most=start)
    require_words(xlabel=xlabel, ylabel=ylabel, title=title)
    ax = axes_for(ax)
    labels = draw_curves(ax, {name: (places[: len(y)], y) for name, y in heights.items()}, lines)
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    ax.set_xlim(places[0], places[-1])
    if edge is not None:
        ax.axvspan(start, places[-1], linewidth=0, zorder=0, **PADDING)
        ax.axvline(start, color=GREY, linewidth=1.2, zorder=1)
    ax.set(xlabel=xlabel, ylabel="" if _continues_a_row(ax) else ylabel)
    set_title(ax, title)
    label_beside(ax, labels)
    return ax


def tanh_saturation(
    pre_activations: ArrayLike, *, title: str, threshold: float = 0.99, ax: Axes | None = None
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
    label = f"saturated, |tanh(z)| > {threshold:g}: {_percent(share)} of {z.size}"
    ax.axvspan(-reach, -edge, color=PALETTE[5], alpha=0.22, linewidth=0, zorder=0, label=label)
    ax.axvspan(edge, reach, color=PALETTE[5], alpha=0.22, linewidth=0, zorder=0)
    ax.set(xlim=(-reach, reach), ylim=(-1.12, 1.12), xlabel="pre-activation z", ylabel="tanh(z), slope")
    legend_outside(ax)
    set_title(ax, title)
    return ax


def _continues_a_row(ax: Axes) -> bool:
    """Tell whether the axes share their y-axis with others to their left, whose label serves for both."""
    subplot = ax.get_subplotspec()
    shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
    return shared and subplot is not None and not subplot.is_first_col()


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

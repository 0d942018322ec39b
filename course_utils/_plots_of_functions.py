"""Plots of functions of numbers that one chooses: curves over one of them, a surface over two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils._arguments import FloatArray
from course_utils._canvas import (
    GREY,
    NOTHING,
    PADDING,
    axes_for,
    levels,
    require_words,
    set_title,
)
from course_utils._curves import draw_curves
from course_utils._labels import distinct_lines, label_beside, legend_outside

_SCALES = ("", "x", "y", "xy")
_PATH_COLOURS = ("white", "#D55E00", "#E69F00", "#000000")  # read on viridis; so do their edges


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

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> curves = {"whole": [1, 0.5, 0.2], "cut": [1, 0.5]}
    >>> ax = curves_over([0, 1, 2], curves, xlabel="distance", ylabel="norm", title="One ends early")
    >>> [line.get_xdata().tolist() for line in ax.lines[:2]]
    [[0.0, 1.0, 2.0], [0.0, 1.0]]
    """
    log = arguments.one_of("log", log, _SCALES)
    places = arguments.array("values", values, ndim=1, positive="x" in log)
    _refuse_unless_rising("values", places)
    entries = arguments.mapping("curves", curves, of="a curve's name to its values")
    found = {
        name: arguments.array(f"curves[{name!r}]", curve, ndim=1, positive="y" in log)
        for name, curve in entries.items()
    }
    for name, curve in found.items():
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
    labels = draw_curves(ax, {name: (places[: len(y)], y) for name, y in found.items()}, lines)
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


def loss_surface(
    losses: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    *,
    xlabel: str,
    ylabel: str,
    title: str,
    label: str = "loss",
    paths: Mapping[str, ArrayLike] = NOTHING,
    ax: Axes | None = None,
) -> Axes:
    """Draw a loss over two weights as colours on a logarithmic scale, with a line at each power of ten.

    Parameters
    ----------
    losses : shape (len(y), len(x)), above 0: row i, column j belongs to `y[i]` and `x[j]`.
    x, y : the values of the two weights, rising, at least 2 each.
    xlabel, ylabel, label : what the axes and the colours stand for.
    title : the finding.
    paths : name to points of shape (N, 2), in the order they were visited: such as the weights during a
        training. A path ends where it leaves the picture, with an arrow.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        The paths, if any, are named in a legend.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> ax = loss_surface([[1, 10], [2, 100]], [0, 1], [0, 1], xlabel="w", ylabel="v", title="A cliff")
    >>> ax.collections[0].get_array().shape, [float(n) for n in ax.collections[0].get_clim()]
    ((2, 2), [1.0, 100.0])
    """
    across = arguments.array("x", x, ndim=1)
    up = arguments.array("y", y, ndim=1)
    _refuse_unless_rising("x", across)
    _refuse_unless_rising("y", up)
    grid = arguments.array("losses", losses, shape=(len(up), len(across)), axes="(len(y), len(x))")
    arguments.refuse_where(
        "losses",
        grid,
        grid <= 0,
        wanted="above 0 for logarithmic colours",
        fault="0 or below",
        remedy="choose a grid that misses the place where the loss is 0",
    )
    require_words(xlabel=xlabel, ylabel=ylabel, label=label, title=title)
    walks = {}
    if not (isinstance(paths, Mapping) and not paths):
        entries = arguments.mapping("paths", paths, of="a path's name to its points")
        walks = {
            name: arguments.array(f"paths[{name!r}]", points, shape=(None, 2), axes="(point, (x, y))")
            for name, points in entries.items()
        }
    ax = axes_for(ax)
    low, high = float(grid.min()), float(grid.max())
    top = high if high > low else 10 * low
    image = ax.pcolormesh(
        across, up, grid, norm=LogNorm(low, top), cmap="viridis", shading="gouraud", rasterized=True
    )
    powers = 10.0 ** np.arange(math.ceil(math.log10(low)), math.floor(math.log10(top)) + 1)
    if len(powers) and low < high:
        ax.contour(across, up, grid, levels=powers, colors="white", linewidths=0.6, alpha=0.6)
    ax.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]), xlabel=xlabel, ylabel=ylabel)
    for (name, points), (_, style, marker), colour in zip(
        walks.items(), distinct_lines(), _PATH_COLOURS * len(walks), strict=False
    ):
        _draw_path(ax, name, points, {"color": colour, "linestyle": style}, marker)
    bar = ax.figure.colorbar(image, ax=ax, label=label, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.yaxis.set_major_locator(LogLocator(numticks=8))
    bar.ax.yaxis.set_minor_formatter(NullFormatter())
    if walks:
        legend_outside(ax)
    set_title(ax, title)
    return ax


def _draw_path(ax: Axes, name: str, points: FloatArray, line: dict[str, Any], marker: str) -> None:
    """Draw the points up to where the path first leaves the axes, and an arrow from there."""
    inside, exit_point = _until_outside(points, ax.get_xlim(), ax.get_ylim())
    edge = [effects.Stroke(linewidth=3.2, foreground="#262626"), effects.Normal()]
    marked: dict[str, Any] = {"marker": marker, "markersize": 6} if len(inside) <= 20 else {}
    look: dict[str, Any] = {"linewidth": 1.6, "path_effects": edge, "zorder": 3, **line, **marked}
    ax.plot(*inside.T, label=name, **look)
    if exit_point is not None:
        arrow = {"arrowstyle": "-|>", "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0, "path_effects": edge}
        ax.annotate("", tuple(exit_point), tuple(inside[-1]), arrowprops=arrow | line, zorder=3)


def _until_outside(
    points: FloatArray, xlim: tuple[float, float], ylim: tuple[float, float]
) -> tuple[FloatArray, FloatArray | None]:
    """Return the points before the first outside, and where the way to that one crosses the border."""
    low, high = np.array([xlim[0], ylim[0]]), np.array([xlim[1], ylim[1]])
    outside = np.flatnonzero(((points < low) | (points > high)).any(axis=1))
    if not len(outside) or outside[0] == 0:
        return points[: outside[0]] if len(outside) else points, None
    first = int(outside[0])
    start, way = points[first - 1], points[first] - points[first - 1]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        shares = np.where(way > 0, (high - start) / way, np.where(way < 0, (low - start) / way, np.inf))
    return points[:first], start + float(shares.min()) * way


def _continues_a_row(ax: Axes) -> bool:
    """Tell whether the axes share their y-axis with others to their left, whose label serves for both."""
    subplot = ax.get_subplotspec()
    shared = len(ax.get_shared_y_axes().get_siblings(ax)) > 1
    return shared and subplot is not None and not subplot.is_first_col()


def _refuse_unless_rising(name: str, values: FloatArray) -> None:
    if len(values) < 2 or np.any(np.diff(values) <= 0):
        raise ValueError(
            f"{name} must be at least 2 numbers that rise; got {arguments.described(values)}: sort them"
        )

"""Matrices and surfaces as colours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils._arguments import FloatArray
from course_utils.plotting.canvas import (
    NOTHING,
    PADDING,
    axes_for,
    colour_bar,
    require_words,
    set_title,
    whole_ticks,
)
from course_utils.plotting.labels import distinct_lines, legend_outside

_PATH_COLOURS = ("white", "#D55E00", "#E69F00", "#000000")  # read on viridis; so do their edges


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
    whole_ticks(ax.xaxis, ax.yaxis, at_most=12)
    ax.spines[:].set_visible(False)
    ax.set(xlabel=time_label, ylabel=unit_label)
    colour_bar(ax, image, label)
    set_title(ax, title)
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

    Examples
    --------
    >>> ax = loss_surface([[1, 10], [2, 100]], [0, 1], [0, 1], xlabel="w", ylabel="v", title="A cliff")
    >>> ax.collections[0].get_array().shape, [float(n) for n in ax.collections[0].get_clim()]
    ((2, 2), [1.0, 100.0])
    """
    across = arguments.array("x", x, ndim=1)
    up = arguments.array("y", y, ndim=1)
    arguments.require_rising("x", across)
    arguments.require_rising("y", up)
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
        walks = arguments.arrays(
            "paths", paths, of="a path's name to its points", shape=(None, 2), axes="(point, (x, y))"
        )
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
    bar = colour_bar(ax, image, label)
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
    options: dict[str, Any] = {"linewidth": 1.6, "path_effects": edge, "zorder": 3, **line, **marked}
    ax.plot(*inside.T, label=name, **options)
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

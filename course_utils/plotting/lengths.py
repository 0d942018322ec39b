"""Plots of sequences whose lengths differ: a padded batch, and what changes with the length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import (
    GREY,
    NOTHING,
    PADDING,
    PALETTE,
    axes_for,
    cell_width,
    levels,
    require_words,
    set_title,
    time_colours,
    whole_ticks,
)
from course_utils.plotting.labels import label_beside
from course_utils.plotting.lines import draw_curves


def padded_batch(values: ArrayLike, lengths: ArrayLike, *, title: str, ax: Axes | None = None) -> Axes:
    """Draw a batch as a grid of boxes with their values: a row a sequence, the padding hatched in grey.

    Parameters
    ----------
    values : shape (B, T): at most 12 sequences and 12 steps, or nobody can read it.
    lengths : shape (B,), whole numbers from 1 to T: how many steps of each row are real.
    title : the finding.
    ax : axes to draw on; a new figure, as high as the rows need, if None.

    Returns
    -------
    Axes
        Real steps have the colours of their time step (`time_colours`), as everywhere in the course.

    Examples
    --------
    >>> ax = padded_batch([[7, 2, 0], [3, 0, 0]], [2, 1], title="Two sequences, padded to three steps")
    >>> [text.get_text() for text in ax.texts]
    ['7', '2', '0', '3', '0', '0']
    """
    grid = arguments.array("values", values, ndim=2, axes="(B, T)")
    rows, steps = grid.shape
    if rows > 12 or steps > 12:
        raise ValueError(
            f"values must have at most 12 sequences and 12 steps to be readable; got shape {grid.shape}: "
            "pass a part of the batch"
        )
    real = arguments.array("lengths", lengths, shape=(rows,), axes="(B,)")
    arguments.refuse_where(
        "lengths",
        real,
        (real < 1) | (real > steps) | (real != np.floor(real)),
        wanted=f"whole numbers from 1 to T = {steps}",
        fault="not",
        remedy="pass the number of real steps of each row",
    )
    require_words(title=title)
    ax = axes_for(ax, size=(min(7.5, 2.2 + 0.55 * steps), 1.2 + 0.38 * rows))
    written = [[f"{value:.3g}" for value in row] for row in grid]
    longest = max(len(value) for row in written for value in row)
    points = min(10.0, 72 * (cell_width(ax) - 1.0) / steps / (0.75 * longest))
    colours = time_colours(steps)
    for row, step in np.ndindex(rows, steps):
        options: dict[str, Any] = {"facecolor": colours[step]}
        if step >= real[row]:
            options = dict(PADDING)
        ax.add_patch(Rectangle((step - 0.46, row - 0.42), 0.92, 0.84, linewidth=0, **options))
        ink = GREY if step >= real[row] else ("white" if colours[step][:3].mean() < 0.55 else "black")
        middle: dict[str, Any] = {"ha": "center", "va": "center"}
        ax.text(step, row, written[row][step], color=ink, fontsize=points, gid="values", **middle)
    ax.set(xlim=(-0.6, steps - 0.4), ylim=(rows - 0.4, -0.6), xlabel="time step", ylabel="sequence")
    whole_ticks(ax.xaxis, ax.yaxis)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    set_title(ax, title)
    return ax


def curves_by_length(
    curves: Mapping[str, ArrayLike],
    *,
    lengths: Sequence[int],
    trained: tuple[int, int] | None = None,
    baselines: Mapping[str, float] = NOTHING,
    ylabel: str,
    title: str,
    log: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw one curve per name over the lengths of the sequences, and shade the lengths of the training.

    Parameters
    ----------
    curves : name to one value for each of the `lengths`, such as the error.
    lengths : at least 2 whole numbers, rising.
    trained : shortest and longest length that the networks were trained on; None shades nothing.
    baselines : name to the value that an answer without learning gets, as grey lines across.
    ylabel : axis label, with its unit.
    title : the finding.
    log : a logarithmic y-axis; all values must then be above 0.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        Curves and baselines are named at their ends, right of the axes.

    Examples
    --------
    >>> curves, lengths = {"tanh": [0.1, 0.2, 9.0]}, [1, 2, 8]
    >>> ax = curves_by_length(curves, lengths=lengths, trained=(1, 2), ylabel="error", title="It breaks at 8")
    >>> [float(x) for x in ax.lines[0].get_xdata()], ax.texts[0].get_text()
    ([1.0, 2.0, 8.0], 'trained on')
    """
    log = arguments.flag("log", log)
    places = arguments.array("lengths", lengths, ndim=1)
    arguments.require_rising("lengths", places)
    heights = arguments.arrays(
        "curves", curves, of="a curve's name to its value at each length", shape=places.shape, positive=log
    )
    lines = levels(baselines, positive=log)
    shaded = None
    if trained is not None:
        shaded = arguments.array("trained", trained, shape=(2,), axes="(shortest, longest)")
        if shaded[0] > shaded[1]:
            raise ValueError(
                f"trained must be the shortest and the longest length, in this order; got {trained}"
            )
    require_words(ylabel=ylabel, title=title)
    ax = axes_for(ax)
    if log:
        ax.set_yscale("log")
    labels = draw_curves(ax, {name: (places, values) for name, values in heights.items()}, lines)
    if shaded is not None:
        first, last = shaded
        ax.axvspan(first, last, color=PALETTE[4], alpha=0.22, linewidth=0, zorder=0)
        ax.text(
            (first + last) / 2,
            0.98,
            "trained on",
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=9,
            color=GREY,
        )
    ax.set_xlim(places[0], places[-1])
    whole_ticks(ax.xaxis, at_least=2)
    ax.set(xlabel="length of the sequence (steps)", ylabel=ylabel)
    set_title(ax, title)
    label_beside(ax, labels)
    return ax

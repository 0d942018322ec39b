"""Plots of how values are distributed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import axes_for, require_words, set_title
from course_utils.plotting.labels import distinct_lines, legend_outside


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

    Examples
    --------
    >>> ax = distributions({"a": [1, 1, 2], "b": [4.0]}, bins=3, xlabel="size", title="b is larger")
    >>> ax.patches[0].get_data().values.round(2).tolist()
    [0.67, 0.33, 0.0]
    """
    log = arguments.flag("log", log)
    values_by_name = arguments.arrays("samples", samples, of="a name to its values", positive=log)
    count = arguments.whole_number("bins", bins, at_least=2)
    require_words(xlabel=xlabel, title=title)
    ax = axes_for(ax)
    everything = np.concatenate([values.ravel() for values in values_by_name.values()])
    edges = np.histogram_bin_edges(np.log10(everything) if log else everything, bins=count)
    for (name, values), (colour, style, _) in zip(values_by_name.items(), distinct_lines(), strict=False):
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

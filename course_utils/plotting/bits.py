"""Plots of bits over time: what came in, what was asked for, what was answered."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import GREY, PALETTE, axes_for, require_words, set_title, whole_ticks
from course_utils.plotting.labels import legend_outside

_ROW = 1.45  # from one row's foot to the next
_LOWEST = 0.05  # height of the bar of a 0, so that it is seen
_LOOKS: dict[str, dict[str, Any]] = {
    "input": {"color": PALETTE[0]},
    "label": {"color": PALETTE[5], "hatch": "////", "edgecolor": "white", "linewidth": 0.0},
    "answer": {"color": PALETTE[2]},
}


def bit_rows(
    x: ArrayLike,
    y: ArrayLike,
    answers: ArrayLike | None = None,
    *,
    title: str,
    first_step: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw each row's inputs, labels and answers as bars, side by side at every step.

    Parameters
    ----------
    x : inputs, shape (B, T), from 0 to 1.
    y : labels, shape (B, T), from 0 to 1.
    answers : what the network answers, shape (B, T), from 0 to 1: bits, or the probability of a 1. None
        before there is a network.
    title : the finding.
    first_step : number of the first step drawn, from 0 to 10**12.
    ax : axes to draw on; a new figure, as high as the rows need, if None.

    Returns
    -------
    Axes
        A bar of height 0 is drawn as a low one. A cross stands where answer and label lie on different
        sides of 0.5; their number stands in the legend.

    Examples
    --------
    >>> ax = bit_rows([[0, 1, 1]], [[0, 0, 1]], [[0.1, 0.7, 0.9]], title="One of three is wrong")
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['input', 'label', 'answer', 'wrong: 1 of 3']
    """
    inputs = arguments.array("x", x, ndim=2, axes="(B, T)")
    shape = inputs.shape
    given = {"input": inputs, "label": arguments.array("y", y, shape=shape, axes="(B, T), as x")}
    if answers is not None:
        given["answer"] = arguments.array("answers", answers, shape=shape, axes="(B, T), as x")
    for name, values in zip(("x", "y", "answers"), given.values(), strict=False):
        arguments.refuse_where(
            name, values, (values < 0) | (values > 1), wanted="from 0 to 1", fault="outside",
            remedy="pass bits or probabilities",
        )  # fmt: skip
    start = arguments.whole_number("first_step", first_step, at_least=0, at_most=10**12)
    require_words(title=title)
    rows, steps = shape
    ax = axes_for(ax, size=(7.5, 1.1 + 0.55 * rows))
    feet = _ROW * np.arange(rows)[::-1]
    times = start + np.arange(steps)
    width = 0.8 / len(given)
    for n, (name, values) in enumerate(given.items()):
        places = times + (n - (len(given) - 1) / 2) * width
        for foot, row in zip(feet, values, strict=True):
            heights = np.maximum(row, _LOWEST)
            drawn = ax.bar(places, heights, width * 0.92, bottom=foot, gid=name, **_LOOKS[name])
            if foot == feet[0]:
                drawn.patches[0].set_label(name)  # not the container, which the legend would list last
    for foot in feet:
        ax.axhline(foot, color=GREY, linewidth=0.6, zorder=0)
    if "answer" in given:
        wrong = (given["answer"] > 0.5) != (given["label"] > 0.5)
        at_row, at_step = np.nonzero(wrong)
        label = f"wrong: {wrong.sum()} of {wrong.size}"
        options: dict[str, Any] = {"marker": "x", "s": 26, "linewidth": 1.8, "color": PALETTE[1], "zorder": 4}
        ax.scatter(times[at_step], feet[at_row] + 1.14, label=label, gid="wrong", **options)
    ax.set(xlim=(start - 0.6, start + steps - 0.4), ylim=(-0.1, _ROW * rows), xlabel="time step")
    labels = 16 if start + steps <= 100 else 6  # long numbers need more room
    whole_ticks(ax.xaxis, at_most=labels)
    ax.set_yticks(feet + 0.5, [f"row {row}" for row in range(rows)])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    legend_outside(ax)
    set_title(ax, title)
    return ax

"""Diagrams of long series cut into windows, and of a window's flattening: colour is the time step."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import GREY, INK, axes_for, require_words, set_title, time_colours

_GAP = 0.35
"""Between two windows, as a part of a window's width."""
_LEFT_OUT = 0.4
"""Width of the place where windows are left out, likewise."""
_STATE = "#B84A00"
_DROPPED = (0.80, 0.80, 0.80, 1.0)
_SMALL = 8.5


def windows_of_series(x: ArrayLike, window: int, *, title: str, ax: Axes | None = None) -> Axes:
    """Draw how rows are cut into windows, and what passes from one window to the next.

    Parameters
    ----------
    x : the series, shape (B, steps): its shape is what is drawn.
    window : steps T of a window, at least 1 and at most half of the steps.
    title : the finding.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        The first two windows and the last, coloured by the time step within the window, with their steps
        written below them; arrows for the state that passes; in grey the steps that fill no window.

    Examples
    --------
    >>> ax = windows_of_series(np.zeros((5, 100)), 15, title="Six windows")
    >>> [text.get_text() for text in ax.texts if text.get_gid() == "steps"]
    ['steps 0–14', 'steps 15–29', 'steps 75–89', 'steps 90–99:\\ndropped']
    """
    rows, steps = arguments.array("x", x, ndim=2, axes="(B, steps)").shape
    width = arguments.whole_number("window", window, at_least=1)
    count = steps // width
    if count < 2:
        raise ValueError(
            f"window must be at most half of the {steps} steps of x; got {arguments.described(width)}"
        )
    require_words(title=title)
    ax = axes_for(ax, size=(7.5, 2.7))
    shown = sorted({0, 1, count - 1})
    left_out = count > len(shown)
    starts = [0.0, 1.0 + _GAP]
    if len(shown) == 3:
        starts.append(starts[1] + 1.0 + (_GAP + _LEFT_OUT if left_out else 0.0) + _GAP)
    strip = time_colours(width)[None]
    for n, start in zip(shown, starts, strict=True):
        _picture(ax, np.repeat(strip, rows, axis=0), (start, start + 1.0, 0.0, 1.0), rows, width)
        first = n * width
        _write(ax, start + 0.5, 1.04, f"window {n}", "window", va="bottom", weight="bold")
        _write(ax, start + 0.5, -0.05, _steps(first, first + width), "steps", va="top")
    right = starts[-1] + 1.0
    over = steps - count * width
    if over:
        colour = np.broadcast_to(np.array(_DROPPED), (rows, over, 4))
        piece = min(1.0, over / width)
        _picture(ax, colour, (right + 0.05, right + 0.05 + piece, 0.0, 1.0), rows, over)
        label = _steps(steps - over, steps) + ":\ndropped"
        _write(ax, right + 0.08 + piece / 2, -0.05, label, "steps", va="top")
        right += 0.05 + piece
    _hand_over(ax, starts[0] + 1.0, starts[1])
    if len(shown) == 3:
        if left_out:
            middle = starts[1] + 1.0 + (_GAP + _LEFT_OUT + _GAP) / 2
            _write(ax, middle, 0.5, "· · ·", "ellipsis", va="center", size=13)
            _hand_over(ax, starts[1] + 1.0, middle - _LEFT_OUT / 2)
            _hand_over(ax, middle + _LEFT_OUT / 2, starts[2])
        else:
            _hand_over(ax, starts[1] + 1.0, starts[2])
    ax.set(xlim=(-0.06, right + 0.06), ylim=(-0.3, 1.2), yticks=(np.arange(rows) + 0.5) / rows)
    ax.set_yticklabels([f"row {row}" for row in reversed(range(rows))])
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    set_title(ax, title)
    return ax


def flattening(h: ArrayLike, *, title: str, ax: Axes | None = None) -> Axes:
    """Draw how an array (B, T, H) becomes one of B·T rows: row by row, each with its steps in order.

    Parameters
    ----------
    h : array of shape (B, T, H), such as the outputs of a window: its shape is what is drawn.
    title : the finding.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        Left the B rows of T steps, right the B·T rows of H numbers. The same colour is the same time step.

    Examples
    --------
    >>> ax = flattening(np.zeros((5, 15, 4)), title="Row after row")
    >>> [text.get_text() for text in ax.texts if text.get_gid() == "shape"]
    ['(B, T, H) = (5, 15, 4)', '(B·T, H) = (75, 4)']
    """
    rows, steps, units = arguments.array("h", h, ndim=3, axes="(B, T, H)").shape
    require_words(title=title)
    ax = axes_for(ax, size=(7.5, 4.0))
    colours = time_colours(steps)
    _picture(ax, np.repeat(colours[None], rows, axis=0), (0.0, 0.52, 0.2, 0.8), rows, steps)
    tall = np.tile(colours, (rows, 1))
    _picture(ax, np.repeat(tall[:, None], units, axis=1), (0.78, 0.92, 0.0, 1.0), rows * steps, units)
    for row in range(rows):
        low, high = 1 - (row + 1) / rows, 1 - row / rows
        _write(ax, -0.012, 0.2 + 0.6 * (low + high) / 2, f"row {row}", "row", ha="right", va="center")
        _write(ax, 0.932, (low + high) / 2, f"row {row}", "flat row", ha="left", va="center")
        ax.plot([0.765, 0.935], [low, low], color="white" if row < rows - 1 else "none", linewidth=2.5)
        start, end = (0.525, 0.2 + 0.6 * (low + high) / 2), (0.772, (low + high) / 2)
        ax.add_patch(
            FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, color=GREY, linewidth=1.0)
        )
    _write(ax, 0.26, 0.175, f"step 0 … step {steps - 1}", "time", va="top")
    _write(ax, 0.26, 0.83, f"(B, T, H) = ({rows}, {steps}, {units})", "shape", va="bottom", weight="bold")
    _write(ax, 0.85, 1.02, f"(B·T, H) = ({rows * steps}, {units})", "shape", va="bottom", weight="bold")
    ax.set(xlim=(-0.1, 1.02), ylim=(-0.02, 1.1))
    ax.axis("off")
    set_title(ax, title)
    return ax


def _steps(start: int, stop: int) -> str:
    return f"step {start}" if stop - start == 1 else f"steps {start}–{stop - 1}"


def _picture(
    ax: Axes, colours: NDArray[np.float64], box: tuple[float, float, float, float], rows: int, columns: int
) -> None:
    """Draw colours of shape (rows, columns, 4) into a box, with white lines between few enough cells."""
    ax.imshow(colours, extent=box, aspect="auto", interpolation="nearest", zorder=1)
    left, right, bottom, top = box
    line: dict[str, Any] = {"color": "white", "linewidth": 0.8, "zorder": 2}
    if columns <= 30:
        ax.vlines(np.linspace(left, right, columns + 1), bottom, top, **line)
    if rows <= 30:
        ax.hlines(np.linspace(bottom, top, rows + 1), left, right, **line)


def _hand_over(ax: Axes, start: float, end: float) -> None:
    ax.add_patch(
        FancyArrowPatch(
            (start, 0.5), (end, 0.5), arrowstyle="-|>", mutation_scale=12, color=_STATE, linewidth=1.6,
            shrinkA=1, shrinkB=1, gid="state", zorder=3,
        )
    )  # fmt: skip
    _write(ax, (start + end) / 2, 0.56, "state", "state", va="bottom", color=_STATE)


def _write(ax: Axes, x: float, y: float, text: str, gid: str, **options: Any) -> None:
    defaults: dict[str, Any] = {"ha": "center", "color": INK, "size": _SMALL}
    ax.text(x, y, text, gid=gid, **(defaults | options))

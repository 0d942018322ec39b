"""Diagrams of networks, whose every shape is read from the arrays that the lesson computes with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import (
    INK,
    PALETTE,
    axes_for,
    require_words,
    set_title,
    time_colours,
    title_lines,
)

MOST_COLUMNS = 6
"""Sequences with more steps are drawn with their middle left out."""

_BOX = (1.14, 0.62)
_ROW = 1.45  # from one row of boxes to the next
_COLUMN = 1.85
_NARROWEST = 8.4  # units of the drawing: what the line of weights needs
_UNIT = 0.72  # inches in a new figure, where letters of 9 points fit the boxes
_GREYISH = (0.87, 0.87, 0.87, 1.0)
_WEIGHT_COLOURS = {"W_x": PALETTE[0], "W_h": "#B84A00", "W_y": "#00734f"}  # dark enough for letters
_KNOWN = ("W_x", "W_h", "b", "W_y", "b_y")


@dataclass(frozen=True)
class _Sizes:
    batch: int
    steps: int
    features: int
    units: int
    outputs: int | None


def unrolled_network(
    x: ArrayLike,
    h: ArrayLike,
    y: ArrayLike | None = None,
    *,
    weights: Mapping[str, Any],
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw a recurrent network unrolled in time: a column for each step, the same weights at every step.

    Parameters
    ----------
    x : inputs, shape (B, T, F).
    h : states after each step, shape (B, T, H).
    y : outputs of each step, shape (B, T, C), or None for a network without a head.
    weights : the arrays by name: "W_x" (F, H) and "W_h" (H, H); "b" (H,) if there is a bias. With `y` also
        "W_y" (H, C), and "b_y" (C,) if there is one. A list of T arrays as "W_y" (and "b_y") draws a head of
        its own at each step: W_y[0], W_y[1], ...
    title : the finding.
    ax : axes to draw on; a new figure, as wide as the steps need, if None.

    Returns
    -------
    Axes
        Boxes are coloured by time step; of more than six steps, the first four and the last are drawn. Every
        shape that is written is that of the array given.

    Examples
    --------
    >>> x, h = np.zeros((3, 2, 4)), np.zeros((3, 2, 8))
    >>> weights = {"W_x": np.zeros((4, 8)), "W_h": np.zeros((8, 8))}
    >>> ax = unrolled_network(x, h, weights=weights, title="Two steps")
    >>> [text.get_gid() for text in ax.texts if text.get_text().endswith("(3, 8)")]
    ['h_start', 'h_0', 'h_1']
    """
    sizes = _sizes(x, h, y)
    heads = _fitting_weights(weights, sizes)
    require_words(title=title)
    if ax is not None:
        ax = axes_for(ax)  # refuses what is no Axes
    shown, gap = _columns(sizes.steps)
    places = [i * _COLUMN for i in range(len(shown) + 1 + (1 if gap else 0))]
    start, *rest = places
    columns = dict(zip(shown, rest if not gap else [*rest[: len(shown) - 1], rest[-1]], strict=True))
    rows = 3 if sizes.outputs is not None else 2
    bottom, top = -1.0 if heads else -0.85, (rows - 1) * _ROW + 0.42
    spare = max(_NARROWEST - (places[-1] + 1.5), 0.0) / 2
    left, right = start - 0.65 - spare, places[-1] + 0.85 + spare
    new = ax is None
    if ax is None:
        width = _UNIT * (right - left)
        lines = title_lines(title, width).count("\n") + 1
        ax = axes_for(None, size=(width, _UNIT * (top - bottom) + 0.3 + 0.2 * lines))
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.axis("off")
    set_title(ax, title)
    pen = _Pen.on(ax, new=new)

    colours = time_colours(sizes.steps)
    pen.box("h_start", start, _ROW, "$h_{-1} = 0$", (sizes.batch, sizes.units), np.array(_GREYISH))
    before = start
    for t, column in columns.items():
        pen.box(f"x_{t}", column, 0.0, f"$x_{{{t}}}$", (sizes.batch, sizes.features), colours[t])
        pen.box(f"h_{t}", column, _ROW, f"$h_{{{t}}}$", (sizes.batch, sizes.units), colours[t])
        pen.up("W_x", column, 0.0, "$W_x$")
        if gap and t == shown[-1]:
            middle = (before + column) / 2
            pen.write(middle, _ROW, "· · ·", gid="ellipsis", fontsize=1.6 * pen.points)
            pen.across(before, middle, after=0.36)
            pen.across(middle, column, before=0.36)
        else:
            pen.across(before, column)
        if sizes.outputs is not None:
            head = f"$W_y[{t}]$" if heads else "$W_y$"
            pen.box(f"y_{t}", column, 2 * _ROW, f"$y_{{{t}}}$", (sizes.batch, sizes.outputs), colours[t])
            pen.up("W_y", column, _ROW, head)
        before = column
    pen.write((left + right) / 2, bottom + 0.05, _footer(weights, heads), gid="weights", va="bottom")
    return ax


def _sizes(x: ArrayLike, h: ArrayLike, y: ArrayLike | None) -> _Sizes:
    inputs = arguments.array("x", x, ndim=3, axes="(B, T, F)")
    batch, steps, features = inputs.shape
    states = arguments.array("h", h, shape=(batch, steps, None), axes="(B, T, H), with B and T of x")
    outputs = None
    if y is not None:
        outputs = arguments.array(
            "y", y, shape=(batch, steps, None), axes="(B, T, C), with B and T of x"
        ).shape[2]
    return _Sizes(batch, steps, features, states.shape[2], outputs)


def _fitting_weights(weights: Mapping[str, Any], sizes: _Sizes) -> bool:
    """Check every weight against the sizes; tell whether each step has a head of its own."""
    entries = arguments.mapping("weights", weights, of="a weight's name to its array")
    for name in entries:
        arguments.one_of("each key of weights", name, _KNOWN)
    needed = ["W_x", "W_h"] + (["W_y"] if sizes.outputs is not None else [])
    missing = [name for name in needed if name not in entries]
    if missing:
        raise ValueError(f"weights must have {', '.join(needed)}; got {', '.join(entries)}: add {missing[0]}")
    unused = [name for name in ("W_y", "b_y") if name in entries and sizes.outputs is None]
    if unused:
        raise ValueError(
            f"weights has {unused[0]}, but y is None: pass the outputs y, or leave {unused[0]} out"
        )
    heads = isinstance(entries.get("W_y"), (list, tuple))
    wanted: dict[str, tuple[tuple[int | None, ...], str]] = {
        "W_x": ((sizes.features, sizes.units), "(F, H)"),
        "W_h": ((sizes.units, sizes.units), "(H, H)"),
        "b": ((sizes.units,), "(H,)"),
        "W_y": ((sizes.units, sizes.outputs), "(H, C)"),
        "b_y": ((sizes.outputs,), "(C,)"),
    }
    for name, array in entries.items():
        shape, axes = wanted[name]
        if name in ("W_y", "b_y") and heads:
            listed = isinstance(array, (list, tuple))
            if not listed or len(array) != sizes.steps:
                got = f"{len(array)} arrays" if listed else arguments.described(array)
                raise ValueError(
                    f"weights[{name!r}] must be a list of T = {sizes.steps} arrays, one a step, because"
                    f" W_y is a list; got {got}"
                )
            for t, head in enumerate(array):
                arguments.array(f"weights[{name!r}][{t}]", head, shape=shape, axes=axes)
        else:
            arguments.array(f"weights[{name!r}]", array, shape=shape, axes=axes)
    return heads


def _columns(steps: int) -> tuple[list[int], bool]:
    """Return the steps to draw, and whether some are left out before the last.

    >>> _columns(3), _columns(9)
    (([0, 1, 2], False), ([0, 1, 2, 3, 8], True))
    """
    if steps <= MOST_COLUMNS:
        return list(range(steps)), False
    return [*range(MOST_COLUMNS - 2), steps - 1], True


def _footer(weights: Mapping[str, Any], heads: bool) -> str:
    def named(names: tuple[str, ...]) -> str:
        return ",  ".join(f"${name}$ {np.shape(weights[name])}" for name in names if name in weights)

    if not heads:
        return "the same at every step:  " + named(_KNOWN)
    own = ",  ".join(
        f"${name}[t]$ {np.shape(weights[name][0])}" for name in ("W_y", "b_y") if name in weights
    )
    return f"the same at every step:  {named(('W_x', 'W_h', 'b'))}\na head of its own at each step:  {own}"


@dataclass(frozen=True)
class _Pen:
    """Draws boxes and arrows, in letters of a size that fits the boxes."""

    ax: Axes
    points: float

    @classmethod
    def on(cls, ax: Axes, *, new: bool) -> _Pen:
        """Return a pen for axes whose limits are set; a new figure has room for 9 points."""
        if new:
            return cls(ax, 9.0)
        figure = ax.get_figure(root=True)
        assert figure is not None
        figure.draw_without_rendering()
        inches = ax.get_window_extent().height / figure.dpi / abs(np.subtract(*ax.get_ylim()))
        return cls(ax, float(np.clip(9.0 * inches / _UNIT, 4.0, 12.0)))

    def write(self, x: float, y: float, text: str, *, gid: str, **options: Any) -> None:
        defaults: dict[str, Any] = {"ha": "center", "va": "center", "color": INK, "fontsize": self.points}
        self.ax.text(x, y, text, gid=gid, **(defaults | options))

    def box(
        self, gid: str, x: float, y: float, symbol: str, shape: tuple[int, ...], colour: NDArray[np.float64]
    ) -> None:
        width, height = _BOX
        corner = (x - width / 2, y - height / 2)
        style = "round,pad=0,rounding_size=0.1"
        self.ax.add_patch(
            FancyBboxPatch(corner, width, height, boxstyle=style, facecolor=colour, edgecolor="none", gid=gid)
        )
        self.write(x, y, f"{symbol}\n{shape}", gid=gid, color=_readable_on(colour))

    def up(self, weight: str, x: float, row: float, label: str) -> None:
        low, high = row + _BOX[1] / 2, row + _ROW - _BOX[1] / 2
        self.arrow(weight, (x, low), (x, high))
        self.write(x + 0.1, (low + high) / 2, label, gid=weight, ha="left", color=_WEIGHT_COLOURS[weight])

    def across(
        self, start: float, end: float, *, before: float = _BOX[0] / 2, after: float = _BOX[0] / 2
    ) -> None:
        low, high = start + before, end - after
        self.arrow("W_h", (low, _ROW), (high, _ROW))
        options = {"va": "bottom", "color": _WEIGHT_COLOURS["W_h"]}
        self.write((low + high) / 2, _ROW + 0.1, "$W_h$", gid="W_h", **options)

    def arrow(self, weight: str, start: tuple[float, float], end: tuple[float, float]) -> None:
        options: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 1, "shrinkB": 1}
        colour = _WEIGHT_COLOURS[weight]
        self.ax.add_patch(FancyArrowPatch(start, end, linewidth=1.5, color=colour, gid=weight, **options))


def _readable_on(colour: NDArray[np.float64]) -> str:
    """Return black or white, whichever has more contrast (relative luminance as in WCAG 2).

    >>> _readable_on(np.array([0.0, 0.0, 0.3])), _readable_on(np.array([0.6, 0.8, 0.2]))
    ('white', 'black')
    """
    channels = np.asarray(colour[:3])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "black" if float(linear @ [0.2126, 0.7152, 0.0722]) > 0.179 else "white"

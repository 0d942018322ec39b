"""Names of lines where they cover nothing: a legend outside the axes, or each name beside its line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from course_utils.plotting.canvas import INK, LINE_STYLES, MARKERS, PALETTE, cell_width, root_figure

_NARROW = 5.5  # inches; narrower axes have no room beside them


def _beside(ax: Axes, label: str) -> str:
    return textwrap.fill(label, 24 if cell_width(ax) >= _NARROW else 16)


def legend_outside(ax: Axes) -> None:
    """Put the legend where it covers nothing: right of the axes, or below narrow ones."""
    if cell_width(ax) >= _NARROW:
        legend = ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0, handlelength=2.6)
        for label in legend.get_texts():
            label.set_text(_beside(ax, label.get_text()))
        return
    # 40 points below the axes: under the numbers and the label of the x-axis
    below = ax.transAxes + ScaledTranslation(0, -40 / 72, root_figure(ax).dpi_scale_trans)
    ax.legend(
        loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=below, borderaxespad=0.0, handlelength=2.6
    )


def distinct_lines() -> Iterator[tuple[str, object, str]]:
    """Yield colour, line style and marker, for ever; the first seven differ in all three.

    After seven the colours come again, each with another style and marker than before.
    """
    for n in count():
        turn = n + n // len(PALETTE)
        yield PALETTE[n % len(PALETTE)], LINE_STYLES[turn % len(LINE_STYLES)], MARKERS[turn % len(MARKERS)]


def label_beside(ax: Axes, labels: Sequence[tuple[str, float, dict[str, Any]]]) -> None:
    """Write labels right of the axes at the heights of their lines, moved apart where they would overlap.

    Parameters
    ----------
    ax : axes whose limits and scale are final.
    labels : of each, the text, the height in data coordinates, and the line's properties, of which a short
        piece joins the axes to the text.
    """
    figure = root_figure(ax)
    figure.draw_without_rendering()
    height = ax.get_window_extent().height * 72 / figure.dpi
    points = mpl.font_manager.FontProperties(size=mpl.rcParams["legend.fontsize"]).get_size_in_points()
    texts = [_beside(ax, text) for text, _, _ in labels]
    to_axes = ax.transData + ax.transAxes.inverted()
    wanted = [float(to_axes.transform((ax.get_xlim()[1], y))[1]) for _, y, _ in labels]
    sizes = [(text.count("\n") + 1) * points * 1.3 / height for text in texts]
    for text, start, end, (_, _, line) in zip(texts, wanted, _apart(wanted, sizes), labels, strict=True):
        leader = line | {"linewidth": 0.8, "linestyle": "-", "alpha": 0.7}  # thin: it is not data
        ax.plot(
            [1.005, 1.03, 1.055],
            [start, end, end],
            transform=ax.transAxes,
            clip_on=False,
            label="_",
            **leader,
        )
        ax.text(1.065, end, text, transform=ax.transAxes, va="center", ha="left", fontsize=points, color=INK)


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Return heights near the `wanted` ones, between 0 and 1 where there is room, that leave each its size.

    >>> [round(y, 2) for y in _apart([0.5, 0.5, 0.9], [0.1, 0.1, 0.1])]
    [0.45, 0.55, 0.9]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    groups: list[tuple[list[int], float]] = []  # labels that touch, and the group's middle
    for i in order:
        members, middle = [i], _inside(wanted[i], sizes[i])
        while groups:
            below, below_middle = groups[-1]
            reach = sum(sizes[j] for j in below) / 2 + sum(sizes[j] for j in members) / 2
            if middle - below_middle >= reach - 1e-12:
                break
            groups.pop()
            members = below + members
            middle = _inside(sum(wanted[j] for j in members) / len(members), sum(sizes[j] for j in members))
        groups.append((members, middle))
    result = [0.0] * len(wanted)
    for members, middle in groups:
        edge = middle - sum(sizes[j] for j in members) / 2
        for j in members:
            result[j] = edge + sizes[j] / 2
            edge += sizes[j]
    return result


def _inside(middle: float, size: float) -> float:
    return min(max(middle, size / 2), max(1 - size / 2, size / 2))

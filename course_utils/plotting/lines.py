"""Named curves and the lines of baselines, which several plots have in common."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes

from course_utils._arguments import FloatArray
from course_utils.plotting.canvas import GREY
from course_utils.plotting.labels import distinct_lines

_LEVEL_STYLES = ("--", ":", "-.", "-")

Label = tuple[str, float, dict[str, Any]]


def draw_curves(
    ax: Axes, curves: Mapping[str, tuple[FloatArray, FloatArray]], baselines: Mapping[str, float]
) -> list[Label]:
    """Draw each curve's (x, y) and each baseline's level; returns the labels for `label_beside`.

    Curves of up to 20 points have markers. Limits and scales are left to the caller, who labels when they
    are final.
    """
    labels: list[Label] = []
    for (name, (x, y)), (colour, style, marker) in zip(curves.items(), distinct_lines(), strict=False):
        line: dict[str, Any] = {"color": colour, "linestyle": style, "linewidth": 1.8}
        marked: dict[str, Any] = {"marker": marker, "markersize": 4} if len(y) <= 20 else {}
        ax.plot(x, y, label=name, clip_on=False, zorder=3, **line, **marked)
        labels.append((name, float(y[-1]), line))
    for (name, level), style in zip(baselines.items(), cycle(_LEVEL_STYLES), strict=False):
        line = {"color": GREY, "linestyle": style, "linewidth": 1.2}
        ax.axhline(level, label=name, zorder=1, **line)
        labels.append((name, level, line))
    return labels


def draw_levels(ax: Axes, baselines: Mapping[str, float], **line: Any) -> None:
    """Draw each baseline as a vertical line, with its name and value for the legend."""
    for (name, level), style in zip(baselines.items(), cycle(_LEVEL_STYLES), strict=False):
        ax.axvline(level, linestyle=style, label=f"{name}: {level:.3g}", gid=name, **line)

"""Plots of gates and states of a cell while it reads one sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import colour_bar, require_words, set_title, whole_ticks
from course_utils.plotting.labels import distinct_lines, legend_outside


def gate_maps(
    signals: Mapping[str, ArrayLike],
    gates: Mapping[str, ArrayLike],
    states: Mapping[str, ArrayLike],
    *,
    title: str,
) -> NDArray[np.object_]:
    """Draw one sequence over its time steps: what goes in and out, each gate, each state.

    Parameters
    ----------
    signals : name to values of shape (T,), drawn as lines in the uppermost panel, such as input, target and
        answer. The first is drawn thick and light, as the others' measure.
    gates : name to values of shape (T, H), each from 0 to 1: a heat map each, all on the scale from 0, shut,
        to 1, open.
    states : name to values of shape (T, H): a heat map each, whose white is 0.
    title : the finding.

    Returns
    -------
    array of Axes
        One for the signals, one for each gate and state, from the top down; they share the time axis.

    Examples
    --------
    >>> axes = gate_maps({"input": [0, 1]}, {"f": [[0.5], [1.0]]}, {"c": [[0.0], [2.0]]}, title="It opens")
    >>> len(axes), axes[1].images[0].get_clim(), axes[2].images[0].get_clim()
    (3, (0.0, 1.0), (-2.0, 2.0))
    """
    lines = arguments.arrays("signals", signals, of="a name to values of shape (T,)", ndim=1, axes="(T,)")
    steps = len(next(iter(lines.values())))
    wanted: dict[str, Any] = {
        "of": "a name to values of shape (T, H)",
        "shape": (steps, None),
        "axes": "(T, H)",
    }
    gate_values = arguments.arrays("gates", gates, **wanted)
    for name, values in gate_values.items():
        arguments.refuse_where(
            f"gates[{name!r}]",
            values,
            (values < 0) | (values > 1),
            wanted="from 0 to 1",
            fault="outside",
            remedy="pass the gate after its sigmoid",
        )
    state_values = arguments.arrays("states", states, **wanted)
    for name, values in lines.items():
        arguments.array(f"signals[{name!r}]", values, shape=(steps,), axes="(T,), as the first signal")
    require_words(title=title)
    panels = len(gate_values) + len(state_values)
    _, axes = plt.subplots(
        1 + panels,
        1,
        figsize=(7.5, 1.7 + 1.15 * panels),
        height_ratios=[1.4] + [1.0] * panels,
        sharex=True,
        layout="constrained",
    )
    axes = np.atleast_1d(axes)
    for n, (name, (colour, style, marker)) in enumerate(zip(lines, distinct_lines(), strict=False)):
        options = {"linewidth": 5.0, "alpha": 0.45} if n == 0 else {"marker": marker, "markersize": 4}
        axes[0].plot(range(steps), lines[name], color=colour, linestyle=style, label=name, **options)
    axes[0].set_ylabel("signal")
    legend_outside(axes[0])
    for ax, (name, values) in zip(axes[1:], (gate_values | state_values).items(), strict=True):
        _heat(ax, values, name, is_gate=name in gate_values)
    axes[-1].set_xlabel("time step")
    whole_ticks(axes[-1].xaxis)
    set_title(axes[0], title)
    return axes


def _heat(ax: Axes, values: NDArray[np.float64], name: str, *, is_gate: bool) -> None:
    reach = float(np.abs(values).max()) or 1.0
    image = ax.imshow(
        values.T,
        cmap="viridis" if is_gate else "RdBu_r",
        norm=Normalize(0.0, 1.0) if is_gate else Normalize(-reach, reach),
        aspect="auto",
        interpolation="nearest",
    )
    whole_ticks(ax.yaxis, at_most=4)
    ax.spines[:].set_visible(False)
    ax.set_ylabel("unit")
    beside = ax.inset_axes((1.015, 0.0, 0.02, 1.0))  # next to it, however wide the legend above is
    colour_bar(ax, image, name, beside)

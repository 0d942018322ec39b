"""What goes on inside a gated cell while it reads one sequence."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import require_words, set_title
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
    lines = {
        name: arguments.array(f"signals[{name!r}]", values, ndim=1, axes="(T,)")
        for name, values in arguments.mapping("signals", signals, of="a name to values of shape (T,)").items()
    }
    steps = len(next(iter(lines.values())))
    opened = _maps("gates", gates, steps)
    for name, values in opened.items():
        arguments.refuse_where(
            f"gates[{name!r}]",
            values,
            (values < 0) | (values > 1),
            wanted="from 0 to 1",
            fault="outside",
            remedy="pass the gate after its sigmoid",
        )
    held = _maps("states", states, steps)
    for name, values in lines.items():
        arguments.array(f"signals[{name!r}]", values, shape=(steps,), axes="(T,), as the first signal")
    require_words(title=title)
    panels = len(opened) + len(held)
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
        look = {"linewidth": 5.0, "alpha": 0.45} if n == 0 else {"marker": marker, "markersize": 4}
        axes[0].plot(range(steps), lines[name], color=colour, linestyle=style, label=name, **look)
    axes[0].set_ylabel("signal")
    legend_outside(axes[0])
    for ax, (name, values) in zip(axes[1:], (opened | held).items(), strict=True):
        _heat(ax, values, name, is_gate=name in opened)
    axes[-1].set_xlabel("time step")
    axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    set_title(axes[0], title)
    return axes


def _maps(argument: str, values: object, steps: int) -> dict[str, NDArray[np.float64]]:
    entries = arguments.mapping(argument, values, of="a name to values of shape (T, H)")
    return {
        name: arguments.array(f"{argument}[{name!r}]", entry, shape=(steps, None), axes="(T, H)")
        for name, entry in entries.items()
    }


def _heat(ax: Axes, values: NDArray[np.float64], name: str, *, is_gate: bool) -> None:
    reach = float(np.abs(values).max()) or 1.0
    image = ax.imshow(
        values.T,
        cmap="viridis" if is_gate else "RdBu_r",
        norm=Normalize(0.0, 1.0) if is_gate else Normalize(-reach, reach),
        aspect="auto",
        interpolation="nearest",
    )
    ax.yaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=4))
    ax.spines[:].set_visible(False)
    ax.set_ylabel("unit")
    beside = ax.inset_axes((1.015, 0.0, 0.02, 1.0))  # next to it, however wide the legend above is
    bar = ax.figure.colorbar(image, cax=beside)
    bar.set_label(name)
    bar.outline.set_visible(False)

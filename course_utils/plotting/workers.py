"""Plots of processes that train together: how far each has come, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_utils import _arguments as arguments
from course_utils.plotting.canvas import axes_for, require_words, set_title
from course_utils.plotting.labels import distinct_lines, legend_outside


def progress_of_workers(
    tracks: Mapping[str, Sequence[tuple[ArrayLike, ArrayLike]]],
    *,
    killed: tuple[float, float] | None = None,
    checkpoint_every: int,
    title: str,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many updates each worker has made, over time, with the levels at which checkpoints lie.

    Parameters
    ----------
    tracks : a worker's name to its tracks, one for each time it was started: when its updates were made, in
        seconds, shape (updates,), and their numbers, of the same shape. The first worker is drawn thick and
        light, so that others on top of it are seen.
    killed : seconds and number of the update at which a worker was killed; None if none was.
    checkpoint_every : updates from one checkpoint to the next, at least 1.
    title : the finding.
    ax : axes to draw on; a new figure if None.

    Returns
    -------
    Axes
        Time begins at 0, when the first processes were started.

    Examples
    --------
    >>> tracks = {"worker 0": [([5.0, 5.1], [1, 2]), ([9.0, 9.1], [1, 2])]}
    >>> ax = progress_of_workers(tracks, killed=(5.1, 2), checkpoint_every=1, title="Once more")
    >>> [line.get_label() for line in ax.lines if not line.get_label().startswith("_")]
    ['checkpoint', 'worker 0', 'killed']
    """
    entries = arguments.mapping("tracks", tracks, of="a worker's name to its tracks")
    tracks_by_name = {name: _tracks(f"tracks[{name!r}]", track) for name, track in entries.items()}
    every = arguments.whole_number("checkpoint_every", checkpoint_every, at_least=1)
    cross = (
        None if killed is None else arguments.array("killed", killed, shape=(2,), axes="(seconds, update)")
    )
    require_words(title=title)
    ax = axes_for(ax)
    last = max(float(updates.max()) for track in tracks_by_name.values() for _, updates in track)
    for n, level in enumerate(range(every, int(last) + 1, every)):
        line = ax.axhline(level, color="#c4c4c4", linewidth=0.8, zorder=1, gid="checkpoint")
        line.set_label("_" if n else "checkpoint")
    for n, ((name, track), (colour, _, marker)) in enumerate(
        zip(tracks_by_name.items(), distinct_lines(), strict=False)
    ):
        options: dict[str, Any] = {"color": colour, "marker": marker, "zorder": 3 + n}
        options |= {"markersize": 7, "alpha": 0.45} if n == 0 else {"markersize": 3}
        for start, (seconds, updates) in enumerate(track):
            ax.plot(seconds, updates, linewidth=0, label="_" if start else name, gid=name, **options)
    if cross is not None:
        ax.plot(
            *cross[:, None],
            "X",
            color="black",
            markersize=11,
            markeredgecolor="white",
            label="killed",
            zorder=20,
        )
    ax.set(xlabel="seconds since the first start", ylabel="updates made")
    ax.set_xlim(left=0)
    ax.set_ylim(bottom=0)
    legend_outside(ax)
    set_title(ax, title)
    return ax


def _tracks(name: str, tracks: object) -> list[tuple[arguments.FloatArray, arguments.FloatArray]]:
    if not isinstance(tracks, Sequence) or isinstance(tracks, str) or not tracks:
        raise TypeError(
            f"{name} must be a list of (seconds, updates), one for each start;"
            f" got {arguments.described(tracks)}"
        )
    result = []
    for n, track in enumerate(tracks):
        if not isinstance(track, Sequence) or len(track) != 2:
            raise TypeError(f"{name}[{n}] must be (seconds, updates); got {arguments.described(track)}")
        seconds = arguments.array(f"{name}[{n}] seconds", track[0], ndim=1)
        updates = arguments.array(f"{name}[{n}] updates", track[1], shape=seconds.shape, axes="(updates,)")
        result.append((seconds, updates))
    return result

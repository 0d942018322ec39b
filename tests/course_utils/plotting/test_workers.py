"""course_utils.plotting, workers: each update stands where it was made, and bad input is named."""

import numpy as np
import pytest

from course_utils import plotting
from tests.support.plots import TITLE, Example, assert_refused, plot_style, points

TRACKS = {"worker 0": [([5, 6], [1, 2]), ([9, 10], [2, 3])], "worker 1": [([5.5], [1]), ([9], [2])]}
style = pytest.fixture(autouse=True)(plot_style)


def expected(*, tracks, killed, checkpoint_every, **_):
    result = {name: np.concatenate([points(*track) for track in tracks[name]]) for name in tracks}
    last = max(values[:, 1].max() for values in result.values())
    levels = np.arange(checkpoint_every, last + 1, checkpoint_every)
    lines = points(np.tile([0, 1], len(levels)), np.repeat(levels, 2))
    return result | {"killed": [killed], "checkpoint": lines}


EXAMPLES = {
    "progress_of_workers": Example(
        plotting.progress_of_workers,
        {
            "tracks": {
                f"worker {n}": [
                    (np.linspace(5, 6, 40) + n / 100, np.arange(1, 41)),
                    (np.linspace(12, 14, 64), np.arange(33, 97)),
                ]
                for n in range(3)
            },
            "killed": (6.0, 40),
            "checkpoint_every": 16,
            "title": TITLE,
        },
        labels=["seconds since the first start", "updates made"],
        drawn=expected,
    )
}


def test_each_start_is_a_track_and_each_worker_has_one_name():
    ax = plotting.progress_of_workers(TRACKS, killed=(6, 2), checkpoint_every=2, title="Again")
    dots = [line for line in ax.lines if line.get_linewidth() == 0]
    assert [list(map(float, line.get_xdata())) for line in dots] == [[5, 6], [9, 10], [5.5], [9]]
    assert [list(map(float, line.get_ydata())) for line in dots] == [[1, 2], [2, 3], [1], [2]]
    (cross,) = (line for line in ax.lines if line.get_label() == "killed")
    assert (float(cross.get_xdata()[0]), float(cross.get_ydata()[0])) == (6, 2)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["checkpoint", "worker 0", "worker 1", "killed"]
    assert len({line.get_marker() for line in dots}) == 2


def test_checkpoints_lie_as_far_apart_as_was_said():
    ax = plotting.progress_of_workers(TRACKS, checkpoint_every=1, title="Again")
    levels = [float(line.get_ydata()[0]) for line in ax.lines if line.get_linewidth() == 0.8]
    assert levels == [1, 2, 3]
    assert "killed" not in [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"tracks": {}}, ValueError, "tracks must have at least one entry"),
        ({"tracks": {"a": 3}}, TypeError, "tracks['a'] must be a list of (seconds, updates)"),
        ({"tracks": {"a": []}}, TypeError, "tracks['a'] must be a list of (seconds, updates)"),
        ({"tracks": {"a": [([1], [1], [1])]}}, TypeError, "tracks['a'][0] must be (seconds, updates)"),
        ({"tracks": {"a": [([1, 2], [1])]}}, ValueError, "tracks['a'][0] updates must have shape (2,)"),
        ({"killed": (1, 2, 3)}, ValueError, "killed must have shape (2,) (seconds, update)"),
        ({"checkpoint_every": 0}, ValueError, "checkpoint_every must be a whole number, at least 1"),
        ({"title": " "}, ValueError, "title must say something"),
        ({"ax": 3}, TypeError, "ax must be matplotlib Axes or None"),
    ],
)
def test_bad_arguments_are_named(changed, error, message):
    assert_refused(EXAMPLES["progress_of_workers"], changed, error, message)

"""A person sees it move, a notebook keeps the last frame, no figure stays open."""

import base64

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plotting
from course_utils.notebook import live
from course_utils.plotting import canvas
from tests.support.notebook_runs import displayed, printed, run_cells

ALT = "Bars whose lengths are the numbers that were handed over last."

SETUP = f"""
import os, matplotlib.pyplot as plt
import course_utils as cu

def draw(values):
    drawn.append(list(values))
    return cu.plotting.bars({{"a": values[-1]}}, xlabel="x", title=f"After {{len(values)}}")

def train():
    global drawn
    drawn, values = [], []
    with cu.live.Board(draw, alt={ALT!r}, seconds=0) as board:
        for n in range(3):
            values.append(n + 1.0)
            board.update(values)
    print(drawn)
"""


def draw(value, **_):
    return plotting.bars({"a": value}, xlabel="x", title="t")


@pytest.fixture(autouse=True)
def closed_figures():
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture
def frames(monkeypatch):
    """What is displayed, as (alternative text, in place of an earlier one or not)."""
    shown = []

    class Handle:
        def update(self, bundle, **_):
            shown.append((bundle, "update"))

    def display(bundle, *, display_id=None, **_):
        shown.append((bundle, "live" if display_id else "plain"))
        return Handle()

    monkeypatch.setattr(live, "display", display)
    return shown


@pytest.fixture(params=["watched", "unwatched"])
def watched(request, monkeypatch):
    if request.param == "watched":
        monkeypatch.setenv(live.SESSION_VARIABLE, "04.ipynb")
    else:
        monkeypatch.delenv(live.SESSION_VARIABLE, raising=False)
    return request.param == "watched"


# ---------------------------------------------------------------- in a kernel


@pytest.fixture(scope="module")
def run():
    return run_cells(
        SETUP,
        "os.environ.pop('JPY_SESSION_NAME', None); train()",
        "os.environ['JPY_SESSION_NAME'] = '04.ipynb'; train()",
        "cu.plotting.show(draw([1.0, 2.0, 3.0]), 'The same as the last frame of the board, drawn anew.')",
        "print(plt.get_fignums())",
    )


@pytest.mark.slow
@pytest.mark.parametrize("cell", [1, 2])
def test_a_notebook_keeps_the_last_frame_and_nothing_else(run, cell):
    figure, _ = sorted(run.cells[cell].outputs, key=lambda output: output["output_type"])
    assert figure["output_type"] == "display_data"
    assert figure["data"]["text/plain"] == ALT
    assert figure["metadata"]["image/png"]["alt"] == ALT
    assert set(figure["data"]) == {"image/png", "text/plain"}
    [expected] = displayed(run.cells[3], "image/png")
    assert figure["data"]["image/png"].strip() == expected.strip()
    assert base64.b64decode(expected).startswith(b"\x89PNG")


@pytest.mark.slow
def test_only_a_person_makes_it_draw_on_the_way(run):
    assert printed(run.cells[1]) == "[[1.0, 2.0, 3.0]]\n"
    assert printed(run.cells[2]) == "[[1.0], [1.0, 2.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]\n"


@pytest.mark.slow
def test_no_figure_stays_open(run):
    assert printed(run.cells[4]) == "[]\n"


# ---------------------------------------------------------------- in this process


def test_every_frame_is_the_first_or_takes_its_place(frames, watched):
    with live.Board(draw, alt=ALT, seconds=0) as board:
        for value in (1, 2, 3):
            board.update(value)
    kinds = [kind for _, kind in frames]
    assert kinds == (["live", "update", "update", "update"] if watched else ["plain"])
    assert not plt.get_fignums()


def test_frames_keep_their_distance_in_time(frames, monkeypatch):
    monkeypatch.setenv(live.SESSION_VARIABLE, "04.ipynb")
    now = 100.0
    monkeypatch.setattr(live.time, "monotonic", lambda: now)
    drawn = []
    with live.Board(lambda v: (drawn.append(v), draw(v))[1], alt=ALT, seconds=2) as board:
        for value, seconds in ((1, 0.0), (2, 1.9), (3, 0.2), (4, 1.0)):
            now += seconds
            board.update(value)
    assert drawn == [1, 3, 4], "the second and the fourth came too soon; the end draws the fourth"
    assert len(frames) == 3


def test_it_hands_on_positions_and_names(frames):
    got = []
    with live.Board(lambda *v, **n: (got.append((v, n)), draw(1))[1], alt=ALT) as board:
        board.update(1, 2, rows=3)
    assert got == [((1, 2), {"rows": 3})]
    assert len(frames) == 1


@pytest.mark.parametrize("when", ["on the way", "at the end"])
def test_an_error_in_the_drawing_leaves_no_open_figure(frames, monkeypatch, when):
    monkeypatch.setenv(live.SESSION_VARIABLE, "04.ipynb" if when == "on the way" else "")
    mine = plt.figure()

    def broken(value):
        draw(value)
        raise ZeroDivisionError("in the drawing")

    with pytest.raises(ZeroDivisionError, match="in the drawing"), live.Board(broken, alt=ALT) as board:
        board.update(1)
    assert plt.get_fignums() == [mine.number]
    assert not frames


def test_after_an_error_in_the_block_nothing_more_is_drawn(frames, watched):
    def training():
        with live.Board(draw, alt=ALT) as board:
            board.update(1)
            raise KeyError("training broke")

    with pytest.raises(KeyError, match="training broke"):
        training()
    assert len(frames) == (1 if watched else 0)
    assert not plt.get_fignums()


@pytest.mark.training
@pytest.mark.usefixtures("watched")
def test_a_keras_callback_can_drive_it(frames):
    import course_utils.runtime

    course_utils.runtime.start(seed=1)
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    seen = []
    with live.Board(lambda losses: (seen.append(list(losses)), draw(losses[-1]))[1], alt=ALT) as board:
        losses = []

        def epoch_ends(_, logs):
            losses.append(logs["loss"])
            board.update(losses)

        callback = keras.callbacks.LambdaCallback(on_epoch_end=epoch_ends)
        history = model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=4, verbose=0, callbacks=[callback])
    assert seen[-1] == history.history["loss"]
    assert frames


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"draw": 3}, TypeError, "draw must be a function that returns a figure; got 3"),
        ({"alt": "short"}, ValueError, "alt must say something: pass a text of at least 30 characters"),
        ({"seconds": -1}, ValueError, "seconds must be a finite number, at least 0; got -1"),
        ({"seconds": "1"}, TypeError, "seconds must be a finite number, at least 0; got '1'"),
        ({"draw": lambda _: None}, TypeError, "draw must return the figure or axes it drew on; got None"),
        ({"draw": lambda _: "figure"}, TypeError, "array of the Axes of one figure; got 'figure'"),
    ],
)
def test_bad_arguments_are_named(frames, changed, error, message):
    given = {"draw": draw, "alt": ALT} | changed
    with pytest.raises(error) as caught, live.Board(given.pop("draw"), **given) as board:
        board.update(1)
    assert message in str(caught.value)
    assert not frames


def test_a_board_without_a_frame_is_named(frames):
    with pytest.raises(ValueError, match="update must be called at least once"), live.Board(draw, alt=ALT):
        pass
    assert not frames


def test_the_picture_is_that_of_show(monkeypatch, frames):
    shown = []
    monkeypatch.setattr(canvas, "display", lambda bundle, **options: shown.append((bundle, options)))
    plotting.show(draw(2), ALT)
    with live.Board(draw, alt=ALT) as board:
        board.update(2)
    assert frames[0][0] == shown[0][0]

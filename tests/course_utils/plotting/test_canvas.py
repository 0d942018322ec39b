"""Style, colours, and figures shown with words for them."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from course_utils import plotting
from course_utils.plotting import canvas
from tests.support.plots import plot_style

ALT = "Two curves that fall, the second one faster than the first."


style = pytest.fixture(autouse=True)(plot_style)


def test_the_palette_is_that_of_okabe_and_ito_without_yellow():
    rgb = [tuple(round(255 * c) for c in to_rgb(colour)) for colour in plotting.PALETTE]
    assert rgb == [
        (0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (230, 159, 0), (0, 0, 0),
    ]  # fmt: skip
    assert mpl.rcParams["axes.prop_cycle"].by_key()["color"] == list(plotting.PALETTE)


def test_style_fits_a_notebook():
    width, height = mpl.rcParams["figure.figsize"]
    assert width * mpl.rcParams["figure.dpi"] < 900
    assert mpl.rcParams["figure.constrained_layout.use"]
    assert height < width


@given(st.integers(1, 60))
def test_time_colours_get_lighter_and_stay_off_white(steps):
    colours = plotting.time_colours(steps)
    assert colours.shape == (steps, 4)
    assert np.all(colours[:, 3] == 1)
    light = colours[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert np.all(np.diff(light) > 0)
    assert light[-1] < 0.8


@pytest.mark.parametrize("steps", [0, -1, 100_001])
def test_time_colours_of_no_steps_or_too_many(steps):
    with pytest.raises(
        ValueError, match=f"steps must be a whole number, at least 1, at most 100000; got {steps}"
    ):
        plotting.time_colours(steps)


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(canvas, "display", lambda *args, **kwargs: calls.append((args, kwargs)))
    return calls


@pytest.mark.parametrize("given_as", ["figure", "axes", "array", "list"])
def test_show_displays_once_with_its_alt_text_and_closes(displayed, given_as):
    figure, axes = plt.subplots(1, 2)
    kept, _ = plt.subplots()
    form = {"figure": figure, "axes": axes[0], "array": axes, "list": list(axes)}[given_as]
    assert plotting.show(form, ALT.replace("fall, ", "fall,\n   ")) is None
    [((bundle,), options)] = displayed
    assert bundle["text/plain"] == ALT
    assert bundle["image/png"].startswith(b"\x89PNG")
    assert options == {"raw": True, "metadata": {"image/png": {"alt": ALT}}}
    assert plt.get_fignums() == [kept.number]


def test_show_gives_the_same_bytes_each_time(displayed):
    for _ in range(2):
        plotting.show(plotting.bars({"a": 1.0}, xlabel="x", title="t"), ALT)
    assert displayed[0] == displayed[1]
    assert b"matplotlib" not in displayed[0][0][0]["image/png"].lower()


def test_show_outside_a_notebook_is_harmless(capsys):
    plotting.show(plotting.bars({"a": 1.0}, xlabel="x", title="t"), ALT)
    assert ALT in capsys.readouterr().out
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("what", "alt", "error", "message"),
    [
        ("axes", "", ValueError, "alt must say something: pass a text of at least 30 characters; got ''"),
        ("axes", "A figure.", ValueError, "at least 30 characters; got 'A figure.'"),
        ("axes", None, TypeError, "alt must be a text (str); got None"),
        (
            "none",
            ALT,
            TypeError,
            "figure_or_axes must be a matplotlib Figure, Axes or array of the Axes of one figure",
        ),
        ("two", ALT, ValueError, "got axes of 2 figures: show one at a time"),
        ("empty", ALT, ValueError, "got axes of 0 figures"),
    ],
)
def test_show_refuses(displayed, what, alt, error, message):
    first, second = plt.subplots()[1], plt.subplots()[1]
    form = {"axes": first, "none": None, "two": [first, second], "empty": []}[what]
    with pytest.raises(error) as caught:
        plotting.show(form, alt)
    assert message in str(caught.value)
    assert not displayed


def test_show_refuses_axes_that_were_removed():
    _, ax = plt.subplots()
    ax.remove()
    with pytest.raises(ValueError, match="must still be on a figure"):
        plotting.show(ax, ALT)

"""Boxes, arrows and shapes of the unrolled network are those of the arrays."""

import numpy as np
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils import plotting
from tests.support.colours import contrast
from tests.support.plots import TITLE, Example, assert_refused, plot_style

style = pytest.fixture(autouse=True)(plot_style)


def network(steps=3, *, batch=3, features=2, units=8, outputs=1, heads=False):
    """The arguments of unrolled_network for a network of these sizes."""
    head = np.zeros((units, outputs))
    weights = {
        "W_x": np.zeros((features, units)),
        "W_h": np.zeros((units, units)),
        "b": np.zeros(units),
        "W_y": [head] * steps if heads else head,
        "b_y": [np.zeros(outputs)] * steps if heads else np.zeros(outputs),
    }
    return {
        "x": np.zeros((batch, steps, features)),
        "h": np.zeros((batch, steps, units)),
        "y": np.zeros((batch, steps, outputs)),
        "weights": weights,
        "title": TITLE,
    }


def headless(**sizes):
    arguments = network(**sizes)
    weights = {name: arguments["weights"][name] for name in ("W_x", "W_h", "b")}
    return arguments | {"y": None, "weights": weights}


def expected(*, x, h, y, weights, **_):
    steps = x.shape[1]
    shown = range(steps) if steps <= 6 else [*range(4), steps - 1]
    given = [(name, array) for name, array in (("x", x), ("h", h), ("y", y)) if array is not None]
    boxes = {f"{n}_{t}": [f"${n}_{{{t}}}$\n{(len(x), a.shape[2])}"] for n, a in given for t in shown}
    result = boxes | {"h_start": [f"$h_{{-1}} = 0$\n{(len(x), h.shape[2])}"], "weights": None}
    result |= {"W_x": ["$W_x$"] * len(shown), "W_h": ["$W_h$"] * len(shown)}
    if y is not None:
        heads = isinstance(weights["W_y"], list)
        result["W_y"] = [f"$W_y[{t}]$" if heads else "$W_y$" for t in shown]
    if steps > 6:
        result |= {"ellipsis": ["· · ·"], "W_h": ["$W_h$"] * (len(shown) + 1)}
    return result


NETWORKS = {
    "unrolled_network": network(),
    "unrolled_network, one step": headless(steps=1, features=1, units=1),
    "unrolled_network, heads": network(heads=True),
    "unrolled_network, long": network(100, batch=256, features=28, units=128, outputs=10, heads=True),
}
EXAMPLES = {
    name: Example(plotting.unrolled_network, arguments, labels=[], drawn=expected, wide=True)
    for name, arguments in NETWORKS.items()
}


def texts_by_gid(ax):
    result = {}
    for text in ax.texts:
        result.setdefault(text.get_gid(), []).append(text.get_text())
    return result


@pytest.mark.parametrize("steps", [1, 2, 6])
def test_every_step_has_its_boxes_in_its_colour(steps):
    ax = plotting.unrolled_network(**network(steps))
    boxes = {p.get_gid(): p for p in ax.patches if isinstance(p, FancyBboxPatch)}
    assert set(boxes) == {"h_start", *(f"{name}_{t}" for name in "xhy" for t in range(steps))}
    colours = plotting.time_colours(steps)
    for name in "xhy":
        for t in range(steps):
            np.testing.assert_allclose(boxes[f"{name}_{t}"].get_facecolor(), colours[t])


def test_shapes_are_those_of_the_arrays():
    texts = texts_by_gid(plotting.unrolled_network(**network(batch=32, features=5, units=7, outputs=4)))
    assert texts["x_1"] == ["$x_{1}$\n(32, 5)"]
    assert texts["h_1"] == ["$h_{1}$\n(32, 7)"]
    assert texts["y_1"] == ["$y_{1}$\n(32, 4)"]
    assert texts["h_start"] == ["$h_{-1} = 0$\n(32, 7)"]
    assert texts["weights"] == [
        "the same at every step:  $W_x$ (5, 7),  $W_h$ (7, 7),  $b$ (7,),  $W_y$ (7, 4),  $b_y$ (4,)"
    ]


def test_each_arrow_carries_the_weight_it_stands_for():
    ax = plotting.unrolled_network(**network(3))
    texts = texts_by_gid(ax)
    assert texts["W_x"] == ["$W_x$"] * 3
    assert texts["W_h"] == ["$W_h$"] * 3
    assert texts["W_y"] == ["$W_y$"] * 3
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    assert sorted(p.get_gid() for p in arrows) == ["W_h"] * 3 + ["W_x"] * 3 + ["W_y"] * 3


def test_arrows_run_from_box_to_box():
    ax = plotting.unrolled_network(**network(3))
    boxes = {p.get_gid(): p.get_bbox() for p in ax.patches if isinstance(p, FancyBboxPatch)}
    arrows = {"W_x": [], "W_h": [], "W_y": []}
    for patch in ax.patches:
        if isinstance(patch, FancyArrowPatch):
            arrows[patch.get_gid()].append(patch._posA_posB)
    for t in range(3):
        before = "h_start" if t == 0 else f"h_{t - 1}"
        for (start, end), source, target in [
            (arrows["W_x"][t], f"x_{t}", f"h_{t}"),
            (arrows["W_y"][t], f"h_{t}", f"y_{t}"),
            (arrows["W_h"][t], before, f"h_{t}"),
        ]:
            for point, box in ((start, boxes[source]), (end, boxes[target])):
                assert box.x0 - 1e-6 <= point[0] <= box.x1 + 1e-6
                assert box.y0 - 1e-6 <= point[1] <= box.y1 + 1e-6


def test_without_a_head_there_is_no_third_row():
    texts = texts_by_gid(plotting.unrolled_network(**headless()))
    assert "y_0" not in texts
    assert "W_y" not in texts
    assert texts["weights"] == ["the same at every step:  $W_x$ (2, 8),  $W_h$ (8, 8),  $b$ (8,)"]


def test_heads_of_their_own_are_named_by_step():
    texts = texts_by_gid(plotting.unrolled_network(**network(heads=True)))
    assert texts["W_y"] == ["$W_y[0]$", "$W_y[1]$", "$W_y[2]$"]
    [text] = texts["weights"]
    assert text.splitlines()[1] == "a head of its own at each step:  $W_y[t]$ (8, 1),  $b_y[t]$ (1,)"
    assert "W_y" not in text.splitlines()[0]


@pytest.mark.parametrize(("steps", "shown"), [(7, [0, 1, 2, 3, 6]), (50, [0, 1, 2, 3, 49])])
def test_a_long_sequence_is_cut_in_its_middle(steps, shown):
    ax = plotting.unrolled_network(**network(steps))
    texts = texts_by_gid(ax)
    assert [t for t in range(steps) if f"h_{t}" in texts] == shown
    assert len(texts["ellipsis"]) == 1
    places = {t: b.get_x() for b in ax.patches for t in shown if b.get_gid() == f"h_{t}"}
    [dots] = [t for t in ax.texts if t.get_gid() == "ellipsis"]
    assert places[3] < dots.get_position()[0] < places[steps - 1]
    last = next(p for p in ax.patches if p.get_gid() == f"h_{steps - 1}")
    np.testing.assert_allclose(last.get_facecolor(), plotting.time_colours(steps)[-1])


WRONG_SHAPES = {
    "W_x": ((8, 2), "weights['W_x'] must have shape (2, 8) (F, H); got shape (8, 2)"),
    "W_h": ((8, 7), "weights['W_h'] must have shape (8, 8) (H, H); got shape (8, 7)"),
    "b": ((1, 8), "weights['b'] must have shape (8,) (H,); got shape (1, 8)"),
    "W_y": ((1, 8), "weights['W_y'] must have shape (8, 1) (H, C); got shape (1, 8)"),
    "b_y": ((2,), "weights['b_y'] must have shape (1,) (C,); got shape (2,)"),
}


@pytest.mark.parametrize("name", WRONG_SHAPES)
def test_a_weight_that_does_not_fit_is_named(name):
    shape, message = WRONG_SHAPES[name]
    arguments = network()
    arguments["weights"][name] = np.zeros(shape)
    with pytest.raises(ValueError, match="must have shape") as caught:
        plotting.unrolled_network(**arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("W_y", [np.zeros((8, 1))] * 2, "weights['W_y'] must be a list of T = 3 arrays, one a step"),
        ("W_y", [np.zeros((8, 1))] * 2 + [np.zeros((7, 1))], "weights['W_y'][2] must have shape (8, 1)"),
        (
            "b_y",
            np.zeros(1),
            "weights['b_y'] must be a list of T = 3 arrays, one a step, because W_y is a list; got an",
        ),
    ],
)
def test_heads_that_do_not_fit_are_named(name, value, message):
    arguments = network(heads=True)
    arguments["weights"][name] = value
    with pytest.raises(ValueError, match="weights") as caught:
        plotting.unrolled_network(**arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize("t", range(6))
def test_text_in_boxes_has_contrast(t):
    ax = plotting.unrolled_network(**network(6))
    [box] = [p for p in ax.patches if p.get_gid() == f"h_{t}"]
    [text] = [p for p in ax.texts if p.get_gid() == f"h_{t}"]
    assert contrast(box.get_facecolor(), text.get_color()) >= 4.5
    for arrow in {p.get_facecolor() for p in ax.patches if isinstance(p, FancyArrowPatch)}:
        assert contrast(arrow, "white") >= 4.5  # their names are written in the same colour


BAD = [
    (
        "unrolled_network",
        {"x": np.zeros((3, 2))},
        ValueError,
        "x must have 3 axes (B, T, F); got shape (3, 2)",
    ),
    ("unrolled_network", {"h": np.zeros((3, 2, 8))}, ValueError, "h must have shape (3, 3, any) (B, T, H)"),
    ("unrolled_network", {"y": np.zeros((2, 3, 1))}, ValueError, "y must have shape (3, 3, any) (B, T, C)"),
    (
        "unrolled_network",
        {"y": None},
        ValueError,
        "weights has W_y, but y is None: pass the outputs y, or leave",
    ),
    ("unrolled_network", {"weights": {}}, ValueError, "weights must have at least one entry"),
    (
        "unrolled_network",
        {"weights": {"W_x": np.zeros((2, 8))}},
        ValueError,
        "must have W_x, W_h, W_y; got W_x: add W_h",
    ),
    (
        "unrolled_network",
        {"weights": {"Wx": np.zeros((2, 8))}},
        ValueError,
        "must be one of 'W_x', 'W_h', 'b', 'W_y', 'b_y'",
    ),
]


@pytest.mark.parametrize(("plot", "changed", "error", "message"), BAD)
def test_bad_input_is_named(plot, changed, error, message):
    assert_refused(EXAMPLES[plot], changed, error, message)

"""course_utils.plotting: what is drawn is what was given, every text can be read, and bad input is named."""

import itertools

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils import _canvas, plotting

ALT = "Two curves that fall, the second one faster than the first."
TITLE = "After three epochs the network beats every answer that has no memory"


@pytest.fixture(autouse=True)
def style():
    plt.close("all")  # those of docstrings' examples
    with mpl.rc_context():
        plotting.use_style()
        yield
    plt.close("all")


def network(steps=3, *, batch=3, features=2, units=8, outputs=1, heads=False, **changed):
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
    } | changed


def headless(**changed):
    arguments = network(**changed)
    weights = {name: arguments["weights"][name] for name in ("W_x", "W_h", "b")}
    return arguments | {"y": None, "weights": weights}


def texts_by_gid(ax):
    found = {}
    for text in ax.texts:
        found.setdefault(text.get_gid(), []).append(text.get_text())
    return found


GENERATOR = np.random.default_rng(0)
FALLING = 0.3 * np.exp(-np.arange(30) / 6) + 1e-3
CALLS = {
    "unrolled_network": (plotting.unrolled_network, network()),
    "unrolled_network, one step": (plotting.unrolled_network, headless(steps=1, features=1, units=1)),
    "unrolled_network, heads": (plotting.unrolled_network, network(heads=True)),
    "unrolled_network, long": (
        plotting.unrolled_network,
        network(100, batch=256, features=28, units=128, outputs=10, heads=True),
    ),
    "training_curves": (
        plotting.training_curves,
        {
            "curves": {"training, SimpleRNN(8)": FALLING, "validation, SimpleRNN(8)": FALLING * 1.05},
            "baselines": {"always answering 0": 0.61, "the best answer without memory": 0.6},
            "ylabel": "mean squared error",
            "title": TITLE,
        },
    ),
    "training_curves, short": (
        plotting.training_curves,
        {"curves": {"a": [2.0]}, "ylabel": "loss", "title": "One", "log": False},
    ),
    "heat_map": (
        plotting.heat_map,
        {"values": GENERATOR.normal(size=(12, 8)), "label": "state h", "title": TITLE, "diverging": True},
    ),
    "heat_map, large": (
        plotting.heat_map,
        {"values": GENERATOR.random((200, 64)), "label": "activation", "title": TITLE},
    ),
    "step_series": (
        plotting.step_series,
        {
            "series": {"truth": [0, 1, 0], "the prediction before any training": [0.1, 0, 0]},
            "ylabel": "change of x",
            "title": TITLE,
        },
    ),
    "tanh_saturation": (
        plotting.tanh_saturation,
        {"pre_activations": GENERATOR.normal(size=(3, 3, 8)) * 8, "title": TITLE},
    ),
    "bars": (
        plotting.bars,
        {
            "values": {"always 0": 0.61, "a rather long name of a model": 0.0021},
            "xlabel": "mean squared error",
            "title": TITLE,
            "baselines": {"the best answer without memory": 0.31},
        },
    ),
    "bars, log": (
        plotting.bars,
        {"values": {"a": 0.61, "b": 2e-5}, "xlabel": "error", "title": TITLE, "log": True},
    ),
    "bars, signed": (plotting.bars, {"values": {"a": -0.61, "b": 0.3}, "xlabel": "gain", "title": TITLE}),
    "distributions": (
        plotting.distributions,
        {
            "samples": {"raw inputs": GENERATOR.random(200) * 1e-3 + 1e-9, "scaled inputs": [0.5, 0.6]},
            "xlabel": "|gradient| of the loss",
            "title": TITLE,
            "log": True,
        },
    ),
}
PARAMETERS = {"argvalues": CALLS.values(), "ids": CALLS.keys()}


# ---------------------------------------------------------------- all plots


@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
def test_draws_on_the_axes_it_is_given_and_returns_them(plot, arguments):
    figure, (left, right) = plt.subplots(1, 2)
    assert plot(**arguments, ax=right) is right
    assert left.get_title(loc="left") == ""
    assert right.get_title(loc="left").replace("\n", " ") == arguments["title"]
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
def test_leaves_its_input_and_the_style_alone(plot, arguments):
    before = repr(arguments)
    style = dict(mpl.rcParams)
    plot(**arguments)
    assert repr(arguments) == before
    assert dict(mpl.rcParams) == style


def readable_texts(ax):
    """Every text of the figure with its place in pixels, after the layout."""
    figure = ax.figure
    figure.canvas.draw()
    for text in figure.findobj(mpl.text.Text):
        if text.get_visible() and text.get_text().strip():
            yield text, text.get_window_extent()


def ticks_out_of_sight(figure):
    """Labels of ticks outside the limits: they exist, but are not drawn."""
    for ax in figure.axes:
        for axis, labels, i in (
            (ax.xaxis, ax.get_xticklabels(which="both"), 0),
            (ax.yaxis, ax.get_yticklabels(which="both"), 1),
        ):
            low, high = sorted(axis.get_view_interval())
            for label in labels:
                if not ax.axison or not low <= label.get_position()[i] <= high:
                    yield label


@pytest.mark.parametrize("form", ["own figure", "two in a row"])
@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
def test_no_text_is_cut_and_none_covers_another(plot, arguments, form):
    if form == "two in a row":
        # a diagram and named bars need the width of a notebook: one below the other, for them
        wide = plot in (plotting.bars, plotting.unrolled_network)
        axes = plt.subplots(*((2, 1) if wide else (1, 2)), figsize=(7.5, 8) if wide else (10, 4))[1]
        plot(**arguments, ax=axes[1])
    ax = plot(**arguments, ax=None if form == "own figure" else axes[0])
    frame = ax.figure.bbox
    shown = list(readable_texts(ax))
    hidden = set(ticks_out_of_sight(ax.figure))
    solid = [(text, box) for text, box in shown if text not in hidden]
    assert len(solid) > 3
    for text, box in solid:
        assert box.x0 >= frame.x0 - 1, text
        assert box.x1 <= frame.x1 + 1, text
        assert box.y0 >= frame.y0 - 1, text
        assert box.y1 <= frame.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(solid, 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
        assert not overlap, (one, other)


@pytest.mark.parametrize(
    "plot", ["training_curves", "heat_map", "step_series", "distributions", "tanh_saturation"]
)
def test_axes_are_labelled(plot):
    function, arguments = CALLS[plot]
    ax = function(**arguments)
    assert ax.get_xlabel()
    assert ax.get_ylabel()


@pytest.mark.parametrize(("plot", "arguments"), **PARAMETERS)
@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"title": ""}, ValueError, "title must say something: pass a text of at least 1 character; got ''"),
        ({"title": None}, TypeError, "title must be a text (str); got None"),
        ({"ax": "here"}, TypeError, "ax must be matplotlib Axes or None for a new figure; got 'here'"),
    ],
)
def test_bad_title_or_axes(plot, arguments, changed, error, words):
    with pytest.raises(error) as caught:
        plot(**arguments | changed)
    assert words in str(caught.value)
    assert not plt.get_fignums()


BAD = [
    ("training_curves", {"curves": {}}, ValueError, "curves must have at least one entry"),
    ("training_curves", {"curves": [1, 2]}, TypeError, "curves must be a mapping from a curve's name"),
    ("training_curves", {"curves": {"a": []}}, ValueError, "curves['a'] must hold at least one value"),
    (
        "training_curves",
        {"curves": {"a": [[1.0]]}},
        ValueError,
        "curves['a'] must have 1 axis; got shape (1, 1)",
    ),
    (
        "training_curves",
        {"curves": {"a": [1, np.nan]}},
        ValueError,
        "curves['a'] must be finite; got nan at index 1",
    ),
    (
        "training_curves",
        {"curves": {"a": [1, 0]}},
        ValueError,
        "got 0 at index 1 (1 of 2 is 0 or below): pass log",
    ),
    (
        "training_curves",
        {"baselines": {"b": 0}},
        ValueError,
        "baselines['b'] must be above 0 for a logarithmic",
    ),
    (
        "training_curves",
        {"baselines": {"b": np.inf}},
        ValueError,
        "baselines['b'] must be a finite number; got inf",
    ),
    ("training_curves", {"baselines": 0.3}, TypeError, "baselines must be a mapping"),
    ("training_curves", {"ylabel": " "}, ValueError, "ylabel must say something"),
    ("training_curves", {"log": "yes"}, TypeError, "log must be True or False; got 'yes'"),
    ("heat_map", {"values": np.zeros(3)}, ValueError, "values must have 2 axes (time, unit); got shape (3,)"),
    ("heat_map", {"values": [[np.inf]]}, ValueError, "values must be finite; got inf at index (0, 0)"),
    ("heat_map", {"label": 3}, TypeError, "label must be a text (str); got 3"),
    ("heat_map", {"diverging": None}, TypeError, "diverging must be True or False; got None"),
    (
        "step_series",
        {"series": {"a": [1], "b": [1, 2]}},
        ValueError,
        "one length; got {'a': 1, 'b': 2}: cut or pad",
    ),
    ("step_series", {"series": {"a": ["x"]}}, TypeError, "series['a'] must hold real numbers"),
    ("step_series", {"series": {"": [1]}}, ValueError, "each key of series must say something"),
    ("tanh_saturation", {"pre_activations": []}, ValueError, "pre_activations must hold at least one value"),
    ("tanh_saturation", {"pre_activations": [np.nan]}, ValueError, "pre_activations must be finite; got nan"),
    (
        "tanh_saturation",
        {"threshold": 1},
        ValueError,
        "threshold must be a finite number, above 0, below 1; got 1",
    ),
    ("bars", {"values": {"a": np.nan}}, ValueError, "values['a'] must be a finite number; got nan"),
    ("bars", {"values": {"a": [1, 2]}}, TypeError, "values['a'] must be a finite number; got [1, 2]"),
    (
        "bars",
        {"values": {"a": -1}, "log": True},
        ValueError,
        "values['a'] must be above 0 for a logarithmic axis; got -1",
    ),
    ("bars", {"xlabel": ""}, ValueError, "xlabel must say something"),
    ("distributions", {"samples": {}}, ValueError, "samples must have at least one entry"),
    (
        "distributions",
        {"samples": {"a": [0.0]}},
        ValueError,
        "samples['a'] must be above 0 for a logarithmic axis",
    ),
    ("distributions", {"bins": 1}, ValueError, "bins must be a whole number, at least 2; got 1"),
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


@pytest.mark.parametrize(("plot", "changed", "error", "words"), BAD)
def test_bad_input_is_named(plot, changed, error, words):
    function, arguments = CALLS[plot]
    with pytest.raises(error) as caught:
        function(**arguments | changed)
    assert words in str(caught.value)
    assert not plt.get_fignums()


# ---------------------------------------------------------------- style, colours, show


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


@pytest.mark.parametrize("steps", [0, -1])
def test_time_colours_of_no_steps(steps):
    with pytest.raises(ValueError, match=f"steps must be a whole number, at least 1; got {steps}"):
        plotting.time_colours(steps)


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(_canvas, "display", lambda *args, **kwargs: calls.append((args, kwargs)))
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
    ("what", "alt", "error", "words"),
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
def test_show_refuses(displayed, what, alt, error, words):
    first, second = plt.subplots()[1], plt.subplots()[1]
    form = {"axes": first, "none": None, "two": [first, second], "empty": []}[what]
    with pytest.raises(error) as caught:
        plotting.show(form, alt)
    assert words in str(caught.value)
    assert not displayed


def test_show_refuses_axes_that_were_removed():
    _, ax = plt.subplots()
    ax.remove()
    with pytest.raises(ValueError, match="must still be on a figure"):
        plotting.show(ax, ALT)


# ---------------------------------------------------------------- the unrolled network


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
    [words] = texts["weights"]
    assert words.splitlines()[1] == "a head of its own at each step:  $W_y[t]$ (8, 1),  $b_y[t]$ (1,)"
    assert "W_y" not in words.splitlines()[0]


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
    shape, words = WRONG_SHAPES[name]
    arguments = network()
    arguments["weights"][name] = np.zeros(shape)
    with pytest.raises(ValueError, match="must have shape") as caught:
        plotting.unrolled_network(**arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
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
def test_heads_that_do_not_fit_are_named(name, value, words):
    arguments = network(heads=True)
    arguments["weights"][name] = value
    with pytest.raises(ValueError, match="weights") as caught:
        plotting.unrolled_network(**arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("t", range(6))
def test_text_in_boxes_has_contrast(t):
    ax = plotting.unrolled_network(**network(6))
    [box] = [p for p in ax.patches if p.get_gid() == f"h_{t}"]
    [text] = [p for p in ax.texts if p.get_gid() == f"h_{t}"]
    assert contrast(box.get_facecolor(), text.get_color()) >= 4.5
    for arrow in {p.get_facecolor() for p in ax.patches if isinstance(p, FancyArrowPatch)}:
        assert contrast(arrow, "white") >= 4.5  # their names are written in the same colour


def contrast(one, other):
    """The contrast ratio of WCAG 2, from 1 to 21."""
    lights = []
    for colour in (one, other):
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
    return max(lights) / min(lights)


# ---------------------------------------------------------------- training curves


def test_curves_start_at_epoch_1_and_baselines_run_across():
    ax = plotting.training_curves(
        {"a": [0.5, 0.2, 0.1], "b": [0.4, 0.3]}, baselines={"zero": 0.6}, ylabel="loss", title="t"
    )
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_array_equal(lines["a"].get_xdata(), [1, 2, 3])
    np.testing.assert_array_equal(lines["a"].get_ydata(), [0.5, 0.2, 0.1])
    np.testing.assert_array_equal(lines["b"].get_ydata(), [0.4, 0.3])
    assert set(lines["zero"].get_ydata()) == {0.6}
    assert ax.get_yscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    assert [text.get_text() for text in ax.texts] == ["a", "b", "zero"]
    assert lines["a"].get_linestyle() != lines["b"].get_linestyle()
    assert lines["a"].get_marker() != lines["b"].get_marker()


def test_labels_stand_at_the_height_of_their_line():
    ax = plotting.training_curves(
        {"a": [1.0, 0.1]}, baselines={"zero": 0.9}, ylabel="loss", title="t", log=False
    )
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    low, high = ax.get_ylim()
    assert low == 0
    assert heights["a"] == pytest.approx((0.1 - low) / (high - low), abs=1e-6)
    assert heights["zero"] == pytest.approx((0.9 - low) / (high - low), abs=1e-6)


def test_a_curve_that_goes_below_zero_is_shown_whole():
    ax = plotting.training_curves({"a": [-1.0, 2.0]}, ylabel="reward", title="t", log=False)
    assert ax.get_ylim()[0] < -1


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.floats(-0.2, 1.2), st.sampled_from([0.05, 0.1])), min_size=1, max_size=8),
)
def test_labels_are_moved_apart_and_keep_their_order(labels):
    wanted, sizes = [y for y, _ in labels], [size for _, size in labels]
    found = _canvas._apart(wanted, sizes)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    for i, j in itertools.pairwise(order):
        assert found[j] - found[i] >= (sizes[i] + sizes[j]) / 2 - 1e-9
    if sum(sizes) <= 1:
        assert min(y - s / 2 for y, s in zip(found, sizes, strict=True)) >= -1e-9
        assert max(y + s / 2 for y, s in zip(found, sizes, strict=True)) <= 1 + 1e-9


# ---------------------------------------------------------------- heat map, series


def test_heat_map_has_time_to_the_right_and_units_downwards():
    values = np.arange(12.0).reshape(4, 3)  # 4 steps, 3 units
    ax = plotting.heat_map(values, label="state h", title="t")
    [image] = ax.images
    np.testing.assert_array_equal(image.get_array(), values.T)
    assert image.get_clim() == (0, 11)
    assert ax.get_ylim() == (2.5, -0.5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("time step", "unit")
    assert image.colorbar.ax.get_ylabel() == "state h"
    assert all(float(tick).is_integer() for tick in [*ax.get_xticks(), *ax.get_yticks()])


@pytest.mark.parametrize("values", [[[-3.0, 1.0]], [[3.0, 1.0]]])
def test_a_diverging_map_is_white_at_0(values):
    ax = plotting.heat_map(values, label="h", title="t", diverging=True)
    [image] = ax.images
    assert image.get_clim() == (-3, 3)
    middle = image.cmap(image.norm(0.0))
    assert min(middle[:3]) > 0.94


def test_a_constant_matrix_has_a_scale_too():
    assert plotting.heat_map([[2.0]], label="h", title="t").images[0].get_clim() == (2, 3)
    assert plotting.heat_map([[0.0]], label="h", title="t", diverging=True).images[0].get_clim() == (-1, 1)


def test_series_are_told_apart_without_colour():
    series = {"truth": [0, 1, 2], "before": [1, 1, 1], "after": [0, 1, 1.9]}
    ax = plotting.step_series(series, ylabel="change", title="t")
    for line, (name, values) in zip(ax.lines, series.items(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
        np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])
        assert line.get_label() == name
    assert len({(str(line.get_linestyle()), line.get_marker()) for line in ax.lines}) == 3
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(series)


# ---------------------------------------------------------------- saturation, bars, distributions


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=20), st.floats(0.1, 0.999))
@settings(deadline=None, max_examples=10)
def test_saturation_points_zone_and_share(z, threshold):
    ax = plotting.tanh_saturation(z, threshold=threshold, title="t")
    points = ax.collections[0].get_offsets()
    np.testing.assert_allclose(points, np.column_stack([z, np.tanh(z)]), atol=1e-12)
    zones = [(p.get_x(), p.get_x() + p.get_width()) for p in ax.patches]
    share = np.mean([any(a < value < b for a, b in zones) for value in z])
    if share in (0, 1) or 0.01 <= share <= 0.99:
        assert (
            ax.get_legend()
            .get_texts()[-1]
            .get_text()
            .replace("\n", " ")
            .endswith(f"{100 * share:.0f} % of {len(z)}")
        )
    plt.close("all")


def test_saturation_draws_tanh_and_its_slope():
    ax = plotting.tanh_saturation([-20.0, 20.0], title="t")
    curve, slope = (line for line in ax.lines if line.get_label().startswith(("tanh", "its slope")))
    x = curve.get_xdata()
    np.testing.assert_allclose(curve.get_ydata(), np.tanh(x))
    np.testing.assert_allclose(slope.get_ydata(), 1 / np.cosh(x) ** 2, atol=1e-12)
    assert np.diff(x[np.abs(x) < 3]).max() < 0.05  # smooth where it bends, however wide the axis
    edges = sorted(abs(p.get_x()) for p in ax.patches)
    assert np.tanh(edges[0]) == pytest.approx(0.99)


def test_bars_have_their_length_and_their_value():
    ax = plotting.bars({"LSTM": 0.5, "GRU": -0.25}, xlabel="gain", title="t", baselines={"chance": 0.1})
    assert [bar.get_width() for bar in ax.patches] == [0.5, -0.25]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["LSTM", "GRU"]
    assert [text.get_text() for text in ax.texts] == ["0.5", "−0.25"]
    assert [text.get_ha() for text in ax.texts] == ["left", "right"]
    assert ax.yaxis_inverted()  # the first on top
    [text] = ax.get_legend().get_texts()
    assert text.get_text() == "chance: 0.1"
    assert any(set(line.get_xdata()) == {0.1} for line in ax.lines)


def test_bars_without_a_sign_start_at_0():
    assert plotting.bars({"a": 3, "b": 4}, xlabel="x", title="t").get_xlim()[0] == 0


def test_distributions_are_shares_in_common_bins():
    samples = {"a": GENERATOR.normal(size=300), "b": GENERATOR.normal(size=(10, 5)) + 3}
    ax = plotting.distributions(samples, bins=12, xlabel="x", title="t")
    first, second = (patch.get_data() for patch in ax.patches)
    np.testing.assert_array_equal(first.edges, second.edges)
    assert len(first.values) == 12
    assert first.values.sum() == pytest.approx(1)
    assert second.values.sum() == pytest.approx(1)
    edges = first.edges
    for i in range(12):
        above = (samples["b"] >= edges[i]) & (
            (samples["b"] < edges[i + 1]) | ((i == 11) & (samples["b"] <= edges[12]))
        )
        assert second.values[i] == pytest.approx(above.mean())


def test_logarithmic_bins_have_one_ratio():
    ax = plotting.distributions({"a": [1e-3, 1.0, 10.0]}, bins=8, log=True, xlabel="x", title="t")
    edges = ax.patches[0].get_data().edges
    np.testing.assert_allclose(edges[1:] / edges[:-1], 10 ** (4 / 8))
    assert ax.get_xscale() == "log"
    assert edges[0] == pytest.approx(1e-3)
    assert ax.patches[0].get_data().values.sum() == pytest.approx(1)

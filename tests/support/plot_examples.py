"""Calls of every plot function, and what the tests of several plot modules need: a style, and eyes."""

import matplotlib as mpl

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plotting

TITLE = "After three epochs the network beats every answer that has no memory"


def plot_style():
    """For `pytest.fixture(autouse=True)`: the course's style, and no figure left open."""
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
BITS = np.random.default_rng(0).integers(0, 2, size=(5, 15))
FALLING = 0.3 * np.exp(-np.arange(30) / 6) + 1e-3
CALLS = {
    "unrolled_network": (plotting.unrolled_network, network()),
    "unrolled_network, one step": (plotting.unrolled_network, headless(steps=1, features=1, units=1)),
    "unrolled_network, heads": (plotting.unrolled_network, network(heads=True)),
    "unrolled_network, long": (
        plotting.unrolled_network,
        network(100, batch=256, features=28, units=128, outputs=10, heads=True),
    ),
    "progress_of_workers": (
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
    "padded_batch": (
        plotting.padded_batch,
        {"values": [[7, 2, 0], [3, 0, 0]], "lengths": [2, 1], "title": "Two sequences"},
    ),
    "padded_batch, large": (
        plotting.padded_batch,
        {"values": np.full((12, 12), -1.25), "lengths": range(1, 13), "title": TITLE},
    ),
    "curves_by_length": (
        plotting.curves_by_length,
        {
            "curves": {"ten tanh units": [0.1, 0.2, 9.0], "one linear unit": [1e-4, 1e-4, 2e-4]},
            "lengths": [1, 4, 20],
            "trained": (1, 4),
            "baselines": {"4.5 times the length": 8.0},
            "ylabel": "root of the MSE",
            "title": TITLE,
        },
    ),
    "curves_over": (
        plotting.curves_over,
        {
            "values": range(31),
            "curves": {
                "LSTM, forget bias 1": 0.8 ** np.arange(31.0),
                "the same, stopped after 15 steps": 0.8 ** np.arange(15.0),
            },
            "xlabel": "distance (steps)",
            "ylabel": "norm of the Jacobian",
            "title": TITLE,
            "edge": 15,
            "baselines": {"nothing is lost": 1.0},
        },
    ),
    "curves_over, logarithmic": (
        plotting.curves_over,
        {
            "values": 10.0 ** np.arange(-11, 0),
            "curves": {"float64": 1e-9 + 10.0 ** np.arange(-11, 0) ** 2},
            "xlabel": "size of the nudge",
            "ylabel": "relative error",
            "title": TITLE,
            "log": "xy",
        },
    ),
    "loss_surface": (
        plotting.loss_surface,
        {
            "losses": 10.0 ** np.add.outer(np.linspace(-3, 4, 20), np.linspace(0, 5, 30)),
            "x": np.linspace(0.4, 1.6, 30),
            "y": np.linspace(0.2, 1.8, 20),
            "xlabel": "w_h",
            "ylabel": "w_x",
            "title": TITLE,
            "paths": {
                "the gradient as it is": [[0.5, 0.5], [1.0, 1.0], [1e200, -1e200]],
                "clipped to length 1": [[0.5, 0.5], [0.6, 0.6], [0.7, 0.6]],
            },
        },
    ),
    "loss_surface, alone": (
        plotting.loss_surface,
        {"losses": [[1, 1], [1, 1]], "x": [0, 1], "y": [0, 1], "xlabel": "w", "ylabel": "v", "title": "Flat"},
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
    "windows_of_series": (
        plotting.windows_of_series,
        {"x": np.zeros((5, 10_000)), "window": 15, "title": TITLE},
    ),
    "windows_of_series, two": (
        plotting.windows_of_series,
        {"x": np.zeros((1, 8)), "window": 4, "title": TITLE},
    ),
    "windows_of_series, three": (
        plotting.windows_of_series,
        {"x": np.zeros((3, 101)), "window": 30, "title": TITLE},
    ),
    "flattening": (plotting.flattening, {"h": np.zeros((5, 15, 4)), "title": TITLE}),
    "flattening, one": (plotting.flattening, {"h": np.zeros((1, 1, 1)), "title": "One row"}),
    "bit_rows": (
        plotting.bit_rows,
        {"x": BITS, "y": 1 - BITS, "answers": GENERATOR.random(BITS.shape), "title": TITLE},
    ),
    "bit_rows, no answers": (
        plotting.bit_rows,
        {"x": BITS[:1], "y": 1 - BITS[:1], "first_step": 9975, "title": TITLE},
    ),
    "class_columns": (
        plotting.class_columns,
        {
            "heights": [3, 0, 7, 2],
            "xlabel": "ones in a string",
            "ylabel": "strings",
            "title": TITLE,
            "marked": [True, True, False, False],
            "mark": "never shown",
            "log": True,
        },
    ),
    "strip": (
        plotting.strip,
        {
            "samples": {"LSTM": [0.3, 0.1, 0.25], "a GRU of the same size": [0.5, 0.4]},
            "xlabel": "wrong (%)",
            "title": TITLE,
            "baselines": {"guessing": 0.8},
        },
    ),
    "growth": (
        plotting.growth,
        {
            "curves": {"by hand": ([1, 10, 100], [2, 20, 200]), "in a graph": ([1, 100], [3, 4])},
            "xlabel": "length (steps)",
            "ylabel": "time (s)",
            "title": TITLE,
        },
    ),
    "image_rows": (
        plotting.image_rows,
        {
            "images": {"written": GENERATOR.random((6, 8, 5)), "drawn": GENERATOR.random((6, 8, 5))},
            "title": TITLE,
        },
    ),
    "gate_maps": (
        plotting.gate_maps,
        {
            "signals": {"target": [0.0, 1.0, 1.0], "answer": [0.1, 0.9, 1.2]},
            "gates": {"i gate": GENERATOR.random((3, 2)), "f gate": GENERATOR.random((3, 4))},
            "states": {"c": GENERATOR.normal(size=(3, 2))},
            "title": TITLE,
        },
    ),
}
WITHOUT_AX = (plotting.gate_maps, plotting.image_rows)  # they draw several axes, always on a new figure


def assert_refused(plot, changed, error, words):
    """Call a plot with arguments that are good but for some, and see the error name them."""
    function, arguments = CALLS[plot]
    with pytest.raises(error) as caught:
        function(**arguments | changed)
    assert words in str(caught.value)
    assert not plt.get_fignums()

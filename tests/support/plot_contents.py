"""What must be seen in each example of a plot: the words at its axes, and what is drawn under which name.

A function here has the name of a plot function and takes its arguments. It says what `plotting.drawn` must
find; None stands for what its own module's tests look at.
"""

import numpy as np

from course_utils.plotting.canvas import NOTHING

# Every word and unit at the axes and the colour bars of each example, from the first to the last.
LABELS = {
    "unrolled_network": [],
    "unrolled_network, one step": [],
    "unrolled_network, heads": [],
    "unrolled_network, long": [],
    "windows_of_series": [],
    "windows_of_series, two": [],
    "windows_of_series, three": [],
    "flattening": [],
    "flattening, one": [],
    "progress_of_workers": ["seconds since the first start", "updates made"],
    "training_curves": ["epoch", "mean squared error"],
    "training_curves, short": ["epoch", "loss"],
    "heat_map": ["time step", "unit", "state h"],
    "heat_map, large": ["time step", "unit", "activation"],
    "step_series": ["time step", "change of x"],
    "padded_batch": ["time step", "sequence"],
    "padded_batch, large": ["time step", "sequence"],
    "curves_by_length": ["length of the sequence (steps)", "root of the MSE"],
    "curves_over": ["distance (steps)", "norm of the Jacobian"],
    "curves_over, logarithmic": ["size of the nudge", "relative error"],
    "loss_surface": ["w_h", "w_x", "loss"],
    "loss_surface, alone": ["w", "v", "loss"],
    "tanh_saturation": ["pre-activation z", "tanh(z), slope"],
    "bars": ["mean squared error"],
    "bars, log": ["error"],
    "bars, signed": ["gain"],
    "distributions": ["|gradient| of the loss", "share of values in the bin"],
    "bit_rows": ["time step"],
    "bit_rows, no answers": ["time step"],
    "class_columns": ["ones in a string", "strings"],
    "strip": ["wrong (%)"],
    "growth": ["length (steps)", "time (s)"],
    "image_rows": ["written", "drawn"],
    "gate_maps": ["signal", "unit", "unit", "time step", "unit", "i gate", "f gate", "c"],
}


def points(x, y):
    return np.column_stack([x, y])


def _across(baselines):
    return {name: points([0, 1], [level] * 2) for name, level in baselines.items()}


def _upright(baselines):
    return {name: points([level] * 2, [0, 1]) for name, level in baselines.items()}


def unrolled_network(*, x, h, y, weights, **_):
    steps = x.shape[1]
    shown = range(steps) if steps <= 6 else [*range(4), steps - 1]
    given = [(name, array) for name, array in (("x", x), ("h", h), ("y", y)) if array is not None]
    boxes = {f"{n}_{t}": [f"${n}_{{{t}}}$\n{(len(x), a.shape[2])}"] for n, a in given for t in shown}
    found = boxes | {"h_start": [f"$h_{{-1}} = 0$\n{(len(x), h.shape[2])}"], "weights": None}
    found |= {"W_x": ["$W_x$"] * len(shown), "W_h": ["$W_h$"] * len(shown)}
    if y is not None:
        heads = isinstance(weights["W_y"], list)
        found["W_y"] = [f"$W_y[{t}]$" if heads else "$W_y$" for t in shown]
    if steps > 6:
        found |= {"ellipsis": ["· · ·"], "W_h": ["$W_h$"] * (len(shown) + 1)}
    return found


def windows_of_series(*, x, window, **_):
    count, over = divmod(x.shape[1], window)
    shown = sorted({0, 1, count - 1})
    steps = [f"steps {n * window}–{(n + 1) * window - 1}" for n in shown]
    if over:
        steps.append(f"steps {count * window}–{x.shape[1] - 1}:\ndropped")
    found = {"window": [f"window {n}" for n in shown], "steps": steps}
    if count > 3:
        return found | {"state": ["state"] * 3, "ellipsis": ["· · ·"]}
    return found | {"state": ["state"] * (len(shown) - 1)}


def flattening(*, h, **_):
    rows, steps, units = h.shape
    shapes = [f"(B, T, H) = ({rows}, {steps}, {units})", f"(B·T, H) = ({rows * steps}, {units})"]
    names = [f"row {row}" for row in range(rows)]
    return {"row": names, "flat row": names, "time": [f"step 0 … step {steps - 1}"], "shape": shapes}


def bit_rows(*, x, y, answers=None, first_step=0, **_):
    given = {"input": x, "label": y} | ({} if answers is None else {"answer": answers})
    times, found = first_step + np.arange(x.shape[1]), {}
    for n, (name, values) in enumerate(given.items()):
        places = times + 0.8 * ((n + 0.5) / len(given) - 0.5)
        found[name] = points(np.tile(places, len(x)), np.maximum(values, 0.05).ravel())
    if answers is not None:
        rows, steps = np.nonzero((answers > 0.5) != (y > 0.5))
        found["wrong"] = points(times[steps], 1.45 * (len(x) - 1 - rows) + 1.14)
    return found


def progress_of_workers(*, tracks, killed, checkpoint_every, **_):
    found = {name: np.concatenate([points(*track) for track in tracks[name]]) for name in tracks}
    last = max(values[:, 1].max() for values in found.values())
    levels = np.arange(checkpoint_every, last + 1, checkpoint_every)
    lines = points(np.tile([0, 1], len(levels)), np.repeat(levels, 2))
    return found | {"killed": [killed], "checkpoint": lines}


def training_curves(*, curves, baselines=NOTHING, **_):
    return {name: points(np.arange(1, len(y) + 1), y) for name, y in curves.items()} | _across(baselines)


def heat_map(*, values, label, **_):
    return {label: values.T}


def step_series(*, series, **_):
    return {name: points(range(len(y)), y) for name, y in series.items()}


def padded_batch(*, values, **_):
    return {"values": [f"{value:.3g}" for value in np.ravel(values)]}


def curves_by_length(*, curves, lengths, baselines, **_):
    return {name: points(lengths, y) for name, y in curves.items()} | _across(baselines)


def curves_over(*, values, curves, baselines=NOTHING, **_):
    return {name: points(values[: len(y)], y) for name, y in curves.items()} | _across(baselines)


def loss_surface(*, losses, x, y, paths=NOTHING, **_):
    inside = {
        n: [p for p in path if x[0] <= p[0] <= x[-1] and y[0] <= p[1] <= y[-1]] for n, path in paths.items()
    }
    return {"loss": losses} | inside


def tanh_saturation(*, pre_activations, **_):
    z = pre_activations.ravel()
    return {
        f"{z.size} pre-activations": points(z, np.tanh(z)),
        "tanh(z)": None,
        "its slope, 1 − tanh²(z)": None,
    }


def bars(*, values, baselines=NOTHING, **_):
    rows = {name: [[value, row]] for row, (name, value) in enumerate(values.items())}
    return rows | _upright(baselines)


def distributions(*, samples, **_):
    logs = {name: np.log10(values) for name, values in samples.items()}
    edges = np.histogram_bin_edges(np.concatenate(list(logs.values())), bins=40)
    shares = {name: np.histogram(values, edges)[0] / len(values) for name, values in logs.items()}
    return {name: points(10 ** edges[:-1], share) for name, share in shares.items()}


def class_columns(*, heights, marked, mark, ylabel, **_):
    every, chosen = points(range(len(heights)), heights), np.array(marked)
    return {ylabel: every[~chosen], mark: every[chosen]}


def strip(*, samples, baselines, **_):
    found = {
        name: points(values, row + np.linspace(-0.12, 0.12, len(values)))
        for row, (name, values) in enumerate(samples.items())
    }
    medians = np.repeat([np.median(values) for values in samples.values()], 2)
    ends = [row + end for row in range(len(samples)) for end in (-0.32, 0.32)]
    return found | {"median": points(medians, ends)} | _upright(baselines)


def growth(*, curves, **_):
    return {name: points(*curve) for name, curve in curves.items()}


def image_rows(*, images, **_):
    return images


def gate_maps(*, signals, gates, states, **_):
    return step_series(series=signals) | {name: values.T for name, values in (gates | states).items()}

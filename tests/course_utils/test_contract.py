"""What holds for every public function: its arrays are of the types that its annotation names (int64 is not
int32), and what it does when nothing else is asked for stands here a second time, or in its plot's tests.
"""

import inspect
import itertools
from typing import Any, get_args, get_origin, get_type_hints
from unittest.mock import MagicMock

import matplotlib.pyplot as plt
import numpy as np
import pytest

import course_utils as cu
from tests.support.plots import collected

EXAMPLES = collected("EXAMPLES").values()
ROWS = cu.datasets.LetterRows(np.array([[1, 2]]), np.array([[0, 1]]), np.ones((1, 2), bool), np.array(["a"]))
TOPICS = {f"t{n}": f"Topic {'abcdefghijkl'[n]} says a thing or two." for n in range(12)}


def leaky(x_t, state, weights):
    return (0.5 * state[0] + x_t @ weights[0],), {"keep": 0.5}


def lstm():
    import keras

    layer = keras.layers.LSTM(2)
    layer.build((None, None, 1))
    return layer


def few_networks(function):
    import keras
    import tensorflow as tf

    def loss(answers, y):
        return tf.reduce_mean((answers - y) ** 2, axis=(0, 2, 3))

    layers, cell = [keras.layers.SimpleRNN(2)] * 2, cu.many_networks.CELLS["SimpleRNN"]
    x = np.zeros((4, 3, 1))
    if function == "train_all":
        return cu.many_networks.train_all({"a": cell}, {"a": layers}, loss, x, x, updates=2, rate=0.1)
    weights = cu.many_networks.stacked(layers, features=1, outputs=1)
    return cu.many_networks.train(cell, weights, loss, x, x, updates=2, rate=0.1)


CALLS = {
    "baselines.window_counts": lambda: cu.baselines.window_counts(ROWS, [[1, 2]], windows=[(0, 0)]),
    "datasets.digits_as_rows": lambda: cu.datasets.digits_as_rows(seed=0),
    "datasets.drawn_digits": lambda: cu.datasets.drawn_digits(),
    "datasets.japanese_vowels": lambda: cu.datasets.japanese_vowels(),
    "datasets.text_without_spaces": lambda: cu.datasets.text_without_spaces(seed=0, topics=TOPICS),
    "many_networks.arranged": lambda: cu.many_networks.arranged(np.zeros((2, 3, 1)), updates=2, networks=1),
    "plotting.time_colours": lambda: cu.plotting.time_colours(3),
    "recurrent.run_cell": lambda: cu.recurrent.run_cell(leaky, np.zeros((1, 2, 1)), [np.eye(1)] * 2),
    "sequences.adding_problem": lambda: cu.sequences.adding_problem(2, 3, seed=0),
    "sequences.all_bit_strings": lambda: cu.sequences.all_bit_strings(2),
    "sequences.bit_strings": lambda: cu.sequences.bit_strings(2, 3, seed=0),
    "sequences.changes": lambda: cu.sequences.changes(2, 3, seed=0),
    "sequences.copy_memory": lambda: cu.sequences.copy_memory(2, 3, seed=0),
    "sequences.digit_sums": lambda: cu.sequences.digit_sums(2, 3, seed=0),
    "sequences.echo_series": lambda: cu.sequences.echo_series(8, 1, 2, seed=0),
    "sequences.first_bit": lambda: cu.sequences.first_bit(2, 3, seed=0),
    "sequences.matched_strings": lambda: cu.sequences.matched_strings([1, 2]),
    "sequences.three_questions": lambda: cu.sequences.three_questions(2, 3, seed=0),
}
TRAINING_CALLS = {
    "many_networks.train": lambda: few_networks("train"),
    "many_networks.train_all": lambda: few_networks("train_all"),
    "recurrent.states_of_all_strings": lambda: cu.recurrent.states_of_all_strings(lstm(), 2),
}


def fields(kind):
    return get_type_hints(kind, localns={"keras": MagicMock(), "tf": MagicMock()})


def dtypes(hint):
    """The types of the arrays in an annotation, from the first to the last."""
    if get_origin(hint) is np.ndarray:
        return [get_args(get_args(hint)[1])[0]]
    if inspect.isclass(hint) and issubclass(hint, tuple):
        return [kind for part in fields(hint).values() for kind in dtypes(part)]
    return [kind for part in get_args(hint) for kind in dtypes(part)]


def assert_as_annotated(value, hint):
    if get_origin(hint) is np.ndarray:
        assert type(value) is np.ndarray
        assert issubclass(value.dtype.type, dtypes(hint)[0]), (value.dtype, hint)
    elif get_origin(hint) in (list, dict):
        for part in value.values() if isinstance(value, dict) else value:
            assert_as_annotated(part, get_args(hint)[-1])
    elif dtypes(hint):
        parts = get_args(hint) or fields(hint).values()
        for part, wanted in zip(value, parts, strict=True):
            assert_as_annotated(part, wanted)


def public_functions():
    for public_name in cu.MODULES:
        module = getattr(cu, public_name)
        for name in module.__all__:
            if inspect.isfunction(function := getattr(module, name)) and "return" in function.__annotations__:
                yield f"{public_name}.{name}", function


def returned(function):
    return get_type_hints(function, localns={"keras": MagicMock(), "tf": MagicMock(), "Callback": Any})[
        "return"
    ]


def test_every_public_function_that_returns_arrays_is_called_here():
    result = {name for name, function in public_functions() if dtypes(returned(function))}
    several_axes = {f"plotting.{example.plot.__name__}" for example in EXAMPLES if not example.takes_ax}
    what_was_given = {"plotting.drawn"}
    assert result == CALLS.keys() | TRAINING_CALLS.keys() | several_axes | what_was_given


def assert_call(name, call):
    assert_as_annotated(call(), returned(dict(public_functions())[name]))


@pytest.mark.parametrize("name", CALLS)
def test_arrays_are_of_the_types_that_were_promised(name):
    assert_call(name, CALLS[name])


@pytest.mark.training
@pytest.mark.parametrize("name", TRAINING_CALLS)
def test_trained_arrays_are_of_the_types_that_were_promised(name):
    assert_call(name, TRAINING_CALLS[name])


# Arguments with which each function of these modules does its work, at once and without TensorFlow.
GOOD = {
    "baselines.window_counts": {"train": ROWS, "letters": [[1, 2]], "windows": [(0, 0)]},
    "checks.check": {"condition": True, "sentence": "a claim"},
    "checks.check_above": {"value": 3, "bound": 2, "sentence": "a claim"},
    "checks.check_below": {"value": 1, "bound": 2, "sentence": "a claim"},
    "checks.check_close": {"actual": 3, "expected": 3, "sentence": "a claim", "atol": 1},
    "checks.check_disjoint": {"parts": {"a": [[1]], "b": [[2]]}, "sentence": "a claim"},
    "checks.check_equal": {"sentence": "a claim"},
    "cluster.tf_config": {"addresses": ["a:1"], "index": 0},
    "datasets.digits_as_rows": {"seed": 0, "test_share": 0.25},
    "datasets.rejoined": {"letters": [1, 2], "ends_word": [0, 1]},
    "datasets.text_without_spaces": {"seed": 0, "row_length": 60, "test_share": 0.15, "topics": TOPICS},
    "many_networks.arranged": {"data": np.zeros((2, 3, 1)), "updates": 2, "networks": 1},
    "plotting.time_colours": {"steps": 3},
    "printing.measured": {"value": 3.0, "spec": ".2f"},
    "quiz.choice": {"question": "q?", "right": "32", "wrong": {"10": "a hint"}, "praise": "Right."},
    "quiz.number": {"question": "q?", "right": 6, "hint": "a hint", "wrong": {5: "five"}, "praise": "Right."},
    "quiz.show": {"questions": []},
    "recurrent.run_cell": {"x": np.zeros((1, 2, 1)), "states": 1},
    "runtime.profile": {"function": len},
    "runtime.seconds": {"function": int, "repeats": 1},
    "scripts.show": {"script": __file__},
    "sequences.adding_problem": {"batch_size": 2, "steps": 3, "seed": 0},
    "sequences.all_bit_strings": {"steps": 3},
    "sequences.matched_strings": {"counts": [1, 2], "longest": 3},
}
GOOD |= {f"plotting.{example.plot.__name__}": example.arguments for example in EXAMPLES}
NEEDED = {
    "checks.check_equal": {"actual": 3, "expected": 3},
    "quiz.show": {},
    "recurrent.run_cell": {"cell": leaky, "weights": [np.eye(1)] * 2},
    "runtime.profile": {},
}
BAD = {
    "nothing": None,
    "an object": object(),
    "NaN": np.nan,
    "infinite": -np.inf,
    "negative": -1,
    "ragged": [[1], [1, 2]],
    "ragged in a mapping": {"a": [[1], [1, 2]]},
    "empty list": [],
    "empty mapping": {},
    "set": {1, 2},
    "complex": 1j,
    "bytes": b"x",
    "number without axes": np.array(0.5),
    "truth value without axes": np.array(True),
    "dates": np.array(["2020-01-01"], "datetime64[D]"),
    "too large for a file": 10**15,
    "too large for a float": 10**400,
    "too long to be shown": 10**5000,
    "too long to be shown, inside": {"a": [10**5000]},
}


@pytest.mark.parametrize("name", GOOD)
def test_an_error_names_the_argument_and_shortens_its_value(name):
    function, good = dict(public_functions())[name], GOOD[name]
    for argument, (kind, value) in itertools.product(good, BAD.items()):
        if (
            isinstance(value, int)
            and value > 0
            and name.split(".")[0]
            in (
                "datasets",
                "recurrent",
                "runtime",
                "sequences",
            )
        ):
            continue  # sizes: the memory is the limit
        try:
            function(**good | NEEDED.get(name, {}) | {argument: value})
        except (TypeError, ValueError) as error:
            message = str(error)
            assert argument in message, (argument, kind, message)
            assert len(message) < 400, (argument, kind, message)
        except cu.checks.CheckFailed:
            pass
        plt.close("all")


# A lesson's numbers, and its text, depend on these.
DEFAULTS = {
    "datasets.digits_as_rows": {"test_share": 0.25},
    "datasets.text_without_spaces": {"row_length": 60, "test_share": 0.15},
    "fast.epoch_in_graph": {"parts": 2},
    "many_networks.arranged": {"name": "data"},
    "many_networks.train": {"clip": 1.0},
    "printing.measured": {"spec": ""},
    "quiz.choice": {"praise": "Right."},
    "quiz.number": {"praise": "Right."},
    "recurrent.run_cell": {"states": 1},
    "roofline.speed": {"repeats": 40},
    "runtime.graph_costs": {"repeats": 5},
    "runtime.seconds": {"repeats": 5},
    "sequences.copy_memory": {"symbols": 10, "classes": 8},
    "sequences.digit_sums": {"shortest": 1},
    "workers.run": {"workers": 2, "restarts": 0, "seconds": 120.0},
}
DEFAULTS |= {f"plotting.{name}": chosen for name, chosen in collected("DEFAULTS").items()}


def test_defaults_are_those_that_are_documented():
    result = {}
    for name, function in public_functions():
        chosen = {key: p.default for key, p in inspect.signature(function).parameters.items()}
        result[name] = {key: value for key, value in chosen.items() if type(value) in (bool, int, float, str)}
    assert {name: chosen for name, chosen in result.items() if chosen} == DEFAULTS

"""A cell runs as in a loop, every string's states are those of the layer, a restart forgets everything."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils import sequences
from course_utils.training import recurrent

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def two_states(x_t, state, weights, keep=None):
    """A sum under a gate, and its tanh; the gate may be held."""
    (h, c), (w_x, w_h) = state, weights
    gates = {"keep": 1 / (1 + np.exp(-(h @ w_h)))} | ({} if keep is None else {"keep": keep})
    c = gates["keep"] * c + x_t @ w_x
    return (np.tanh(c), c), gates


def test_states_and_gates_are_those_of_a_loop_in_plain_python():
    x, weights = RNG.normal(size=(3, 6, 2)), [RNG.normal(size=(2, 4)), RNG.normal(size=(4, 4))]
    (h, c), gates = recurrent.run_cell(two_states, x, weights, states=2)
    assert h.shape == c.shape == gates["keep"].shape == (3, 6, 4)
    state = (np.zeros((3, 4)), np.zeros((3, 4)))
    for t in range(6):
        state, opened = two_states(x[:, t], state, weights)
        np.testing.assert_allclose(h[:, t], state[0], atol=1e-12)
        np.testing.assert_allclose(c[:, t], state[1], atol=1e-12)
        np.testing.assert_allclose(gates["keep"][:, t], opened["keep"], atol=1e-12)


@pytest.mark.training
def test_a_simple_rnn_is_that_of_keras(keras):
    x = RNG.normal(size=(3, 6, 2))
    layer = keras.layers.SimpleRNN(4, return_sequences=True, bias_initializer="normal", dtype="float64")
    expected = layer(x)

    def simple(x_t, state, weights):
        w_x, w_h, b = weights
        return (np.tanh(x_t @ w_x + state[0] @ w_h + b),), {}

    (h,), gates = recurrent.run_cell(simple, x, layer.get_weights())
    np.testing.assert_allclose(h, expected, atol=1e-12)
    assert gates == {}


@settings(max_examples=20)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 5), st.integers(1, 4))
def test_many_networks_read_the_same_as_one_by_one(networks, rows, steps, units):
    x = RNG.normal(size=(rows, steps, 2))
    w_x, w_h = RNG.normal(size=(networks, 2, units)), RNG.normal(size=(networks, units, units))
    (_, together), _ = recurrent.run_cell(two_states, x, [w_x, w_h], states=2)
    assert together.shape == (networks, rows, steps, units)
    for n in range(networks):
        (_, alone), _ = recurrent.run_cell(two_states, x, [w_x[n], w_h[n]], states=2)
        np.testing.assert_allclose(together[n], alone, atol=1e-12)


def test_a_gate_that_is_held_is_kept_in_full_shape():
    weights = [np.ones((1, 2)), np.zeros((2, 2))]
    (_, c), gates = recurrent.run_cell(two_states, np.ones((1, 4, 1)), weights, states=2, keep=0.5)
    np.testing.assert_array_equal(gates["keep"], np.full((1, 4, 2), 0.5))
    np.testing.assert_array_equal(c[0, :, 0], [1, 1.5, 1.75, 1.875])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": np.ones((2, 3))}, "x must have 3 axes (B, T, F); got shape (2, 3)"),
        ({"states": 0}, "states must be a whole number, at least 1; got 0"),
        (
            {"weights": [np.ones((3, 4)), np.ones((4, 4))]},
            "here with F = 2, and W_h (H, k H); got shapes [(3, 4)",
        ),
        ({"weights": [np.ones((2, 4))]}, "weights must begin with W_x (F, k H)"),
    ],
)
def test_run_cell_names_bad_arguments(changed, message):
    good = {"x": np.ones((1, 3, 2)), "weights": [np.ones((2, 4)), np.ones((4, 4))], "states": 2} | changed
    with pytest.raises(ValueError, match=re.escape(message)):
        recurrent.run_cell(two_states, good.pop("x"), good.pop("weights"), **good)


def built(keras, units=3, features=1):
    layer = keras.layers.LSTM(units, return_state=True, bias_initializer="glorot_normal")
    layer.build((None, None, features))
    return layer


@pytest.mark.training
@pytest.mark.parametrize("steps", [1, 5, 9])
def test_the_states_are_those_that_the_layer_gives_string_by_string(keras, monkeypatch, steps):
    monkeypatch.setattr(recurrent, "_BITS_AT_ONCE", 4)  # so that short strings too are read in parts
    layer = built(keras)
    states = recurrent.states_of_all_strings(layer, steps)
    _, h, c = layer(sequences.all_bit_strings(steps).x)
    assert states.h.shape == states.c.shape == (2**steps, 3)
    np.testing.assert_allclose(states.h, h, atol=1e-6)
    np.testing.assert_allclose(states.c, c, atol=1e-6)
    assert np.ptp(states.c, axis=0).min() > 1e-3  # the strings do differ


@pytest.mark.training
@pytest.mark.parametrize(
    ("change", "steps", "error", "message"),
    [
        ("unbuilt", 3, ValueError, "lstm must be built; got one without weights"),
        ("gru", 3, TypeError, "lstm must be a keras.layers.LSTM; got"),
        ("two features", 3, ValueError, "lstm must take F = 1 feature, the bit; got one that takes F = 2"),
        ("", 0, ValueError, "steps must be a whole number, at least 1, at most 22; got 0"),
    ],
)
def test_states_of_all_strings_names_bad_arguments(keras, change, steps, error, message):
    layers = {"unbuilt": keras.layers.LSTM(2), "gru": keras.layers.GRU(2)}
    layer = layers.get(change) or built(keras, features=2 if change == "two features" else 1)
    with pytest.raises(error) as caught:
        recurrent.states_of_all_strings(layer, steps)
    assert message in str(caught.value)


@pytest.mark.training
@pytest.mark.parametrize("rate", [0.01, "schedule"])
def test_a_restarted_model_trains_as_a_new_one_with_its_weights(keras, rate):
    def new():
        model = keras.Sequential([keras.Input((4, 1)), keras.layers.LSTM(3), keras.layers.Dense(1)])
        falling = keras.optimizers.schedules.CosineDecay(0.01, 20)
        model.compile(keras.optimizers.Adam(falling if rate == "schedule" else rate), "mse")
        return model

    x, y = sequences.bit_strings(40, 4, seed=0)
    fit = {"batch_size": 10, "epochs": 3, "shuffle": False, "verbose": 0}
    used = new()
    used.fit(x, y, **fit)
    trained = used.get_weights()
    recurrent.restart(used)
    start = used.get_weights()
    assert np.abs(start[0] - trained[0]).max() > 1e-3
    fresh = new()
    fresh.set_weights(start)
    used.fit(x, y, **fit)
    fresh.fit(x, y, **fit)
    for a, b in zip(used.get_weights(), fresh.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    recurrent.restart(used)
    assert np.abs(used.get_weights()[0] - start[0]).max() > 1e-3  # each restart is another start


@pytest.mark.training
def test_restart_names_bad_arguments(keras):
    with pytest.raises(TypeError, match=r"model must be a keras\.Model; got 3"):
        recurrent.restart(3)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="model must be compiled; got"):
        recurrent.restart(model)

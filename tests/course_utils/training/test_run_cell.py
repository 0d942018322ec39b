"""The step of a cell, taken T times, with every state and gate kept."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.training import recurrent

RNG = np.random.default_rng(0)


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
def test_a_simple_rnn_is_that_of_keras():
    keras = pytest.importorskip("keras")
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
    ("changed", "words"),
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
def test_bad_arguments_are_named(changed, words):
    good = {"x": np.ones((1, 3, 2)), "weights": [np.ones((2, 4)), np.ones((4, 4))], "states": 2} | changed
    with pytest.raises(ValueError, match=re.escape(words)):
        recurrent.run_cell(two_states, good.pop("x"), good.pop("weights"), **good)

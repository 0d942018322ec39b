"""Every string's states are those of the layer, and a restart forgets everything."""

import numpy as np
import pytest

from course_utils import sequences
from course_utils.training import recurrent

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def built(keras, units=3, features=1):
    layer = keras.layers.LSTM(units, return_state=True, bias_initializer="glorot_normal")
    layer.build((None, None, features))
    return layer


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


@pytest.mark.parametrize(
    ("change", "steps", "error", "words"),
    [
        ("unbuilt", 3, ValueError, "lstm must be built; got one without weights"),
        ("gru", 3, TypeError, "lstm must be a keras.layers.LSTM; got"),
        ("two features", 3, ValueError, "lstm must take F = 1 feature, the bit; got one that takes F = 2"),
        ("", 0, ValueError, "steps must be a whole number, at least 1, at most 22; got 0"),
    ],
)
def test_states_of_all_strings_names_bad_arguments(keras, change, steps, error, words):
    layers = {"unbuilt": keras.layers.LSTM(2), "gru": keras.layers.GRU(2)}
    layer = layers.get(change) or built(keras, features=2 if change == "two features" else 1)
    with pytest.raises(error) as caught:
        recurrent.states_of_all_strings(layer, steps)
    assert words in str(caught.value)


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


def test_restart_names_bad_arguments(keras):
    with pytest.raises(TypeError, match=r"model must be a keras\.Model; got 3"):
        recurrent.restart(3)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="model must be compiled; got"):
        recurrent.restart(model)

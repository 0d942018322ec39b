"""N networks at once are N networks one by one, as Keras trains them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.training import ensemble


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 3))
def test_arranged_deals_out_every_sequence_once(updates, networks, rows, steps, features):
    data = np.arange(updates * networks * rows * steps * features).reshape(-1, steps, features)
    dealt = ensemble.arranged(data, updates=updates, networks=networks)
    assert dealt.shape == (updates, steps, networks, rows, features)
    for n, sequence in enumerate(data):
        update, rest = divmod(n, networks * rows)
        network, row = divmod(rest, rows)
        np.testing.assert_array_equal(dealt[update, :, network, row], sequence)


@pytest.mark.parametrize(
    ("shape", "changed", "error", "message"),
    [
        ((7, 2, 1), {}, ValueError, "here a multiple of 6 rows; got shape (7, 2, 1)"),
        ((6, 2), {}, ValueError, "data must have shape (updates * networks * B, T, F)"),
        ((6, 2, 1), {"updates": 0}, ValueError, "updates must be a whole number, at least 1; got 0"),
        ((6, 2, 1), {"networks": 1.5}, TypeError, "networks must be a whole number, at least 1; got 1.5"),
    ],
)
def test_arranged_names_bad_arguments(shape, changed, error, message):
    with pytest.raises(error) as caught:
        ensemble.arranged(np.zeros(shape), **{"updates": 2, "networks": 3} | changed)
    assert message in str(caught.value)


# ---------------------------------------------------------------- with Keras


def lstm_step(z, state, w_h):
    import tensorflow as tf

    i, f, g, o = tf.split(z + state[0] @ w_h, 4, axis=-1)
    c = tf.sigmoid(f) * state[1] + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(c), c


CELLS = {**ensemble.CELLS, "LSTM": ensemble.Cell(lstm_step, states=2)}


def squared_error(answers, y):
    import tensorflow as tf

    return tf.reduce_mean((answers - y) ** 2, axis=(0, 2, 3))


def layers_of(kind, count=3, units=4, **options):
    import keras

    named = "SimpleRNN" if kind == "IRNN" else kind
    options |= {"activation": "relu"} if kind == "IRNN" else {}
    return [getattr(keras.layers, named)(units, return_sequences=True, **options) for _ in range(count)]


def task(updates=6, networks=3, seed=0):
    """Data for 7 sequences a network and update, and the same dealt out."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(updates * networks * 7, 5, 2)).astype("float32")
    y = np.cumsum(x[..., :1], axis=1)
    return x, y, *(ensemble.arranged(a, updates=updates, networks=networks) for a in (x, y))


@pytest.mark.training
@pytest.mark.parametrize("kind", CELLS)
def test_outputs_are_those_of_the_keras_layers(kind):
    layers = layers_of(kind)
    for layer in layers:  # biases that are not 0
        layer.build((None, None, 2))
        rng = np.random.default_rng(layer.units)
        layer.set_weights([rng.normal(size=w.shape) for w in layer.get_weights()])
    built = ensemble.stacked(layers, features=2, outputs=1)
    x = task()[2][0]
    h = np.asarray(ensemble.outputs(CELLS[kind], built, x))
    for n, layer in enumerate(layers):
        expected = np.asarray(layer(x[:, n].swapaxes(0, 1))).swapaxes(0, 1)
        np.testing.assert_allclose(h[:, n], expected, atol=1e-5)


@pytest.mark.training
@pytest.mark.parametrize("kind", CELLS)
def test_training_is_that_of_keras_one_by_one(kind):
    """Losses and weights as of a Keras model with Adam, the same schedule and its own clipping by norm."""
    import keras

    x, y, x_dealt, y_dealt = task()
    layers = layers_of(kind)
    weights = ensemble.stacked(layers, features=2, outputs=1)
    start = [w.numpy() for w in weights]
    losses = ensemble.train(CELLS[kind], weights, squared_error, x, y, updates=6, rate=0.02, clip=0.3)
    assert losses.shape == (6, 3)
    for n, layer in enumerate(layers):
        head = keras.layers.Dense(1)
        model = keras.Sequential([keras.Input((5, 2)), layer, head])
        head.set_weights([start[0][n], start[1][n, 0]])
        schedule = keras.optimizers.schedules.CosineDecay(0.02, 6)
        adam = keras.optimizers.Adam(schedule, beta_2=0.95, global_clipnorm=0.3)
        model.compile(adam, "mse")
        alone = []
        for inputs, targets in zip(x_dealt[:, :, n], y_dealt[:, :, n], strict=True):
            data = inputs.swapaxes(0, 1), targets.swapaxes(0, 1)
            alone.append(model.evaluate(*data, verbose=0))
            model.train_on_batch(*data)
        np.testing.assert_allclose(losses[:, n], alone, rtol=1e-4)
        np.testing.assert_allclose(weights[3].numpy()[n], layer.get_weights()[1], atol=1e-4)


@pytest.mark.training
def test_networks_do_not_see_each_other():
    """Other data and weights of one network change nothing for the others."""
    import tensorflow as tf

    x, y, _, _ = task()
    first = ensemble.stacked(layers_of("GRU"), features=2, outputs=1)
    second = [tf.Variable(tf.concat([w[:1] + 0.3, w[1:]], axis=0)) for w in first]
    x_other = x.copy()
    x_other.reshape(6, 3, 7, 5, 2)[:, 0] *= 100
    losses = [
        ensemble.train(CELLS["GRU"], weights, squared_error, inputs, y, updates=6, rate=0.02)
        for weights, inputs in ((first, x), (second, x_other))
    ]
    np.testing.assert_allclose(losses[0][:, 1:], losses[1][:, 1:], rtol=1e-5)
    assert np.abs(losses[0][:, 0] - losses[1][:, 0]).min() > 1e-3


@pytest.mark.training
@settings(max_examples=5)
@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 3))
def test_stacked_has_one_row_a_network(count, units, features):
    layers = layers_of("GRU", count, units)
    w_y, b_y, w_x, w_h, b, b_h = ensemble.stacked(layers, features=features, outputs=2)
    assert (w_y.shape, b_y.shape) == ((count, units, 2), (count, 1, 2))
    assert (w_x.shape, w_h.shape) == ((count, features, 3 * units), (count, units, 3 * units))
    assert b.shape == b_h.shape == (count, 1, 3 * units)
    for n, layer in enumerate(layers):
        np.testing.assert_array_equal(w_h.numpy()[n], layer.get_weights()[1])


@pytest.mark.training
def test_all_kinds_are_trained_as_each_would_be_alone(monkeypatch):
    """Two share a compiled graph: the second must start from its own weights, with a new optimizer."""
    import tensorflow as tf

    starts = []

    def stacked(*args, **options):
        weights = many_networks_stacked(*args, **options)
        starts.append([tf.Variable(w) for w in weights])
        return weights

    many_networks_stacked = ensemble.stacked
    monkeypatch.setattr(ensemble, "stacked", stacked)
    x, y, _, _ = task()
    layers = {"first": layers_of("LSTM"), "plain": layers_of("SimpleRNN"), "second": layers_of("LSTM")}
    cells = {"first": CELLS["LSTM"], "second": CELLS["LSTM"], "plain": CELLS["SimpleRNN"]}
    budget = {"updates": 6, "rate": 0.02}
    weights, losses = ensemble.train_all(cells, layers, squared_error, x, y, **budget)
    assert list(weights) == list(losses) == list(layers)
    for kind, start in zip(layers, starts, strict=True):
        alone = ensemble.train(cells[kind], start, squared_error, x, y, **budget)
        np.testing.assert_allclose(losses[kind], alone, rtol=1e-5)
        for together, by_itself in zip(weights[kind], start, strict=True):
            np.testing.assert_allclose(together, by_itself, atol=1e-5)


@pytest.mark.training
def test_bad_arguments_of_what_trains_are_named():
    import keras

    with pytest.raises(ValueError, match="layers must have at least one layer; got none"):
        ensemble.stacked([], features=1, outputs=1)
    with pytest.raises(TypeError, match="layers must be SimpleRNN, GRU or LSTM layers of Keras; got <Dense"):
        ensemble.stacked([keras.layers.Dense(2)], features=1, outputs=1)
    with pytest.raises(ValueError, match="layers must be of one kind and size"):
        ensemble.stacked([*layers_of("GRU", 1), *layers_of("LSTM", 1)], features=1, outputs=1)
    with pytest.raises(ValueError, match="features must be a whole number, at least 1; got 0"):
        ensemble.stacked(layers_of("GRU"), features=0, outputs=1)
    weights = ensemble.stacked(layers_of("GRU"), features=2, outputs=1)
    x, y, _, _ = task()
    for wrong, message in [
        ({"y": y[:5]}, r"y must have one target for each x; got shapes \(5, 5, 1\) and \(126, 5, 2\)"),
        ({"updates": 5}, "x must have shape .* here a multiple of 15 rows"),
        ({"updates": 0}, "updates must be a whole number, at least 1; got 0"),
        ({"rate": 0}, "rate must be a finite number, above 0; got 0"),
        ({"clip": -1}, "clip must be a finite number, above 0; got -1"),
    ]:
        good = {"x": x, "y": y, "updates": 6, "rate": 0.02}
        with pytest.raises(ValueError, match=message):
            ensemble.train(CELLS["GRU"], weights, squared_error, **good | wrong)
    with pytest.raises(ValueError, match="cells must have an entry for each of layers; got none for 'RNN'"):
        ensemble.train_all(CELLS, {"RNN": layers_of("SimpleRNN")}, squared_error, x, y, updates=6, rate=1)
    uneven = {"GRU": layers_of("GRU"), "LSTM": layers_of("LSTM", 2)}
    with pytest.raises(ValueError, match=r"layers must have equally many of each kind.*got \[2, 3\]"):
        ensemble.train_all(CELLS, uneven, squared_error, x, y, updates=6, rate=0.02)

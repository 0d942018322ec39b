"""An epoch in one graph and in parts, with the numbers of Keras' own epoch and Adam."""

import doctest
import importlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.performance import fast

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


# --- Adam ---


def test_one_operation_a_variable_does_what_keras_adam_does(keras, tf):
    rng = np.random.default_rng(0)
    start = [rng.normal(size=shape).astype("float32") for shape in ((3, 4), (4,))]
    falling = keras.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)
    steps = [[rng.normal(size=w.shape).astype("float32") for w in start] for _ in range(5)]
    ends = []
    for update in ("keras", "fused", "both in turn"):
        optimizer = keras.optimizers.Adam(falling, beta_1=0.8, beta_2=0.95, epsilon=1e-3)
        variables = [keras.Variable(w) for w in start]
        optimizer.build(variables)
        for n, gradients in enumerate(steps):
            if update == "keras" or (update == "both in turn" and n % 2):
                optimizer.apply([tf.constant(g) for g in gradients], variables)
            else:
                fast.apply_adam(optimizer, gradients, variables)
        assert int(optimizer.iterations) == 5
        ends.append([np.asarray(w) for w in variables])
    for expected, fused, mixed, first in zip(*ends, start, strict=True):
        np.testing.assert_allclose(fused, expected, atol=1e-6)
        np.testing.assert_allclose(mixed, expected, atol=1e-6)
        assert np.abs(fused - first).min() > 1e-3


def test_another_optimizer_is_refused(keras):
    variables = [keras.Variable(np.zeros(2))]
    for optimizer, error, message in (
        (keras.optimizers.SGD(), TypeError, r"optimizer must be a plain keras\.optimizers\.Adam; got"),
        (keras.optimizers.Adam(clipnorm=1.0), ValueError, r"got clipnorm=1\.0: take optimizer\.apply"),
        (keras.optimizers.Adam(), ValueError, "optimizer must be built"),
    ):
        with pytest.raises(error, match=message):
            fast.apply_adam(optimizer, [np.zeros(2)], variables)
    built = keras.optimizers.Adam()
    built.build(variables)
    with pytest.raises(ValueError, match="as many as the optimizer was built for, 1; got 2 and 1"):
        fast.apply_adam(built, [np.zeros(2)] * 2, variables)


# --- the epoch ---

ROWS, STEPS, CLASSES = 24, 6, 4


def data(seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(ROWS, STEPS, 2)).astype("float32")
    return x, rng.integers(0, CLASSES, ROWS), rng


def new_model(keras, optimizer, layer=None, seed=3):
    layers = [keras.Input((STEPS, 2)), layer or fast.BlockLSTM(5), keras.layers.Dense(CLASSES)]
    model = keras.Sequential(layers)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(scale=0.5, size=w.shape) for w in model.get_weights()])
    return model


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("clipnorm", [None, 0.1])
def test_epochs_in_parts_are_epochs_of_keras(keras, parts, clipnorm):
    """Another layer, loop, cut of the batch and update of the weights; `fit` says what must come out."""
    x, y, rng = data()
    slow = new_model(keras, keras.optimizers.Adam(0.05, clipnorm=clipnorm), keras.layers.LSTM(5))
    quick = new_model(keras, keras.optimizers.Adam(0.05, clipnorm=clipnorm))
    epoch = fast.epoch_in_graph(quick, batch_size=6, parts=parts)
    losses = []
    for _ in range(3):
        order = rng.permutation(ROWS)
        fitted = slow.fit(x[order], y[order], batch_size=6, shuffle=False, verbose=0)
        result = epoch(x, y, order)
        assert result.shape == (4,)
        np.testing.assert_allclose(np.mean(result), fitted.history["loss"][0], atol=1e-5)
        losses.append(float(np.mean(result)))
    for expected, got in zip(slow.get_weights(), quick.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-4)
    assert int(quick.optimizer.iterations) == 12
    assert losses[-1] < losses[0]


@settings(max_examples=10)
@given(parts=st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24]), seed=st.integers(0, 1000))
def test_the_parts_gradients_add_up_to_the_batchs(keras, tf, parts, seed):
    """One step of plain gradient descent at rate 1: what the weights lose is the gradient."""
    x, y, rng = data(seed)
    model = new_model(keras, keras.optimizers.SGD(1.0), seed=seed)
    before = model.get_weights()
    with tf.GradientTape() as tape:
        loss = model.compute_loss(x, y, model(x))
    expected = tape.gradient(loss, [w.value for w in model.trainable_variables])
    result = fast.epoch_in_graph(model, batch_size=ROWS, parts=parts)(x, y, rng.permutation(ROWS))
    np.testing.assert_allclose(result, [loss], atol=1e-6)
    for gradient, old, new in zip(expected, before, model.get_weights(), strict=True):
        np.testing.assert_allclose(old - new, gradient, atol=2e-6)


def test_every_row_is_used_once_in_the_given_order(keras, tf):
    seen = []

    class Noting(keras.layers.Layer):
        def call(self, x):
            tf.py_function(lambda v: seen.append(v.numpy()), [x[:, 0, 0]], [])
            return x

    layers = [keras.Input((STEPS, 2)), Noting(), fast.BlockLSTM(2), keras.layers.Dense(CLASSES)]
    model = keras.Sequential(layers)
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y, rng = data()
    seen.clear()
    order = rng.permutation(ROWS)
    fast.epoch_in_graph(model, batch_size=8, parts=2)(x, y, order)
    assert [len(part) for part in seen] == [4] * 6
    for n in range(3):  # the two parts of a batch may come in any order
        batch = np.sort(np.concatenate(seen[2 * n : 2 * n + 2]))
        np.testing.assert_array_equal(batch, np.sort(x[order[8 * n : 8 * n + 8], 0, 0]))


def test_epoch_in_graph_names_bad_arguments(keras):
    model = new_model(keras, "adam")
    for bad, error, message in (
        ({"model": 3}, TypeError, r"model must be a keras\.Model; got 3"),
        ({"model": keras.Sequential([keras.layers.Dense(1)])}, ValueError, "must be built and compiled"),
        ({"batch_size": 0}, ValueError, "batch_size must be a whole number, at least 1; got 0"),
        ({"parts": 4}, ValueError, "parts must divide batch_size = 6; got 4"),
    ):
        settings = {"model": model, "batch_size": 6, "parts": 2} | bad
        with pytest.raises(error, match=message):
            fast.epoch_in_graph(settings.pop("model"), **settings)
    x, y, _ = data()
    epoch = fast.epoch_in_graph(model, batch_size=9, parts=3)
    with pytest.raises(ValueError, match="multiple of batch_size = 9 rows; got 24: leave 6 out"):
        epoch(x, y, np.arange(ROWS))
    with pytest.raises(ValueError, match=r"y must be as long as x, 18; got shape \(24,\)"):
        epoch(x[:18], y, np.arange(18))


def test_a_layer_that_looks_at_the_rows_together_is_refused_in_parts(keras):
    def model_of(*layers, loss="mse"):
        model = keras.Sequential([keras.Input((STEPS, 2)), *layers])
        model.compile("adam", loss)
        return model

    class Hidden(keras.layers.Layer):
        """Holds a layer that is in no `layers`."""

        def __init__(self):
            super().__init__()
            self.inner = keras.layers.TimeDistributed(keras.layers.BatchNormalization(name="hidden"))

        def build(self, shape):
            self.inner.build(shape)

        def call(self, x, training=False):
            return self.inner(x, training=training)

    norm, dense = keras.layers.BatchNormalization, keras.layers.Dense
    summed = keras.losses.MeanSquaredError(reduction="sum")
    for model, message in (
        (model_of(fast.BlockLSTM(2), norm(name="top")), "the layer 'top'"),
        (model_of(keras.Sequential([fast.BlockLSTM(2), norm(name="nested")])), "the layer 'nested'"),
        (model_of(Hidden()), "the layer 'hidden'"),
        (model_of(keras.layers.SpectralNormalization(dense(2), name="norm")), "the layer 'norm'"),
        (model_of(dense(2, activity_regularizer="l2", name="dense")), "'dense', whose activity regularizer"),
        (model_of(dense(2), loss=summed), "the loss .* with reduction='sum'"),
    ):
        pattern = f"treat each row by itself; got {message}|got the layer {message}"
        with pytest.raises(ValueError, match=pattern):
            fast.epoch_in_graph(model, batch_size=4)
        assert fast.epoch_in_graph(model, batch_size=4, parts=1)
    assert fast.epoch_in_graph(model_of(fast.BlockLSTM(2), keras.layers.LayerNormalization()), batch_size=4)


# --- threads ---

PROBE = """
import course_utils as cu, tensorflow as tf
cu.runtime.start(seed=1)
cu.fast.threads(within=1, between=2)
tf.ones(3) + 1
print(tf.config.threading.get_intra_op_parallelism_threads())
print(tf.config.threading.get_inter_op_parallelism_threads())
try:
    cu.fast.threads(within=3, between=2)
except RuntimeError as error:
    print(error)
"""


def test_threads_are_set_before_tensorflow_computes_and_refused_after():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    within, between, output = done.stdout.splitlines()
    assert (within, between) == ("1", "2")
    assert output.startswith("threads must be called before TensorFlow computes anything: right after")


def test_threads_names_bad_arguments():
    with pytest.raises(ValueError, match="within must be a whole number, at least 1; got 0"):
        fast.threads(within=0, between=2)


def test_an_unknown_name_is_named():
    with pytest.raises(AttributeError, match="has no attribute 'LSTM'; it has BlockLSTM"):
        _ = fast.LSTM


@pytest.mark.parametrize("module", ["course_utils.performance.fast", "course_utils.performance.block_lstm"])
def test_the_examples_are_true(module):
    result = doctest.testmod(importlib.import_module(module))
    assert result.attempted
    assert not result.failed

"""One operation for all steps, and the numbers of Keras' own layer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.performance import fast

pytestmark = pytest.mark.training
ALWAYS, NEVER = 0, 10**6


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def random_weights(layer, seed):
    """Weights that are nowhere 0 and differ from gate to gate, so that no two gates can be mistaken."""
    rng = np.random.default_rng(seed)
    layer.set_weights([rng.normal(scale=0.7, size=w.shape) for w in layer.get_weights()])


def twins(keras, units, features, seed=0, rows=None, **settings):
    """Keras' layer and the fast one, with the same random weights."""
    pair = keras.layers.LSTM(units, **settings), fast.BlockLSTM(units, **settings)
    for layer in pair:
        layer.build((rows, None, features))
    random_weights(pair[0], seed)
    pair[1].set_weights(pair[0].get_weights())
    return pair


def arrays(result):
    return [np.asarray(part) for part in (result if isinstance(result, list | tuple) else [result])]


@settings(max_examples=15)
@given(
    sizes=st.tuples(*[st.integers(1, 6)] * 4),
    sequences=st.booleans(),
    backwards=st.booleans(),
    bias=st.booleans(),
    given_state=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_outputs_and_states_are_those_of_keras(keras, sizes, sequences, backwards, bias, given_state, seed):
    rows, steps, features, units = sizes
    shape = {"return_sequences": sequences, "go_backwards": backwards, "use_bias": bias}
    pair = twins(keras, units, features, seed, return_state=True, **shape)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, steps, features)).astype("float32")
    state = [rng.normal(size=(rows, units)).astype("float32") for _ in "hc"] if given_state else None
    slow, quick = (arrays(layer(x, initial_state=state)) for layer in pair)
    assert [a.shape for a in slow] == [a.shape for a in quick]
    for expected, result in zip(slow, quick, strict=True):
        np.testing.assert_allclose(result, expected, atol=1e-5)


@pytest.mark.parametrize("compiled_from", [ALWAYS, NEVER])
@pytest.mark.parametrize("sequences", [True, False])
def test_gradients_are_those_of_keras(keras, tf, sequences, compiled_from, monkeypatch):
    monkeypatch.setattr("course_utils.performance.block_lstm.COMPILED_FROM", compiled_from)
    pair = twins(keras, 5, 3, return_sequences=sequences, return_state=True)
    rng = np.random.default_rng(1)
    x = tf.constant(rng.normal(size=(4, 7, 3)), tf.float32)
    state = [tf.constant(rng.normal(size=(4, 5)), tf.float32) for _ in "hc"]
    tilt = [rng.normal(size=np.shape(part)).astype("float32") for part in pair[0](x)]
    result = []
    for layer in pair:
        with tf.GradientTape() as tape:
            tape.watch([x, *state])
            parts = layer(x, initial_state=state)
            # Every output with its own weights, so that no two gradients can cancel.
            loss = tf.add_n([tf.reduce_sum(part * w) for part, w in zip(parts, tilt, strict=True)])
        result.append(tape.gradient(loss, [x, *state, *[w.value for w in layer.trainable_weights]]))
    for expected, got in zip(*result, strict=True):
        np.testing.assert_allclose(got, expected, atol=1e-5)


# Keras 3.15 reads its variables in a way that NumPy 2 finds outdated; the numbers are right.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_it_holds_an_lstms_weights_and_is_saved_and_restored(keras, tmp_path):
    slow, quick = twins(keras, 4, 2)
    assert [w.path.split("/")[-1] for w in quick.weights] == [w.path.split("/")[-1] for w in slow.weights]
    model = keras.Sequential([keras.Input((None, 2)), quick])
    model.save(tmp_path / "quick.keras")
    again = keras.models.load_model(tmp_path / "quick.keras")
    assert type(again.layers[0]) is fast.BlockLSTM
    x = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")
    np.testing.assert_array_equal(again(x), model(x))


def test_it_carries_its_state_when_told_to(keras):
    slow, quick = twins(keras, 3, 1, rows=2, stateful=True)
    x = np.random.default_rng(0).normal(size=(2, 4, 1)).astype("float32")
    for _ in range(3):
        np.testing.assert_allclose(quick(x), slow(x), atol=1e-5)
    assert np.abs(quick.states[1]).max() > 0.1


def test_its_graph_has_no_loop_and_as_many_operations_for_any_number_of_steps(tf):
    def operations(steps):
        layer = fast.BlockLSTM(3)
        layer.build((None, None, 1))
        graph = tf.function(layer).get_concrete_function(tf.TensorSpec((2, steps, 1)))
        return [node.op for node in graph.graph.as_graph_def().node]

    assert operations(5) == operations(50)
    assert operations(5).count("BlockLSTM") == 1
    assert not {"While", "StatelessWhile"} & set(operations(5))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"activation": "relu"}, "activation must be tanh, all that this operation can do; got relu"),
        ({"recurrent_activation": "tanh"}, "recurrent_activation must be sigmoid, .* got tanh"),
        ({"dropout": 0.1}, r"dropout must be 0, .* got 0\.1: take keras\.layers\.LSTM"),
        ({"recurrent_dropout": 0.1}, "recurrent_dropout must be 0"),
        ({"unroll": True}, "unroll must be False, .* got True"),
        ({"dtype": "float64"}, "dtype must be float32, .* got float64"),
    ],
)
def test_what_the_operation_cannot_do_is_refused(keras, arguments, message):
    assert keras.layers.LSTM(2, **arguments)
    with pytest.raises(ValueError, match=message):
        fast.BlockLSTM(2, **arguments)


def test_bad_units_and_a_mask_are_refused():
    with pytest.raises(ValueError, match="units must be a whole number, at least 1; got 0"):
        fast.BlockLSTM(0)
    with pytest.raises(ValueError, match="mask must be None, because the operation reads every step"):
        fast.BlockLSTM(2)(np.ones((2, 3, 1)), mask=np.ones((2, 3), bool))


@settings(max_examples=5)
@given(sizes=st.tuples(*[st.integers(1, 5)] * 4), seed=st.integers(0, 2**32 - 1))
def test_the_compiled_gradient_is_the_operations_own(tf, sizes, seed):
    from course_utils.performance import block_lstm as block

    steps, rows, features, units = sizes
    rng = np.random.default_rng(seed)
    shapes = [
        (steps, rows, features),
        (rows, units),
        (rows, units),
        (features + units, 4 * units),
        (4 * units,),
    ]
    inputs = [tf.constant(rng.normal(size=shape), tf.float32) for shape in shapes]
    tilt = [rng.normal(size=s).astype("float32") for s in ((steps, rows, units), (rows, units))]
    result = []
    for run in (block.all_steps, block.all_steps_with_compiled_gradient):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.add_n([tf.reduce_sum(a * b) for a, b in zip(run(*inputs), tilt, strict=True)])
        result.append(tape.gradient(loss, inputs))
    for expected, got in zip(*result, strict=True):
        np.testing.assert_allclose(got, expected, atol=2e-5)


@pytest.mark.parametrize("steps", [5, None])
@pytest.mark.parametrize("compiled_from", [ALWAYS, NEVER])
def test_fit_trains_it_as_keras_layer_with_a_last_batch_that_is_smaller(
    keras, steps, compiled_from, monkeypatch
):
    monkeypatch.setattr("course_utils.performance.block_lstm.COMPILED_FROM", compiled_from)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 5, 2)).astype("float32"), rng.normal(size=(10, 1)).astype("float32")
    result = []
    for layer in twins(keras, 4, 2):
        head = keras.layers.Dense(1, kernel_initializer="ones")
        model = keras.Sequential([keras.Input((steps, 2)), layer, head])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        losses = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history["loss"]
        result.append(losses)
    np.testing.assert_allclose(*result, rtol=1e-5)
    assert result[0][-1] < result[0][0]

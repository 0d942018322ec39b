"""Faults of TensorFlow that the course knows of. A test here fails when a newer TensorFlow mends one."""

import numpy as np
import pytest

pytestmark = pytest.mark.training

INPUTS = ("x", "h_prev", "cs_prev", "w", "b")
OPERATIONS = {"BlockLSTM": "igfo", "BlockLSTMV2": "ifgo"}
MENDED = (
    "TensorFlow {version} has mended the gradient of BlockLSTMV2, which was wrong in 2.21. Take the folded "
    "remark and its two cells out of lessons/06_gradients.py, rebuild its notebook, delete the "
    "tests of BlockLSTMV2's gradient here, and see whether what uses BlockLSTM for its gradient may change."
)


@pytest.fixture(scope="module")
def tf():
    return pytest.importorskip("tensorflow")


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_in_numpy(arrays, order):
    """The outputs h, (T, B, H), of an LSTM in float64 whose blocks of weights stand in this order."""
    h, c, result = arrays["h_prev"], arrays["cs_prev"], []
    for x_t in arrays["x"]:
        z = np.concatenate([x_t, h], axis=1) @ arrays["w"] + arrays["b"]
        block = dict(zip(order, np.split(z, 4, axis=1), strict=True))
        c = sigmoid(block["f"]) * c + sigmoid(block["i"]) * np.tanh(block["g"])
        h = sigmoid(block["o"]) * np.tanh(c)
        result.append(h)
    return np.array(result)


def central_differences(f, arrays, name, epsilon=1e-6):
    slope = np.zeros_like(arrays[name])
    for i in np.ndindex(slope.shape):
        nudge = np.zeros_like(slope)
        nudge[i] = epsilon
        slope[i] = (f(arrays | {name: arrays[name] + nudge}) - f(arrays | {name: arrays[name] - nudge})) / (
            2 * epsilon
        )
    return slope


def compared(tf, operation, steps, *, seed=0, **settings):
    """How far the outputs are off, and for each input the operation's gradient and the true one."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (steps, 2, 3), "h_prev": (2, 4), "cs_prev": (2, 4), "w": (7, 16), "b": (16,)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    pull = rng.normal(size=(steps, 2, 4))
    none = tf.zeros(4)
    settings = {"cell_clip": -1.0, "wci": none, "wcf": none, "wco": none, "use_peephole": False} | settings
    if operation == "BlockLSTM":
        settings["forget_bias"] = 0.0  # the other has none
    tensors = {name: tf.constant(array, tf.float32) for name, array in arrays.items()}
    with tf.device("CPU"), tf.GradientTape() as tape:
        tape.watch(tensors)
        out = getattr(tf.raw_ops, operation)(seq_len_max=tf.constant(steps, tf.int64), **tensors, **settings)
        loss = tf.reduce_sum(out.h * tf.constant(pull, tf.float32))
    claimed = {name: gradient.numpy() for name, gradient in tape.gradient(loss, tensors).items()}
    order = OPERATIONS[operation]
    true = {
        name: central_differences(lambda a: (lstm_in_numpy(a, order) * pull).sum(), arrays, name)
        for name in INPUTS
    }
    return np.abs(out.h - lstm_in_numpy(arrays, order)).max(), claimed, true


def largest_gap(claimed, true):
    return max(np.abs(claimed[name] - true[name]).max() for name in INPUTS)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("steps", [1, 4])
def test_block_lstm_has_right_outputs_and_gradients(tf, steps, seed):
    off, claimed, true = compared(tf, "BlockLSTM", steps, seed=seed)
    assert off < 1e-5
    assert largest_gap(claimed, true) < 1e-5


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("settings", [{}, {"cell_clip": 0.0}, {"cell_clip": 50.0}], ids=str)
@pytest.mark.parametrize("steps", [1, 4])
def test_block_lstm_v2_still_has_right_outputs_and_wrong_gradients(tf, steps, settings, seed):
    off, claimed, true = compared(tf, "BlockLSTMV2", steps, seed=seed, **settings)
    assert off < 1e-5
    assert largest_gap(claimed, true) > 0.01, MENDED.format(version=tf.__version__)


@pytest.mark.parametrize("seed", range(3))
def test_the_reason_is_that_its_gradient_has_the_other_operations_order(tf, seed):
    _, claimed, true = compared(tf, "BlockLSTMV2", 1, seed=seed)
    swapped = np.r_[0:4, 8:12, 4:8, 12:16]
    for name in ("w", "b"):
        np.testing.assert_allclose(
            claimed[name][..., swapped], true[name], atol=1e-5, err_msg=MENDED.format(version=tf.__version__)
        )
    np.testing.assert_allclose(claimed["cs_prev"], true["cs_prev"], atol=1e-5)  # it passes no weight

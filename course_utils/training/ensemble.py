"""Trains an ensemble of N small networks at once: every array has one more axis in front, of length N.

A network of ten units spends most of its time on starting operations, not on arithmetic. Stacked, N of them
take little longer than one. Each keeps its own weights, data, loss and gradient, independent of the others.

The step of the recurrent cell is the caller's: a function `step(z, state, W_h, *more)` that takes
z = x_t W_x + b (N, B, k H), a tuple of states (N, B, H), the recurrent weights (N, H, k H) and, for a GRU,
the second bias (N, 1, k H); it returns the new states, h first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.training.ensemble_step import CELLS, Cell

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

__all__ = ["CELLS", "Cell", "Trained", "arranged", "outputs", "stacked", "train", "train_all"]

_CLIP = 1.0
_MEMORY = 0.95  # beta_2: averages about 20 squared gradients
_SHORTEST = 1e-7


def stacked(layers: Sequence[keras.layers.Layer], *, features: int, outputs: int) -> list[tf.Variable]:
    """Build Keras layers, each with a dense head, and stack their start weights.

    Parameters
    ----------
    layers : N layers of one kind and size: SimpleRNN, GRU or LSTM.
    features : input features F.
    outputs : outputs C of each head.

    Returns
    -------
    list of tf.Variable
        W_y (N, H, C), b_y (N, 1, C), W_x (N, F, k H), W_h (N, H, k H), b (N, 1, k H) and, for a GRU with
        `reset_after=True`, its second bias (N, 1, k H); float32.
    """
    import keras
    import tensorflow as tf

    kinds = (keras.layers.SimpleRNN, keras.layers.GRU, keras.layers.LSTM)
    all_layers = list(layers)
    if not all_layers:
        raise ValueError("layers must have at least one layer; got none")
    sizes = arguments.whole_number("features", features, at_least=1)
    head_size = arguments.whole_number("outputs", outputs, at_least=1)
    weights_by_layer = []
    for layer in all_layers:
        if not isinstance(layer, kinds):
            raise TypeError(
                f"layers must be SimpleRNN, GRU or LSTM layers of Keras; got {arguments.described(layer)}"
            )
        head = keras.layers.Dense(head_size)
        layer.build((None, None, sizes))
        head.build((None, layer.units))
        weights_by_layer.append(layer.get_weights() + head.get_weights())
    shapes = {tuple(w.shape for w in layer_weights) for layer_weights in weights_by_layer}
    if len(shapes) > 1 or len(weights_by_layer[0]) != 5:
        raise ValueError(f"layers must be of one kind and size, with biases; got weights of shapes {shapes}")
    w_x, w_h, b, w_y, b_y = [np.stack(arrays) for arrays in zip(*weights_by_layer, strict=True)]
    biases = [b[:, None]] if b.ndim == 2 else [b[:, :1], b[:, 1:]]
    return [tf.Variable(w, dtype="float32") for w in (w_y, b_y[:, None], w_x, w_h, *biases)]


def arranged(data: ArrayLike, *, updates: int, networks: int, name: str = "data") -> NDArray[np.generic]:
    """Return sequences divided among updates and networks, time first.

    Parameters
    ----------
    data : shape (updates * networks * B, T, F).
    updates, networks : the updates that the data are for, and the networks N that each get their own.
    name : the data's name in an error.

    Returns
    -------
    array
        Shape (updates, T, N, B, F).

    Examples
    --------
    >>> arranged(np.zeros((2 * 3 * 5, 7, 1)), updates=2, networks=3).shape
    (2, 7, 3, 5, 1)
    """
    try:
        array = np.asarray(data)
    except ValueError as error:
        raise ValueError(f"{name} must be an array; got rows of different lengths: pad them") from error
    count = arguments.whole_number("updates", updates, at_least=1)
    many = arguments.whole_number("networks", networks, at_least=1)
    if array.ndim != 3 or len(array) % (count * many):
        raise ValueError(
            f"{name} must have shape (updates * networks * B, T, F), here a multiple of"
            f" {arguments.described(count * many)} rows;"
            f" got shape {array.shape}"
        )
    return np.moveaxis(array.reshape(count, many, -1, *array.shape[1:]), 3, 1)


def outputs(cell: Cell, weights: Sequence[tf.Variable], x: ArrayLike) -> tf.Tensor:
    """Run N networks over their sequences, and return all their outputs.

    Parameters
    ----------
    cell : the step, and how many states it has.
    weights : as from `stacked`; the head is not used.
    x : shape (T, N, B, F).

    Returns
    -------
    tf.Tensor
        h after every step, float32, shape (T, N, B, H).
    """
    import tensorflow as tf

    inputs = tf.convert_to_tensor(x, "float32")
    w_x, w_h, b, *more = weights[2:]
    steps, z = inputs.shape[0], inputs @ w_x + b  # for all steps in one product
    zeros = tf.zeros([*z.shape[1:3], w_h.shape[1]])

    def one_step(t: tf.Tensor, state: tuple[tf.Tensor, ...], h_all: tf.TensorArray) -> tuple[Any, ...]:
        state = cell.step(z[t], state, w_h, *more)
        return t + 1, state, h_all.write(t, state[0])

    loop = tf.while_loop(
        lambda t, *_: t < steps,
        one_step,
        (0, (zeros,) * cell.states, tf.TensorArray("float32", steps, element_shape=zeros.shape)),
        maximum_iterations=steps,  # without it XLA cannot compile the gradient
    )
    return loop[2].stack()


def train(
    cell: Cell,
    weights: Sequence[tf.Variable],
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    x: ArrayLike,
    y: ArrayLike,
    *,
    updates: int,
    rate: float,
    clip: float = _CLIP,
) -> NDArray[np.float32]:
    """Train N networks, all updates in one compiled graph. Each sequence is used once, by one network.

    The optimizer is Adam with a short memory (beta_2 = 0.95) and a step size that falls to 0 along half a
    cosine. The gradient of each network is clipped by its own norm. The weights are changed in place.

    Parameters
    ----------
    cell : the step, and how many states it has.
    weights : as from `stacked`.
    loss : takes answers (T, N, B, C) and targets, returns each network's loss, (N,).
    x : sequences for all updates and networks, shape (updates * N * B, T, F).
    y : their targets, shape (updates * N * B, any, C).
    updates : how many updates are made.
    rate, clip : the largest step size, that of the first update; the largest norm of a network's gradient.

    Returns
    -------
    array
        float32, shape (updates, N): the loss of each batch before the update that it leads to.
    """
    data = _dealt_out(x, y, updates=updates, networks=int(weights[0].shape[0]))
    return _compiled(cell, weights, loss, data, rate=rate, clip=clip)(weights)


def _dealt_out(x: ArrayLike, y: ArrayLike, *, updates: int, networks: int) -> list[tf.Tensor]:
    import tensorflow as tf

    if np.shape(y)[:1] != np.shape(x)[:1]:
        raise ValueError(f"y must have one target for each x; got shapes {np.shape(y)} and {np.shape(x)}")
    return [
        tf.convert_to_tensor(arranged(array, updates=updates, networks=networks, name=name), "float32")
        for name, array in (("x", x), ("y", y))
    ]


def _compiled(
    cell: Cell,
    like: Sequence[tf.Variable],
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    data: Sequence[tf.Tensor],
    *,
    rate: float,
    clip: float,
) -> Callable[[Sequence[tf.Variable]], NDArray[np.float32]]:
    """Return a compiled function that trains networks of the shapes of `like` in place."""
    import keras
    import tensorflow as tf

    updates, _, many = data[0].shape[:3]
    most = arguments.number("clip", clip, above=0)
    largest = arguments.number("rate", rate, above=0)
    weights = [tf.Variable(w) for w in like]
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(largest, updates), beta_2=_MEMORY
    )
    optimizer.build(weights)
    fresh = [variable.numpy() for variable in optimizer.variables]

    def one_update(x_n: tf.Tensor, y_n: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            by_network = loss(outputs(cell, weights, x_n) @ weights[0] + weights[1], y_n)
            total = tf.reduce_sum(by_network)
        gradients = tape.gradient(total, weights)
        squares = sum(tf.reduce_sum(g**2, axis=(1, 2), keepdims=True) for g in gradients)
        shortened = tf.minimum(1.0, most / (tf.sqrt(squares) + _SHORTEST))
        optimizer.apply([g * shortened for g in gradients], weights)
        return by_network

    def all_updates(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        losses = tf.TensorArray("float32", updates, element_shape=(many,))
        return tf.while_loop(
            lambda n, _: n < updates,
            lambda n, losses: (n + 1, losses.write(n, one_update(x[n], y[n]))),
            (0, losses),
        )[1].stack()

    graph = tf.function(all_updates, jit_compile=True, autograph=False)
    compiled = graph.get_concrete_function(*data)  # traced once, so no warning of retracing

    def run(start: Sequence[tf.Variable]) -> NDArray[np.float32]:
        for variable, value in zip([*optimizer.variables, *weights], [*fresh, *start], strict=True):
            variable.assign(value)
        losses = np.asarray(compiled(*data))
        for trained, variable in zip(start, weights, strict=True):
            trained.assign(variable)
        return losses

    return run


class Trained(NamedTuple):
    """Several kinds of networks after their training; unpacks as `weights, losses = ...`."""

    weights: dict[str, list[tf.Variable]]
    """Of each kind, what `stacked` returns, trained."""
    losses: dict[str, NDArray[np.float32]]
    """Of each kind, what `train` returns."""


def train_all(
    cells: Mapping[str, Cell],
    layers: Mapping[str, Sequence[keras.layers.Layer]],
    loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    x: ArrayLike,
    y: ArrayLike,
    *,
    updates: int,
    rate: float,
) -> Trained:
    """Build several kinds of networks and train them on the same data, in two threads.

    Parameters
    ----------
    cells : the step of each kind, by name.
    layers : N layers of each kind, by name; each gets a dense head for the targets.
    loss, x, y, updates, rate : as for `train`.

    Returns
    -------
    Trained
        By name, in the order of `layers`.
    """
    missing = [kind for kind in layers if kind not in cells]
    if missing:
        raise ValueError(f"cells must have an entry for each of layers; got none for {missing[0]!r}")
    sizes = {"features": np.shape(x)[-1], "outputs": np.shape(y)[-1]}
    weights = {kind: stacked(entry, **sizes) for kind, entry in layers.items()}
    many = {len(entry) for entry in layers.values()}
    if len(many) != 1:
        raise ValueError(f"layers must have equally many of each kind, at least one kind; got {sorted(many)}")
    data = _dealt_out(x, y, updates=updates, networks=many.pop())

    alike: dict[
        tuple[object, ...], list[str]
    ] = {}  # kinds that differ only in their initial weights are compiled once
    for kind, start in weights.items():
        alike.setdefault((cells[kind], *(tuple(w.shape) for w in start)), []).append(kind)

    def one_group(kinds: list[str]) -> dict[str, NDArray[np.float32]]:
        run = _compiled(cells[kinds[0]], weights[kinds[0]], loss, data, rate=rate, clip=_CLIP)
        return {kind: run(weights[kind]) for kind in kinds}

    with ThreadPoolExecutor(2) as pool:
        largest_first = sorted(alike.values(), key=len, reverse=True)
        losses = {k: entry for group in pool.map(one_group, largest_first) for k, entry in group.items()}
    return Trained(weights, {kind: losses[kind] for kind in weights})

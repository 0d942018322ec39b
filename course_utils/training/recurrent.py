"""Shortcuts for recurrent layers that save time or code and change no result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments

if TYPE_CHECKING:
    import keras

__all__ = ["LastStates", "restart", "run_cell", "states_of_all_strings"]

_MOST_BITS = 22
_BITS_AT_ONCE = 12  # the arrays of one part fit into the processor's cache


class LastStates(NamedTuple):
    """The last states of many sequences; unpacks as `h, c = ...`."""

    h: NDArray[np.float32]
    """Last outputs, float32, shape (B, H)."""
    c: NDArray[np.float32]
    """Last cell states, float32, shape (B, H)."""


def states_of_all_strings(lstm: keras.layers.LSTM, steps: int) -> LastStates:
    """Run an LSTM over every string of T bits, each common prefix once, and return the last states.

    A tree: each state is followed by a 0 and by a 1, so the states double from step to step. That takes
    2**(T+1) - 2 steps of the cell, where reading each of the 2**T strings from its start takes T * 2**T.

    Parameters
    ----------
    lstm : a built `keras.layers.LSTM` whose input has F = 1 feature.
    steps : bits T of each string, from 1 to 22.

    Returns
    -------
    LastStates
        `h` and `c`, each float32 of shape (2**T, H), in the order of `sequences.all_bit_strings`: row i
        belongs to the binary digits of i, the most significant first.
    """
    import keras
    import tensorflow as tf

    bits = arguments.whole_number("steps", steps, at_least=1, at_most=_MOST_BITS)
    if not isinstance(lstm, keras.layers.LSTM):
        raise TypeError(f"lstm must be a keras.layers.LSTM; got {arguments.described(lstm)}")
    if not lstm.built:
        raise ValueError(
            f"lstm must be built; got one without weights: call it once, or {lstm.name}.build(...)"
        )
    features = int(lstm.cell.kernel.shape[0])
    if features != 1:
        raise ValueError(f"lstm must take F = 1 feature, the bit; got one that takes F = {features}")

    def follow(h: tf.Tensor, c: tf.Tensor, bits: int) -> tuple[tf.Tensor, tf.Tensor]:
        for k in range(bits):
            h, c = tf.repeat(h, 2, axis=0), tf.repeat(c, 2, axis=0)
            bit = tf.tile(tf.constant([[0.0], [1.0]]), [2**k, 1])
            _, (h, c) = lstm.cell(bit, (h, c))
        return h, c

    start = tf.zeros((1, lstm.units))
    first = max(bits - _BITS_AT_ONCE, 0)
    follow_in_graph = tf.function(follow)  # half the time of a loop in Python
    h, c = follow(start, start, first)
    parts = [follow_in_graph(h[i : i + 1], c[i : i + 1], bits - first) for i in range(len(h))]
    return LastStates(*(np.concatenate([part[k] for part in parts]) for k in (0, 1)))


def run_cell(
    cell: Callable[..., tuple[tuple[Any, ...], dict[str, Any]]],
    x: ArrayLike,
    weights: Sequence[ArrayLike],
    *,
    states: int = 1,
    **options: Any,
) -> tuple[list[NDArray[np.floating]], dict[str, NDArray[np.floating]]]:
    """Unroll a cell written in NumPy over T steps, from zeros, and return all states and gates.

    Parameters
    ----------
    cell : takes x_t (B, F), the states, each (B, H), the weights, and the options; returns the new states and
        its gates by name. A gate may also be a number, or have any shape that fits (B, H).
    x : shape (B, T, F).
    weights : W_x (F, k H) and W_h (H, k H) first, then what else the cell takes. With an axis of N networks
        before theirs, all N read the same x.
    states : how many states the cell has: 1, or 2 for an LSTM's h and c.
    **options : passed on to every step.

    Returns
    -------
    list of array, dict of array
        Each state and each gate after every step, shape (B, T, H), or (N, B, T, H).

    Examples
    --------
    >>> def leaky(x_t, state, weights):
    ...     keep = 0.5
    ...     return (keep * state[0] + x_t @ weights[0],), {"keep": keep}
    >>> (h,), gates = run_cell(leaky, [[[1.0], [0.0], [0.0]]], [np.ones((1, 1)), np.ones((1, 1))])
    >>> h[0, :, 0].tolist(), gates["keep"].shape
    ([1.0, 0.5, 0.25], (1, 3, 1))
    """
    inputs = arguments.array("x", x, ndim=3, axes="(B, T, F)")
    count = arguments.whole_number("states", states, at_least=1)
    arrays = [np.asarray(w) for w in weights]
    if len(arrays) < 2 or arrays[0].ndim < 2 or arrays[0].shape[-2] != inputs.shape[2]:
        raise ValueError(
            f"weights must begin with W_x (F, k H), here with F = {inputs.shape[2]}, and W_h (H, k H);"
            f" got shapes {[w.shape for w in arrays]}"
        )
    zeros = np.zeros((*arrays[0].shape[:-2], len(inputs), arrays[1].shape[-2]))
    state, kept, opened = (zeros,) * count, [], []
    for t in range(inputs.shape[1]):
        state, gates = cell(inputs[:, t], state, arrays, **options)
        kept.append(state)
        opened.append([gate + zeros for gate in gates.values()])
    all_states = [np.stack(values, axis=-2) for values in zip(*kept, strict=True)]
    all_gates = [np.stack(values, axis=-2) for values in zip(*opened, strict=True)]
    return all_states, dict(zip(gates, all_gates, strict=True))


def restart(model: keras.Model) -> None:
    """Reinitialize a compiled model: new initial weights, and an optimizer without a history.

    What Keras has built to train the model is kept, which makes a second network of the same kind faster than
    a new model. The start weights are drawn as those of a new model are, so they follow from
    `runtime.start` and differ from call to call.

    Parameters
    ----------
    model : a compiled Keras model that can be cloned.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model must be a keras.Model; got {arguments.described(model)}")
    if not model.compiled:
        raise ValueError(f"model must be compiled; got {model.name!r}, which is not: call its compile first")
    model.set_weights(keras.models.clone_model(model).get_weights())
    for variable in model.optimizer.variables:
        if variable is not model.optimizer.learning_rate:
            variable.assign(np.zeros(variable.shape))

"""Shortcuts around Keras' recurrent layers that change what a lesson has to wait for, and no result.

TensorFlow and Keras are imported where they are used: importing this module does not load them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils import _arguments as arguments

if TYPE_CHECKING:
    import keras

__all__ = ["LastStates", "restart", "states_of_all_strings"]

_MOST_BITS = 22
_BITS_AT_ONCE = 12  # keeps the arrays of one part in the processor's cache


class LastStates(NamedTuple):
    """The last states of many sequences; unpacks as `h, c = ...`."""

    h: NDArray[np.float32]
    """Last outputs, float32, shape (B, H)."""
    c: NDArray[np.float32]
    """Last cell states, float32, shape (B, H)."""


def states_of_all_strings(lstm: keras.layers.LSTM, steps: int) -> LastStates:
    """Run an LSTM over every string of so many bits, reading shared beginnings once.

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

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.
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
    follow_in_graph = tf.function(follow)  # half the time of step after step from Python
    h, c = follow(start, start, first)
    parts = [follow_in_graph(h[i : i + 1], c[i : i + 1], bits - first) for i in range(len(h))]
    return LastStates(*(np.concatenate([part[k] for part in parts]) for k in (0, 1)))


def restart(model: keras.Model) -> None:
    """Give a compiled model new start weights and an optimizer that has seen nothing.

    What Keras has built to train the model is kept, which makes a second network of the same kind faster than
    a new model. The start weights are drawn as those of a new model are, so they follow from
    `runtime.start` and differ from call to call.

    Parameters
    ----------
    model : a compiled Keras model that can be cloned.

    Raises
    ------
    TypeError, ValueError
        `model` is not a Keras model, or is not compiled.
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

"""Steps of simple RNNs and GRUs for N networks at once; the lesson on gates writes that of the LSTM."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import tensorflow as tf


class Cell(NamedTuple):
    """One step of a recurrent layer, for N networks at once."""

    step: Callable[..., tuple[tf.Tensor, ...]]
    """Takes z, the states, W_h and, for a GRU, its second bias; returns the new states, h first."""
    states: int = 1
    """How many states it has: 1, or 2 for an LSTM's h and c."""


def _tanh_step(z: tf.Tensor, state: tuple[tf.Tensor, ...], w_h: tf.Tensor) -> tuple[tf.Tensor, ...]:
    import tensorflow as tf

    return (tf.tanh(z + state[0] @ w_h),)


def _relu_step(z: tf.Tensor, state: tuple[tf.Tensor, ...], w_h: tf.Tensor) -> tuple[tf.Tensor, ...]:
    import tensorflow as tf

    return (tf.nn.relu(z + state[0] @ w_h),)


def _gru_step(
    z: tf.Tensor, state: tuple[tf.Tensor, ...], w_h: tf.Tensor, b_h: tf.Tensor
) -> tuple[tf.Tensor, ...]:
    """As `keras.layers.GRU` with `reset_after=True`: blocks update gate, reset gate, candidate."""
    import tensorflow as tf

    (h,), (x_u, x_r, x_g) = state, tf.split(z, 3, axis=-1)
    h_u, h_r, h_g = tf.split(h @ w_h + b_h, 3, axis=-1)
    u, r = tf.sigmoid(x_u + h_u), tf.sigmoid(x_r + h_r)
    return (u * h + (1 - u) * tf.tanh(x_g + r * h_g),)


CELLS: Mapping[str, Cell] = {"SimpleRNN": Cell(_tanh_step), "IRNN": Cell(_relu_step), "GRU": Cell(_gru_step)}
"""Cells by name. An IRNN is a simple RNN with ReLU; how it starts is up to its layer."""

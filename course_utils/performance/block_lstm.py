"""The layer of `cu.fast`, a subclass of Keras' LSTM; importing this module loads TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from course_utils import _arguments as arguments

# Arguments of keras.layers.LSTM that the operation does not support, and what they must be.
_FIXED: dict[str, Any] = {"dropout": 0, "recurrent_dropout": 0, "unroll": False}


COMPILED_FROM = 96
"""Units from which the gradient is compiled. With fewer, the operation's own is faster."""


@keras.saving.register_keras_serializable("course_utils")
class BlockLSTM(keras.layers.LSTM):  # type: ignore[misc]  # Keras has no types
    """A `keras.layers.LSTM` whose loop over the time steps is one operation of TensorFlow.

    It has the weights of Keras' layer, by the same names and in the same order: `set_weights` takes what the
    other's `get_weights` gives, either way, and so do saved files. Outputs and gradients agree to rounding
    errors; what differs is the time, because no step starts operations of its own.

    Parameters
    ----------
    units : units H, at least 1.
    **others : as for `keras.layers.LSTM`, but for those that the operation cannot do: other activations than
        tanh and sigmoid, dropout, recurrent_dropout, unroll, and other numbers than float32.

    Raises
    ------
    ValueError
        One of those is asked for, or the layer is called with a mask.

    Notes
    -----
    `tf.raw_ops.BlockLSTM` orders its gates input, candidate, forget, output, where Keras has input, forget,
    candidate, output. It must not be confused with `BlockLSTMV2`, whose gradient is wrong on the CPU in
    TensorFlow 2.21.

    Examples
    --------
    >>> import numpy as np
    >>> slow, fast = keras.layers.LSTM(4), BlockLSTM(4)
    >>> x = np.ones((2, 3, 1), "float32")
    >>> _ = slow(x), fast(x)
    >>> fast.set_weights(slow.get_weights())
    >>> bool(np.abs(slow(x) - fast(x)).max() < 1e-6)
    True
    """

    def __init__(self, units: int, **others: Any) -> None:
        for name, fixed in _FIXED.items():
            if others.get(name, fixed) != fixed:
                raise ValueError(
                    f"{name} must be {fixed}, all that this operation can do; got "
                    f"{arguments.described(others[name])}: take keras.layers.LSTM for it"
                )
        super().__init__(arguments.whole_number("units", units, at_least=1), **others)
        for name, wanted in (("activation", "tanh"), ("recurrent_activation", "sigmoid")):
            function = getattr(self, name)
            if function is not keras.activations.get(wanted):
                raise ValueError(
                    f"{name} must be {wanted}, all that this operation can do; got "
                    f"{getattr(function, '__name__', function)}: take keras.layers.LSTM for it"
                )
        if self.compute_dtype != "float32":
            raise ValueError(
                f"dtype must be float32, all that this operation can do; got {self.compute_dtype}: "
                "take keras.layers.LSTM for it"
            )
        self.supports_jit = False  # XLA does not know the operation

    def inner_loop(
        self, sequences: tf.Tensor, initial_state: list[tf.Tensor], mask: Any, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """Run all steps; return the last output (B, H), all outputs (B, T, H), and two states (B, H)."""
        del training  # only dropout would use it
        if any(part is not None for part in (mask if isinstance(mask, list | tuple) else [mask])):
            raise ValueError(
                "mask must be None, because the operation reads every step of every row; got one: take "
                "keras.layers.LSTM, or batches whose rows are equally long"
            )
        x = tf.transpose(sequences, (1, 0, 2))  # the operation wants (T, B, F)
        if self.go_backwards:
            x = tf.reverse(x, (0,))
        bias = self.cell.bias if self.use_bias else tf.zeros(4 * self.units)
        weights = in_order_of_operation(tf.concat([self.cell.kernel, self.cell.recurrent_kernel], axis=0))
        run: Callable[..., Any] = (
            all_steps if self.units < COMPILED_FROM else all_steps_with_compiled_gradient
        )
        h, last_c = run(x, *initial_state, weights, in_order_of_operation(bias))
        return h[-1], tf.transpose(h, (1, 0, 2)), [h[-1], last_c]


def in_order_of_operation(weights: tf.Tensor) -> tf.Tensor:
    """Reorder the gates on the last axis, (..., 4H), from Keras' order to that of `tf.raw_ops.BlockLSTM`."""
    into, forget, candidate, out = tf.split(weights, 4, axis=-1)
    return tf.concat([into, candidate, forget, out], axis=-1)


def operation(x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor) -> Any:
    """Return all outputs of `tf.raw_ops.BlockLSTM`, each (T, B, H), of x (T, B, F) and states h, c (B, H)."""
    no_peephole = tf.zeros_like(h[0])
    return tf.raw_ops.BlockLSTM(
        seq_len_max=tf.shape(x, out_type=tf.int64)[0],
        x=x,
        h_prev=h,
        cs_prev=c,
        w=weights,
        b=bias,
        wci=no_peephole,
        wcf=no_peephole,
        wco=no_peephole,
        forget_bias=0.0,  # it is in the bias already
        cell_clip=-1.0,  # no clipping
    )


def all_steps(
    x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return outputs (T, B, H) and last cell state (B, H), with the operation's own gradient."""
    out = operation(x, h, c, weights, bias)
    return out.h, out.cs[-1]


@tf.custom_gradient  # type: ignore[untyped-decorator]
def all_steps_with_compiled_gradient(
    x: tf.Tensor, h: tf.Tensor, c: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor
) -> tuple[tuple[tf.Tensor, tf.Tensor], Callable[..., Any]]:
    """Return the same, with a gradient that XLA compiles."""
    out = operation(x, h, c, weights, bias)

    def gradient(of_h: tf.Tensor, of_last_c: tf.Tensor) -> Any:
        of_gates, *others = back_through_time(x, h, c, weights, tuple(out), of_h, of_last_c)
        # Not in the compiled function, so that TensorFlow can drop it from a graph that does not use it.
        of_x = tf.reshape(tf.matmul(of_gates, weights[: x.shape[-1]], transpose_b=True), tf.shape(x))
        return of_x, *others

    return (out.h, out.cs[-1]), gradient


@tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
def back_through_time(
    x: tf.Tensor,
    h: tf.Tensor,
    c: tf.Tensor,
    weights: tf.Tensor,
    kept: tuple[tf.Tensor, ...],
    of_h: tf.Tensor,
    of_last_c: tf.Tensor,
) -> tuple[tf.Tensor, ...]:
    """Return the gradients of all sums before the gates (T B, 4H), and of h, c, weights and bias.

    The operation's own gradient multiplies with the weights' transpose, and adds to the weights' gradient, in
    every step. Here the transpose is made once, and the weights' gradient is one product over all steps.
    """
    into, cs, forget, output, candidate, curved, hs = kept
    steps, rows, units = tf.shape(hs)[0], tf.shape(hs)[1], hs.shape[2]
    cs_before, hs_before = tf.concat([c[None], cs[:-1]], axis=0), tf.concat([h[None], hs[:-1]], axis=0)
    recurrent = tf.transpose(weights[x.shape[-1] :])

    def step(t: Any, of_h_t: Any, of_c_t: Any, of_gates: Any) -> tuple[Any, ...]:
        i, f, g, o = into[t], forget[t], candidate[t], output[t]
        of_h_t += of_h[t]
        of_c_t += of_h_t * o * (1 - curved[t] ** 2)
        of_sums = [
            of_c_t * g * i * (1 - i),
            of_c_t * i * (1 - g**2),
            of_c_t * cs_before[t] * f * (1 - f),
            of_h_t * curved[t] * o * (1 - o),
        ]
        of_all_sums = tf.concat(of_sums, axis=-1)  # in the operation's order of the gates
        return t - 1, of_all_sums @ recurrent, of_c_t * f, of_gates.write(t, of_all_sums)

    written = tf.TensorArray(tf.float32, steps, element_shape=(hs.shape[1], 4 * units))
    start = (steps - 1, tf.zeros_like(h), of_last_c, written)
    _, of_first_h, of_first_c, written = tf.while_loop(
        lambda t, *_: t >= 0, step, start, maximum_iterations=steps
    )
    of_gates = tf.reshape(written.stack(), (steps * rows, 4 * units))
    read = tf.reshape(tf.concat([x, hs_before], axis=-1), (steps * rows, x.shape[-1] + units))
    of_weights = tf.matmul(read, of_gates, transpose_a=True)
    return of_gates, of_first_h, of_first_c, of_weights, tf.reduce_sum(of_gates, axis=0)

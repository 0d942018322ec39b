"""JAX: `lax.scan` over the steps and over the batches, a whole epoch in one `jit`, optax's Adam."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import lax
from numpy.typing import NDArray

from benchmarks.contenders.talk import Epoch, serve
from benchmarks.work import BETA_1, BETA_2, EPSILON, LEARNING_RATE, Work

Weights = list[jax.Array]


def loss_of(weights: Weights, x: jax.Array, y: jax.Array) -> jax.Array:
    """The mean cross-entropy of a batch: x (B, T, F), y (B,)."""
    kernel, recurrent, bias, dense_kernel, dense_bias = weights
    projected = jnp.swapaxes(x @ kernel + bias, 0, 1)  # of all steps in one product; (T, B, 4H)

    def step(
        state: tuple[jax.Array, jax.Array], inputs: jax.Array
    ) -> tuple[tuple[jax.Array, jax.Array], None]:
        h, c = state
        i, f, g, o = jnp.split(inputs + h @ recurrent, 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros((x.shape[0], recurrent.shape[0]))
    (h, _), _ = lax.scan(step, (zeros, zeros), projected)
    return optax.softmax_cross_entropy_with_integer_labels(h @ dense_kernel + dense_bias, y).mean()


def prepare(work: Work) -> tuple[Epoch, int, str]:
    adam = optax.adam(LEARNING_RATE, BETA_1, BETA_2, EPSILON)
    x, y = map(jnp.asarray, work.data())
    weights = [jnp.asarray(w) for w in work.weights()]
    state = (weights, adam.init(weights))

    @jax.jit
    def run(state, order):  # type: ignore[no-untyped-def]
        batches = order.reshape(-1, work.batch_size)

        def batch(state, rows):  # type: ignore[no-untyped-def]
            weights, slots = state
            loss, gradients = jax.value_and_grad(loss_of)(weights, x[rows], y[rows])
            updates, slots = adam.update(gradients, slots)
            return (optax.apply_updates(weights, updates), slots), loss

        state, losses = lax.scan(batch, state, batches)
        return state, losses.mean()

    def epoch(order: NDArray[np.int32]) -> float:
        nonlocal state
        state, loss = run(state, jnp.asarray(order))
        return float(loss)

    return epoch, sum(w.size for w in weights), f"JAX {jax.__version__}, optax {optax.__version__}"


if __name__ == "__main__":
    serve(prepare)

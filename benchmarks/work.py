"""What every contender computes: one epoch on the same rows, in the same order, from the same weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CLASSES = 21
LEARNING_RATE, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-7  # Keras' Adam, for all
_SEED = 2016


@dataclass(frozen=True)
class Work:
    """One epoch: an LSTM, its last output, a dense layer, cross-entropy, Adam."""

    name: str
    rows: int
    steps: int
    features: int
    units: int
    batch_size: int

    @property
    def parameters(self) -> int:
        """Weights: four gates, each with a kernel, a recurrent kernel and a bias; then the dense layer."""
        h = self.units
        return 4 * h * (self.features + h + 1) + (h + 1) * CLASSES

    @property
    def flops(self) -> int:
        """Floating-point operations of the LSTM's products in an epoch: one forward, two backward."""
        return 3 * 2 * self.rows * self.steps * (self.features + self.units) * 4 * self.units

    @property
    def curves(self) -> int:
        """Sigmoids and hyperbolic tangents in an epoch: four gates and the cell state's, forward only."""
        return self.rows * self.steps * 5 * self.units

    def data(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Random bits (N, T, F), and how many ones the first feature has, modulo the classes; (N,)."""
        rng = np.random.default_rng(_SEED)
        x = rng.integers(0, 2, size=(self.rows, self.steps, self.features)).astype(np.float32)
        return x, (x[:, :, 0].sum(axis=1) % CLASSES).astype(np.int32)

    def weights(self) -> list[NDArray[np.float32]]:
        """Start weights in Keras' order: kernel, recurrent kernel, bias; the dense kernel and bias.

        The gates are ordered input, forget, candidate, output; the forget gate's bias is 1.
        """
        rng = np.random.default_rng(_SEED + 1)

        def glorot(rows: int, columns: int) -> NDArray[np.float32]:
            limit = (6 / (rows + columns)) ** 0.5
            return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)

        h = self.units
        bias = np.repeat(np.array([0, 1, 0, 0], np.float32), h)
        dense = [glorot(h, CLASSES), np.zeros(CLASSES, np.float32)]
        return [glorot(self.features, 4 * h), glorot(h, 4 * h), bias, *dense]

    def order(self, number: int) -> NDArray[np.int32]:
        """The order of the rows in the epoch of this number; (N,)."""
        return np.random.default_rng([_SEED, number]).permutation(self.rows).astype(np.int32)

    def digest(self) -> str:
        """A short hash of all arrays, by which a contender shows that it got the same ones."""
        digest = hashlib.sha256()
        for array in (*self.data(), *self.weights(), self.order(0)):
            digest.update(array.tobytes())
        return digest.hexdigest()[:16]


WORKS = (
    Work("counting, B=1000", rows=10_000, steps=20, features=1, units=24, batch_size=1000),
    Work("counting, B=100", rows=10_000, steps=20, features=1, units=24, batch_size=100),
    Work("long, B=64", rows=640, steps=100, features=32, units=128, batch_size=64),
)


def gates_in_order(weights: NDArray[np.float32], order: str) -> NDArray[np.float32]:
    """Keras' gates `ifco` on the last axis, (..., 4H), in another order, such as `icfo`."""
    parts = dict(zip("ifco", np.split(weights, 4, axis=-1), strict=True))
    return np.concatenate([parts[gate] for gate in order], axis=-1)

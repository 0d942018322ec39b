"""The source's data: all strings of 20 bits, shuffled; 10 000 to train on, the others to test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS, TRAINED_ON = 20, 10_000
TESTED_ON = 2**BITS - TRAINED_ON
PUBLISHED_ERROR = 0.001


def all_strings() -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Every string (2**20, 20, 1), in the order of the numbers that it spells, and its ones (2**20,)."""
    spelt = np.arange(2**BITS, dtype=np.int32)[:, None]
    x = ((spelt >> np.arange(BITS - 1, -1, -1, dtype=np.int32)) & 1).astype(np.float32)
    return x[:, :, None], x.sum(axis=1).astype(np.int32)


def split(seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which strings to train on, and which to test."""
    order = np.random.default_rng(seed).permutation(2**BITS)
    return order[:TRAINED_ON], order[TRAINED_ON:]

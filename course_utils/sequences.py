"""The course's own tasks: seeded sequences whose answers, and whose trivial baselines, are known exactly.

Every function takes `seed` and draws from a private generator: the same seed gives the same data, whatever
ran before, and NumPy's and Python's global generators are left alone. Arrays are (B, T, F): batch, time step,
feature.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils import _arguments as arguments

__all__ = ["SequenceBatch", "changes", "first_bit"]


class SequenceBatch(NamedTuple):
    """Input sequences and their targets; unpacks as `x, y = ...`."""

    x: NDArray[np.float32]
    """Inputs, float32, shape (B, T, F)."""
    y: NDArray[np.float32]
    """Targets, float32: (B, T, C) where every step has one, (B, C) where the sequence has one."""


def changes(batch_size: int, steps: int, *, seed: int) -> SequenceBatch:
    """Random numbers, and by how much each differs from the one before it.

    The target is `y[:, t] = x[:, t] - x[:, t - 1]`, and `y[:, 0] = x[:, 0]`: the number before the first
    counts as 0. A step's target cannot be told from its input alone, so a network needs to remember one step.

    Two baselines for the mean squared error, expected over the data, with T = `steps`:

    - always answering 0: (1/3) (2T - 1) / T, since a number drawn from [-1, 1) has the mean square 1/3;
    - the best answer without memory, which is `y = x`: (1/3) (T - 1) / T.

    Parameters
    ----------
    batch_size : sequences B, at least 1.
    steps : time steps T, at least 1.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    SequenceBatch
        `x`: float32, shape (B, T, 1), uniform in [-1, 1). `y`: float32, shape (B, T, 1), in (-2, 2).

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    References
    ----------
    This course's own task. The baselines follow from the mean square 1/3 and the independence of the steps.

    Examples
    --------
    >>> x, y = changes(2, 3, seed=0)
    >>> x.shape, y.shape
    ((2, 3, 1), (2, 3, 1))
    >>> bool(y[0, 2, 0] == x[0, 2, 0] - x[0, 1, 0])
    True
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    length = arguments.whole_number("steps", steps, at_least=1)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    # random() of float32 lies in [0, 1) exactly, and doubling it and taking 1 off rounds nothing up to 1
    x = generator.random((rows, length, 1), dtype=np.float32) * np.float32(2) - np.float32(1)
    y = np.diff(x, axis=1, prepend=np.float32(0))
    return SequenceBatch(x, y)


def first_bit(batch_size: int, steps: int, *, seed: int) -> SequenceBatch:
    """Random bits, and the first of them as the target.

    All bits after the first are noise, which a network must not let overwrite what it remembers. Guessing, or
    always giving the same answer, is right for 50 % of the sequences on average.

    Parameters
    ----------
    batch_size : sequences B, at least 1.
    steps : time steps T, at least 1.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    SequenceBatch
        `x`: float32, shape (B, T, 1), each 0 or 1 with equal chance. `y`: float32, shape (B, 1), which is
        `x[:, 0]`.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    References
    ----------
    A short form of the latching task in Bengio, Simard and Frasconi (1994), "Learning long-term dependencies
    with gradient descent is difficult".

    Examples
    --------
    >>> x, y = first_bit(4, 5, seed=0)
    >>> x.shape, y.shape
    ((4, 5, 1), (4, 1))
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    length = arguments.whole_number("steps", steps, at_least=1)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    x = generator.integers(0, 2, size=(rows, length, 1)).astype(np.float32)
    return SequenceBatch(x, x[:, 0].copy())

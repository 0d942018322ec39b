"""Tasks whose inputs are numbers: the change since the step before, the sum of digits."""

from __future__ import annotations

import numpy as np

from course_utils import _arguments as arguments
from course_utils.sequences.batches import PaddedBatch, SequenceBatch


def changes(batch_size: int, steps: int, *, seed: int) -> SequenceBatch:
    """Return random numbers, and by how much each differs from the one before it.

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
    # float32's random() is in [0, 1), and 2 x - 1 is exact, so nothing is rounded up to 1
    x = generator.random((rows, length, 1), dtype=np.float32) * np.float32(2) - np.float32(1)
    y = np.diff(x, axis=1, prepend=np.float32(0))
    return SequenceBatch(x, y)


def digit_sums(batch_size: int, longest: int, *, shortest: int = 1, seed: int) -> PaddedBatch:
    """Return digits 0 to 9 in sequences of different lengths, and the sum of each sequence.

    The padding is 0, which is a digit too: what is real can be told from `lengths` only.

    Two baselines for the mean squared error, expected over the data, for lengths from a = `shortest` to
    b = `longest`. A digit has mean 4.5 and variance 8.25; the lengths have mean (a + b) / 2 and variance
    ((b - a + 1)^2 - 1) / 12. So

    - always answering the mean sum: 8.25 (a + b) / 2 + 4.5^2 ((b - a + 1)^2 - 1) / 12;
    - answering 4.5 times the length: 8.25 (a + b) / 2.

    Parameters
    ----------
    batch_size : sequences B, at least 1.
    longest : largest length, and the time steps T of the array; at least 1.
    shortest : smallest length, from 1 to `longest`. All lengths between have equal chance.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    PaddedBatch
        `x`: float32, shape (B, T, 1). `lengths`: int64, shape (B,). `y`: float32, shape (B, 1).

    References
    ----------
    The task is that of Easy-TensorFlow (2018), "Many to One RNN with Variable Sequence Length".

    Examples
    --------
    >>> x, lengths, y = digit_sums(5, 4, seed=0)
    >>> x.shape, lengths.shape, y.shape
    ((5, 4, 1), (5,), (5, 1))
    >>> bool(y[0, 0] == x[0, : lengths[0]].sum())
    True
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    steps = arguments.whole_number("longest", longest, at_least=1)
    fewest = arguments.whole_number("shortest", shortest, at_least=1, at_most=steps)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    lengths = generator.integers(fewest, steps, endpoint=True, size=rows)
    digits = generator.integers(0, 10, size=(rows, steps))
    digits[np.arange(steps) >= lengths[:, np.newaxis]] = 0
    x = digits[:, :, np.newaxis].astype(np.float32)
    return PaddedBatch(x, lengths, digits.sum(axis=1, keepdims=True).astype(np.float32))

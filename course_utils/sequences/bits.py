"""Tasks whose inputs are bits: count them, remember the first, repeat them some steps later."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from course_utils import _arguments as arguments
from course_utils.sequences.batches import EchoBatch, SequenceBatch

_MOST_BITS = 22


def all_bit_strings(steps: int) -> SequenceBatch:
    """Return every string of T bits, and how many of its bits are ones.

    The strings stand in the order of the numbers that they spell: row i holds the binary digits of i, the
    most significant first. Of the C(T, k) strings with k ones, the most have k = T/2: always answering T/2 is
    wrong for 1 - C(T, T/2) / 2^T of them, which is 82.4 % for T = 20.

    Parameters
    ----------
    steps : bits T of each string, from 1 to 22 (with 22 the arrays already have 385 MB).

    Returns
    -------
    SequenceBatch
        `x`: float32, shape (2**T, T, 1), each 0 or 1. `y`: float32, shape (2**T, 1), in 0..T.

    References
    ----------
    The data of Monik P. (2016), "A noob's guide to implementing RNN-LSTM using Tensorflow", there shuffled.

    Examples
    --------
    >>> x, y = all_bit_strings(2)
    >>> x[:, :, 0].tolist(), y[:, 0].tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 2.0])
    """
    length = arguments.whole_number("steps", steps, at_least=1, at_most=_MOST_BITS)
    spelt = np.arange(2**length, dtype=np.int32)[:, None]
    x = ((spelt >> np.arange(length - 1, -1, -1, dtype=np.int32)) & 1).astype(np.float32)
    return SequenceBatch(x[:, :, None], x.sum(axis=1, keepdims=True))


def bit_strings(batch_size: int, steps: int, *, seed: int) -> SequenceBatch:
    """Return random strings of bits, and how many of each string's bits are ones.

    The count is binomial, B(T, 1/2): its mean is T/2 and its variance T/4, which is the mean squared error of
    always answering T/2.

    Parameters
    ----------
    batch_size : strings B, at least 1.
    steps : bits T of each string, at least 1.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    SequenceBatch
        `x`: float32, shape (B, T, 1), each 0 or 1 with equal chance. `y`: float32, shape (B, 1), in 0..T.

    References
    ----------
    For strings too long to take them all, as `all_bit_strings` does.

    Examples
    --------
    >>> x, y = bit_strings(4, 200, seed=0)
    >>> x.shape, y.shape
    ((4, 200, 1), (4, 1))
    """
    x = _bits(batch_size, steps, seed)
    return SequenceBatch(x, x.sum(axis=1))


def _bits(batch_size: int, steps: int, seed: int) -> NDArray[np.float32]:
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    length = arguments.whole_number("steps", steps, at_least=1)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    return generator.integers(0, 2, size=(rows, length, 1)).astype(np.float32)


def first_bit(batch_size: int, steps: int, *, seed: int) -> SequenceBatch:
    """Return random bits, and the first of them as the target.

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
    x = _bits(batch_size, steps, seed)
    return SequenceBatch(x, x[:, 0].copy())


def echo_series(length: int, lag: int, batch_size: int, *, seed: int) -> EchoBatch:
    """Return random bits, and the same bits `lag` steps later.

    One series of bits is drawn, the labels are the series moved by `lag` steps, and then both are cut into
    rows. So the first `lag` labels of every row but the first are bits that stand at the end of the row
    before: they cannot be known from their own row. The first `lag` labels of the first row have no bit at
    all: they are 0 by definition, and count as known.

    Always giving the same answer, or the input itself, is right for 50 % of the labels on average; saying
    50 : 50 has a cross-entropy of ln 2, about 0.693 nats.

    Parameters
    ----------
    length : total number of bits, at least `batch_size * (lag + 1)`.
    lag : steps between a bit and its echo, at least 1.
    batch_size : rows that the series is cut into; a remainder is refused, never dropped silently.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    EchoBatch
        `x`, `y`: int8 arrays of shape (batch_size, length // batch_size);
        `known`: bool, same shape, False where the label cannot be known from its row.

    References
    ----------
    E. Hallström (2016), "How to build a recurrent neural network in TensorFlow".

    Examples
    --------
    >>> x, y, known = echo_series(20, 3, 2, seed=0)
    >>> x.shape, bool((y[:, 3:] == x[:, :-3]).all()), int((~known).sum())
    ((2, 10), True, 3)
    >>> echo_series(21, 3, 2, seed=0)
    Traceback (most recent call last):
    ...
    ValueError: length must be a multiple of batch_size = 2; got 21, which leaves 1 over: 20 or 22 would do
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    delay = arguments.whole_number("lag", lag, at_least=1)
    total = arguments.whole_number("length", length)
    if total < rows * (delay + 1):
        raise ValueError(
            f"length must be at least batch_size * (lag + 1) = {rows * (delay + 1)}, so that every row has a"
            f" label that can be known; got {total}"
        )
    if total % rows:
        below = total - total % rows
        raise ValueError(
            f"length must be a multiple of batch_size = {rows}; got {total}, which leaves {total % rows}"
            f" over: {below} or {below + rows} would do"
        )
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    bits = generator.integers(0, 2, size=total, dtype=np.int8)
    labels = np.concatenate([np.zeros(delay, np.int8), bits[:-delay]])
    known = np.ones((rows, total // rows), dtype=np.bool_)
    known[1:, :delay] = False
    return EchoBatch(bits.reshape(rows, -1), labels.reshape(rows, -1), known)

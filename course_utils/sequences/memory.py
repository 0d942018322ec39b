"""Tasks that need memory: three questions about one stream, adding, copying, matching a's with b's."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.sequences.batches import PaddedBatch, SequenceBatch

_SHARE_MARKED = 0.2
_ECHO = 3


def three_questions(
    batch_size: int, steps: int, *, seed: int
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """Return one stream of values and marks, and the answers to three questions about it at every step.

    A value is +1 or -1, either as likely. A mark is 1 in one step of five, on average, and 0 else.

    Parameters
    ----------
    batch_size : sequences B, at least 1.
    steps : time steps T, at least 1.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    x : array
        float32, shape (B, T, 2): value, mark.
    targets : dict of array
        float32, each of shape (B, T, 1). `count`: how many marks so far. `echo`: the value 3 steps before, 0
        where there is none. `replace`: the value that came with the latest mark, 0 before the first.

    Examples
    --------
    >>> x, targets = three_questions(2, 6, seed=0)
    >>> x.shape, {name: y.shape for name, y in targets.items()}
    ((2, 6, 2), {'count': (2, 6, 1), 'echo': (2, 6, 1), 'replace': (2, 6, 1)})
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    length = arguments.whole_number("steps", steps, at_least=1)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    value = generator.choice([-1.0, 1.0], (rows, length))
    mark = generator.random((rows, length)) < _SHARE_MARKED
    latest = np.maximum.accumulate(np.where(mark, np.arange(length), -1), axis=1)
    marked = np.take_along_axis(value, np.maximum(latest, 0), axis=1)
    targets = {
        "count": np.cumsum(mark, axis=1),
        "echo": np.pad(value, ((0, 0), (_ECHO, 0)))[:, :length],
        "replace": np.where(latest < 0, 0.0, marked),
    }
    x = np.stack([value, mark], axis=2).astype(np.float32)
    return x, {name: y[..., None].astype(np.float32) for name, y in targets.items()}


def adding_problem(batch_size: int, steps: int, *, seed: int) -> SequenceBatch:
    """Return random numbers, two of them marked, and the sum of those two.

    One mark lies in the first half of the steps, one in the second. The numbers are uniform in [0, 1), so
    the sum has mean 1 and variance 2/12: always answering 1 has a mean squared error of 1/6, about 0.1667.
    The best answer from only one of the two marked numbers has 1/12.

    Parameters
    ----------
    batch_size : sequences B, at least 1.
    steps : time steps T, at least 2. The first half has T // 2 steps.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    SequenceBatch
        `x`: float32, shape (B, T, 2): a number in [0, 1), and its mark, 0 or 1. `y`: float32, shape (B, 1).

    References
    ----------
    Hochreiter and Schmidhuber (1997), "Long Short-Term Memory", experiment 4; in the form of Le, Jaitly and
    Hinton (2015), "A simple way to initialize recurrent networks of rectified linear units".

    Examples
    --------
    >>> x, y = adding_problem(3, 8, seed=0)
    >>> x.shape, y.shape, x[:, :, 1].sum(axis=1).tolist()
    ((3, 8, 2), (3, 1), [2.0, 2.0, 2.0])
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    length = arguments.whole_number("steps", steps, at_least=2)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    values = generator.random((rows, length), dtype=np.float32)
    marks = np.zeros_like(values)
    row = np.arange(rows)
    marks[row, generator.integers(0, length // 2, rows)] = 1
    marks[row, generator.integers(length // 2, length, rows)] = 1
    return SequenceBatch(np.stack([values, marks], axis=2), (values * marks).sum(axis=1, keepdims=True))


def copy_memory(
    batch_size: int, delay: int, *, symbols: int = 10, classes: int = 8, seed: int
) -> SequenceBatch:
    """Return symbols, a delay and a signal as inputs, and the same symbols after the signal as targets.

    The input shows S symbols of K classes, then blanks, with one signal (class K + 1) in the last step of
    the delay, then blanks again. The target is blank (class K) until the last S steps, which hold the
    symbols in their order. A model without memory knows the blanks and guesses the symbols: S ln K nats in
    each sequence, S ln K / (T + 2 S) a step, which is 10 ln 8 / (T + 20) for the usual S = 10, K = 8.

    Parameters
    ----------
    batch_size : sequences B, at least 1.
    delay : steps T from the last symbol to the first that is to be repeated, at least 1.
    symbols : symbols S in a sequence, at least 1.
    classes : classes K that a symbol may have, at least 2.
    seed : seeds a private generator; at least 0.

    Returns
    -------
    SequenceBatch
        `x`: float32, shape (B, T + 2 S, K + 2), one-hot: the classes, blank, signal.
        `y`: float32, shape (B, T + 2 S, K + 1), one-hot: the classes, blank.

    References
    ----------
    Hochreiter and Schmidhuber (1997), "Long Short-Term Memory"; in the form of Arjovsky, Shah and Bengio
    (2016), "Unitary evolution recurrent neural networks".

    Examples
    --------
    >>> x, y = copy_memory(1, 2, symbols=2, classes=3, seed=0)
    >>> x[0].argmax(axis=1).tolist(), y[0].argmax(axis=1).tolist()
    ([2, 1, 3, 4, 3, 3], [3, 3, 3, 3, 2, 1])
    """
    rows = arguments.whole_number("batch_size", batch_size, at_least=1)
    gap = arguments.whole_number("delay", delay, at_least=1)
    count = arguments.whole_number("symbols", symbols, at_least=1)
    kinds = arguments.whole_number("classes", classes, at_least=2)
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    shown = generator.integers(0, kinds, size=(rows, count))
    blank, signal = kinds, kinds + 1
    inputs = np.full((rows, gap + 2 * count), blank)
    inputs[:, :count] = shown
    inputs[:, count + gap - 1] = signal
    targets = np.full_like(inputs, blank)
    targets[:, -count:] = shown
    return SequenceBatch(
        np.eye(kinds + 2, dtype=np.float32)[inputs], np.eye(kinds + 1, dtype=np.float32)[targets]
    )


def matched_strings(counts: ArrayLike, *, longest: int | None = None) -> PaddedBatch:
    """Return strings of n a's and n b's, and at each step which symbols may come next.

    A string is read as start, a, ..., a, b, ..., b: 2 n + 1 steps. Next may come: after the start, an a;
    after an a, an a or a b; after a b, another b while one is owed, and then the end. To tell the last b
    from the others one must count. A string counts as right if every step's answer is.

    Parameters
    ----------
    counts : n of each string, shape (B,), whole numbers, at least 1.
    longest : the n that the arrays have room for; the largest of `counts` if None.

    Returns
    -------
    PaddedBatch
        `x`: float32, shape (B, 2 longest + 1, 3), one-hot: a, b, start; 0 in the padding.
        `lengths`: int64, shape (B,), 2 n + 1. `y`: float32, shape (B, 2 longest + 1, 3), 1 for each of a, b,
        end that may come next; 0 in the padding.

    References
    ----------
    Gers and Schmidhuber (2001), "LSTM recurrent networks learn simple context-free and context-sensitive
    languages"; Weiss, Goldberg and Yahav (2018), "On the practical computational power of finite precision
    RNNs for language recognition".

    Examples
    --------
    >>> x, lengths, y = matched_strings([2])
    >>> ["ab^"[k] for k in x[0].argmax(axis=1)], y[0].astype(int).tolist()
    (['^', 'a', 'a', 'b', 'b'], [[1, 0, 0], [1, 1, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1]])
    """
    n = arguments.array("counts", counts, ndim=1, axes="(B,)")
    arguments.refuse_where(
        "counts",
        n,
        (n < 1) | (n != np.floor(n)),
        wanted="whole numbers, at least 1",
        fault="something else",
        remedy="take np.arange(1, 11), say",
    )
    most = int(n.max())
    if longest is not None:
        most = arguments.whole_number("longest", longest, at_least=most)
    n = n[:, None]
    t = np.arange(2 * most + 1)
    is_a, is_b = (t >= 1) & (t <= n), (t > n) & (t <= 2 * n)
    is_start = np.broadcast_to(t == 0, is_a.shape)
    x = np.stack([is_a, is_b, is_start], axis=2)
    y = np.stack([is_start | is_a, is_a | (is_b & (t < 2 * n)), t == 2 * n], axis=2)
    return PaddedBatch(x.astype(np.float32), 2 * n[:, 0].astype(np.int64) + 1, y.astype(np.float32))

"""Baselines without a network that need more than a line of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.datasets import LetterRows

__all__ = ["window_counts"]

_LETTERS = 27  # a to z, and 0 for none
_WIDEST = 12  # 27**13 windows would not fit into 64 bits
_TRUST = 2.0


def window_counts(
    train: LetterRows, letters: ArrayLike, *, windows: Sequence[tuple[int, int]]
) -> NDArray[np.int32]:
    """Label each letter by how often a word ended in training, given the letters around it.

    The estimate starts with the share of all letters that end a word. Each window in turn makes it sharper:
    if it was seen n times in training, and a word ended in it e times, then p becomes (e + 2 p) / (n + 2). So
    a rare window leaves the decision to the ones before it, and one that was never seen changes nothing.

    Parameters
    ----------
    train : rows to count, with their labels and mask.
    letters : letters to label, 0 to 26, shape (B, T).
    windows : of each window, how many letters before and how many after the one to label; narrow ones first.
        At most 12 letters in all. Beyond a row's ends there are zeros.

    Returns
    -------
    array
        int32, shape (B, T): 1 where p is above one half, also in the padding, where it means nothing.

    References
    ----------
    Counts that lean on those of shorter contexts are an old tool of language modelling: F. Jelinek and
    R. L. Mercer (1980), "Interpolated estimation of Markov source parameters from sparse data".

    Examples
    --------
    >>> rows = LetterRows(
    ...     np.array([[1, 2, 1, 3]]), np.array([[0, 1, 0, 1]]), np.ones((1, 4), bool), np.array(["topic"])
    ... )
    >>> window_counts(rows, [[1, 2, 1, 3]], windows=[(0, 0)]).tolist()
    [[0, 1, 0, 1]]
    """
    if not isinstance(train, LetterRows):
        raise TypeError(
            f"train must be LetterRows; got {arguments.described(train)}: take those of text_without_spaces"
        )
    values = arguments.array("letters", letters, ndim=2, axes="(B, T)")
    arguments.refuse_where(
        "letters",
        values,
        ~np.isin(values, np.arange(_LETTERS)),
        wanted=f"whole numbers from 0 to {_LETTERS - 1}",
        fault="something else",
        remedy="pass the letters of LetterRows",
    )
    if not isinstance(windows, (list, tuple)) or any(
        not isinstance(window, (list, tuple)) or len(window) != 2 for window in windows
    ):
        raise TypeError(
            f"windows must be a list of pairs (before, after); got {arguments.described(windows)}: "
            "try [(0, 0), (1, 1)]"
        )
    if not windows:
        raise ValueError(
            "windows must have at least one pair (before, after); got none: try [(0, 0), (1, 1)]"
        )
    codes = values.astype(np.int64)
    ends = train.ends_word[train.mask]
    p = np.full(codes.shape, ends.mean())
    for before, after in windows:
        first = arguments.whole_number("before", before, at_least=0, at_most=_WIDEST - 1)
        second = arguments.whole_number("after", after, at_least=0, at_most=_WIDEST - 1 - first)
        known, place = np.unique(_numbered(train.letters, first, second)[train.mask], return_inverse=True)
        seen, ended = np.bincount(place), np.bincount(place, weights=ends)
        wanted = _numbered(codes, first, second)
        nearest = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
        met = known[nearest] == wanted
        p = np.where(met, (ended[nearest] + _TRUST * p) / (seen[nearest] + _TRUST), p)
    return (p > 0.5).astype(np.int32)


def _numbered(letters: NDArray[np.integer], before: int, after: int) -> NDArray[np.int64]:
    """Return one number for each letter and its neighbours, which are its digits in base 27."""
    padded = np.pad(letters.astype(np.int64), ((0, 0), (before, after)))
    width = before + 1 + after
    shifted = np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)
    return np.asarray(shifted @ _LETTERS ** np.arange(width), dtype=np.int64)

"""Checks print one sentence if it is true, and raise if it is not.

Every claim of a lesson ends in one of these calls. The printed line has no measured number, so it is the
same on every machine and nbval can compare it strictly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils import _comparisons as comparisons

__all__ = [
    "CheckFailed",
    "Result",
    "check",
    "check_above",
    "check_below",
    "check_close",
    "check_disjoint",
    "check_equal",
    "record_results",
]


class CheckFailed(AssertionError):
    """A sentence of a lesson is not true here; the message says what was measured instead."""


class Result(NamedTuple):
    """The result of one check."""

    sentence: str
    holds: bool
    found: str
    """What was measured instead; empty if it holds."""
    value: float | None
    """The number that was measured, or the largest difference; None where a check has no such number."""
    bound: float | None
    """The bound that the value was held against."""


def record_results(path: str | Path, *, go_on_after: Collection[str] = ()) -> None:
    """Write the result of every check from now on to a file, as a line of JSON each.

    Used where checks are counted under other seeds and on other processors (authoring/lesson_runs.py).

    Parameters
    ----------
    path : the file; results are added at its end.
    go_on_after : sentences whose checks may fail without raising, so that they do not hide those after them.
    """
    global _recorded

    def to_file(result: Result) -> bool:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(result._asdict()) + "\n")
        return result.holds or result.sentence in go_on_after

    _recorded = to_file


# Called with every result; returns whether the lesson goes on.
_recorded: Callable[[Result], bool] = lambda result: result.holds  # noqa: E731


def check(condition: bool | np.bool_ | NDArray[np.bool_], sentence: str, *, found: object = None) -> None:
    """Print ``✓ sentence`` if the condition holds, raise otherwise.

    Parameters
    ----------
    condition : one truth value: a bool, or a boolean array or tensor of shape (). Reduce other arrays with
        `.all()` or `.any()`.
    sentence : the claim, as a reader should remember it.
    found : what was measured; shown if the check fails.

    Raises
    ------
    CheckFailed
        The condition is false.

    Examples
    --------
    >>> check(2 + 2 == 4, "two and two make four")
    ✓ two and two make four
    >>> check(2 + 2 == 5, "two and two make five", found=4)
    Traceback (most recent call last):
    ...
    course_utils.checks.CheckFailed: not true here: two and two make five
      found: 4
    """
    sentence = _sentence(sentence)
    is_scalar = getattr(condition, "shape", None) == ()
    if not isinstance(condition, bool) and not (is_scalar and np.asarray(condition).dtype == np.bool_):
        raise TypeError(
            f"condition must be one truth value (bool), got {comparisons.shown(condition)}; "
            "compare first, and reduce arrays with .all() or .any()"
        )
    _conclude(bool(condition), sentence, "" if found is None else f"found: {found}")


def check_below(value: float, bound: float, sentence: str) -> None:
    """Check that a number is strictly below a bound.

    Raises
    ------
    CheckFailed
        It is not below, or is NaN. The message shows both numbers.
    ValueError
        The bound is infinite: such a check could not fail.

    Examples
    --------
    >>> check_below(0.02, 0.05, "the error is under 0.05")
    ✓ the error is under 0.05
    >>> check_below(0.07, 0.05, "the error is under 0.05")
    Traceback (most recent call last):
    ...
    course_utils.checks.CheckFailed: not true here: the error is under 0.05
      found: 0.07, which is not below 0.05
    """
    _check_side("below", value, bound, sentence)


def check_above(value: float, bound: float, sentence: str) -> None:
    """Check that a number is strictly above a bound.

    Raises
    ------
    CheckFailed
        It is not above, or is NaN. The message shows both numbers.
    ValueError
        The bound is infinite: such a check could not fail.

    Examples
    --------
    >>> check_above(0.97, 0.9, "more than nine in ten are right")
    ✓ more than nine in ten are right
    """
    _check_side("above", value, bound, sentence)


def check_close(actual: ArrayLike, expected: ArrayLike, sentence: str, *, atol: float) -> None:
    """Check that two arrays have one shape and differ by at most `atol` everywhere.

    Parameters
    ----------
    actual, expected : numbers or arrays of one shape; nothing is broadcast.
    sentence : the claim.
    atol : largest absolute difference allowed, not negative. There is no relative part.

    Raises
    ------
    CheckFailed
        The shapes differ, or a difference is too large or NaN. The message says
        how large, where, and in how many entries.
    ValueError
        Both are empty, or `atol` is infinite: such a check could not fail.

    Examples
    --------
    >>> check_close([1.0, 2.0], [1.0, 2.0 + 1e-9], "both ways agree to 1e-6", atol=1e-6)
    ✓ both ways agree to 1e-6
    >>> check_close([1.0, 2.0], [1.0, 2.5], "both ways agree to 1e-6", atol=1e-6)
    Traceback (most recent call last):
    ...
    course_utils.checks.CheckFailed: not true here: both ways agree to 1e-6
      found: 1 of 2 entries differ by more than 1e-06; the largest difference is 0.5 at [1]: 2.0 against 2.5
    """
    sentence = _sentence(sentence)
    atol = comparisons.as_number("atol", atol)
    if not 0 <= atol < np.inf:
        raise ValueError(f"atol must be a number of at least 0, got {atol}; try 1e-6")
    left, right = comparisons.as_numbers("actual", actual), comparisons.as_numbers("expected", expected)
    if not left.size and not right.size:
        raise ValueError(
            "actual and expected must hold at least one number; got none: see why they are empty"
        )
    if difference := comparisons.shape_difference(left, right):
        _conclude(False, sentence, difference, np.inf, atol)
        return
    gap = comparisons.gaps(left, right)
    difference = comparisons.gap_difference(left, right, gap, atol)
    _conclude(not difference, sentence, difference, float(gap.max()), atol)


def check_equal(actual: ArrayLike, expected: ArrayLike, sentence: str) -> None:
    """Check that two values or arrays have one shape and are equal in every entry.

    For shapes, counts, labels and text; for results of floating-point arithmetic take
    `check_close`.

    Raises
    ------
    CheckFailed
        The shapes or an entry differ. The message says which, where, and how many.

    Examples
    --------
    >>> check_equal((3, 3, 2), (3, 3, 2), "the batch has shape (B, T, F) = (3, 3, 2)")
    ✓ the batch has shape (B, T, F) = (3, 3, 2)
    """
    sentence = _sentence(sentence)
    left, right = comparisons.as_array("actual", actual), comparisons.as_array("expected", expected)
    difference = comparisons.shape_difference(left, right) or comparisons.entry_difference(left, right)
    _conclude(not difference, sentence, difference)


def check_disjoint(parts: Mapping[str, Iterable[Any]], sentence: str) -> None:
    """Check that no sequence stands in two parts of a data set.

    Parameters
    ----------
    parts : a part's name to its sequences, at least two parts: arrays of shape (N, T) or (N, T, F), lists of
        sequences of any lengths, or lists of texts. Numbers are compared by value, whatever their dtype.
    sentence : the claim.

    Raises
    ------
    CheckFailed
        A sequence stands in two parts. The message says in which, how many there are, and shows one.

    Examples
    --------
    >>> check_disjoint({"training": [[0, 1], [1, 1]], "test": [[0, 0]]}, "no test sequence was trained on")
    ✓ no test sequence was trained on
    >>> check_disjoint({"training": [[0, 1], [1, 1]], "test": [[1, 1]]}, "no test sequence was trained on")
    Traceback (most recent call last):
    ...
    course_utils.checks.CheckFailed: not true here: no test sequence was trained on
      found: 1 of 1 rows of 'test' stand in 'training', too, such as row 0: [1, 1]
    """
    sentence = _sentence(sentence)
    entries = arguments.mapping("parts", parts, of="a part's name to its sequences")
    if len(entries) < 2:
        raise ValueError(f"parts must have at least 2 entries; got {', '.join(entries)}: add the other part")
    rows = {name: comparisons.as_rows(f"parts[{name!r}]", part) for name, part in entries.items()}
    shared = [
        comparisons.shared_rows(one, rows[one], other, rows[other]) for one, other in combinations(rows, 2)
    ]
    _conclude(not any(shared), sentence, "\n  ".join(filter(None, shared)))


def _check_side(side: Literal["below", "above"], value: float, bound: float, sentence: str) -> None:
    value, bound = comparisons.as_number("value", value), comparisons.as_number("bound", bound)
    if not np.isfinite(bound):
        raise ValueError(f"bound must be finite, got {bound}; a check that cannot fail says nothing")
    sentence = _sentence(sentence)
    holds = value < bound if side == "below" else value > bound
    _conclude(holds, sentence, f"found: {value:.6g}, which is not {side} {bound:.6g}", value, bound)


def _conclude(
    holds: bool, sentence: str, difference: str, value: float | None = None, bound: float | None = None
) -> None:
    goes_on = _recorded(Result(sentence, holds, "" if holds else difference, value, bound))
    if holds:
        print(f"✓ {sentence}")
    elif not goes_on:
        raise CheckFailed(f"not true here: {sentence}" + (f"\n  {difference}" if difference else ""))


def _sentence(sentence: str) -> str:
    if not isinstance(sentence, str):
        raise TypeError(
            f"sentence must be text, got {arguments.described(sentence)}; say what should be true"
        )
    if not sentence.strip() or "\n" in sentence:
        raise ValueError(
            f"sentence must be one line of text, got {arguments.described(sentence)}; say what should be true"
        )
    return sentence.strip()

"""Compares answers to a problem set with what is expected; a message says how they differ, with a hint.

Every function takes the answer first and checks its type, then its shape, then its values. So an object that
claims to be equal to everything is refused before anything is compared. The task's hint is shown where values
are wrong; for a wrong type or shape it would mislead.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments

__all__ = ["NotDoneYet", "WrongAnswer", "expect_array", "expect_entries", "expect_value"]

_PLAIN = (bool, int, float, str, type(None))
_SEE_DOCSTRING = "The docstring says what is to be returned."


class NotDoneYet(NotImplementedError):
    """Raised by a task that nobody has worked on; a notebook shows it as one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not done yet: {self}"]


class WrongAnswer(AssertionError):
    """Raised for an answer that is not right; a notebook shows its message alone."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def expect_array(
    found: object, expected: ArrayLike, what: str, *, hint: str, atol: float | None = None
) -> None:
    """Refuse an answer that is not the expected array.

    Parameters
    ----------
    found : the answer: a NumPy array itself, no subclass and no list.
    expected : the right one.
    what : what the array is, such as "the new state"; begins the message.
    hint : one sentence that helps without giving the answer.
    atol : largest absolute difference allowed; None asks for equal entries.

    Raises
    ------
    WrongAnswer
        Type, kind of numbers, shape or an entry differ. The message has `what`, both sides and the hint.

    Examples
    --------
    >>> expect_array(np.array([1.0, 2.0]), [1.0, 2.0], "the sums", hint="Add along time.")
    >>> expect_array(np.array([1.0, 5.0]), [1.0, 2.0], "the sums", hint="Add along time.")
    Traceback (most recent call last):
    ...
    course_utils.answers.WrongAnswer: the sums: expected 2 at [1], got 5; 1 of 2 entries differ.
      Hint: Add along time.
    """
    wanted = np.asarray(expected)
    what, hint = arguments.text("what", what), arguments.text("hint", hint)
    bound = None if atol is None else arguments.number("atol", atol, at_least=0)
    if type(found) is not np.ndarray:
        fault = f"expected a NumPy array of shape {wanted.shape}, got {described(found)}"
        _refuse(what, fault, _SEE_DOCSTRING)
    if _kind(found) != _kind(wanted):
        _refuse(what, f"expected {_kind(wanted)}, got {_kind(found)} (dtype {found.dtype})", _SEE_DOCSTRING)
    if found.shape != wanted.shape:
        _refuse(what, f"expected shape {wanted.shape}, got shape {found.shape}", _SEE_DOCSTRING)
    if bound is None:
        wrong = np.asarray(found != wanted)
        than = "differ"
    else:
        with np.errstate(invalid="ignore"):  # inf - inf
            gap = np.abs(found.astype(np.float64) - wanted.astype(np.float64))
        wrong = ~(gap <= bound)  # NaN counts as wrong
        than = f"differ by more than {bound:g}"
    if wrong.any():
        first = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        where = f" at [{', '.join(map(str, first))}]" if first else ""
        left, right = _apart(wanted[first].item(), found[first].item())
        fault = f"expected {left}{where}, got {right}"
        _refuse(
            what, fault + (f"; {wrong.sum()} of {wrong.size} entries {than}" if wrong.size > 1 else ""), hint
        )


def expect_value(found: object, expected: object, what: str, *, hint: str, atol: float | None = None) -> None:
    """Refuse an answer that is not the expected number, truth value, text, or tuple or list of such.

    A number may be Python's or NumPy's, or an array without axes; True is no number, and 2.0 is not 2.

    Parameters
    ----------
    found : the answer.
    expected : the right one: bool, int, float, str or None, or a tuple or list of them.
    what, hint : as in `expect_array`.
    atol : largest absolute difference allowed between two floats; None asks for equal ones.

    Raises
    ------
    WrongAnswer
        The type or the value differs. The message has `what`, both sides and the hint.

    Examples
    --------
    >>> expect_value(np.int64(3), 3, "the number of windows", hint="Count whole windows only.")
    >>> expect_value("3", 3, "the number of windows", hint="Count whole windows only.")
    Traceback (most recent call last):
    ...
    course_utils.answers.WrongAnswer: the number of windows: expected 3, an int, got '3', a str.
      Hint: The docstring says what is to be returned.
    """
    what, hint = arguments.text("what", what), arguments.text("hint", hint)
    bound = None if atol is None else arguments.number("atol", atol, at_least=0)
    plain = _plain(found)
    if _same(plain, expected, bound):
        return
    if type(plain) is not type(expected):
        _refuse(what, f"expected {described(expected)}, got {described(plain)}", _SEE_DOCSTRING)
    if isinstance(plain, float) and isinstance(expected, float):
        left, right = _apart(expected, plain)
        _refuse(what, f"expected {left}, got {right}", hint)
    _refuse(what, f"expected {_shortened(expected)}, got {_shortened(plain)}", hint)


def expect_entries(
    found: object, entries: int | None, what: str, *, kinds: tuple[type, ...] = (tuple, list)
) -> None:
    """Refuse an answer that is not a tuple or list of the wanted length.

    Parameters
    ----------
    found : the answer.
    entries : how many it must have; None takes any number.
    what : what it is, such as "the two states"; begins the message.
    kinds : `tuple`, `list`, or both.

    Raises
    ------
    WrongAnswer
        It is of another kind, or of another length.

    Examples
    --------
    >>> expect_entries((1, 2), 2, "the two states")
    >>> expect_entries([1, 2], 2, "the two states", kinds=(tuple,))
    Traceback (most recent call last):
    ...
    course_utils.answers.WrongAnswer: the two states: expected a tuple of 2 entries, got a list of 2 entries.
      Hint: The docstring says what is to be returned.
    """
    what = arguments.text("what", what)
    if not kinds or any(kind not in (tuple, list) for kind in kinds):
        raise ValueError(f"kinds must be tuple, list or both; got {kinds!r}")
    if entries is not None:
        entries = arguments.whole_number("entries", entries, at_least=0)
    if not isinstance(found, kinds) or (entries is not None and len(found) != entries):  # type: ignore[arg-type]
        count = "" if entries is None else f" of {entries} entries"
        wanted = " or ".join(f"a {kind.__name__}" for kind in kinds)
        _refuse(what, f"expected {wanted}{count}, got {described(found)}", _SEE_DOCSTRING)


def described(value: object) -> str:
    """Describe a value shortly, for a message, without calling code of an unknown type."""
    kind = type(value)
    if kind is np.ndarray:
        return f"an array of shape {value.shape} and dtype {value.dtype}"  # type: ignore[attr-defined]
    if value is None:
        return "None (does the function return its result?)"
    if kind in _PLAIN or (isinstance(value, np.generic) and kind.__module__ == "numpy"):
        return f"{_shortened(value)}{_a(value)}"
    if kind in (tuple, list):
        return f"a {kind.__name__} of {len(value)} entries"  # type: ignore[arg-type]
    return f"an object of type {kind.__name__}"


def _shortened(value: object) -> str:
    text = repr(value.item() if isinstance(value, np.generic) else value)
    return text if len(text) <= 60 else text[:57] + "..."


def _a(value: object) -> str:
    name = type(value).__name__
    return f", {'an' if name[0] in 'aeiou' else 'a'} {name}"


def _plain(value: object) -> object:
    """Convert NumPy's numbers to Python's; leave anything else as it is."""
    if isinstance(value, np.generic) and type(value).__module__ == "numpy":
        return value.item()
    if type(value) is np.ndarray and value.ndim == 0:
        return value.item()
    if type(value) in (tuple, list):
        return type(value)(_plain(entry) for entry in value)  # type: ignore[call-arg, attr-defined]
    return value


def _same(answer: object, expected: object, bound: float | None) -> bool:
    if type(answer) is not type(expected):
        return False
    if isinstance(answer, float) and isinstance(expected, float) and bound is not None:
        return abs(answer - expected) <= bound  # False for NaN
    if type(expected) in (tuple, list):
        return len(answer) == len(expected) and all(  # type: ignore[arg-type]
            _same(left, right, bound)
            for left, right in zip(answer, expected, strict=True)  # type: ignore[call-overload]
        )
    if type(expected) not in _PLAIN:
        raise TypeError(f"expected must be plain Python values; got {arguments.described(expected)}")
    return bool(answer == expected)


def _kind(array: NDArray[np.generic]) -> str:
    kinds = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "floats"}
    return kinds.get(array.dtype.kind, f"entries of dtype {array.dtype}")


def _apart(expected: object, answer: object) -> tuple[str, str]:
    """Format both numbers with as many digits as it takes to tell them apart."""
    if not isinstance(expected, float) or not isinstance(answer, float):
        return repr(expected), repr(answer)
    for digits in (6, 9, 12, 17):
        left, right = f"{expected:.{digits}g}", f"{answer:.{digits}g}"
        if left != right:
            break
    return left, right


def _refuse(what: str, fault: str, hint: str) -> NoReturn:
    raise WrongAnswer(f"{what}: {fault}.\n  Hint: {hint}")

"""What the tests of a problem set say about an answer: what was expected, what came, and a hint.

Every function takes the answer first and a `hint`, and judges in this order: the type, the shape, the
values. So an object that claims to be equal to everything is refused before anything is compared.
"""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments

__all__ = ["NotDoneYet", "WrongAnswer", "expect_array", "expect_value"]

_PLAIN = (bool, int, float, str, type(None))


class NotDoneYet(NotImplementedError):
    """A task that nobody has worked on; in a notebook it shows as one line."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not done yet: {self}"]


class WrongAnswer(AssertionError):
    """An answer that is not right; in a notebook it shows as its message alone."""

    def _render_traceback_(self) -> list[str]:
        return str(self).split("\n")


def expect_array(
    found: object, expected: ArrayLike, what: str, *, hint: str, atol: float | None = None
) -> None:
    """Refuse an answer that is not the expected array.

    Parameters
    ----------
    found : the answer: a NumPy array, and nothing that only looks like one.
    expected : the right one.
    what : what the array is, such as "the new state"; begins the message.
    hint : one sentence that helps without giving the answer.
    atol : largest absolute difference allowed; None asks for equal entries.

    Raises
    ------
    WrongAnswer
        Type, kind of numbers, shape or an entry differ. The message has `what`, both sides and the hint.
    TypeError, ValueError
        Another argument cannot be used.

    Examples
    --------
    >>> expect_array(np.array([1.0, 2.0]), [1.0, 2.0], "the sums", hint="Add along time.")
    >>> expect_array(np.array([[1.0, 2.0]]), [1.0, 2.0], "the sums", hint="Add along time.")
    Traceback (most recent call last):
    ...
    course_utils.answers.WrongAnswer: the sums: expected shape (2,), got shape (1, 2).
      Hint: Add along time.
    """
    wanted = np.asarray(expected)
    what, hint = arguments.text("what", what), arguments.text("hint", hint)
    bound = None if atol is None else arguments.number("atol", atol)
    if type(found) is not np.ndarray:
        _refuse(what, f"expected a NumPy array of shape {wanted.shape}, got {described(found)}", hint)
    if _kind(found) != _kind(wanted):
        _refuse(what, f"expected {_kind(wanted)}, got {_kind(found)} (dtype {found.dtype})", hint)
    if found.shape != wanted.shape:
        _refuse(what, f"expected shape {wanted.shape}, got shape {found.shape}", hint)
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
        _refuse(
            what,
            f"expected {_number(wanted[first])}{where}, got {_number(found[first])}"
            + (f"; {wrong.sum()} of {wrong.size} entries {than}" if wrong.size > 1 else ""),
            hint,
        )


def expect_value(found: object, expected: object, what: str, *, hint: str, atol: float | None = None) -> None:
    """Refuse an answer that is not the expected number, truth value, text, or tuple or list of such.

    A whole number may be Python's or NumPy's; True is no number, and 2.0 is not 2.

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
    TypeError, ValueError
        Another argument cannot be used.

    Examples
    --------
    >>> expect_value(np.int64(3), 3, "the number of windows", hint="Count whole windows only.")
    >>> expect_value("3", 3, "the number of windows", hint="Count whole windows only.")
    Traceback (most recent call last):
    ...
    course_utils.answers.WrongAnswer: the number of windows: expected 3, got '3', a str.
      Hint: Count whole windows only.
    """
    what, hint = arguments.text("what", what), arguments.text("hint", hint)
    bound = None if atol is None else arguments.number("atol", atol)
    plain = _plain(found)
    if not _same(plain, expected, bound):
        _refuse(what, f"expected {expected!r}, got {described(plain)}", hint)


def described(value: object) -> str:
    """What a value is, for a message; never long, and without asking the value itself."""
    kind = type(value)
    if kind is np.ndarray:
        return f"an array of shape {value.shape} and dtype {value.dtype}"  # type: ignore[attr-defined]
    if value is None:
        return "None (does the function return its result?)"
    if kind in _PLAIN or (isinstance(value, np.generic) and kind.__module__ == "numpy"):
        text = repr(value)
        return f"{text if len(text) <= 60 else text[:57] + '...'}{_a(value)}"
    if kind in (tuple, list):
        return f"a {kind.__name__} of {len(value)} entries"  # type: ignore[arg-type]
    return f"an object of type {kind.__name__}"


def _a(value: object) -> str:
    name = type(value).__name__
    return f", {'an' if name[0] in 'aeiou' else 'a'} {name}"


def _plain(value: object) -> object:
    """NumPy's numbers as Python's; anything else as it is."""
    if isinstance(value, np.generic) and type(value).__module__ == "numpy":
        return value.item()
    if type(value) in (tuple, list):
        return type(value)(_plain(entry) for entry in value)  # type: ignore[call-arg, attr-defined]
    return value


def _same(found: object, expected: object, bound: float | None) -> bool:
    if type(found) is not type(expected):
        return False
    if isinstance(found, float) and isinstance(expected, float) and bound is not None:
        return abs(found - expected) <= bound  # not of NaN
    if type(expected) in (tuple, list):
        return len(found) == len(expected) and all(  # type: ignore[arg-type]
            _same(left, right, bound)
            for left, right in zip(found, expected, strict=True)  # type: ignore[call-overload]
        )
    if type(expected) not in _PLAIN:
        raise TypeError(f"expected must be plain Python values; got {arguments.described(expected)}")
    return bool(found == expected)


def _kind(array: NDArray[np.generic]) -> str:
    kinds = {"b": "truth values", "i": "whole numbers", "u": "whole numbers", "f": "floats"}
    return kinds.get(array.dtype.kind, f"entries of dtype {array.dtype}")


def _number(value: np.generic) -> str:
    return f"{value:.6g}" if value.dtype.kind == "f" else repr(value.item())


def _refuse(what: str, fault: str, hint: str) -> NoReturn:
    raise WrongAnswer(f"{what}: {fault}.\n  Hint: {hint}")

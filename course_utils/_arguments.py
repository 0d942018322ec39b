"""Checks of arguments for the whole package; each error names argument, value and remedy.

Each function checks an argument and returns it in the type that the caller works with. It raises TypeError
for a value of the wrong type, ValueError for another that cannot be used.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def described(value: object, *, limit: int = 60) -> str:
    """Return `value` as it is shown in an error: an array by its shape, a long text shortened.

    >>> described(np.zeros((3, 2)))
    'an array of shape (3, 2)'
    >>> described(0.5)
    '0.5'
    """
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"an array of shape {shape}"
    try:
        shown = repr(value)
    except ValueError:  # Python writes out no whole number of over 4300 digits
        shown = f"a value of type {type(value).__name__} with too many digits"
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def _wanted(
    kind: str, *, at_least: float | None, at_most: float | None, above: float | None, below: float | None
) -> str:
    limits = [("at least", at_least), ("at most", at_most), ("above", above), ("below", below)]
    return ", ".join([kind, *(f"{relation} {limit:.15g}" for relation, limit in limits if limit is not None)])


def _outside(
    value: float, *, at_least: float | None, at_most: float | None, above: float | None, below: float | None
) -> bool:
    return (
        (at_least is not None and value < at_least)
        or (at_most is not None and value > at_most)
        or (above is not None and value <= above)
        or (below is not None and value >= below)
    )


def whole_number(name: str, value: object, *, at_least: int | None = None, at_most: int | None = None) -> int:
    """Return `value` as an int; refuse True, 3.0 and "3".

    Examples
    --------
    >>> whole_number("steps", 3, at_least=1)
    3
    >>> whole_number("steps", 0, at_least=1)
    Traceback (most recent call last):
    ...
    ValueError: steps must be a whole number, at least 1; got 0
    """
    wanted = _wanted("a whole number", at_least=at_least, at_most=at_most, above=None, below=None)
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be {wanted}; got {described(value)}")
    if _outside(int(value), at_least=at_least, at_most=at_most, above=None, below=None):
        raise ValueError(f"{name} must be {wanted}; got {described(int(value))}")
    return int(value)


def number(
    name: str,
    value: object,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> float:
    """Return `value` as a finite float; take arrays of shape (), too.

    Examples
    --------
    >>> number("threshold", np.float32(0.5), above=0, below=1)
    0.5
    >>> number("threshold", 1, above=0, below=1)
    Traceback (most recent call last):
    ...
    ValueError: threshold must be a finite number, above 0, below 1; got 1
    """
    wanted = _wanted("a finite number", at_least=at_least, at_most=at_most, above=above, below=below)
    scalar = value
    if getattr(value, "shape", None) == ():
        scalar = np.asarray(value).item()
    if isinstance(scalar, bool) or not isinstance(scalar, numbers.Real):
        raise TypeError(f"{name} must be {wanted}; got {described(value)}")
    try:
        result = float(scalar)
    except OverflowError:  # a whole number of over 308 digits
        result = math.inf
    if not math.isfinite(result) or _outside(
        result, at_least=at_least, at_most=at_most, above=above, below=below
    ):
        raise ValueError(f"{name} must be {wanted}; got {described(scalar)}")
    return result


def text(name: str, value: object, *, at_least: int = 1) -> str:
    """Return `value` if it is a string of `at_least` characters, not counting blanks at its ends.

    Examples
    --------
    >>> text("title", "  ")
    Traceback (most recent call last):
    ...
    ValueError: title must say something: pass a text of at least 1 character; got '  '
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text (str); got {described(value)}")
    if len(value.strip()) < at_least:
        characters = "1 character" if at_least == 1 else f"{at_least} characters"
        raise ValueError(
            f"{name} must say something: pass a text of at least {characters}; got {described(value)}"
        )
    return value


def flag(name: str, value: object) -> bool:
    """Return `value` if it is True or False; refuse 1, "yes" and None."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False; got {described(value)}")
    return bool(value)


def array(
    name: str,
    value: object,
    *,
    ndim: int | None = None,
    shape: Sequence[int | None] | None = None,
    axes: str = "",
    positive: bool = False,
) -> FloatArray:
    """Return `value` as a finite float64 array that is not empty and has the wanted axes or shape.

    Parameters
    ----------
    name : the argument's name, for the error.
    value : array, tensor, number or nested lists of numbers; booleans become 0 and 1.
    ndim : the number of axes wanted.
    shape : the lengths wanted, None where any length will do.
    axes : what the axes are, for the error, such as "(time, unit)".
    positive : refuse values that are 0 or below (for logarithmic axes).

    Raises
    ------
    TypeError
        If it does not hold real numbers.
    ValueError
        If it is ragged or empty, has other axes, or holds a value that is NaN, infinite or (with `positive`)
        not above 0; the error says where.

    Examples
    --------
    >>> array("h", [[1, 2]], shape=(None, 2))
    array([[1., 2.]])
    >>> array("h", [1.0, float("nan")], ndim=1)
    Traceback (most recent call last):
    ...
    ValueError: h must be finite; got nan at index 1 (1 of 2 is NaN or infinite): see where it comes from
    """
    wanted_axes = f" {axes}" if axes else ""
    try:
        given = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array whose rows are equally long; got {described(value)}"
        ) from error
    if given.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers; got {described(value)} of dtype {given.dtype}")
    if ndim is not None and given.ndim != ndim:
        plural = "axis" if ndim == 1 else "axes"
        raise ValueError(f"{name} must have {ndim} {plural}{wanted_axes}; got shape {given.shape}")
    if shape is not None and not fits(given.shape, shape):
        shown = "(" + ", ".join("any" if n is None else str(n) for n in shape)
        shown += ",)" if len(shape) == 1 else ")"
        raise ValueError(f"{name} must have shape {shown}{wanted_axes}; got shape {given.shape}")
    if given.size == 0:
        raise ValueError(f"{name} must hold at least one value; got shape {given.shape}")
    result = given.astype(np.float64)
    refuse_where(
        name,
        result,
        ~np.isfinite(result),
        wanted="finite",
        fault="NaN or infinite",
        remedy="see where it comes from",
    )
    if positive:
        refuse_where(
            name,
            result,
            result <= 0,
            wanted="above 0 for a logarithmic axis",
            fault="0 or below",
            remedy="pass log=False, or leave them out",
        )
    return result


def fits(shape: Sequence[int], wanted: Sequence[int | None]) -> bool:
    """Tell whether `shape` is as `wanted`, where None stands for any length.

    >>> fits((3, 2), (None, 2)), fits((3, 2), (3,))
    (True, False)
    """
    return len(shape) == len(wanted) and all(w is None or w == n for n, w in zip(shape, wanted, strict=True))


def refuse_where(
    name: str, values: FloatArray, bad: NDArray[np.bool_], *, wanted: str, fault: str, remedy: str
) -> None:
    """Raise ValueError if a value is `bad`; name the first such value, its index and how many there are."""
    count = int(np.count_nonzero(bad))
    if not count:
        return
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    where = "" if not index else f" at index {index[0] if len(index) == 1 else index}"
    verb = "is" if count == 1 else "are"
    raise ValueError(
        f"{name} must be {wanted}; got {values[index]:g}{where}"
        f" ({count} of {values.size} {verb} {fault}): {remedy}"
    )


def mapping(name: str, value: object, *, of: str) -> dict[str, Any]:
    """Return `value` as a dict, if it is a mapping with an entry and its keys are texts that are not blank.

    Examples
    --------
    >>> mapping("curves", {}, of="a curve's name to its values")
    Traceback (most recent call last):
    ...
    ValueError: curves must have at least one entry, from a curve's name to its values; got {}
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping from {of}; got {described(value)}")
    if not value:
        raise ValueError(f"{name} must have at least one entry, from {of}; got {described(value)}")
    return {text(f"each key of {name}", key): entry for key, entry in value.items()}


def arrays(name: str, value: object, *, of: str, **wanted: Any) -> dict[str, FloatArray]:
    """Return a mapping's arrays by name; `wanted` is what `array` checks of each.

    Examples
    --------
    >>> arrays("curves", {"a": [1, 0]}, of="a name to values", ndim=2)
    Traceback (most recent call last):
    ...
    ValueError: curves['a'] must have 2 axes; got shape (2,)
    """
    entries = mapping(name, value, of=of)
    return {key: array(f"{name}[{key!r}]", entry, **wanted) for key, entry in entries.items()}


def numbers_by_name(name: str, value: object, *, of: str, positive: bool = False) -> dict[str, float]:
    """Return a mapping's finite numbers by name."""
    values = {key: number(f"{name}[{key!r}]", entry) for key, entry in mapping(name, value, of=of).items()}
    return {key: float(array(f"{name}[{key!r}]", entry, positive=positive)) for key, entry in values.items()}


def one_of(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of the texts `allowed`.

    Examples
    --------
    >>> one_of("kind", "lin", ["line", "bar"])
    Traceback (most recent call last):
    ...
    ValueError: kind must be one of 'line', 'bar'; got 'lin'
    """
    options = list(allowed)
    if value not in options:
        shown = ", ".join(repr(option) for option in options)
        raise ValueError(f"{name} must be one of {shown}; got {described(value)}")
    return str(value)


def require_rising(name: str, values: FloatArray) -> None:
    """Refuse an array of fewer than 2 values, or whose values do not rise."""
    if len(values) < 2 or np.any(np.diff(values) <= 0):
        shown = described(values.tolist())
        raise ValueError(f"{name} must be at least 2 numbers that rise; got {shown}: sort them")

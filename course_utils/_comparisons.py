"""Compares values for checks, and returns how they differ as text; empty where they do not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course_utils._arguments import described

Array = NDArray[np.generic]


def shown(value: object) -> str:
    """Return `value` as it is shown in an error: arrays and tensors by shape."""
    return described(np.asarray(value) if hasattr(value, "shape") else value)


def as_array(name: str, value: object) -> Array:
    """Return `value` as an array, if its rows are equally long."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be an array whose rows are equally long; got {described(value)}: compare row by row"
        ) from error


def as_numbers(name: str, value: object) -> Array:
    """Return `value` as an array of real numbers or truth values."""
    array = as_array(name, value)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            f"{name} must hold real numbers, got {shown(value)}; for text or labels take check_equal"
        )
    return array


def as_number(name: str, value: object) -> float:
    """Return `value` as a float, if it is one real number: NaN and infinity too."""
    array = as_array(name, value)
    if array.ndim or array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must be one real number, got {shown(value)}; reduce it with float(...)")
    return float(array)


def as_rows(name: str, part: object) -> list[Array]:
    """Return the sequences of a part of a data set: texts, or arrays of numbers or texts."""
    if hasattr(part, "shape"):
        part = list(np.atleast_1d(np.asarray(part)))
    if not isinstance(part, list | tuple):
        raise TypeError(f"{name} must be an array or a list of sequences; got {described(part)}")
    if not part:
        raise ValueError(f"{name} must hold at least one sequence; got none")
    rows = [as_array(f"{name}[{n}]", row) for n, row in enumerate(part)]
    for n, row in enumerate(rows):
        if row.dtype.kind not in ("US" if row.ndim == 0 else "USbiuf"):
            raise TypeError(
                f"{name}[{n}] must be a sequence of numbers or a text; got {described(row.tolist())}"
            )
    return rows


def shape_difference(left: Array, right: Array) -> str:
    return "" if left.shape == right.shape else f"found: shape {left.shape}, expected shape {right.shape}"


def gaps(left: Array, right: Array) -> NDArray[np.float64]:
    """Return the absolute differences of two arrays of one shape; 0 between equal infinities."""
    # In double precision, so that unsigned and low-precision numbers are subtracted rightly.
    with np.errstate(invalid="ignore"):  # inf - inf
        gap = np.abs(left.astype(np.float64) - right.astype(np.float64))
    return np.where(left == right, 0.0, gap)


def gap_difference(left: Array, right: Array, gap: NDArray[np.float64], atol: float) -> str:
    wrong = ~(gap <= atol)  # NaN counts as wrong
    if not wrong.any():
        return ""
    worst = np.unravel_index(np.argmax(np.where(np.isnan(gap), np.inf, gap)), gap.shape)
    return (
        f"found: {wrong.sum()} of {wrong.size} entries differ by more than {atol:.6g}; the largest "
        f"difference is {gap[worst]:.6g}{_position(worst)}: {left[worst]} against {right[worst]}"
    )


def entry_difference(left: Array, right: Array) -> str:
    if (left.dtype.kind in "US") != (right.dtype.kind in "US"):
        return f"found: {left.dtype} values, compared with {right.dtype} values"
    wrong = np.asarray(left != right)
    if not wrong.any():
        return ""
    first = np.unravel_index(np.argmax(wrong), wrong.shape)
    return (
        f"found: {wrong.sum()} of {wrong.size} entries differ; "
        f"the first{_position(first)}: {_entry(left[first])} against {_entry(right[first])}"
    )


def _entry(entry: object) -> str:
    return str(entry) if isinstance(entry, np.generic) else described(entry)


def shared_rows(one: str, rows: list[Array], other: str, other_rows: list[Array]) -> str:
    """Tell which rows of the part called `other` are in the part called `one` too."""
    known = {_key(row) for row in rows}
    shared = [n for n, row in enumerate(other_rows) if _key(row) in known]
    if not shared:
        return ""
    return (
        f"found: {len(shared)} of {len(other_rows)} rows of {other!r} stand in {one!r}, too, "
        f"such as row {shared[0]}: {described(other_rows[shared[0]].tolist())}"
    )


def _key(row: Array) -> tuple[Any, ...]:
    numbers = row.dtype.kind in "biuf"
    return row.shape, (row.astype(np.float64) + 0.0).tobytes() if numbers else str(row.tolist())  # -0 is 0


def _position(index: tuple[np.intp, ...]) -> str:
    return f" at [{', '.join(str(i) for i in index)}]" if index else ""

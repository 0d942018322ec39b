"""Values that go between the grader and a student's kernel as JSON: plain data that cannot run anything.

Plain data are numbers, truth values, text, None, tuples, lists and NumPy arrays. A value of any other type
arrives as an `Opaque`. Nothing that comes out of a sandbox is unpickled.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from classroom.runner.in_kernel import KINDS, pack

MOST_BYTES = 32 * 2**20
_MOST_DEPTH = 6
_MOST_NAME = 60


class BadReply(Exception):
    """What came out of the kernel is not what the grader's own code puts there."""


@dataclass(frozen=True, eq=False)
class Opaque:
    """A value of another type, which is equal to nothing but itself: only its type's name is sent."""

    type_name: str

    def __repr__(self) -> str:
        return f"<an object of type {self.type_name}>"


def packed(value: object) -> Any:
    """Return the value as what JSON can hold.

    Raises
    ------
    TypeError
        The value, or a part of it, is no plain data: a hidden test asked for too much.
    """
    return pack(value, _refuse)


def _refuse(type_name: str) -> NoReturn:
    raise TypeError(
        f"a value of type {type_name} cannot be handed to an answer: only numbers, truth values, "
        "text, None, tuples, lists and NumPy arrays can"
    )


def decode(text: str) -> object:
    """Return the value that the JSON stands for.

    Raises
    ------
    BadReply
        It is not JSON of this form.
    """
    if len(text) > 2 * MOST_BYTES:
        raise BadReply(f"{len(text)} characters are too many")
    try:
        return _unpacked(json.loads(text), 0)
    except BadReply:
        raise
    except Exception as error:  # whatever a forged text leads to
        raise BadReply(f"{type(error).__name__}: {error}"[:200]) from None


def _unpacked(packed: Any, depth: int) -> object:
    if depth > _MOST_DEPTH or not isinstance(packed, dict):
        raise BadReply("not of the grader's form")
    match packed:
        case {"array": [str(dtype), list(shape), str(raw)]}:
            return _array(dtype, shape, raw)
        case {"number": {"array": [str(dtype), [], str(raw)]}}:
            return _array(dtype, [], raw)[()]
        case {"plain": None | bool() | str() as value} if "type" not in packed:
            return value
        case {"plain": int(value), "type": "int"} if not isinstance(value, bool):
            return value
        case {"plain": str(value), "type": "float"}:
            return float(value)
        case {"tuple": list(entries)}:
            return tuple(_unpacked(entry, depth + 1) for entry in entries)
        case {"list": list(entries)}:
            return [_unpacked(entry, depth + 1) for entry in entries]
        case {"opaque": str(name)}:
            name = "".join(c for c in name if c.isprintable())[:_MOST_NAME]
            return type(name, (Opaque,), {})(name)  # so that messages call it what it is
    raise BadReply("not of the grader's form")


def _array(dtype: str, shape: list[Any], raw: str) -> np.ndarray[Any, Any]:
    kind = np.dtype(dtype)
    if kind.kind not in KINDS:
        raise BadReply(f"dtype {dtype!r}")
    if len(shape) > 16 or not all(type(n) is int and n >= 0 for n in shape):
        raise BadReply(f"shape {shape!r}"[:100])
    data = base64.b64decode(raw, validate=True)
    if len(data) != math.prod(shape) * kind.itemsize:
        raise BadReply("an array's bytes do not fill its shape")
    return np.frombuffer(bytearray(data), dtype=kind).reshape(shape)

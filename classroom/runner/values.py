"""Values on their way between the grader and a student's kernel: plain data, and nothing that runs.

The grader never unpickles what comes out of a sandbox. A value is JSON: numbers, truth values, text,
None, tuples, lists and NumPy arrays as their bytes. What is none of these arrives as an `Opaque`,
which has a type's name and is equal to nothing but itself.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["IN_KERNEL", "BadReply", "Opaque", "decode", "encode"]

MOST_BYTES = 32 * 2**20
_KINDS = "biuf"
_MOST_DEPTH = 6
_MOST_NAME = 60


class BadReply(Exception):
    """What came out of the kernel is not what the grader's own code puts there."""


@dataclass(frozen=True, eq=False)
class Opaque:
    """A value of some other type, of which only the type's name has come over."""

    type_name: str

    def __repr__(self) -> str:
        return f"<an object of type {self.type_name}>"


def encode(value: object) -> str:
    """Return the value as JSON.

    Raises
    ------
    TypeError
        The value, or a part of it, is no plain data: a hidden test asked for too much.
    """
    return json.dumps(_packed(value))


def _packed(value: object) -> Any:
    if isinstance(value, np.generic) and value.dtype.kind in _KINDS:
        return {"number": _packed(np.asarray(value))}
    if isinstance(value, np.ndarray) and value.dtype.kind in _KINDS:
        raw = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        return {"array": [value.dtype.str, list(value.shape), raw]}
    if value is None or isinstance(value, (bool, str)):
        return {"plain": value}
    if isinstance(value, (int, float)):
        return {"plain": repr(value) if isinstance(value, float) else value, "type": type(value).__name__}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__: [_packed(entry) for entry in value]}
    raise TypeError(
        f"a value of type {type(value).__name__} cannot be handed to an answer: only numbers, truth values, "
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
    if kind.kind not in _KINDS:
        raise BadReply(f"dtype {dtype!r}")
    if len(shape) > 16 or not all(type(n) is int and n >= 0 for n in shape):
        raise BadReply(f"shape {shape!r}"[:100])
    data = base64.b64decode(raw, validate=True)
    if len(data) != math.prod(shape) * kind.itemsize:
        raise BadReply("an array's bytes do not fill its shape")
    return np.frombuffer(bytearray(data), dtype=kind).reshape(shape)


# Run in the student's kernel, in a namespace of its own. It hands over what it can and guards nothing:
# whatever the student's code does to it, the grader takes only what `decode` understands.
IN_KERNEL = """
def _course_call(name, arguments, keywords):
    import base64, json, sys
    import numpy as np

    def packed(value, depth=0):
        kind = type(value)
        if kind.__module__.split(".")[0] in ("tensorflow", "keras") and hasattr(value, "__array__"):
            value = np.asarray(value)
            kind = type(value)
        if depth > 5:
            return {"opaque": kind.__name__}
        if kind is np.ndarray and value.nbytes > 2**24:
            return {"opaque": "ndarray of more than 16 MB"}
        if kind is np.ndarray and value.dtype.kind in "biuf":
            raw = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
            return {"array": [value.dtype.str, list(value.shape), raw]}
        if issubclass(kind, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in "biuf":
            return {"number": packed(np.asarray(value))}
        if value is None or kind in (bool, str):
            return {"plain": value}
        if kind is int:
            return {"plain": value, "type": "int"}
        if kind is float:
            return {"plain": repr(value), "type": "float"}
        for base in (tuple, list):  # a namedtuple is a tuple
            if issubclass(kind, base):
                return {base.__name__: [packed(entry, depth + 1) for entry in base(value)]}
        return {"opaque": kind.__name__}

    def unpacked(tree):
        (kind, value), *rest = tree.items()
        if kind == "array":
            dtype, shape, raw = value
            return np.frombuffer(bytearray(base64.b64decode(raw)), dtype=dtype).reshape(shape)
        if kind == "number":
            return unpacked(value)[()]
        if kind in ("tuple", "list"):
            return {"tuple": tuple, "list": list}[kind](map(unpacked, value))
        return float(value) if rest and tree["type"] == "float" else value

    space = sys.modules["__main__"].__dict__
    if name not in space:
        return json.dumps({"missing": name})
    value = space[name]
    try:
        if arguments is None:
            if callable(value):
                return json.dumps({"callable": name})
        else:
            trees, named_trees = json.loads(arguments), json.loads(keywords)
            positional = [unpacked(tree) for tree in trees]
            named = {key: unpacked(tree) for key, tree in named_trees.items()}
            value = value(*positional, **named)
            for number, (given, tree) in enumerate(zip(positional, trees, strict=True), start=1):
                if packed(given) != tree:
                    return json.dumps({"changed": number})
        return json.dumps({"value": packed(value)})
    except Exception as error:
        if type(error).__name__ == "NotDoneYet":
            frame = error.__traceback__
            while frame.tb_next is not None:
                frame = frame.tb_next
            return json.dumps({"not done": frame.tb_frame.f_code.co_name})
        return json.dumps({"error": [type(error).__name__, str(error)[:500]]})
"""

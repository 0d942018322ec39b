"""Runs in the student's kernel: calls a function of theirs, and hands its value over as JSON.

`kernel.py` sends this file as text, and executes it in a namespace of its own: names that the student has
redefined, such as `list` or `str`, change nothing here. It protects nothing else. Whatever the student's code
does to it, the grader takes only what `values.decode` understands.
"""

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

KINDS = "biuf"
_MOST_DEPTH = 5
_MOST_ARRAY_BYTES = 2**24


def _opaque(type_name: str) -> Any:
    return {"opaque": type_name}


def pack(value: Any, otherwise: Callable[[str], Any] = _opaque, depth: int = 0) -> Any:
    """What JSON can hold of a value; `otherwise` gets the type's name of a part that is no plain data."""
    kind = type(value)
    if kind.__module__.split(".")[0] in ("tensorflow", "keras") and hasattr(value, "__array__"):
        value = np.asarray(value)
        kind = type(value)
    if depth > _MOST_DEPTH:
        return otherwise(kind.__name__)
    if kind is np.ndarray and value.nbytes > _MOST_ARRAY_BYTES:
        return otherwise("ndarray of more than 16 MB")
    if kind is np.ndarray and value.dtype.kind in KINDS:
        raw = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        return {"array": [value.dtype.str, list(value.shape), raw]}
    if issubclass(kind, np.generic) and kind.__module__ == "numpy" and value.dtype.kind in KINDS:
        return {"number": pack(np.asarray(value))}
    if value is None or kind in (bool, str):
        return {"plain": value}
    if kind is int:
        return {"plain": value, "type": "int"}
    if kind is float:
        return {"plain": repr(value), "type": "float"}
    for base in (tuple, list):  # a namedtuple is a tuple
        if issubclass(kind, base):
            return {base.__name__: [pack(entry, otherwise, depth + 1) for entry in base(value)]}
    return otherwise(kind.__name__)


def _unpack(tree: Any) -> Any:
    """The value that the grader has packed."""
    (kind, value), *rest = tree.items()
    if kind == "array":
        dtype, shape, raw = value
        return np.frombuffer(bytearray(base64.b64decode(raw)), dtype=dtype).reshape(shape)
    if kind == "number":
        return _unpack(value)[()]
    if kind in ("tuple", "list"):
        return {"tuple": tuple, "list": list}[kind](map(_unpack, value))
    return float(value) if rest and tree["type"] == "float" else value


def reply_to(name: str, arguments: str | None = None, keywords: str = "{}") -> str:
    """The value of a student's name as JSON; if there are arguments, what it returns for them.

    A function that is not called is {"callable": name}. Other forms: "missing", "changed" (the number of an
    argument), "not done" (the name of a function), "error" (type and message), "value".
    """
    space = sys.modules["__main__"].__dict__
    if name not in space:
        return json.dumps({"missing": name})
    value = space[name]
    try:
        if arguments is None:
            if callable(value):
                return json.dumps({"callable": name})
        else:
            trees = json.loads(arguments)
            positional = [_unpack(tree) for tree in trees]
            named = {key: _unpack(tree) for key, tree in json.loads(keywords).items()}
            value = value(*positional, **named)
            for number, (given, tree) in enumerate(zip(positional, trees, strict=True), start=1):
                if pack(given) != tree:
                    return json.dumps({"changed": number})
        return json.dumps({"value": pack(value)})
    except Exception as error:
        if type(error).__name__ == "NotDoneYet":
            frame = error.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            return json.dumps({"not done": frame.tb_frame.f_code.co_name if frame else name})
        return json.dumps({"error": [type(error).__name__, str(error)[:500]]})

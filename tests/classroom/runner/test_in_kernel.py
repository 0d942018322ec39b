"""The code that is sent to a student's kernel, run here."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from classroom.runner import in_kernel
from classroom.runner.values import Opaque, decode, packed
from tests.classroom.runner.test_values import VALUES, same


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that a kernel's cells are run in."""
    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


def call(name: str, *arguments: object, **keywords: object) -> Any:
    named = {key: packed(value) for key, value in keywords.items()}
    return json.loads(in_kernel.reply_to(name, json.dumps([packed(a) for a in arguments]), json.dumps(named)))


@settings(max_examples=100)
@given(VALUES)
def test_a_value_goes_there_and_comes_back(value: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["__main__"], "give_back", lambda given: given, raising=False)
        assert same(value, decode(json.dumps(call("give_back", value)["value"])))
        assert same(value, decode(json.dumps(call("give_back", given=value)["value"])))


def test_a_name_is_a_value_or_something_to_call_or_missing(main: ModuleType) -> None:
    main.number, main.f = 0.5, abs  # type: ignore[attr-defined]
    assert json.loads(in_kernel.reply_to("number")) == {"value": {"plain": "0.5", "type": "float"}}
    assert json.loads(in_kernel.reply_to("f")) == {"callable": "f"}
    assert json.loads(in_kernel.reply_to("g")) == {"missing": "g"}


def test_what_goes_wrong_is_told(main: ModuleType) -> None:
    class NotDoneYet(Exception):
        pass

    def undone() -> None:
        raise NotDoneYet

    def spoil(x: list[int], y: Any) -> list[int]:
        y[0] += 1
        return x

    main.undone, main.spoil, main.divide = undone, spoil, lambda x: 1 / x  # type: ignore[attr-defined]
    assert call("undone") == {"not done": "undone"}
    assert call("spoil", [1], np.zeros(2)) == {"changed": 2}
    assert call("divide", 0) == {"error": ["ZeroDivisionError", "division by zero"]}
    assert call("divide")["error"][0] == "TypeError"


class Array(np.ndarray):  # type: ignore[type-arg]
    """A kind of array whose operators may be anything."""


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        ({}, "dict"),
        (np.zeros(3).view(Array), "Array"),
        (np.array([None]), "ndarray"),
        (np.zeros(2**21 + 1), "ndarray of more than 16 MB"),
        ([[[[[[[1]]]]]]], "list"),
    ],
)
def test_what_is_no_plain_data_is_a_name_alone(value: object, type_name: str) -> None:
    result = decode(json.dumps(in_kernel.pack(value)))
    while isinstance(result, list):
        (result,) = result
    assert isinstance(result, Opaque)
    assert result.type_name == type_name


def test_it_runs_in_a_namespace_of_its_own_whatever_a_student_has_redefined(main: ModuleType) -> None:
    main.__dict__.update(list=3, str="a", type=None, json=0, f=lambda: [1, (2.5, None)])
    source = Path(in_kernel.__file__).read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102
    assert same(decode(json.dumps(json.loads(names["reply_to"]("f", "[]"))["value"])), [1, (2.5, None)])

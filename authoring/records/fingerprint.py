"""A fingerprint of what a lesson computes. Words, plots and printing leave it as it is.

A sweep over seeds takes from minutes to most of an hour. It must be run again when what the
checks look at is computed in another way; if a new plot title asked for it too, nobody would
fix a title. So these do not count: comments, docstrings, layout, how the code is cut into
cells, the sentences of checks, the lesson's own seed (which a sweep replaces), and calls that only
show something. What is called inside such a call does count where it may train or draw random
numbers; to pick, to round and to format does not.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_SHOWS = ("print", "display", "plt.", "ax.", "fig.", "cu.plotting.", "cu.widgets.", "cu.quiz.")
_READS = "cu.plotting.drawn"  # what a check then looks at
_CHECKS = "cu.check"
_START = "cu.runtime.start"
# Checks with a bound, and the sign of a change that makes it looser.
_LOOSER = {"cu.check_below": 1, "cu.check_close": 1, "cu.check_above": -1}
_NAMES_OF_TEXTS = {"title", "alt", "xlabel", "ylabel", "label"}
# Functions and methods that neither train nor draw: inside something shown they only make it readable.
_PURE = re.compile(
    r"cu\.measured|np\.(?!random)\w+|(len|max|min|sum|sorted|zip|enumerate|range|list|map|abs|round|str|int|float)"
    r"|.*\.(count|find|format|items|join|keys|ljust|max|mean|min|rjust|round|split|sum|values)",
    re.DOTALL,
)
# Fields that some versions of Python do not have, and what others say in other fields.
_NOT_COMPARED = {"ctx", "kind", "type_comment", "type_params"}


def fingerprint(cells: Iterable[ast.Module]) -> str:
    """Twelve characters, the same for code that computes the same."""
    statements = [
        as_lists(statement) for cell in cells for statement in _Computation().visit(copy.deepcopy(cell)).body
    ]
    return hashlib.sha256(json.dumps(statements).encode()).hexdigest()[:12]


def bounds(cells: Iterable[ast.Module]) -> list[tuple[int, float]]:
    """Of each check whose bound is a number in the code: 1 if a larger one is looser, else -1; the number."""
    reader = _Bounds()
    for cell in cells:
        reader.visit(copy.deepcopy(cell))
    return reader.bounds


def with_bounds(cells: Iterable[ast.Module], numbers: Iterable[float]) -> list[ast.Module]:
    """The same code with these numbers as the bounds of its checks, in their order."""
    writer = _Bounds(iter(numbers))
    return [writer.visit(copy.deepcopy(cell)) for cell in cells]


class _Bounds(ast.NodeTransformer):
    """Reads the bounds that are numbers, and puts others in their place."""

    def __init__(self, numbers: Iterator[float] | None = None) -> None:
        self.bounds: list[tuple[int, float]] = []
        self.numbers = numbers

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = ast.unparse(node.func)
        if name not in _LOOSER:
            return node
        for keyword in node.keywords:
            if keyword.arg in ("bound", "atol"):
                keyword.value = self._replaced(name, keyword.value)
        if name != "cu.check_close" and len(node.args) > 1:
            node.args[1] = self._replaced(name, node.args[1])
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        return node  # a check that is meant to fail, and is caught: a looser bound may be another result

    def _replaced(self, name: str, node: ast.expr) -> ast.expr:
        operand = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
        if not isinstance(operand, ast.Constant) or type(operand.value) not in (int, float):
            return node
        self.bounds.append((_LOOSER[name], ast.literal_eval(node)))
        return node if self.numbers is None else ast.parse(repr(next(self.numbers)), mode="eval").body


class _Computation(ast.NodeTransformer):
    """Takes out of a tree what is only there to be seen."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = ast.unparse(node.func)
        if _shows(name):
            inner = [argument for argument in ast.iter_child_nodes(node) if argument is not node.func]
            calls = [call for argument in inner for call in _calls_that_count(argument)]
            kept = [call for call in map(self.visit, calls) if not _is_nothing(call)]
            return ast.Tuple(elts=kept, ctx=ast.Load())
        self.generic_visit(node)
        if name == _START:
            node.keywords = []
        if name.startswith(_CHECKS):
            named = [keyword for keyword in node.keywords if keyword.arg == "sentence"]
            if named and _is_text(named[0].value):
                node.keywords.remove(named[0])
            elif not named and len(node.args) > 1 and _is_text(node.args[-1]):
                node.args[-1] = ast.Constant("")
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        return None if _is_nothing(node.value) or _is_text(node.value) else node  # a text is a docstring

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        shows = isinstance(node.value, ast.Call) and _shows(ast.unparse(node.value.func))
        only_text = _is_text(node.value) and all(_name(target) in _NAMES_OF_TEXTS for target in node.targets)
        only_text = only_text or (_is_number_as_text(node.value) and not list(_calls_that_count(node.value)))
        self.generic_visit(node)
        return None if only_text or (shows and _is_nothing(node.value)) else node

    def visit_For(self, node: ast.For) -> ast.AST | None:
        only_shows = not list(_calls_that_count(node.iter))
        self.generic_visit(node)
        return node if node.body or not only_shows else None


def _outermost_calls(node: ast.AST) -> list[ast.Call]:
    if isinstance(node, ast.Call):
        return [node]
    return [call for child in ast.iter_child_nodes(node) for call in _outermost_calls(child)]


def _calls_that_count(node: ast.AST) -> Iterator[ast.Call]:
    """The outermost calls of something shown that may train or draw random numbers."""
    if isinstance(node, ast.Call) and not _PURE.fullmatch(ast.unparse(node.func)):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _calls_that_count(child)


def _is_number_as_text(node: ast.AST) -> bool:
    """A number made ready to be printed, or a list of such."""
    if isinstance(node, ast.ListComp):
        return _is_number_as_text(node.elt)
    if isinstance(node, ast.JoinedStr):
        parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        return any(part.format_spec is not None or _is_number_as_text(part.value) for part in parts)
    if not isinstance(node, ast.Call):
        return False
    is_format = (
        isinstance(node.func, ast.Attribute) and node.func.attr == "format" and _is_text(node.func.value)
    )
    return is_format or ast.unparse(node.func) == "cu.measured"


def _shows(name: str) -> bool:
    return name != _READS and any(
        name == shown or (shown.endswith(".") and name.startswith(shown)) for shown in _SHOWS
    )


def _is_nothing(node: ast.AST) -> bool:
    return isinstance(node, ast.Tuple) and not node.elts


def _is_text(node: ast.AST) -> bool:
    """A literal text whose making computes nothing else."""
    if isinstance(node, ast.JoinedStr):
        return not _outermost_calls(node)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def as_lists(node: object) -> Any:
    """The tree in a form that is the same under each Python: `ast.dump` and `ast.unparse` are not."""
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if name not in _NOT_COMPARED]
        return [
            type(node).__name__,
            *([name, as_lists(value)] for name, value in fields if value not in (None, [])),
        ]
    return [as_lists(part) for part in node] if isinstance(node, list) else repr(node)

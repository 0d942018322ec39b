"""What of course_utils a lesson computes with: a fingerprint that changes when that code does.

The code is followed from each `cu.module.name` in the lesson through all that it calls inside the package.
What only shows something does not count, nor do docstrings, annotations, the words of errors and where a
function stands. Nor do the checks: what they accept is for their own tests to say.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tools.fingerprint import as_lists

PACKAGE = "course_utils"
_NOT_FOLLOWED = {"checks", "live", "plotting", "printing", "quiz", "widgets"}
# It seeds the lesson and sets the plot style, as its tests say; a sweep runs it with other seeds.
_START = ("runtime", "start")
_LOCKED = ("tensorflow", "keras", "numpy")


class _Name(NamedTuple):
    module: str
    name: str


class _Module(NamedTuple):
    definitions: dict[str, ast.stmt]
    imported: dict[str, _Name]


_NO_MODULE = _Module({}, {})


def course_code(cells: Iterable[ast.Module], root: Path) -> str:
    """Twelve characters for the code of course_utils, and of scripts beside the notebooks, in use."""
    trees = list(cells)
    package = _read_package(root / PACKAGE)
    found: dict[_Name, ast.stmt] = {}
    waiting = [name for tree in trees for name in _used_in_lesson(tree, package)]
    while waiting:
        name = waiting.pop()
        module = package.get(name.module, _NO_MODULE)
        definition = module.definitions.get(name.name)
        if definition is None and name.name in module.imported:
            waiting.append(module.imported[name.name])
        if definition is None or name in found or name == _START:
            continue
        found[name] = definition
        waiting += [
            other
            for other in _used_in_package(definition, name.module, package)
            if other.module not in _NOT_FOLLOWED
        ]
    code = sorted(
        json.dumps([name.name, as_lists(_Plain().visit(copy.deepcopy(d)))]) for name, d in found.items()
    )
    code += [json.dumps(as_lists(_Plain().visit(script))) for script in _scripts(trees, root / "notebooks")]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:12]


def locked_versions(root: Path) -> dict[str, str]:
    """The minor versions of the packages that compute, as `{"numpy": "2.4"}`, from requirements.lock."""
    lock = (
        (root / "requirements.lock").read_text(encoding="utf-8")
        if (root / "requirements.lock").exists()
        else ""
    )
    return {
        package: version[1]
        for package in _LOCKED
        if (version := re.search(rf"^{package}(?:-cpu)?==(\d+\.\d+)", lock, re.MULTILINE))
    }


@cache
def _read_package(folder: Path) -> dict[str, _Module]:
    """The package's modules by their names; the package itself is the one named ''."""
    modules = {"": _NO_MODULE}
    for path in sorted(folder.glob("*.py")):
        name = "" if path.stem == "__init__" else path.stem
        modules[name] = _read_module(ast.parse(path.read_text(encoding="utf-8")))
    return modules


def _read_module(tree: ast.Module) -> _Module:
    definitions: dict[str, ast.stmt] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            definitions[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for node in (node for target in targets for node in ast.walk(target)):
                if isinstance(node, ast.Name):
                    definitions[node.id] = statement
    return _Module(definitions, dict(_imports(tree.body)))


def _imports(statements: Iterable[ast.AST]) -> Iterator[tuple[str, _Name]]:
    """The names that come from the package, and where they are from; a module's own name is ''."""
    for statement in statements:
        if not isinstance(statement, ast.ImportFrom) or (statement.module or "").split(".")[0] != PACKAGE:
            continue
        module = (statement.module or "").removeprefix(PACKAGE).removeprefix(".")
        for alias in statement.names:
            name = alias.asname or alias.name
            yield name, _Name(module, alias.name) if module else _Name(alias.name, "")


def _used_in_lesson(tree: ast.Module, package: dict[str, _Module]) -> Iterator[_Name]:
    for node in ast.walk(tree):
        match re.fullmatch(
            r"cu\.(\w+)(?:\.(\w+))?", ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        ):
            case None:
                continue
            case found if found[1] in package and found[2] and found[1] not in _NOT_FOLLOWED:
                yield _Name(found[1], found[2])
            case found if (
                found[1] in package[""].imported
                and package[""].imported[found[1]].module not in _NOT_FOLLOWED
            ):
                yield package[""].imported[found[1]]


def _used_in_package(definition: ast.stmt, module: str, package: dict[str, _Module]) -> Iterator[_Name]:
    imported = package[module].imported | dict(_imports(ast.walk(definition)))
    for node in ast.walk(definition):
        if isinstance(node, ast.Name) and node.id in package[module].definitions:
            yield _Name(module, node.id)
        elif isinstance(node, ast.Name) and node.id in imported and imported[node.id].name:
            yield imported[node.id]
        elif (
            isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported
        ):
            other = imported[node.value.id]
            if not other.name and other.module in package:
                yield _Name(other.module, node.attr)


def _scripts(trees: Iterable[ast.Module], folder: Path) -> Iterator[ast.Module]:
    """The scripts that the cells name, as `cluster/train.py`."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    for text in sorted(text for text in texts if re.fullmatch(r"[\w/]+\.py", text)):
        if (folder / text).exists():
            yield ast.parse((folder / text).read_text(encoding="utf-8"))


class _Plain(ast.NodeTransformer):
    """Takes out what computes nothing: docstrings, annotations, the words of errors, imports."""

    def visit_Expr(self, node: ast.Expr) -> Any:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        return None if (node.module or "").split(".")[0] == PACKAGE else node

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        return ast.Assign([node.target], self.visit(node.value)) if node.value else None

    def visit_Raise(self, node: ast.Raise) -> Any:
        return ast.Raise(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)

"""What of course_utils a lesson computes with: a fingerprint that changes when that code does.

The code is followed from each `cu.module.name` in the lesson through all that it calls inside the package.
What only shows something does not count, nor do docstrings, annotations, the words of errors, the names of
local variables and where a function stands. Nor do the checks: what they accept is for their own tests to
say.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from authoring.records.fingerprint import as_lists

PACKAGE = "course_utils"
_NOT_FOLLOWED = ("checks", "plotting", "printing", "notebook.live", "notebook.quiz", "notebook.widgets")
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
_Package = dict[str, _Module]


def course_code(cells: Iterable[ast.Module], root: Path) -> str:
    """Twelve characters for the code of course_utils, and of scripts beside the notebooks, in use."""
    trees = list(cells)
    package = _read_package(root / PACKAGE)
    definitions: dict[_Name, ast.stmt] = {}
    waiting = [name for tree in trees for name in _used_in_lesson(tree, package)]
    while waiting:
        name = waiting.pop()
        module = package.get(name.module, _NO_MODULE)
        definition = module.definitions.get(name.name)
        if definition is None and name.name in module.imported:
            waiting.append(module.imported[name.name])
        if definition is None or name in definitions or name == _START:
            continue
        definitions[name] = definition
        waiting += [
            other for other in _used_in_package(definition, name.module, package) if _is_followed(other)
        ]
    modules = Counter(name.name for name in definitions)
    ambiguous = {name for name, count in modules.items() if count > 1}
    code = sorted(
        json.dumps([name.name, _plain(definition, package[name.module].imported, ambiguous)])
        for name, definition in definitions.items()
    )
    code += [json.dumps(_plain(script, {}, ())) for script in _scripts(trees, root / "notebooks")]
    return hashlib.sha256("\n".join(code).encode()).hexdigest()[:12]


def _is_followed(name: _Name) -> bool:
    return not any(name.module == module or name.module.startswith(f"{module}.") for module in _NOT_FOLLOWED)


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
def _read_package(folder: Path) -> _Package:
    """The package's modules by their dotted names; the package itself is the one named ''."""
    trees = {"": ast.Module([], [])}
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        trees[".".join(part for part in parts if part != "__init__")] = ast.parse(
            path.read_text(encoding="utf-8")
        )
    return {name: _Module(_definitions(tree), _imports(tree.body, trees)) for name, tree in trees.items()}


def _definitions(tree: ast.Module) -> dict[str, ast.stmt]:
    definitions: dict[str, ast.stmt] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            definitions[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for node in (node for target in targets for node in ast.walk(target)):
                if isinstance(node, ast.Name):
                    definitions[node.id] = statement
    return definitions


def _imports(statements: Iterable[ast.AST], modules: Container[str]) -> dict[str, _Name]:
    """The names that come from the package, and where they are from; a module's own name is ''."""
    imported = {}
    for statement in statements:
        if not isinstance(statement, ast.ImportFrom) or (statement.module or "").split(".")[0] != PACKAGE:
            continue
        room = (statement.module or "").removeprefix(PACKAGE).removeprefix(".")
        for alias in statement.names:
            inner = f"{room}.{alias.name}".removeprefix(".")
            imported[alias.asname or alias.name] = (
                _Name(inner, "") if inner in modules else _Name(room, alias.name)
            )
    return imported


def _public_modules(package: _Package) -> dict[str, str]:
    """Where the package says that `cu.NAME` is; a module without an entry is where its name says."""
    table = package[""].definitions.get("MODULES")
    return ast.literal_eval(table.value) if isinstance(table, ast.Assign) else {}


def _used_in_lesson(tree: ast.Module, package: _Package) -> Iterator[_Name]:
    places = _public_modules(package)
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        match = re.fullmatch(r"cu\.(\w+)(?:\.(\w+))?", text)
        if match is None:
            continue
        module = places.get(match[1], match[1])
        used = _Name(module, match[2]) if match[2] and module in package else None
        used = used or package[""].imported.get(match[1])
        if used is not None and used.name and _is_followed(used):
            yield used


def _used_in_package(definition: ast.stmt, module: str, package: _Package) -> Iterator[_Name]:
    imported = package[module].imported | _imports(ast.walk(definition), package)
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


def _plain(tree: ast.AST, imported: Mapping[str, _Name], ambiguous: Container[str]) -> Any:
    return as_lists(_Plain(imported, ambiguous).visit(copy.deepcopy(tree)))


class _Plain(ast.NodeTransformer):
    """Takes out what computes nothing: docstrings, annotations, words of errors, imports, local names.

    What is imported from the package goes by its own name, however it is imported and from where; by its
    module's, too, where the lesson uses two of one name.
    """

    def __init__(self, imported: Mapping[str, _Name], ambiguous: Container[str]) -> None:
        self.imported, self.ambiguous = imported, ambiguous
        self.local: dict[str, str] = {}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        if node.id in self.local:
            node.id = self.local[node.id]
        elif node.id in self.imported:
            node.id = self._own(self.imported[node.id])
        return node

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id not in self.local:
            module = self.imported.get(node.value.id)
            if module is not None and not module.name:
                return ast.Name(self._own(_Name(module.module, node.attr)), node.ctx)
        return self.generic_visit(node)

    def _own(self, name: _Name) -> str:
        leaf = name.module.rpartition(".")[2]
        return f"{name.name} of {leaf}" if name.name in self.ambiguous else name.name or leaf

    def visit_Expr(self, node: ast.Expr) -> Any:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        return None if (node.module or "").split(".")[0] == PACKAGE else node

    def visit_arg(self, node: ast.arg) -> Any:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        node.returns = None
        outside = self.local
        arguments = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
        names = [each for each in ast.walk(node) if isinstance(each, ast.Name)]
        stored = dict.fromkeys(name.id for name in names if isinstance(name.ctx, ast.Store))
        local = [name for name in stored if name not in arguments and name not in outside]
        numbered = {name: f"local {len(outside) + number}" for number, name in enumerate(local)}
        self.local = outside | numbered
        self.generic_visit(node)
        self.local = outside
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        return ast.Assign([self.visit(node.target)], self.visit(node.value)) if node.value else None

    def visit_Raise(self, node: ast.Raise) -> Any:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return ast.Raise(None if kind is None else self.visit(kind))

"""Imports go one way, as docs/architecture.md says, and no module is long."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.support import ROOT

ALLOWED = {
    "course_utils": set(),
    "authoring": {"course_utils"},
    "classroom": {"authoring", "course_utils"},
    "benchmarks": {"course_utils"},
}
LONGEST = 300  # lines
PATHS = {path.relative_to(ROOT): path for room in ALLOWED for path in sorted((ROOT / room).rglob("*.py"))}


def module_of(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(path) for path in PATHS}


def imported(tree: ast.Module) -> set[str]:
    """The modules of this repository that a file imports, but for those that only its annotations need."""
    named = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
        elif isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            named |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {part for name in named for part in (name, name.rpartition(".")[0]) if part in MODULES}


def imports_of(path: Path) -> set[str]:
    return imported(ast.parse(PATHS[path].read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_imports_go_one_way(path):
    room = path.parts[0]
    rooms = {name.partition(".")[0] for name in imports_of(path)}
    assert rooms <= ALLOWED[room] | {room}, f"{path}: {room} may import {ALLOWED[room] or 'nothing'}"


def test_no_file_imports_in_a_circle():
    # A package's __init__ gathers its modules; they import each other and not the package.
    graph = {
        module_of(path): imports_of(path) - {module_of(path)}
        for path in PATHS
        if path.name not in ("__init__.py", "__main__.py")
    }
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_no_module_is_long(path):
    assert len(PATHS[path].read_text(encoding="utf-8").splitlines()) <= LONGEST

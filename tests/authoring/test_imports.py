"""Imports go one way: course.py and classroom use authoring, which uses course_utils; so do benchmarks."""

import ast

import pytest

from tests.support import ROOT


@pytest.mark.parametrize(
    ("folder", "forbidden"),
    [
        ("authoring", {"course", "classroom", "benchmarks"}),
        ("benchmarks", {"course", "authoring", "classroom"}),
    ],
)
def test_a_folder_imports_nothing_that_stands_above_it(folder: str, forbidden: set[str]) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        if ".environments" in path.parts:
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        assert not forbidden & {name.split(".")[0] for name in names}, path.name

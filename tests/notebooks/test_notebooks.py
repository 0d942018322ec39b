"""The course's own notebooks: each is what its lesson gives, obeys every rule of hygiene, and holds
for other seeds and on other machines.

What they print is compared by nbval, which runs them: `pytest --nbval notebooks`.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from authoring import lint, sync
from authoring.lessons import find_lessons, lesson_paths, notebook_paths
from authoring.lint.measured import MARK
from authoring.long_runs import long_run_problems
from authoring.readme import readme_problems
from authoring.records.machines import machine_problems
from authoring.records.seeds import sweep_problems
from authoring.times import read_run_times


def stems(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@cache
def notebooks() -> dict[str, lint.Notebook]:
    return {notebook.path.stem: notebook for notebook in lint.load_all()}


@cache
def problems_by_lesson() -> dict[str, list[str]]:
    lessons, run_times = find_lessons(), read_run_times()
    return {lesson.name: sync.lesson_problems(lesson, lessons, run_times) for lesson in lessons}


def test_there_are_lessons_and_notebooks() -> None:
    """Found by glob, so that without this test an empty folder would pass."""
    assert lesson_paths(), "lessons/ holds no lesson: every other test here has nothing to look at"
    assert notebook_paths(), "notebooks/ holds no notebook: build them with `python3 course.py notebooks`"


@pytest.mark.parametrize("name", stems(lesson_paths()))
def test_a_notebook_is_what_its_lesson_gives(name: str) -> None:
    assert not problems_by_lesson()[name], "\n".join(problems_by_lesson()[name])


def test_every_notebook_has_a_lesson() -> None:
    assert not sync.extra_notebook_problems(), "\n".join(sync.extra_notebook_problems())


def test_the_table_in_the_readme_is_up_to_date() -> None:
    assert not readme_problems(), "\n".join(readme_problems())


def test_the_checks_hold_for_other_seeds() -> None:
    assert not sweep_problems(), "\n".join(sweep_problems())


def test_the_lessons_are_true_on_other_machines() -> None:
    assert not machine_problems(), "\n".join(machine_problems())


def test_the_long_runs_on_record_are_of_this_code() -> None:
    assert not long_run_problems(), "\n".join(long_run_problems())


@pytest.mark.parametrize("rule", lint.RULES.values(), ids=lint.RULES.keys())
@pytest.mark.parametrize("name", stems(notebook_paths()))
def test_a_notebook_obeys_the_rules(name: str, rule: lint.Rule) -> None:
    findings = [str(finding) for finding in rule.findings(notebooks()[name])]
    assert not findings, "\n".join([rule.summary, *findings])


class _Unmarked(ast.NodeTransformer):
    """Takes the mark from the call of cu.measured at one place."""

    def __init__(self, place: tuple[int, int]) -> None:
        self.place = place

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        is_it = ast.unparse(node.func) == MARK and (node.lineno, node.col_offset) == self.place
        return node.args[0] if is_it else node


@pytest.mark.parametrize("name", stems(notebook_paths()))
def test_a_mark_that_is_taken_away_is_missed(name: str) -> None:
    """So each mark that a lesson has it needs."""
    notebook = notebooks()[name]
    unneeded = []
    for position, cell in enumerate(notebook.cells):
        for call in (node for node in ast.walk(cell.tree) if isinstance(node, ast.Call)):
            if cell.kind != "code" or ast.unparse(call.func) != MARK:
                continue
            tree = _Unmarked((call.lineno, call.col_offset)).visit(copy.deepcopy(cell.tree))
            changed = replace(cell, source=ast.unparse(tree), tags=())
            cells = (*notebook.cells[:position], changed, *notebook.cells[position + 1 :])
            found = lint.RULES["measured_numbers_are_marked"].findings(replace(notebook, cells=cells))
            if not any(finding.where == cell.where for finding in found):
                unneeded.append(f"{cell.where}: {ast.unparse(call)}")
    assert not unneeded

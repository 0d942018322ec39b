"""The course's own notebooks: each is what its lesson gives, obeys every lint rule, and holds
for other seeds and on other machines.

What they print is compared by nbval, which runs them: `pytest --nbval notebooks`.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from authoring import lint, sync
from authoring.course import Course
from authoring.generated import stale
from authoring.lint.measured import MARK
from authoring.long_runs import long_run_problems
from authoring.student_notebooks import extra_release_problems

COURSE = Course()
LESSONS = [lesson.name for lesson in COURSE.lessons]
NOTEBOOKS = [path.stem for path in COURSE.notebook_paths]


@cache
def notebooks() -> dict[str, lint.Notebook]:
    return {notebook.path.stem: notebook for notebook in lint.load_all(COURSE.notebook_paths)}


@cache
def problems_by_lesson() -> dict[str, list[str]]:
    return {lesson.name: sync.lesson_problems(lesson, COURSE) for lesson in COURSE.lessons}


def test_there_are_lessons_and_notebooks() -> None:
    """Found by glob, so that without this test an empty folder would pass."""
    assert LESSONS, "lessons/ holds no lesson: every other test here has nothing to look at"
    assert NOTEBOOKS, "notebooks/ holds no notebook: build them with `python3 course.py notebooks`"


@pytest.mark.parametrize("name", LESSONS)
def test_a_notebook_is_what_its_lesson_gives(name: str) -> None:
    assert not problems_by_lesson()[name], "\n".join(problems_by_lesson()[name])


@pytest.mark.parametrize(
    "problems_of",
    [
        sync.extra_notebook_problems,
        extra_release_problems,
        stale,
        sync.sweep_problems,
        sync.machine_problems,
        long_run_problems,
        sync.run_time_problems,
        sync.refutation_problems,
    ],
    ids=lambda each: each.__name__,
)
def test_all_that_is_made_from_the_lessons_is_up_to_date(
    problems_of: Callable[[Course], list[str]],
) -> None:
    assert not problems_of(COURSE), "\n".join(problems_of(COURSE))


@pytest.mark.parametrize("rule", lint.RULES.values(), ids=lint.RULES.keys())
@pytest.mark.parametrize("name", NOTEBOOKS)
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


@pytest.mark.parametrize("name", NOTEBOOKS)
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
            findings = lint.RULES["measured_numbers_are_marked"].findings(replace(notebook, cells=cells))
            if not any(finding.where == cell.where for finding in findings):
                unneeded.append(f"{cell.where}: {ast.unparse(call)}")
    assert not unneeded

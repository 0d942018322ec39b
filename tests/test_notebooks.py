"""The course's own notebooks: each is what its lesson gives, obeys every rule of hygiene, and holds
for other seeds.

What they print is compared by nbval, which runs them: `pytest --nbval notebooks`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tools import hygiene, sync
from tools.lessons import find_lessons, lesson_paths, notebook_paths
from tools.long_runs import long_run_problems
from tools.sweeps import sweep_problems
from tools.tables import readme_problems
from tools.times import read_run_times


def stems(paths: list[Path]) -> list[str]:
    return [path.stem for path in paths]


@cache
def notebooks() -> dict[str, hygiene.Notebook]:
    return {notebook.path.stem: notebook for notebook in hygiene.load_all()}


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


def test_the_long_runs_on_record_are_of_this_code() -> None:
    assert not long_run_problems(), "\n".join(long_run_problems())


@pytest.mark.parametrize("rule", hygiene.RULES.values(), ids=hygiene.RULES.keys())
@pytest.mark.parametrize("name", stems(notebook_paths()))
def test_a_notebook_obeys_the_rules(name: str, rule: hygiene.Rule) -> None:
    findings = [str(finding) for finding in rule.findings(notebooks()[name])]
    assert not findings, "\n".join([rule.summary, *findings])

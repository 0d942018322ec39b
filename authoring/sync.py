"""Compare what is stored with what it is made from: `python -m authoring.sync`, without TensorFlow.

The inputs of every notebook are made again in memory and must equal the stored ones: cells,
tags, metadata and ids. The stored outputs are compared by nbval. What else is made from lessons,
notebooks and problem sets (authoring/generated.py) must be up to date, too, and the records must be of
today's code.
"""

from __future__ import annotations

import difflib
import itertools
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authoring import generated
from authoring.course import Course
from authoring.lessons import Lesson, read_notebook
from authoring.long_runs import long_run_problems
from authoring.records import machine_runs, refutations, run_times, seed_sweeps
from authoring.render import render_notebook
from authoring.sources import REPOSITORY, CourseError
from authoring.student_notebooks import extra_release_problems

_DIFF_LINES = 8
_RESULTS_OF_RUNNING = {"outputs", "execution_count"}


def problems(course: Course) -> list[str]:
    """Everything that is out of sync: each names the file, the difference, and what fixes it."""
    result: list[str] = []
    for check in (
        notebook_problems,
        generated.stale,
        sweep_problems,
        machine_problems,
        long_run_problems,
        run_time_problems,
        refutation_problems,
        extra_notebook_problems,
        extra_release_problems,
    ):
        try:
            result += check(course)
        except CourseError as error:
            result.append(str(error))
    return list(dict.fromkeys(result))  # several checks may stop at the same file


def notebook_problems(course: Course) -> list[str]:
    return [problem for lesson in course.lessons for problem in lesson_problems(lesson, course)]


def lesson_problems(lesson: Lesson, course: Course) -> list[str]:
    """What separates one notebook from its lesson: at most one problem."""
    name = f"notebooks/{lesson.notebook.name}"
    fix = f"Fix it with `{generated.FIX} {lesson.number}`."
    try:
        expected = render_notebook(lesson, course)
    except CourseError as error:
        return [str(error)]
    if not lesson.notebook.exists():
        return [f"{name} is missing, but lessons/{lesson.path.name} is there. {fix}"]
    try:
        stored = read_notebook(lesson.notebook)
    except CourseError as error:
        return [f"{error} {fix}"]
    difference = first_difference(expected, stored)
    if difference is None:
        return []
    return [f"{name} is not what lessons/{lesson.path.name} gives. {fix}\n{difference}"]


def sweep_problems(course: Course) -> list[str]:
    """Where the record of the runs under other seeds is missing, out of date or too weak."""
    return [
        problem
        for lesson in course.lessons
        if lesson.name in course.notebooks
        for problem in seed_sweeps.problems_of(
            lesson, course.notebooks[lesson.name], course.sweeps.get(lesson.name)
        )
    ]


def machine_problems(course: Course) -> list[str]:
    """Where the record of the runs as other machines is missing, out of date or shows a difference."""
    return [
        problem
        for lesson in course.lessons
        if lesson.name in course.notebooks
        for problem in machine_runs.problems_of(
            lesson,
            course.notebooks[lesson.name],
            course.machine_runs.get(lesson.name),
            course.sweeps.get(lesson.name),
        )
    ]


def refutation_problems(course: Course) -> list[str]:
    """Where a claim was not measured a second time, or fell."""
    return [
        problem
        for lesson in course.lessons
        if lesson.name in course.notebooks
        for problem in refutations.problems_of(
            lesson, course.notebooks[lesson.name], course.refutations.get(lesson.name)
        )
    ]


def run_time_problems(course: Course) -> list[str]:
    """Where a lesson or one of its cells takes too long."""
    return [
        problem
        for lesson in course.lessons
        for problem in run_times.problems_of(lesson, course.run_times.get(lesson.name))
    ]


def extra_notebook_problems(course: Course) -> list[str]:
    names = {path.stem for path in (course.root / "lessons").glob("*.py")}
    return [
        f"notebooks/{path.name} has no lesson: `git rm notebooks/{path.name}`, or write its lesson."
        for path in course.notebook_paths
        if path.stem not in names
    ]


def first_difference(expected: Any, stored: Any) -> str | None:
    """Where two notebooks' inputs part, for a person to read; None if they are equal."""
    pairs = itertools.zip_longest(expected.cells, stored.cells)
    for position, (new, old) in enumerate(pairs, start=1):
        if old is None:
            return f"  cell {position} is missing; the lesson has:\n{_indented(new.source)}"
        if new is None:
            return f"  cell {position} is one that the lesson does not have:\n{_indented(old.source)}"
        if new.source != old.source:
            lines = _diff(old.source, new.source)
            return f"  cell {position} is the first to differ (- notebook, + lesson):\n{lines}"
        parts = _differing_parts(new, old, ignored=_RESULTS_OF_RUNNING)
        if parts:
            return f"  cell {position} is the first to differ:\n{parts}"
    parts = _differing_parts(expected, stored, ignored={"cells"})
    return f"  the cells are equal, but not:\n{parts}" if parts else None


def _differing_parts(new: Mapping[str, Any], old: Mapping[str, Any], ignored: set[str]) -> str:
    return "\n".join(
        f"    {key}: {old.get(key)!r} in the notebook, {new.get(key)!r} from the lesson"
        for key in sorted((set(new) | set(old)) - ignored)
        if new.get(key) != old.get(key)
    )


def _diff(old: str, new: str) -> str:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))
    # The first two lines would name files.
    return _indented("\n".join(line for line in lines[2:] if not line.startswith("@@")))


def _indented(text: str) -> str:
    lines = text.splitlines()
    if len(lines) > _DIFF_LINES:
        lines = [*lines[:_DIFF_LINES], "…"]
    return "\n".join(f"    {line}" for line in lines)


def main(root: Path = REPOSITORY) -> int:
    result = problems(Course(root))
    for problem in result:
        print(problem, file=sys.stderr)
    if not result:
        print("Every notebook, the README and the table of seeds are what the lessons give.")
    return 1 if result else 0


if __name__ == "__main__":
    raise SystemExit(main())

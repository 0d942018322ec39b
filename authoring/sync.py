"""Are the notebooks what their lessons say? `python -m authoring.sync`, in seconds and without TensorFlow.

The inputs of every notebook are made again in memory and must equal the stored ones: cells,
tags, metadata and ids. Whether the stored outputs are true is for nbval to say. What else is made
from lessons and notebooks, README's table and pictures and the record of the sweeps over seeds, must
be what they give, too; and so must the notebooks of the problem sets.
"""

from __future__ import annotations

import difflib
import itertools
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from authoring.figures import picture_problems
from authoring.lessons import (
    REPOSITORY,
    Lesson,
    LessonError,
    find_lessons,
    notebooks_without_lesson,
    read_notebook,
)
from authoring.long_runs import long_run_problems
from authoring.readme import readme_problems
from authoring.records.machines import machine_problems
from authoring.records.seeds import sweep_problems
from authoring.releases import release_problems
from authoring.render import notebook_inputs
from authoring.times import read_run_times

_DIFF_LINES = 8
_RESULTS_OF_RUNNING = {"outputs", "execution_count"}


def problems(root: Path = REPOSITORY) -> list[str]:
    """Everything that is out of sync: each names the file, the difference, and what mends it."""
    try:
        lessons = find_lessons(root)
        run_times = read_run_times(root)
        found = [problem for lesson in lessons for problem in lesson_problems(lesson, lessons, run_times)]
        found += readme_problems(root) + picture_problems(root) + sweep_problems(root)
        found += machine_problems(root) + long_run_problems(root)
    except LessonError as error:
        found = [str(error)]
    return found + extra_notebook_problems(root) + release_problems(root)


def lesson_problems(lesson: Lesson, lessons: Sequence[Lesson], run_times: Mapping[str, float]) -> list[str]:
    """What separates one notebook from its lesson: at most one problem."""
    name = f"notebooks/{lesson.notebook.name}"
    mend = f"Mend it with `python3 course.py notebooks {lesson.number}`."
    try:
        expected = notebook_inputs(lesson, lessons, run_times)
    except LessonError as error:
        return [str(error)]
    if not lesson.notebook.exists():
        return [f"{name} is missing, but lessons/{lesson.path.name} is there. {mend}"]
    try:
        stored = read_notebook(lesson.notebook)
    except LessonError as error:
        return [f"{error} {mend}"]
    difference = first_difference(expected, stored)
    if difference is None:
        return []
    return [f"{name} is not what lessons/{lesson.path.name} gives. {mend}\n{difference}"]


def extra_notebook_problems(root: Path = REPOSITORY) -> list[str]:
    return [
        f"notebooks/{path.name} has no lesson: `git rm notebooks/{path.name}`, or write its lesson."
        for path in notebooks_without_lesson(root)
    ]


def first_difference(expected: Any, stored: Any) -> str | None:
    """Where two notebooks' inputs part, for a person to read; None if they are equal."""
    pairs = itertools.zip_longest(expected.cells, stored.cells)
    for position, (wanted, found) in enumerate(pairs, start=1):
        if found is None:
            return f"  cell {position} is missing; the lesson has:\n{_indented(wanted.source)}"
        if wanted is None:
            return f"  cell {position} is one that the lesson does not have:\n{_indented(found.source)}"
        if wanted.source != found.source:
            lines = _diff(found.source, wanted.source)
            return f"  cell {position} is the first to differ (- notebook, + lesson):\n{lines}"
        parts = _differing_parts(wanted, found, ignored=_RESULTS_OF_RUNNING)
        if parts:
            return f"  cell {position} is the first to differ:\n{parts}"
    parts = _differing_parts(expected, stored, ignored={"cells"})
    return f"  the cells are equal, but not:\n{parts}" if parts else None


def _differing_parts(wanted: Mapping[str, Any], found: Mapping[str, Any], ignored: set[str]) -> str:
    return "\n".join(
        f"    {key}: {found.get(key)!r} in the notebook, {wanted.get(key)!r} from the lesson"
        for key in sorted((set(wanted) | set(found)) - ignored)
        if wanted.get(key) != found.get(key)
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
    found = problems(root)
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print("Every notebook, the README and the table of seeds are what the lessons give.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

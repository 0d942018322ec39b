"""Build the notebooks from the lessons: `python -m authoring.build [--all | 01 03 ...]`.

Without numbers, whatever is not in sync is built; with numbers, those lessons in any case, and
others where only text is out of date (a link, a row of the syllabus). A notebook whose execution fails is not
written: the old one stays.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from authoring import generated
from authoring.cell_timeout import BadLimit, cell_seconds
from authoring.course import Course
from authoring.execute import ExecutionFailed, clean_outputs, execute
from authoring.files import write_atomically
from authoring.lessons import Lesson, LessonError, read_notebook
from authoring.render import render_notebook
from authoring.sources import REPOSITORY, CourseError
from authoring.student_notebooks import extra_release_problems
from authoring.sync import extra_notebook_problems, lesson_problems


def build(lesson: Lesson, course: Course, *, always_execute: bool = False) -> None:
    """Write one lesson's notebook; raises `ExecutionFailed` and writes nothing if a cell fails."""
    inputs = render_notebook(lesson, course)
    built = None if always_execute else with_stored_outputs(inputs, lesson.notebook)
    if built is None:
        start = time.perf_counter()
        lesson.notebook.parent.mkdir(exist_ok=True)
        built = execute(
            inputs,
            lesson.notebook.parent,
            where=f"lessons/{lesson.path.name}",
            progress=_Progress(lesson.name, len(inputs.cells)),
        )
        how = f"executed in {time.perf_counter() - start:.1f} s"
    else:
        how = "only its text changed, so the stored outputs were kept"
    write_atomically(lesson.notebook, nbformat.v4.writes(built) + "\n")
    _say(f"{lesson.name}: written; {how}.")


def with_stored_outputs(inputs: Any, path: Path) -> Any:
    """The inputs with the outputs that are on disk, or None if those are of other code."""
    try:
        stored = read_notebook(path) if path.exists() else None
    except LessonError:
        stored = None
    if stored is None:
        return None
    new_cells, old_cells = _code_cells(inputs), _code_cells(stored)
    if [_code_and_tags(cell) for cell in new_cells] != [_code_and_tags(cell) for cell in old_cells]:
        return None
    if [cell.execution_count for cell in old_cells] != list(range(1, len(old_cells) + 1)):
        return None
    for new, old in zip(new_cells, old_cells, strict=True):
        new.outputs, new.execution_count = old.outputs, old.execution_count
    clean_outputs(inputs)
    return inputs


def needs_only_text(lesson: Lesson, course: Course) -> bool:
    try:
        inputs = render_notebook(lesson, course)
    except CourseError:
        return False
    return with_stored_outputs(inputs, lesson.notebook) is not None


def _code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _code_and_tags(cell: Any) -> tuple[str, list[str]]:
    return cell.source, list(cell.metadata.get("tags", []))


class _Progress:
    """Counts the cells on one line of a terminal; prints one line where there is no terminal."""

    def __init__(self, name: str, cells: int) -> None:
        self.name, self.cells = name, cells
        self.on_terminal = sys.stdout.isatty()
        if not self.on_terminal:
            _say(f"{name}: executing {cells} cells ...")

    def __call__(self, position: int) -> None:
        if self.on_terminal:
            print(f"\r{self.name}: cell {position} of {self.cells} ", end="", flush=True)


def _say(line: str) -> None:
    print(f"\r\x1b[K{line}" if sys.stdout.isatty() else line, flush=True)


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m authoring.build", description="Build the notebooks from the lessons."
    )
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="lessons to build in any case, as 01 03")
    parser.add_argument("--all", action="store_true", help="build every lesson")
    choice = parser.parse_args(arguments)
    if "COURSE_SEED" in os.environ:
        print("COURSE_SEED is set and left out of account: notebooks show the lessons' own seeds.")
    try:
        course = Course(root)
        # What cannot be read is reported before anything is built.
        _ = course.run_times, course.sweeps, course.machine_runs, course.problem_sets, cell_seconds()
        named = list(course.lessons) if choice.all else course.by_number(choice.numbers)
    except (BadLimit, CourseError) as error:
        print(error, file=sys.stderr)
        return 2
    stale = [lesson for lesson in course.lessons if lesson_problems(lesson, course)]
    if named:
        stale = [lesson for lesson in stale if lesson not in named and needs_only_text(lesson, course)]
    failures = 0
    for lesson in [*named, *stale]:
        try:
            build(lesson, course, always_execute=lesson in named)
        except (ExecutionFailed, CourseError) as failure:
            failures += 1
            _say(f"{lesson.name}: NOT written, the old notebook stays.")
            print(failure, file=sys.stderr)
        except KeyboardInterrupt:
            _say(f"Stopped. {lesson.name}: NOT written, the old notebook stays.")
            return 130
    course = Course(root)  # with the new notebooks
    for path in generated.refresh(course):
        print(f"{path}: written.")
    left = generated.stale(course) + extra_notebook_problems(course) + extra_release_problems(course)
    for problem in left:
        print(problem, file=sys.stderr)
    if not named and not stale and not left:
        print("Every notebook is what its lesson gives: nothing to build.")
    return 1 if failures or left else 0


if __name__ == "__main__":
    raise SystemExit(main())

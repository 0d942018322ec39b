"""Try to overturn what lessons claim, in a second way: `python -m authoring.refutations [03 ...]`.

Each lesson's code is run under COURSE_SEED = 1, 2, ..., without its solutions, and after it the cells of
lessons/refutations/NAME.py (see records/refutations.py).
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat

from authoring.course import Course
from authoring.execute import ExecutionFailed, execute
from authoring.lesson_runs import CELL_SECONDS, PRELUDE, RecordedRuns, Run, Task, argument_parser
from authoring.lessons import Lesson
from authoring.notebook import Notebook
from authoring.records.outcome import Outcome
from authoring.records.refutations import (
    FOLDER,
    REFUTATIONS,
    SEEDS,
    Refutations,
    attempts_path,
    code_of,
    problems_of,
    read_attempts,
)
from authoring.sources import REPOSITORY, CourseError

_SHOW = (
    "\n__import__('builtins').print(__import__('json').dumps([str(result), bool(holds)]))\ndel result, holds"
)


def under_seed(task: Task, stop: threading.Event) -> Outcome:
    """Run the lesson and its attempts; what an error keeps from being reached does not hold."""
    attempts = read_attempts(task.notebook)
    lesson = [cell for cell in task.notebook.code if "solution" not in cell.tags]
    sources = [cell.source for cell in lesson]
    sources[0] = PRELUDE.format(path=os.devnull, sentences=task.notebook.checks) + sources[0]
    sources += [attempt.code + _SHOW for attempt in attempts]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    error = ""
    try:
        executed = execute(
            nbformat.v4.new_notebook(cells=cells),
            task.notebook.path.parent,
            where=f"lessons/{FOLDER}/{attempts_path(task.notebook).name}",
            cell_seconds=CELL_SECONDS,
            extra_environment={"COURSE_SEED": task.circumstance.removeprefix("seed ")},
            stop=stop,
        )
    except ExecutionFailed as failure:
        executed = failure.executed
        position = failure.cell - len(lesson)
        place = f"attempt {position}" if position > 0 else lesson[failure.cell - 1].where
        error = f"{place}: {failure.reason}"
    results, held = {}, set()
    for attempt, cell in zip(attempts, executed.cells[len(lesson) :], strict=False):
        printed = "".join(o.text for o in cell.outputs if o.get("name") == "stdout").splitlines()
        if printed and not any(o.output_type == "error" for o in cell.outputs):
            results[attempt.claim], holds = json.loads(printed[-1])
            held |= {attempt.claim} if holds else set()
    return Outcome(held, error=error, results=results)


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY, run: Run = under_seed) -> int:
    choice = argument_parser("refutations", "Measure what lessons claim in a second way.").parse_args(
        arguments
    )
    try:
        course = Course(root)
        chosen = course.by_number(choice.numbers) if choice.numbers else course.lessons
        folder = root / "lessons" / FOLDER
        choice.numbers = [lesson.number for lesson in chosen if (folder / f"{lesson.name}.py").exists()]
        for notebook in course.notebooks.values():
            read_attempts(notebook)  # what cannot be read is said before anything is run
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    if not choice.numbers:
        print(f"None of these lessons has a file in lessons/{FOLDER}/: write one.", file=sys.stderr)
        return 2
    runs = RecordedRuns(
        REFUTATIONS,
        _start,
        lambda record: [f"seed {n}" for n in range(1, SEEDS + 1) if n not in record.results],
        lambda record, task, outcome: record.with_run(int(task.circumstance.removeprefix("seed ")), outcome),
        _print_problems,
        lambda notebook: len(read_attempts(notebook)),
    )
    return runs.main(choice, root, run)


def _start(known: Refutations | None, notebook: Notebook) -> Refutations:
    code = code_of(notebook)
    return known if known is not None and known.code == code else Refutations(code)


def _print_problems(
    _: Course, chosen: list[tuple[Lesson, Notebook]], records: Mapping[str, Refutations]
) -> bool:
    problems = [
        problem
        for lesson, notebook in chosen
        for problem in problems_of(lesson, notebook, records[lesson.name])
    ]
    print("\n".join(problems) or f"Every claim holds in each seed. See {Path(REFUTATIONS.page_path).name}.")
    return not problems


if __name__ == "__main__":
    raise SystemExit(main())

"""Run lessons as other machines would: `python -m authoring.machines [03 ...]`.

What training yields differs between processors. Each lesson is run again under switches that take from this
processor what an older one does not have. It is recorded (see authoring/records/machines.py) whether all
text was the stored one, measured numbers (≈) left out, and which checks held.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from authoring.lessons import REPOSITORY, LessonError, by_number, find_lessons
from authoring.records.machines import (
    MACHINES,
    Record,
    Result,
    page_path,
    problems_of,
    read_records,
    write_records,
)
from authoring.records.provenance import Provenance
from authoring.records.seeds import read_sweeps
from authoring.trials import Outcome, Run, Task, at_least_one, built_notebooks, run_all, run_in_kernel


def as_machine(task: Task, stop: threading.Event) -> Outcome:
    machine = MACHINES[task.circumstance]
    return run_in_kernel(task.notebook, stop, machine.environment, _on_cores(machine.cores))


def _on_cores(cores: int | None) -> str:
    """Code that keeps a kernel on its first cores, before TensorFlow counts them."""
    if cores is None or not hasattr(os, "sched_setaffinity"):  # only Linux has it
        return ""
    return f"import os\nos.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])\n"


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY, run: Run = as_machine) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m authoring.machines",
        description="Run lessons as other machines would, and record what differs.",
    )
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="the lessons, as 01 03; all if none")
    parser.add_argument(
        "--jobs", type=at_least_one, default=1, metavar="N", help="how many runs at a time (1)"
    )
    parser.add_argument("--again", action="store_true", help="forget what is recorded of these lessons")
    choice = parser.parse_args(arguments)
    try:
        lessons = find_lessons(root)
        chosen = built_notebooks(by_number(lessons, choice.numbers) if choice.numbers else lessons, lessons)
        records = read_records(root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    for lesson, notebook in chosen:
        now, known = Provenance.of(notebook), records.get(lesson.name)
        if known is None or choice.again or known.ran != now:
            records[lesson.name] = Record(now)
        else:  # what went wrong is tried again
            kept = {name: result for name, result in known.results.items() if not result.troubles()}
            records[lesson.name] = replace(known, results=kept)
    tasks = [
        Task(lesson, notebook, name)
        for lesson, notebook in chosen
        for name in MACHINES
        if name not in records[lesson.name].results
    ]

    def record(task: Task, outcome: Outcome) -> None:
        known = records[task.lesson.name]
        results = {**known.results, task.circumstance: Result.of(task.notebook, outcome)}
        records[task.lesson.name] = replace(known, results=results)
        write_records(root, lessons, records)

    try:
        without_result = run_all(tasks, run, choice.jobs, record, "The same command")
    except KeyboardInterrupt:
        return 130
    sweeps, problems = read_sweeps(root), []
    for lesson, notebook in chosen:
        problems += problems_of(lesson, notebook, records[lesson.name], sweeps.get(lesson.name))
    print(
        "\n".join(problems)
        or f"All that is printed is equal, and every check holds. See {page_path(root).name}."
    )
    return 1 if problems or without_result else 0


if __name__ == "__main__":
    raise SystemExit(main())

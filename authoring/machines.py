"""Run lessons as other machines would: `python -m authoring.machines [03 ...]`.

What training yields differs between processors. Each lesson is run again under switches that take from this
processor what an older one does not have. It is recorded (see authoring/records/machine_runs.py) whether all
text was the stored one, measured numbers (≈) left out, and which checks held.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from authoring.course import Course
from authoring.lesson_runs import RecordedRuns, Run, Task, argument_parser, run_in_kernel
from authoring.lessons import Lesson
from authoring.notebook import Notebook
from authoring.records.machine_runs import MACHINES, RECORDS, Record, Result, problems_of
from authoring.records.outcome import Outcome
from authoring.records.provenance import Provenance
from authoring.sources import REPOSITORY


def as_machine(task: Task, stop: threading.Event) -> Outcome:
    machine = MACHINES[task.circumstance]
    return run_in_kernel(task.notebook, stop, machine.environment, _on_cores(machine.cores))


def _on_cores(cores: int | None) -> str:
    """Code that keeps a kernel on its first cores, before TensorFlow counts them."""
    if cores is None or not hasattr(os, "sched_setaffinity"):  # only Linux has it
        return ""
    return f"import os\nos.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{cores}])\n"


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY, run: Run = as_machine) -> int:
    parser = argument_parser("machines", "Run lessons as other machines would, and record what differs.")
    runs = RecordedRuns(RECORDS, _start, _due, _add, _print_problems)
    return runs.main(parser.parse_args(arguments), root, run)


def _start(known: Record | None, notebook: Notebook) -> Record:
    now = Provenance.of(notebook)
    if known is None or known.ran != now:
        return Record(now)
    # What went wrong is tried again.
    return Record(now, {name: result for name, result in known.results.items() if not result.troubles()})


def _due(record: Record) -> list[str]:
    return [name for name in MACHINES if name not in record.results]


def _add(record: Record, task: Task, outcome: Outcome) -> Record:
    results = {**record.results, task.circumstance: Result.of(task.notebook, outcome)}
    return replace(record, results=results)


def _print_problems(
    course: Course, chosen: list[tuple[Lesson, Notebook]], records: Mapping[str, Record]
) -> bool:
    problems = [
        problem
        for lesson, notebook in chosen
        for problem in problems_of(lesson, notebook, records[lesson.name], course.sweeps.get(lesson.name))
    ]
    equal = f"All that is printed is equal, and every check holds. See {Path(RECORDS.page_path).name}."
    print("\n".join(problems) or equal)
    return not problems


if __name__ == "__main__":
    raise SystemExit(main())

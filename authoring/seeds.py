"""Run lessons under other seeds, and count which checks hold: `python -m authoring.seeds [03 ...]`.

Each lesson's code is run in a fresh kernel under COURSE_SEED = 1, 2, ... (see lesson_runs.py). Each
result is recorded at once in lessons/seeds.json (see records/seed_sweeps.py), so that a sweep of hours
can be stopped and goes on where it was.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from authoring.course import Course
from authoring.lesson_runs import RecordedRuns, Run, Task, argument_parser, at_least_one, run_in_kernel
from authoring.lessons import Lesson
from authoring.notebook import Notebook
from authoring.records.outcome import Outcome
from authoring.records.provenance import Provenance
from authoring.records.seed_sweeps import SEEDS, SWEEPS, Sweep
from authoring.sources import REPOSITORY


def under_seed(task: Task, stop: threading.Event) -> Outcome:
    return run_in_kernel(task.notebook, stop, {"COURSE_SEED": str(seed_of(task))})


def seed_of(task: Task) -> int:
    return int(task.circumstance.removeprefix("seed "))


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY, run: Run = under_seed) -> int:
    parser = argument_parser("seeds", "Run lessons under other seeds and count which checks hold.")
    parser.add_argument(
        "--seeds", type=at_least_one, metavar="N", default=SEEDS, help="1 to N (N = %(default)s)"
    )
    choice = parser.parse_args(arguments)
    runs = RecordedRuns(
        SWEEPS,
        _start,
        lambda sweep: [f"seed {n}" for n in range(1, choice.seeds + 1) if n not in sweep.seeds],
        lambda sweep, task, outcome: sweep.with_run(seed_of(task), outcome),
        _print_counts,
    )
    return runs.main(choice, root, run)


def _start(known: Sweep | None, notebook: Notebook) -> Sweep:
    # With looser bounds it would stay valid; who asks for a run wants one with the bounds of now.
    if known is None or known.ran != Provenance.of(notebook) or not known.is_of(notebook):
        return Sweep.to_do(notebook)
    return known.in_words_of(notebook)


def _print_counts(_: Course, chosen: list[tuple[Lesson, Notebook]], sweeps: Mapping[str, Sweep]) -> bool:
    for lesson, _notebook in chosen:
        sweep = sweeps[lesson.name]
        print(f"\n{lesson.label}, {len(sweep.seeds)} seeds:")
        width = max(len(sweep.held(sentence)) for sentence in sweep.failed)
        for sentence in sweep.failed:
            print(f"  {sweep.held(sentence):{width}}  {sentence}")
        if weak := len(sweep.too_weak()):
            print(f"  Held too seldom: {weak}. Change the lesson, then {SWEEPS.command(lesson)}.")
    return not any(sweeps[lesson.name].too_weak() for lesson, _notebook in chosen)


if __name__ == "__main__":
    raise SystemExit(main())

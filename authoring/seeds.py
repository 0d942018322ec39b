"""Run lessons under other seeds, and count which checks hold: `python -m authoring.seeds [03 ...]`.

Each lesson's code is run in a fresh kernel under COURSE_SEED = 1, 2, ... (see authoring/trials.py). Each
result is recorded at once in lessons/seeds.json (see authoring/records/seeds.py), so that a sweep of hours
can be stopped and goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from authoring.lessons import REPOSITORY, Lesson, LessonError, by_number, find_lessons
from authoring.records.seeds import SEEDS, SWEEP, Sweep, read_sweeps, write_sweeps
from authoring.trials import Outcome, Run, Task, at_least_one, built_notebooks, run_all, run_in_kernel


def under_seed(task: Task, stop: threading.Event) -> Outcome:
    return run_in_kernel(task.notebook, stop, {"COURSE_SEED": str(seed_of(task))})


def seed_of(task: Task) -> int:
    return int(task.circumstance.removeprefix("seed "))


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY, run: Run = under_seed) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m authoring.seeds",
        description="Run lessons under other seeds and count which checks hold.",
    )
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="the lessons, as 01 03; all if none")
    number: dict[str, Any] = {"type": at_least_one, "metavar": "N"}
    parser.add_argument("--seeds", default=SEEDS, help="1 to N (N = %(default)s)", **number)
    parser.add_argument("--jobs", default=1, help="how many runs at a time (1)", **number)
    parser.add_argument("--again", action="store_true", help="forget what is recorded of these lessons")
    choice = parser.parse_args(arguments)
    try:
        lessons = find_lessons(root)
        chosen = built_notebooks(by_number(lessons, choice.numbers) if choice.numbers else lessons, lessons)
        sweeps = read_sweeps(root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    for lesson, notebook in chosen:
        known = sweeps.get(lesson.name)
        if known is None or choice.again or not known.is_of(notebook):
            sweeps[lesson.name] = Sweep.to_do(notebook)
        else:
            sweeps[lesson.name] = known.in_words_of(notebook)
    write_sweeps(root, lessons, sweeps)
    tasks = [
        Task(lesson, notebook, f"seed {seed}")
        for lesson, notebook in chosen
        for seed in range(1, choice.seeds + 1)
        if seed not in sweeps[lesson.name].seeds
    ]

    def record(task: Task, outcome: Outcome) -> None:
        sweeps[task.lesson.name] = sweeps[task.lesson.name].with_run(seed_of(task), outcome)
        write_sweeps(root, lessons, sweeps)

    again = "The same command, without --again," if choice.again else "The same command"
    try:
        without_result = run_all(tasks, run, choice.jobs, record, again)
    except KeyboardInterrupt:
        return 130
    for lesson, _ in chosen:
        _print_counts(lesson, sweeps[lesson.name])
    weak = any(sweeps[lesson.name].too_weak() for lesson, _ in chosen)
    return 1 if weak or without_result else 0


def _print_counts(lesson: Lesson, sweep: Sweep) -> None:
    print(f"\n{lesson.label}, {len(sweep.seeds)} seeds:")
    width = max(len(sweep.held(sentence)) for sentence in sweep.failed)
    for sentence in sweep.failed:
        print(f"  {sweep.held(sentence):{width}}  {sentence}")
    weak = len(sweep.too_weak())
    if weak:
        print(f"  Held too seldom: {weak}. Change the lesson, then `{SWEEP} {lesson.number}`.")


if __name__ == "__main__":
    raise SystemExit(main())

"""Measure how long each notebook runs, and say it in words: `python -m authoring.times [01 ...]`.

A time is that of a strict nbval run in a process of its own, start-up included: what a
reader with two cores waits. They are kept in lessons/run_times.json.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from authoring.course import Course
from authoring.lessons import Lesson
from authoring.records import run_times
from authoring.sources import REPOSITORY, CourseError

# A measurement this near to the recorded one says nothing new, and would only change text.
NOISE = 0.15


def is_noise(measured: float, recorded: float | None) -> bool:
    return recorded is not None and abs(measured - recorded) <= NOISE * recorded


def strict_nbval_is_green(lesson: Lesson) -> bool:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        str(lesson.notebook),
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    environment = {name: value for name, value in os.environ.items() if name != "COURSE_SEED"}
    root = lesson.notebook.parent.parent
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode == 0


def main(
    arguments: Sequence[str] | None = None,
    root: Path = REPOSITORY,
    run: Callable[[Lesson], bool] = strict_nbval_is_green,
) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m authoring.times", description="Measure the notebooks' run times."
    )
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help="the lessons to measure, as 01 03; all if none"
    )
    numbers = parser.parse_args(arguments).numbers
    try:
        course = Course(root)
        chosen = course.by_number(numbers) if numbers else course.lessons
        recorded = {
            lesson.name: course.run_times[lesson.name]
            for lesson in course.lessons  # those that are gone lose their entry
            if lesson.name in course.run_times
        }
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    red = 0
    for lesson in chosen:
        start = time.perf_counter()
        green = run(lesson)
        measured = time.perf_counter() - start
        if not green:
            red += 1
            print(f"{lesson.name}: not measured, because strict nbval is red (see above).")
        elif is_noise(measured, recorded.get(lesson.name)):
            print(f"{lesson.name}: {measured:.1f} s, close to the {recorded[lesson.name]:.1f} s on record.")
        else:
            recorded[lesson.name] = measured
            print(f"{lesson.name}: {measured:.1f} s, written to lessons/run_times.json.")
        run_times.write(root, recorded)
    print("Now bring the notebooks and the README up to date: python3 course.py notebooks")
    return 1 if red else 0


if __name__ == "__main__":
    raise SystemExit(main())

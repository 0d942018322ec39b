"""Measure how long each notebook runs, and say it in words: `python -m authoring.times [01 ...]`.

A time is that of a strict nbval run in a process of its own, start-up included: what a
reader with two cores waits. They are kept in lessons/run_times.json.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from authoring.files import read_record, write_atomically
from authoring.lessons import REPOSITORY, Lesson, LessonError, by_number, find_lessons

NOT_MEASURED = "not measured yet"
# A measurement this near to the recorded one says nothing new, and would only change text.
NOISE = 0.15


def run_times_path(root: Path) -> Path:
    return root / "lessons" / "run_times.json"


def read_run_times(root: Path = REPOSITORY) -> dict[str, float]:
    """Seconds by lesson name; a lesson that was never measured has no entry."""
    return read_record(
        run_times_path(root),
        float,
        what="a JSON object of names and seconds",
        mend="python3 course.py times",
    )


def in_words(seconds: float | None) -> str:
    """A run time on 2 CPU cores, rounded up: to 5 s below a minute and to half minutes above."""
    if seconds is None:
        return NOT_MEASURED
    if seconds <= 60:
        duration = f"{max(5, 5 * math.ceil(seconds / 5))} s"
    else:
        duration = f"{math.ceil(seconds / 30) / 2:g} min"
    return f"about {duration}"


def write_run_times(root: Path, seconds: dict[str, float]) -> None:
    rounded = {name: round(seconds[name], 1) for name in sorted(seconds)}
    write_atomically(run_times_path(root), json.dumps(rounded, indent=2) + "\n")


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
        lessons = find_lessons(root)
        chosen = by_number(lessons, numbers) if numbers else lessons
        recorded = read_run_times(root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    # Lessons that are gone lose their entry.
    recorded = {lesson.name: recorded[lesson.name] for lesson in lessons if lesson.name in recorded}
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
        write_run_times(root, recorded)
    print("Now bring the notebooks and the README up to date: python3 course.py notebooks")
    return 1 if red else 0


if __name__ == "__main__":
    raise SystemExit(main())

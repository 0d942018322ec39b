"""Measure how long each notebook runs, and record it: `python -m authoring.times [01 ...]`.

A time is that of a strict nbval run in a separate process, start-up included: what a reader with two
cores waits. The times are kept in lessons/run_times.json. A busy machine is refused.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from authoring.course import Course
from authoring.lessons import Lesson
from authoring.records import run_times
from authoring.records.run_times import RunTime
from authoring.sources import REPOSITORY, CourseError

# A measurement this near to the recorded one says nothing new, and would only change text.
NOISE = 0.15
# More than this of other programs' work, and a time says as much about them as about the lesson.
MOST_CORES_OF_OTHERS = 0.5
_STATISTICS = Path("/proc/stat")


def cores_of_others(seconds: float = 2.0) -> float | None:
    """How many cores other programs keep busy while this one sleeps; None where the system does not tell."""
    if not _STATISTICS.exists():
        return None
    before = _busy_ticks()
    time.sleep(seconds)
    return (_busy_ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds


def _busy_ticks() -> int:
    user, nice, system, _idle, _waiting, *interrupts_and_stolen = [
        int(ticks) for ticks in _STATISTICS.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    ]
    return user + nice + system + sum(interrupts_and_stolen)


def is_noise(measured: RunTime, recorded: RunTime | None) -> bool:
    pairs = zip(measured, recorded or (None, None), strict=True)
    return all(new is not None and old is not None and abs(new - old) <= NOISE * old for new, old in pairs)


def slowest_cell(lesson: Lesson) -> float | None:
    """The seconds of the slowest cell in a strict nbval run, where each cell is a test; None if it is red."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", "--nbval", str(lesson.notebook), "-q"]
        command += ["-p", "no:cacheprovider", f"--junitxml={report}"]
        environment = {name: value for name, value in os.environ.items() if name != "COURSE_SEED"}
        root = lesson.notebook.parent.parent
        if subprocess.run(command, cwd=root, env=environment, check=False).returncode != 0:
            return None
        return max(float(case.attrib["time"]) for case in ElementTree.parse(report).iter("testcase"))  # noqa: S314 - our own file


def main(
    arguments: Sequence[str] | None = None,
    root: Path = REPOSITORY,
    run: Callable[[Lesson], float | None] = slowest_cell,
    load: Callable[[], float | None] = cores_of_others,
) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m authoring.times", description="Measure the notebooks' run times."
    )
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help="the lessons to measure, as 01 03; all if none"
    )
    parser.add_argument("--anyway", action="store_true", help="measure on a busy machine, too")
    choice = parser.parse_args(arguments)
    try:
        course = Course(root)
        chosen = course.by_number(choice.numbers) if choice.numbers else course.lessons
        recorded = {
            lesson.name: course.run_times[lesson.name]
            for lesson in course.lessons  # those that are gone lose their entry
            if lesson.name in course.run_times
        }
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    busy = None if choice.anyway else load()
    if busy is not None and busy > MOST_CORES_OF_OTHERS:
        print(
            f"Other programs keep {busy:.1f} cores busy, so that a time would be too long: "
            "wait until the machine is at rest, or measure with --anyway.",
            file=sys.stderr,
        )
        return 2
    red = 0
    for lesson in chosen:
        start = time.perf_counter()
        slowest = run(lesson)
        if slowest is None:
            red += 1
            print(f"{lesson.name}: not measured, because strict nbval is red (see above).")
            continue
        measured = RunTime(time.perf_counter() - start, slowest)
        text = f"{lesson.name}: {measured.seconds:.1f} s, its slowest cell {measured.slowest_cell:.1f} s"
        if is_noise(measured, recorded.get(lesson.name)):
            print(f"{text}, close to what is on record.")
        else:
            recorded[lesson.name] = measured
            print(f"{text}, written to {run_times.PATH}.")
        run_times.write(root, recorded)
    print("Now bring the notebooks and the README up to date: python3 course.py notebooks")
    return 1 if red else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""One grading process: `python -m classroom.shard ps01 --course FOLDER --shard 0 --of 2`.

It grades its part of the sorted class, one student after the other, and writes a record of each to
FOLDER/graded/ps01/STUDENT.json when everything is in the gradebook. Work with a record is not graded again,
unless it or the problem set has changed: so a shard can be stopped at any time, and started anew.

Shards share the gradebook and the folder and nothing else. They may run on different machines, if the
gradebook is PostgreSQL and the folder is a shared one.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import nbformat
from nbgrader.apps import NbGraderAPI

from authoring import problem_sets
from authoring.problem_sets import ProblemSet, ProblemSetError
from classroom.course_folder import GRADEBOOK_VARIABLE, CourseFolder, Graded, gradebook_address
from classroom.locks import folder_lock
from classroom.runner.outputs import TOO_SLOW
from classroom.runner.sandbox import Limits, SandboxMissing, require
from classroom.runner.scratch_folders import try_lock


def grade(
    course: CourseFolder,
    problem_set: ProblemSet,
    shard: int,
    of: int,
    *,
    asked_to_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Graded]:
    """Grade this shard's students, one after the other, until there is none left or it is asked to stop."""
    name = problem_set.name
    own_part = set(course.students(name)[shard::of])
    api = course.api()
    for student in course.ungraded(problem_set):
        if student not in own_part:
            continue
        with course.submitted(name, student).open("r+b") as work:
            # a shard that divides the class in another way may be grading this one, or have graded it since
            if not try_lock(work.fileno()) or not course.is_ungraded(problem_set, student):
                continue
            start = time.perf_counter()
            failed = _failure(api, name, student)
            if asked_to_stop():  # nbgrader has taken the interrupt for a failure of this student's
                return
            seconds = round(time.perf_counter() - start, 2)
            work_hash = course.work_hash(problem_set, student)
            graded = Graded(student, seconds, work_hash, failed, _stopped_at(course, name, student))
            course.write_record(name, graded)
        yield graded


def _stopped_at(course: CourseFolder, name: str, student: str) -> int:
    """The limit in seconds, if a cell or a call of a test was stopped at it, else 0."""
    path = course.autograded(name, student)
    if not path.exists():
        return 0
    cells = nbformat.read(path, as_version=4).cells
    errors = [output for cell in cells for output in cell.get("outputs", []) if output.output_type == "error"]
    too_slow = f"ran for more than {course.limits.cell_seconds} s"
    stopped = any(error.ename == TOO_SLOW or too_slow in error.evalue for error in errors)
    return course.limits.cell_seconds if stopped else 0


def _failure(api: NbGraderAPI, name: str, student: str) -> str:
    """Grade one student; returns why it failed, or "": one failure does not stop the others' grading."""
    try:
        for step in (api.autograde, api.generate_feedback):
            result = step(name, student, force=True)
            if not result["success"]:
                return str(result.get("error") or result.get("log") or "no reason given")[-800:]
    except SandboxMissing:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def at_least(least: float) -> Callable[[str], float]:
    """The `type` of a command's option: a number from `least` on, and a whole one if `least` is."""
    whole = isinstance(least, int)

    def read(text: str) -> float:
        try:
            number = int(text) if whole else float(text)
        except ValueError:
            number = math.nan
        if not least <= number < math.inf:
            kind = "a whole number" if whole else "a number"
            raise argparse.ArgumentTypeError(f"must be {kind} from {least} on, got {text!r}")
        return number

    return read


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options for what a submission may use."""
    usual = Limits()
    parser.add_argument(
        "--cell-seconds",
        type=at_least(1),
        default=usual.cell_seconds,
        metavar="S",
        help=f"for a cell, and for a call of a test ({usual.cell_seconds})",
    )
    parser.add_argument(
        "--memory-gb",
        type=at_least(0.25),
        default=usual.memory / 2**30,
        metavar="GB",
        help=f"for all of a submission ({usual.memory / 2**30:g})",
    )
    parser.add_argument("--without-sandbox", action="store_true", help="run students' code as you: a risk")


def limits_of(choice: argparse.Namespace) -> Limits:
    """What `add_limits` read."""
    return replace(Limits(), cell_seconds=choice.cell_seconds, memory=int(choice.memory_gb * 2**30))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classroom.shard", description="One grading process.")
    parser.add_argument("name", help="the problem set, such as ps01")
    parser.add_argument("--course", type=Path, required=True, help="the folder that `grade` made")
    parser.add_argument(
        "--gradebook", help=f"SQLAlchemy's address ({GRADEBOOK_VARIABLE}, or SQLite in the folder)"
    )
    parser.add_argument("--shard", type=at_least(0), default=int(os.environ.get("JOB_COMPLETION_INDEX", "0")))
    parser.add_argument("--of", type=at_least(1), default=1)
    add_limits(parser)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # `grade` holds the lock
    choice = parser.parse_args(arguments)
    if not 0 <= choice.shard < choice.of:
        parser.error(f"--shard counts from 0 to {choice.of - 1}, got {choice.shard}")
    folder = choice.course.resolve()
    gradebook = gradebook_address(choice.gradebook, folder)
    course = CourseFolder(folder, gradebook, not choice.without_sandbox, limits_of(choice))
    try:
        if course.sandboxed:
            require()
        problem_set = problem_sets.named(choice.name)
    except (SandboxMissing, ProblemSetError) as error:
        print(error, file=sys.stderr)
        return 2
    asked: list[int] = []

    def stop(number: int, _: object) -> None:
        """Interrupt the grading, so that a kernel is ended and its folder removed; but only once."""
        asked.append(number)
        if len(asked) == 1:
            raise KeyboardInterrupt

    lock = ExitStack()
    try:
        if not choice.inside:
            lock.enter_context(folder_lock(folder, shared=True))
    except (RuntimeError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        for graded in grade(course, problem_set, choice.shard, choice.of, asked_to_stop=lambda: bool(asked)):
            print(json.dumps(asdict(graded)), flush=True)
    except KeyboardInterrupt:
        pass
    finally:
        lock.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    return 130 if asked else 0


if __name__ == "__main__":
    raise SystemExit(main())

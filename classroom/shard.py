"""One grading process: `python -m classroom.shard ps01 --course FOLDER --shard 0 --of 2`.

It grades every student whose place in the sorted class falls to it, one after the other, and notes each
in FOLDER/graded/ps01/STUDENT.json when all of it is in the gradebook. What is noted for the same work and
the same problem set is not graded again: so it can be stopped at any time, and started anew.

Shards share the gradebook and the folder and nothing else. They may run on different machines, if the
gradebook is PostgreSQL and the folder is a shared one.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from authoring import problem_sets
from authoring.files import write_atomically
from authoring.problem_sets import ProblemSet
from classroom.ingest import digest
from classroom.locks import grading_into, take
from classroom.nbgrader_steps import settings
from classroom.runner.outputs import TOO_SLOW
from classroom.runner.sandbox import Limits, SandboxMissing, require

SETTING = "COURSE_GRADEBOOK"
"""The environment variable with the gradebook's address: it may hold a password, which is no argument."""


@dataclass(frozen=True)
class Course:
    """The folder of a class and how it is graded."""

    folder: Path
    gradebook: str
    sandboxed: bool = True
    limits: Limits = field(default_factory=Limits)

    def api(self) -> NbGraderAPI:
        config = settings(self.folder, self.gradebook, sandboxed=self.sandboxed, limits=self.limits)
        with _own_programs():  # for a new gradebook nbgrader starts alembic, by its name
            Gradebook(self.gradebook, config.CourseDirectory.course_id).close()
        log = logging.getLogger("classroom.nbgrader")
        log.setLevel(logging.ERROR)
        return NbGraderAPI(CourseDirectory(config=config), config=config)

    def submitted(self, name: str, student: str) -> Path:
        return self.folder / "submitted" / student / name / f"{name}.ipynb"

    def note(self, name: str, student: str) -> Path:
        """Where it is noted that a student's work is graded."""
        return self.folder / "graded" / name / f"{student}.json"


@contextmanager
def _own_programs() -> Iterator[None]:
    """This environment's programs are found first, as long as that takes."""
    before = os.environ.get("PATH")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before or os.defpath}"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


@dataclass(frozen=True)
class Graded:
    """One line of a shard's output, and what it notes: a student, and how long grading took."""

    student: str
    seconds: float
    work: str
    """A hash of the work and of the problem set; the same means that there is nothing to do."""
    failed: str = ""
    stopped: int = 0
    """Seconds after which a cell or a call was stopped; 0 if none was. With more it is graded again."""


def students(course: Course, name: str) -> list[str]:
    """Everybody with work to grade, sorted."""
    return sorted(
        path.parent.parent.name for path in (course.folder / "submitted").glob(f"*/{name}/{name}.ipynb")
    )


def work_of(course: Course, problem_set: ProblemSet, student: str) -> str:
    """A hash that changes when the work, or what it is graded with, does."""
    path = course.submitted(problem_set.name, student)
    return digest(path.read_text(encoding="utf-8"), problem_set.path.read_text(encoding="utf-8"))


def noted(course: Course, name: str, student: str) -> Graded | None:
    """What is noted of a student, or None."""
    try:
        return Graded(**json.loads(course.note(name, student).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def to_do(course: Course, problem_set: ProblemSet) -> list[str]:
    """The students whose work is not graded yet, or has changed since."""
    everybody = students(course, problem_set.name)
    return [student for student in everybody if _is_to_do(course, problem_set, student)]


def _is_to_do(course: Course, problem_set: ProblemSet, student: str) -> bool:
    known = noted(course, problem_set.name, student)
    return (
        known is None
        or bool(known.failed)
        or known.work != work_of(course, problem_set, student)
        or 0 < known.stopped < course.limits.cell_seconds
    )


def grade(
    course: Course,
    problem_set: ProblemSet,
    shard: int,
    of: int,
    *,
    asked_to_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Graded]:
    """Grade this shard's students, one after the other, until there is none left or it is asked to stop."""
    name = problem_set.name
    mine = set(students(course, name)[shard::of])
    api = course.api()
    for student in to_do(course, problem_set):
        if student not in mine:
            continue
        with course.submitted(name, student).open("r+b") as work:
            # a shard that divides the class in another way may have this one, or have had it since
            if not take(work.fileno()) or not _is_to_do(course, problem_set, student):
                continue
            start = time.perf_counter()
            failed = _trouble(api, name, student)
            if asked_to_stop():  # nbgrader has taken the interrupt for a failure of this student's
                return
            seconds = round(time.perf_counter() - start, 2)
            digest_now = work_of(course, problem_set, student)
            graded = Graded(student, seconds, digest_now, failed, _stopped(course, name, student))
            write_atomically(course.note(name, student), json.dumps(asdict(graded)))
        yield graded


def _stopped(course: Course, name: str, student: str) -> int:
    """The limit in seconds, if a cell or a call of a test met it."""
    path = course.folder / "autograded" / student / name / f"{name}.ipynb"
    if not path.exists():
        return 0
    cells = nbformat.read(path, as_version=4).cells
    errors = [output for cell in cells for output in cell.get("outputs", []) if output.output_type == "error"]
    words = f"ran for more than {course.limits.cell_seconds} s"
    met = any(error.ename == TOO_SLOW or words in error.evalue for error in errors)
    return course.limits.cell_seconds if met else 0


def _trouble(api: NbGraderAPI, name: str, student: str) -> str:
    """Grade one; why it failed, or nothing: one student's trouble stops no other's grading."""
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


def gradebook_of(given: str | None, folder: Path) -> str:
    """The gradebook's address: what is given, or the environment's, or a file in the class's folder."""
    return given or os.environ.get(SETTING) or f"sqlite:///{folder / 'gradebook.db'}"


def at_least(least: float) -> Callable[[str], float]:
    """What reads an option that is a number from `least` on: a whole one, if `least` is."""
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
    """Give a command the options that say what a submission may use."""
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
    parser.add_argument("--gradebook", help=f"SQLAlchemy's address ({SETTING}, or SQLite in the folder)")
    parser.add_argument("--shard", type=at_least(0), default=int(os.environ.get("JOB_COMPLETION_INDEX", "0")))
    parser.add_argument("--of", type=at_least(1), default=1)
    add_limits(parser)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)  # `grade` holds the folder
    choice = parser.parse_args(arguments)
    if not 0 <= choice.shard < choice.of:
        parser.error(f"--shard counts from 0 to {choice.of - 1}, got {choice.shard}")
    folder = choice.course.resolve()
    gradebook = gradebook_of(choice.gradebook, folder)
    course = Course(folder, gradebook, not choice.without_sandbox, limits_of(choice))
    try:
        if course.sandboxed:
            require()
        problem_set = problem_sets.named(choice.name)
    except (SandboxMissing, problem_sets.ProblemSetError) as error:
        print(error, file=sys.stderr)
        return 2
    asked: list[int] = []

    def stop(number: int, _: object) -> None:
        """Leave what is going on, so that a kernel is ended and its folder goes; not twice, in that, too."""
        asked.append(number)
        if len(asked) == 1:
            raise KeyboardInterrupt

    held = ExitStack()
    try:
        if not choice.inside:
            held.enter_context(grading_into(folder, shared=True))
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
        held.close()
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

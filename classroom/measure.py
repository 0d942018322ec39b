"""How fast grading is, and how it grows: `python -m classroom.measure`, some fifteen minutes on two cores.

Sample classes hand in problem set 01 with its solutions. Written to docs/grading_speed.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil

from authoring import problem_sets
from authoring.problem_sets import ProblemSet
from classroom.course_folder import CourseFolder
from classroom.grade import prepare
from classroom.ingest import collect, ingest
from classroom.shard_processes import run_shards

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "grading_speed.md"
WITH_TENSORFLOW = "import tensorflow as tf\nprint(tf.reduce_sum(tf.ones(3)).numpy())"


@dataclass(frozen=True)
class Run:
    """The measurement of one class: what it imports, its size, the processes, and what grading it took."""

    what: str
    students: int
    jobs: int
    seconds: float
    memory: int
    """Bytes that all grading processes together held at most, without the sandboxes."""

    @property
    def each(self) -> float:
        """Seconds a submission and core."""
        return self.seconds * self.jobs / self.students


def measure(students: int, jobs: int, *, tensorflow: bool = False) -> Run:
    """Grade a sample class in a temporary folder; the memory is looked at after each student."""
    problem_set = problem_sets.named("ps01")
    with tempfile.TemporaryDirectory(prefix="course-measure-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        _hand_in(folder / "class", problem_set, students, tensorflow)
        course = CourseFolder(folder / "grades", f"sqlite:///{folder / 'grades' / 'gradebook.db'}")
        course.path.mkdir()
        prepare(course, problem_set)
        ingest(course, problem_set, collect(folder / "class", problem_set.name))
        memory = [0]
        start = time.perf_counter()
        graded = run_shards(
            course,
            problem_set.name,
            jobs,
            waiting=students,
            show=lambda _: memory.append(_memory_of_children()),
        )
        seconds = time.perf_counter() - start
        left = course.ungraded(problem_set)
        if graded != students or left:
            raise RuntimeError(f"{len(left)} of {students} were not graded: {left[:3]}")
        return Run("import tensorflow" if tensorflow else "NumPy", students, jobs, seconds, max(memory))


def _hand_in(folder: Path, problem_set: ProblemSet, students: int, tensorflow: bool) -> None:
    notebook = problem_sets.source(problem_set)
    if tensorflow:
        notebook.cells.insert(1, nbformat.v4.new_code_cell(WITH_TENSORFLOW))
    for number in range(1, students + 1):
        path = folder / f"s{number:03}" / f"{problem_set.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")


def _memory_of_children() -> int:
    total = 0
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            total += child.memory_info().rss
    return total


def page(runs: Sequence[Run]) -> str:
    """The measurements as a page."""
    lines = [
        "# How fast grading is",
        "",
        f"Measured by `python -m classroom.measure` on {os.cpu_count()} cores ({platform.machine()}, Python "
        f"{platform.python_version()}): problem set 01 with its solutions, SQLite, in the sandbox.",
        "",
        "| students | submissions use | processes | seconds | s a submission and core | grader's memory |",
        "|--:|:--|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {run.students} | {run.what} | {run.jobs} | {run.seconds:.0f} | {run.each:.2f} | "
        f"{run.memory / 2**20:.0f} MB |"
        for run in runs
    ]
    return "\n".join([*lines, "", *comparisons(runs), ""])


def comparisons(runs: Sequence[Run]) -> list[str]:
    """Lines that say what two processes gain for the same class, and how the cost grows with the class."""
    lines = []
    for run in runs:
        for other in runs:
            same_work = (run.what, run.students) == (other.what, other.students)
            if same_work and run.jobs == 1 and other.jobs > 1:
                lines.append(
                    f"- {run.students} students, {run.what}: {other.jobs} processes are "
                    f"{run.seconds / other.seconds:.2f} times as fast as one."
                )
            if (run.what, run.jobs) == (other.what, other.jobs) and run.students < other.students:
                lines.append(
                    f"- {run.what}, {run.jobs} {'process' if run.jobs == 1 else 'processes'}: "
                    f"{other.students} students are {other.students / run.students:.1f} times as many as "
                    f"{run.students}, and take {other.seconds / run.seconds:.1f} times as long and "
                    f"{other.memory / run.memory:.2f} times the memory."
                )
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classroom.measure", description=__doc__)
    parser.add_argument("--students", type=int, default=200, help="the large class (200)")
    parser.add_argument("--few", type=int, default=20, help="the small one (20)")
    choice = parser.parse_args(arguments)
    plan = [(choice.few, jobs, tensorflow) for tensorflow in (False, True) for jobs in (1, 2)]
    plan += [(choice.students, jobs, False) for jobs in (1, 2)]
    runs = []
    for students, jobs, tensorflow in plan:
        runs.append(measure(students, jobs, tensorflow=tensorflow))
        print(runs[-1], flush=True)
    PAGE.write_text(page(runs), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} is written.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Grade a class: `python3 course.py grade ps01 SUBMISSIONS`.

Looks at every submission, grades them in shards, one process a core, and writes into one folder a CSV of
scores, a page of feedback a student, and a report of what needs a person. Stopped in the middle, the
same command goes on from there.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from sqlalchemy.exc import SQLAlchemyError

from authoring import problem_sets
from authoring.problem_sets import ProblemSet, ProblemSetError
from classroom import figures, report, shard
from classroom.ingest import Submission, SubmissionsError, collect, digest, look_at
from classroom.locks import grading_into
from classroom.manual_grading import configure, refresh_feedback, remember_points
from classroom.runner.sandbox import SandboxMissing, require
from classroom.shard import Course

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Taken:
    """A submission as it was looked at: what is to be said of it, and why it cannot be graded, if so."""

    submission: Submission
    refused: str
    notes: tuple[str, ...]

    @property
    def student(self) -> str:
        return self.submission.student


def prepare(course: Course, problem_set: ProblemSet) -> None:
    """Put the problem set into the folder and the gradebook, unless the same one is there."""
    configure(course)
    name = problem_set.name
    source = course.folder / "source" / name / f"{name}.ipynb"
    drawn = course.folder / "pictures" / f"{name}.json"
    stamp = course.folder / "graded" / name / "problem_set.txt"
    wanted = digest(problem_set.path.read_text(encoding="utf-8"), course.gradebook)
    ready = source.exists() and drawn.exists() and stamp.exists()
    if ready and stamp.read_text(encoding="utf-8") == wanted:
        return
    drawn.parent.mkdir(parents=True, exist_ok=True)
    figures.draw(problem_set, drawn)
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(nbformat.writes(problem_sets.source(problem_set)), encoding="utf-8")
    result = course.api().generate_assignment(name, force=True)
    if not result["success"]:
        raise ProblemSetError(f"nbgrader cannot take {name} in: {result.get('log') or result.get('error')}")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted, encoding="utf-8")


def take_in(course: Course, problem_set: ProblemSet, found: Sequence[Submission]) -> list[Taken]:
    """Look at every submission, and put what can be graded where nbgrader finds it."""
    taken = []
    for submission in found:
        target = course.submitted(problem_set.name, submission.student)
        if submission.path is None:
            taken.append(Taken(submission, submission.notes[0], submission.notes[1:]))
            continue
        looked = look_at(submission.path, problem_set)
        if looked.notebook is None:
            shutil.rmtree(target.parent, ignore_errors=True)
            taken.append(Taken(submission, looked.refused, submission.notes))
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(nbformat.writes(_with_stable_ids(looked.notebook)), encoding="utf-8")
        if submission.time is not None:
            stamp = submission.time.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            (target.parent / "timestamp.txt").write_text(stamp, encoding="utf-8")
        taken.append(Taken(submission, "", (*submission.notes, *looked.notes)))
    return taken


def _with_stable_ids(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Cell ids that are the same each time, so that the same work is known again."""
    for number, cell in enumerate(notebook.cells, start=1):
        cell["id"] = f"cell-{number}"
    return notebook


def run_shards(
    course: Course,
    name: str,
    jobs: int,
    *,
    waiting: int,
    say: Callable[[str], None] | None = None,
    lock: int | None = None,
) -> int:
    """Grade in so many processes, and say how far they are; returns how many were graded.

    They hold the folder's `lock` as well: it stays locked while one of them is left, should this be killed.
    """
    command = [sys.executable, "-m", "classroom.shard", name, "--course", str(course.folder)]
    command += ["--of", str(jobs), "--inside"]
    command += ["--cell-seconds", str(course.limits.cell_seconds)]
    command += ["--memory-gb", str(course.limits.memory / 2**30)]
    if not course.sandboxed:
        command.append("--without-sandbox")
    started = time.perf_counter()
    # Files, not pipes: what nbgrader says would fill a pipe that nobody reads, and stop the grading there.
    logs = [tempfile.TemporaryFile("w+", encoding="utf-8") for _ in range(jobs)]  # noqa: SIM115
    processes = [
        subprocess.Popen(
            [*command, "--shard", str(k)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            pass_fds=[] if lock is None else [lock],
            env={**os.environ, "PYTHONUNBUFFERED": "1", shard.SETTING: course.gradebook},
        )
        for k, log in enumerate(logs)
    ]
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read(process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            lines.put(line)

    readers = [threading.Thread(target=read, args=(process,), daemon=True) for process in processes]
    for reader in readers:
        reader.start()
    graded = 0
    try:
        while any(reader.is_alive() for reader in readers) or not lines.empty():
            try:
                line = json.loads(lines.get(timeout=0.5))
            except queue.Empty:
                continue
            graded += 1
            passed = time.perf_counter() - started
            left = passed / graded * (waiting - graded)
            trouble = f"; nbgrader failed: {line['failed'][:120]}" if line["failed"] else ""
            words = (
                f"[{graded} of {waiting}] {line['student']}: {line['seconds']:.1f} s; "
                f"about {_in_words(left)} left{trouble}"
            )
            if say is None:
                print(words, flush=True)  # also where a pipe or a file takes it
            else:
                say(words)
    finally:
        for process in processes:
            process.terminate()
            process.wait()
        for process, reader in zip(processes, readers, strict=True):
            reader.join()
            if process.stdout is not None:
                process.stdout.close()
        errors = []
        for log in logs:
            with log:
                log.seek(0)
                errors.append(log.read())
    broken = [
        error.strip()[-600:]
        for process, error in zip(processes, errors, strict=True)
        if process.returncode > 0
    ]
    if broken:
        raise RuntimeError(f"A grading process ended early: {broken[0]}")
    return graded


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="course.py grade", description=__doc__.split("\n")[0])
    parser.add_argument("name", help="the problem set, such as ps01")
    parser.add_argument("submissions", type=Path, help="a folder a student, or files ps01_student.ipynb")
    parser.add_argument("--to", type=Path, help="the class's folder (grades, next to SUBMISSIONS)")
    parser.add_argument(
        "--jobs", type=shard.at_least(1), default=os.cpu_count() or 1, help="processes (one a core)"
    )
    parser.add_argument(
        "--gradebook", help=f"SQLAlchemy's address ({shard.SETTING}, or SQLite in the class's folder)"
    )
    parser.add_argument(
        "--only-prepare", action="store_true", help="grade nothing: shards elsewhere do, see the README"
    )
    parser.add_argument(
        "--deadline", type=_time, help="2026-11-30T18:00, by this machine's clock; a day alone is its end"
    )
    shard.add_limits(parser)
    parser.add_argument("--from", dest="start", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    choice = parser.parse_args(arguments)
    submissions = (choice.start / choice.submissions).resolve()
    folder = (choice.start / choice.to).resolve() if choice.to else submissions.parent / "grades"
    gradebook = shard.gradebook_of(choice.gradebook, folder)
    course = Course(folder, gradebook, not choice.without_sandbox, shard.limits_of(choice))
    try:
        if course.sandboxed:
            require()
        else:
            print("Without the sandbox: each submission can read and change all that you can.")
        problem_set = problem_sets.named(choice.name)
        if folder.is_relative_to(submissions):
            raise SubmissionsError(
                f"{folder} is in the folder of the submissions, and would be taken for one: "
                "give another with --to."
            )
        if glob.escape(str(folder)) != str(folder):
            raise SubmissionsError(
                f"{folder} has *, ? or [ in its name, which nbgrader takes for a pattern: "
                "give another folder with --to."
            )
        found = collect(submissions, problem_set.name)
        folder.mkdir(parents=True, exist_ok=True)
        with grading_into(folder) as lock:
            prepare(course, problem_set)
            remember_points(course, problem_set)
            taken = take_in(course, problem_set, found)
            waiting = len(shard.to_do(course, problem_set))
            total = len(taken)
            print(f"{total} submissions to {problem_set.name}, {waiting} to grade, in {folder}", flush=True)
            if waiting and not choice.only_prepare:
                jobs = min(choice.jobs, waiting)
                run_shards(course, problem_set.name, jobs, waiting=waiting, lock=lock)
            if not choice.only_prepare and (anew := refresh_feedback(course, problem_set)):
                print(f"Graded by hand since, and in their feedback now: {', '.join(anew)}")
            summary = report.write(course, problem_set, taken, choice.deadline)
    except (SandboxMissing, ProblemSetError, SubmissionsError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be written or read: {error.strerror}.", file=sys.stderr)
        return 2
    except SQLAlchemyError as error:
        print(f"The gradebook cannot be used: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from there.")
        return 130
    print(summary)
    return 0


def _time(text: str) -> datetime:
    """A deadline, in this machine's zone unless it names one; a day alone is its end."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be like 2026-11-30T18:00, got {text!r}") from None
    if len(text) <= len("2026-11-30"):
        found = found.replace(hour=23, minute=59, second=59)
    return found.astimezone()


if __name__ == "__main__":
    raise SystemExit(main())

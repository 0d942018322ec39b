"""Grade a class: `python3 course.py grade ps01 SUBMISSIONS`.

Inspects every submission, grades them in shards, one process for each core, and writes into one folder a CSV
of scores, a page of feedback for each student, and a report of what needs a person. After an interruption,
the same command continues.
"""

from __future__ import annotations

import argparse
import glob
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import nbformat
from sqlalchemy.exc import SQLAlchemyError

from authoring import problem_sets
from authoring.problem_sets import ProblemSet, ProblemSetError
from classroom import figures, report, shard
from classroom.course_folder import GRADEBOOK_VARIABLE, CourseFolder, gradebook_address
from classroom.digests import digest
from classroom.ingest import SubmissionsError, collect, ingest
from classroom.locks import folder_lock
from classroom.manual_grading import refresh_feedback, save_manual_scores, write_config
from classroom.runner.sandbox import require
from classroom.shard_processes import print_now, run_shards


def prepare(course: CourseFolder, problem_set: ProblemSet) -> None:
    """Put the problem set into the folder and the gradebook, unless the same one is there."""
    write_config(course)
    name = problem_set.name
    source = course.path / "source" / name / f"{name}.ipynb"
    drawn = course.path / "figures" / f"{name}.json"
    stamp = course.path / "graded" / name / "problem_set.txt"
    current = digest(problem_set.path.read_text(encoding="utf-8"), course.gradebook)
    is_complete = source.exists() and drawn.exists() and stamp.exists()
    if is_complete and stamp.read_text(encoding="utf-8") == current:
        return
    drawn.parent.mkdir(parents=True, exist_ok=True)
    figures.draw(problem_set, drawn)
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(nbformat.writes(problem_sets.source(problem_set)), encoding="utf-8")
    result = course.api().generate_assignment(name, force=True)
    if not result["success"]:
        raise ProblemSetError(f"nbgrader refuses {name}: {result.get('log') or result.get('error')}")
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(current, encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="course.py grade", description=__doc__.split("\n")[0])
    parser.add_argument("name", help="the problem set, such as ps01")
    parser.add_argument("submissions", type=Path, help="a folder a student, or files ps01_student.ipynb")
    parser.add_argument("--to", type=Path, help="the class's folder (grades, next to SUBMISSIONS)")
    parser.add_argument(
        "--jobs", type=shard.at_least(1), default=os.cpu_count() or 1, help="processes (one a core)"
    )
    parser.add_argument(
        "--gradebook",
        help=f"SQLAlchemy's address ({GRADEBOOK_VARIABLE}, or SQLite in the class's folder)",
    )
    parser.add_argument(
        "--only-prepare", action="store_true", help="grade nothing: shards elsewhere do, see the README"
    )
    parser.add_argument(
        "--deadline", type=_time, help="2026-11-30T18:00, by this machine's clock; a day alone is its end"
    )
    shard.add_limits(parser)
    parser.add_argument("--from", dest="start", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    return parser


def grade(choice: argparse.Namespace) -> str:
    """Do what the command's options ask for; returns a summary."""
    submissions = (choice.start / choice.submissions).resolve()
    folder = (choice.start / choice.to).resolve() if choice.to else submissions.parent / "grades"
    gradebook = gradebook_address(choice.gradebook, folder)
    course = CourseFolder(folder, gradebook, not choice.without_sandbox, shard.limits_of(choice))
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
    collected = collect(submissions, problem_set.name)
    folder.mkdir(parents=True, exist_ok=True)
    with folder_lock(folder) as lock:
        prepare(course, problem_set)
        save_manual_scores(course, problem_set)
        ingested = ingest(course, problem_set, collected)
        waiting = len(course.ungraded(problem_set))
        print_now(f"{len(ingested)} submissions to {problem_set.name}, {waiting} to grade, in {folder}")
        if waiting and not choice.only_prepare:
            run_shards(course, problem_set.name, min(choice.jobs, waiting), waiting=waiting, lock=lock)
        if not choice.only_prepare and (changed := refresh_feedback(course, problem_set)):
            print(f"Graded by hand since, and in their feedback now: {', '.join(changed)}")
        return report.write(course, problem_set, ingested, choice.deadline)


def main(arguments: Sequence[str] | None = None) -> int:
    choice = _parser().parse_args(arguments)
    try:
        summary = grade(choice)
    except (ProblemSetError, SubmissionsError, RuntimeError) as error:
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
        deadline = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be like 2026-11-30T18:00, got {text!r}") from None
    if len(text) <= len("2026-11-30"):
        deadline = deadline.replace(hour=23, minute=59, second=59)
    return deadline.astimezone()


if __name__ == "__main__":
    raise SystemExit(main())

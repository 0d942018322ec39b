"""Manual grading: opens nbgrader's formgrader on a class, and brings the feedback up to date afterwards.

`python3 course.py formgrader class/grades` opens it in a browser. Points entered there are in the gradebook
at once; `course.py grade` then writes them to the CSV and the pages of feedback.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat
from jupyter_server.serverapp import launch_new_instance
from nbgrader.api import Gradebook, MissingEntry

from authoring.files import write_atomically
from authoring.problem_sets import ProblemSet
from classroom.course_folder import CourseFolder
from classroom.digests import digest
from classroom.manual_scores import answer_hashes, scores_path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = "nbgrader_config.py"
_CONFIG = """\
# Written by `course.py grade`: nbgrader's commands, run in this folder, do what it does, in the sandbox.
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
from classroom.course_folder import CourseFolder, gradebook_address

folder = Path(__file__).resolve().parent
c = get_config()
c.merge(CourseFolder(folder, gradebook_address(None, folder)).config())
"""


def write_config(course: CourseFolder) -> None:
    """Write a configuration into the class's folder: without one nbgrader would run students' code as you."""
    path = course.path / CONFIG
    wanted = _CONFIG.format(root=str(ROOT))
    if not path.exists() or path.read_text(encoding="utf-8") != wanted:
        write_atomically(path, wanted)


def save_manual_scores(course: CourseFolder, problem_set: ProblemSet) -> None:
    """Write down which points a person has given, and for which answer.

    Must be called before anything is graded again: nbgrader then asks for all of them anew.
    """
    name = problem_set.name
    with Gradebook(course.gradebook) as gradebook:
        for student in course.students(name):
            try:
                notebook = gradebook.find_submission_notebook(name, name, student)
                answers = answer_hashes(nbformat.read(course.autograded(name, student), as_version=4))
            except (MissingEntry, FileNotFoundError):
                continue
            points = {}
            for task in problem_set.tasks:
                for grade in notebook.grades:
                    decided = grade.manual_score is not None and not grade.needs_manual_grade
                    if grade.name == task.grade_id and decided:
                        points[task.grade_id] = [grade.manual_score, grade.max_score, answers.get(task.name)]
            path = scores_path(course.path / "graded", name, student)
            if points or path.exists():
                write_atomically(path, json.dumps(points))


def refresh_feedback(course: CourseFolder, problem_set: ProblemSet) -> list[str]:
    """Write those pages of feedback anew whose manual points or comments have changed.

    Returns
    -------
    list of str
        The students whose pages are new.
    """
    name = problem_set.name
    changed = {}
    with Gradebook(course.gradebook) as gradebook:
        for student in course.students(name):
            current = _manual_digest(gradebook, name, student)
            path = _digest_path(course, name, student)
            known = path.read_text(encoding="utf-8") if path.exists() else ""
            if course.record(name, student) and current != known:
                changed[student] = current
    if not changed:
        return []
    api = course.api()
    for student, current in changed.items():
        result = api.generate_feedback(name, student, force=True)
        if not result["success"]:
            raise RuntimeError(f"nbgrader cannot write the feedback of {student}: {result.get('log')}")
        write_atomically(_digest_path(course, name, student), current)
    return list(changed)


def _digest_path(course: CourseFolder, name: str, student: str) -> Path:
    return course.record_path(name, student).with_suffix(".by_hand.txt")


def _manual_digest(gradebook: Gradebook, name: str, student: str) -> str:
    """A hash of the points and comments that a person gave; empty if there are none."""
    try:
        notebook = gradebook.find_submission_notebook(name, name, student)
    except MissingEntry:
        return ""
    given = [
        [grade.name, grade.manual_score, grade.extra_credit]
        for grade in notebook.grades
        if grade.manual_score is not None or grade.extra_credit
    ]
    given += [
        [comment.name, comment.manual_comment] for comment in notebook.comments if comment.manual_comment
    ]
    return digest(json.dumps(sorted(given, key=str))) if given else ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="course.py formgrader", description=__doc__.split("\n")[0])
    parser.add_argument("grades", type=Path, help="the class's folder, which `course.py grade` made")
    parser.add_argument("--from", dest="start", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    choice, options = parser.parse_known_args(arguments)
    folder = (choice.start / choice.grades).resolve()
    if not (folder / CONFIG).exists():
        print(f"{folder} is not a folder that `course.py grade` has graded a class into.", file=sys.stderr)
        return 2
    flags = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    flags += [f"--ServerApp.root_dir={folder}", "--ServerApp.default_url=/formgrader/gradebook"]
    os.chdir(folder)  # nbgrader reads its configuration from where it is started
    launch_new_instance([*flags, *options])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

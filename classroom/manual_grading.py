"""Points that a person gives: nbgrader's formgrader, opened on a class, and feedback that is new afterwards.

`python3 course.py formgrader class/grades` opens it in a browser. What is entered there is in the gradebook
at once; `course.py grade` then writes it to the CSV and into the pages of feedback.
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
from classroom import shard
from classroom.ingest import digest
from classroom.manual_scores import answers_of, points_path
from classroom.shard import Course

ROOT = Path(__file__).resolve().parent.parent
CONFIG = "nbgrader_config.py"
_CONFIG = """\
# Written by `course.py grade`: nbgrader's commands, run in this folder, do what it does, in the sandbox.
import sys
from pathlib import Path

sys.path.insert(0, {root!r})
from classroom import shard
from classroom.manual_scores import answers_of, points_path
from classroom.nbgrader_steps import settings

folder = Path(__file__).resolve().parent
c = get_config()
c.merge(settings(folder, shard.gradebook_of(None, folder)))
"""


def configure(course: Course) -> None:
    """Leave a configuration in the class's folder, without which nbgrader would run students' code as you."""
    path = course.folder / CONFIG
    wanted = _CONFIG.format(root=str(ROOT))
    if not path.exists() or path.read_text(encoding="utf-8") != wanted:
        write_atomically(path, wanted)


def remember_points(course: Course, problem_set: ProblemSet) -> None:
    """Note which points a person has given, and for which answer: they stay as long as it does.

    To be called before anything is graded again. nbgrader would ask for every one of them anew.
    """
    name = problem_set.name
    with Gradebook(course.gradebook) as gradebook:
        for student in shard.students(course, name):
            path = course.folder / "autograded" / student / name / f"{name}.ipynb"
            try:
                notebook = gradebook.find_submission_notebook(name, name, student)
                answers = answers_of(nbformat.read(path, as_version=4))
            except (MissingEntry, FileNotFoundError):
                continue
            points = {}
            for task in problem_set.tasks:
                for grade in notebook.grades:
                    decided = grade.manual_score is not None and not grade.needs_manual_grade
                    if grade.name == task.grade_id and decided:
                        points[task.grade_id] = [grade.manual_score, grade.max_score, answers.get(task.name)]
            known = points_path(course.folder / "graded", name, student)
            if points or known.exists():
                write_atomically(known, json.dumps(points))


def refresh_feedback(course: Course, problem_set: ProblemSet) -> list[str]:
    """Write those pages of feedback anew that points or comments by hand have changed since.

    Returns
    -------
    list of str
        The students whose pages are new.
    """
    name = problem_set.name
    graded = [student for student in shard.students(course, name) if shard.noted(course, name, student)]
    changed = []
    with Gradebook(course.gradebook) as gradebook:
        for student in graded:
            now = _given_by_hand(gradebook, name, student)
            known = _known(course, name, student)
            if now != (known.read_text(encoding="utf-8") if known.exists() else ""):
                changed.append((student, now))
    api = course.api()
    for student, now in changed:
        result = api.generate_feedback(name, student, force=True)
        if not result["success"]:
            raise RuntimeError(f"nbgrader cannot write the feedback of {student}: {result.get('log')}")
        write_atomically(_known(course, name, student), now)
    return [student for student, _ in changed]


def _known(course: Course, name: str, student: str) -> Path:
    return course.note(name, student).with_suffix(".by_hand.txt")


def _given_by_hand(gradebook: Gradebook, name: str, student: str) -> str:
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

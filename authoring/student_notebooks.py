"""The notebooks to hand out, notebooks/problem_sets/ps01.ipynb and so on, made from the problem sets.

They stand where JupyterLab opens, so that a learner without a teacher has them, too.
"""

from __future__ import annotations

import nbformat

from authoring.course import Course
from authoring.problem_sets import ProblemSet, release

FOLDER = "notebooks/problem_sets"


def release_path(problem_set: ProblemSet) -> str:
    return f"{FOLDER}/{problem_set.name}.ipynb"


def release_text(problem_set: ProblemSet) -> str:
    return str(nbformat.writes(release(problem_set))) + "\n"


def link_to_release(course: Course, lesson: str) -> str:
    """A line for the lesson of this name, with a link to its problem set; empty if it has none."""
    for problem_set in course.problem_sets:
        if problem_set.lesson == lesson:
            link = f"[{problem_set.title}](problem_sets/{problem_set.name}.ipynb)"
            return f"**{link}**: tasks with tests that give hints."
    return ""


def extra_release_problems(course: Course) -> list[str]:
    """The notebooks of problem sets that are gone."""
    expected = {course.root / release_path(problem_set) for problem_set in course.problem_sets}
    extra = [
        path.relative_to(course.root).as_posix()
        for path in sorted((course.root / FOLDER).rglob("*.ipynb"))
        if path not in expected and ".ipynb_checkpoints" not in path.parts
    ]
    return [f"{name} has no problem set: `git rm {name}`, or write its set." for name in extra]

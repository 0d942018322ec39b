"""The notebooks to hand out, notebooks/problem_sets/ps01.ipynb and so on, made from the problem sets.

They stand where JupyterLab opens, so that a learner without a teacher has them, too.
"""

from __future__ import annotations

from pathlib import Path

import nbformat

from authoring.files import write_atomically
from authoring.problem_sets import ProblemSet, ProblemSetError, find_problem_sets, release

MEND = "Mend it with `python3 course.py notebooks`."


def _folder(root: Path) -> Path:
    return root / "notebooks" / "problem_sets"


def _path(root: Path, problem_set: ProblemSet) -> Path:
    return _folder(root) / f"{problem_set.name}.ipynb"


def _text(problem_set: ProblemSet) -> str:
    return str(nbformat.writes(release(problem_set))) + "\n"


def link_to_release(root: Path, number: str) -> str:
    """A line for the lesson of this number, with a link to its problem set; empty if it has none."""
    for problem_set in _sets(root):
        if problem_set.name == f"ps{number}":
            link = f"[{problem_set.title}](problem_sets/{problem_set.name}.ipynb)"
            return f"**{link}**: tasks with tests that give hints."
    return ""


def _sets(root: Path) -> list[ProblemSet]:
    folder = root / "problem_sets"
    return find_problem_sets(folder) if folder.is_dir() else []


def refresh_releases(root: Path) -> list[str]:
    """Write what is not as its problem set gives it; returns the paths."""
    written = []
    for problem_set in _sets(root):
        path = _path(root, problem_set)
        if not path.exists() or path.read_text(encoding="utf-8") != _text(problem_set):
            write_atomically(path, _text(problem_set))
            written.append(str(path.relative_to(root)))
    return written


def release_problems(root: Path) -> list[str]:
    """What is stale, missing or too much: a line for each, with what mends it."""
    try:
        sets = _sets(root)
    except ProblemSetError as error:
        return [str(error)]
    found = []
    for problem_set in sets:
        path = _path(root, problem_set)
        name = path.relative_to(root).as_posix()
        if not path.exists():
            found.append(f"{name} is missing, but {problem_set.path.name} is there. {MEND}")
        elif path.read_text(encoding="utf-8") != _text(problem_set):
            found.append(f"{name} is not what {problem_set.path.name} gives. {MEND}")
    wanted = {_path(root, problem_set) for problem_set in sets}
    for path in sorted(_folder(root).rglob("*.ipynb")):
        if path not in wanted and ".ipynb_checkpoints" not in path.parts:
            name = path.relative_to(root).as_posix()
            found.append(f"{name} has no problem set: `git rm {name}`, or write its set.")
    return found

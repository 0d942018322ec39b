"""Problem sets: one text source each, in problem_sets/, and the two notebooks that are made from it.

`source` is what nbgrader grades with, solutions and hidden tests inside; `release` is what a student
opens. The text is jupytext's py:percent; a set is
named after its lesson, as ps03_counting.py. A cell says in its first line what it is:

    # %% given="setup"                       code that answers and tests may use; nobody changes it
    # %% shown="plot"                        code for the eyes only, not run in grading; nobody changes it
    # %% answer="step"                       code that a student writes
    # %% tests="step" points=5               its tests, visible and hidden
    # %% [markdown] explain="why" points=4   words that a student writes and a person grades

nbgrader's own markers (BEGIN SOLUTION, BEGIN HIDDEN TESTS) cut the text. What nbgrader wants in a cell's
metadata is made here. Before each task stands a heading, `## Task 1: One step (4 points)`.

Tests set `what` and `hint` before they call an answer: an answer that raises an error is told both.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from authoring.sources import REPOSITORY, CourseError, link_lessons, read_cells

ROOT = REPOSITORY
SETS = ROOT / "problem_sets"
POINTS = 20
FEWEST_TASKS, MOST_TASKS = 4, 5
KEYS = ("given", "shown", "answer", "tests", "explain")
LONGEST_LINE = 100  # of code: what is longer is cut on the page
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
NOT_DONE = 'raise cu.answers.NotDoneYet("put your code in place of this line")'
NOT_WRITTEN = "*Not done yet: put your words in place of this line.*"

_FILE_NAME = re.compile(r"(ps\d\d)_[a-z0-9_]+\.py")
_HEADING = re.compile(r"## (Task \d+: .+) \((\d+) points?\)$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ProblemSetError(CourseError):
    """A problem set's text breaks a rule; the message names the place and what would do."""


@dataclass(frozen=True)
class Task:
    """One task: its name, its points, the names that its answer must define (none for words), its title."""

    name: str
    points: int
    defines: tuple[str, ...]
    title: str
    """As its heading has it, such as "Task 1: One step"."""

    @property
    def by_hand(self) -> bool:
        return not self.defines

    @property
    def grade_id(self) -> str:
        """The id of the cell that nbgrader keeps the score of."""
        return self.name if self.by_hand else f"{self.name}-tests"


@dataclass(frozen=True)
class ProblemSet:
    """A problem set as its text has it."""

    path: Path
    title: str
    tasks: tuple[Task, ...]
    cells: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Its short name, such as ps01, which is nbgrader's assignment and notebook."""
        return self.path.stem[:4]

    @property
    def lesson(self) -> str:
        """The name of the lesson that it belongs to, which stands in its file's name."""
        return self.path.stem[5:]


def find_problem_sets(folder: Path = SETS) -> list[ProblemSet]:
    """All problem sets, by name."""
    problem_sets = [read(path) for path in sorted(folder.glob("*.py"))]
    if not problem_sets:
        raise ProblemSetError(f"There is no problem set in {folder.name}/: write one, ps01_lesson.py.")
    for name, count in Counter(problem_set.name for problem_set in problem_sets).items():
        if count > 1:
            raise ProblemSetError(f"{count} files of {folder.name}/ begin with {name}: rename one.")
    return problem_sets


def named(name: str, folder: Path = SETS) -> ProblemSet:
    """The problem set of that short name."""
    paths = [path for path in folder.glob("*.py") if path.stem[:4] == name]
    if len(paths) == 1:  # the others are not read: grading asks several times for each student
        return read(paths[0])
    names = [problem_set.name for problem_set in find_problem_sets(folder)]
    raise ProblemSetError(f"There is no problem set {name!r}: take one of {', '.join(names)}.")


def read(path: Path) -> ProblemSet:
    """A problem set from its text.

    Raises
    ------
    ProblemSetError
        The text breaks one of the rules of a problem set.
    """
    if not _FILE_NAME.fullmatch(path.name):
        raise ProblemSetError(f"{path.name} is no name of a problem set: it must be like ps01_lesson.py.")
    cells = tuple(read_cells(path))
    heading = re.match(r"# (Problem set \d\d · .+)", cells[0].source) if cells else None
    if heading is None:
        number = path.name[2:4]
        raise ProblemSetError(f"{path.name}: the first cell must begin `# Problem set {number} · ...`.")
    problem_set = ProblemSet(path, heading[1], tuple(_tasks(path.name, cells)), cells)
    _require(problem_set)
    return problem_set


def _tasks(file: str, cells: tuple[Any, ...]) -> Iterator[Task]:
    answers: dict[str, tuple[str, ...]] = {}
    heading: re.Match[str] | None = None
    for number, cell in enumerate(cells, start=1):
        where = f"{file}, cell {number}"
        if cell.cell_type == "markdown":
            heading = _HEADING.search(cell.source) or heading
        keys = [key for key in KEYS if key in cell.metadata]
        if len(keys) > 1:
            raise ProblemSetError(f"{where} is said to be {' and '.join(keys)}: it can be one of them.")
        if unknown := set(cell.metadata) - {*KEYS, "points", "tags"}:
            allowed = ", ".join([*KEYS, "points", "tags"])
            raise ProblemSetError(f"{where} says {min(unknown)!r}: it may say {allowed}.")
        if not keys:
            continue
        key, name = keys[0], cell.metadata[keys[0]]
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ProblemSetError(f"{where}: {key} needs a name like step_by_hand, got {name!r}.")
        if cell.cell_type != ("markdown" if key == "explain" else "code"):
            raise ProblemSetError(f"{where} is a {cell.cell_type} cell, which cannot be {key}.")
        points = cell.metadata.get("points")
        if (key in ("tests", "explain")) != (type(points) is int and points > 0):
            raise ProblemSetError(f"{where}: tests and explain have points, a whole number; got {points!r}.")
        if key == "answer":
            if name in answers:
                raise ProblemSetError(f"{where}: there is an answer {name!r} before it already.")
            answers[name] = _defined(where, cell.source)
            if not answers[name]:
                raise ProblemSetError(f"{where}: the answer defines no name that a test could use.")
            _require_markers(where, cell.source, SOLUTION)
        elif key == "tests":
            if name not in answers:
                raise ProblemSetError(f"{where}: there is no answer {name!r} before its tests.")
            _require_markers(where, cell.source, HIDDEN)
            yield Task(name, points, answers[name], _title(where, heading, points))
        elif key == "explain":
            _require_markers(where, cell.source, SOLUTION)
            yield Task(name, points, (), _title(where, heading, points))
    tested = {cell.metadata.get("tests") for cell in cells}
    if untested := set(answers) - tested:
        raise ProblemSetError(f"{file}: the answer {min(untested)!r} has no tests.")


def _title(where: str, heading: re.Match[str] | None, points: int) -> str:
    if heading is None or int(heading[2]) != points:
        raise ProblemSetError(
            f"{where}: there must be a heading `## Task 1: ... ({points} points)` before it."
        )
    return heading[1]


def _defined(where: str, source: str) -> tuple[str, ...]:
    names: list[str] = []
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise ProblemSetError(f"{where} is not Python: {error.msg}, line {error.lineno}.") from None
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return tuple(dict.fromkeys(names))


def _require_markers(where: str, source: str, markers: tuple[str, str]) -> None:
    lines = [line.strip() for line in source.split("\n")]
    begin, end = markers
    if lines.count(begin) != 1 or lines.count(end) != 1 or lines.index(begin) > lines.index(end):
        raise ProblemSetError(f"{where} must have one line `{begin}` and, after it, one `{end}`.")


def _require(problem_set: ProblemSet) -> None:
    file, tasks = problem_set.path.name, problem_set.tasks
    for number, cell in enumerate(problem_set.cells, start=1):
        longest = max(cell.source.split("\n"), key=len)
        if cell.cell_type == "code" and len(longest) > LONGEST_LINE:
            size = f"{len(longest)} characters, and may have {LONGEST_LINE}"
            raise ProblemSetError(f"{file}, cell {number}: a line has {size}: {longest.strip()[:40]}...")
    names = Counter(task.name for task in tasks)
    if repeated := [name for name, count in names.items() if count > 1]:
        raise ProblemSetError(f"{file}: there are two tasks {repeated[0]!r}; each needs a name of its own.")
    if not FEWEST_TASKS <= len(tasks) <= MOST_TASKS:
        raise ProblemSetError(f"{file} has {len(tasks)} tasks; it needs {FEWEST_TASKS} to {MOST_TASKS}.")
    if (total := sum(task.points for task in tasks)) != POINTS:
        raise ProblemSetError(f"{file}: the points add up to {total}; they must add up to {POINTS}.")
    if not any(task.by_hand for task in tasks):
        raise ProblemSetError(f"{file} has no task that asks for words: add an `explain` cell.")


def source(problem_set: ProblemSet) -> Any:
    """The notebook to grade with: solutions and hidden tests inside, nbgrader's metadata on."""
    return _notebook(problem_set, [(cell.source, cell.metadata) for cell in problem_set.cells])


def release(problem_set: ProblemSet) -> Any:
    """The notebook to hand out: where a solution was, a line says that it is not done yet."""
    parts = []
    for cell in problem_set.cells:
        text = cell.source
        if "answer" in cell.metadata:
            text = _cut(text, SOLUTION, NOT_DONE)
        elif "explain" in cell.metadata:
            text = _cut(text, SOLUTION, NOT_WRITTEN)
        elif "tests" in cell.metadata:
            text = _cut(text, HIDDEN, None).rstrip()
        parts.append((text, cell.metadata))
    return _notebook(problem_set, parts)


def _cut(text: str, markers: tuple[str, str], instead: str | None) -> str:
    """The text without what stands between the markers; `instead` takes the place, as far in."""
    before, rest = re.split(rf"^([ \t]*){re.escape(markers[0])}[ \t]*\n", text, maxsplit=1, flags=re.M)[::2]
    indent = re.search(rf"^([ \t]*){re.escape(markers[0])}", text, re.M)
    after = re.split(rf"^[ \t]*{re.escape(markers[1])}[ \t]*(?:\n|\Z)", rest, maxsplit=1, flags=re.M)[1]
    middle = "" if instead is None else f"{indent[1] if indent else ''}{instead}\n"
    return (before + middle + after).rstrip("\n")


def _notebook(problem_set: ProblemSet, parts: list[tuple[str, Any]]) -> Any:
    cells = []
    for number, ((text, metadata), cell) in enumerate(zip(parts, problem_set.cells, strict=True), start=1):
        make = nbformat.v4.new_code_cell
        if cell.cell_type == "markdown":
            make, where = nbformat.v4.new_markdown_cell, f"{problem_set.path.name}, cell {number}"
            text = link_lessons(text, problem_set.path.parents[1] / "lessons", where, folder="../")
        made = make(text, id=f"{problem_set.name}-{number:02}")
        if tags := metadata.get("tags"):
            made.metadata["tags"] = list(tags)
        if graded := _nbgrader(metadata, cell.cell_type):
            made.metadata["nbgrader"] = graded
            if graded["locked"]:
                made.metadata |= {"deletable": False, "editable": False}
            else:
                made.metadata["deletable"] = False
        cells.append(made)
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _nbgrader(metadata: Any, cell_type: str) -> dict[str, Any]:
    common = {"schema_version": 3, "task": False, "cell_type": cell_type}
    for key in ("given", "shown"):
        if name := metadata.get(key):
            return {**common, "grade": False, "solution": False, "locked": True, "grade_id": f"{key}-{name}"}
    if name := metadata.get("answer"):
        return {**common, "grade": False, "solution": True, "locked": False, "grade_id": name}
    points = {"points": metadata.get("points"), "grade": True}
    if name := metadata.get("tests"):
        return {**common, **points, "solution": False, "locked": True, "grade_id": f"{name}-tests"}
    if name := metadata.get("explain"):
        return {**common, **points, "solution": True, "locked": False, "grade_id": name}
    return {}

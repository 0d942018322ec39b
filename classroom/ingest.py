"""Finds what a class has handed in, inspects it without running anything, and copies what can be graded.

Two forms are understood, as learning systems export them: a folder for each student, or files named
ps01_student.ipynb. What cannot be graded is reported with the student's name; nothing is dropped.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from authoring.problem_sets import ProblemSet, release

if TYPE_CHECKING:  # it needs nbgrader, which what is handed in can be inspected without
    from classroom.course_folder import CourseFolder

MOST_BYTES = 20 * 2**20
MOST_CELLS = 500
MOST_IN_A_CELL = 200_000
# What a browser or a system appends to a name that exists already.
_AGAIN = re.compile(r"(?: ?\(\d+\)|[-_ ]copy\d*)$", re.IGNORECASE)
_LONGEST_NAME = 120
_SIGNS = " @._+=,'’()-"
# What Moodle and Canvas append to a student's name.
_TAILS = re.compile(r"_assignsubmission_file_?$|(?:_LATE)?_\d+_\d+$")


class SubmissionsError(Exception):
    """The folder cannot be read as submissions; the message has the remedy."""


@dataclass(frozen=True)
class Submission:
    """One student's work: the file to grade, if there is one, and notes for the teacher."""

    student: str
    path: Path | None
    time: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Inspection:
    """The notebook to grade, or why there is none; and notes for the teacher."""

    notebook: Any = None
    refused: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Ingested:
    """A submission after its inspection: why it cannot be graded, or "", and notes for the teacher."""

    submission: Submission
    refused: str
    notes: tuple[str, ...]

    @property
    def student(self) -> str:
        return self.submission.student


def collect(folder: Path, name: str) -> list[Submission]:
    """The submissions to one problem set in a folder, by student.

    Parameters
    ----------
    folder : as downloaded: one folder a student, or files such as ps01_student.ipynb.
    name : the problem set's, such as ps01.

    Raises
    ------
    SubmissionsError
        It is no folder, or holds nothing that could be a submission.
    """
    if not folder.is_dir():
        raise SubmissionsError(f"{folder} is not a folder: give the one with the submissions in it.")
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))
    submissions = [_from_folder(path, name) for path in entries if path.is_dir()]
    submissions += _from_files([path for path in entries if path.is_file()], name)
    twice = [student for student, n in Counter(each.student for each in submissions).items() if n > 1]
    if twice:
        raise SubmissionsError(
            f"There is both a folder and a file of {', '.join(sorted(twice))}: leave one of them."
        )
    if not submissions:
        raise SubmissionsError(
            f"{folder} holds no submission: it needs a folder for each student, with {name}.ipynb inside, "
            f"or files named {name}_student.ipynb."
        )
    return sorted(submissions, key=lambda each: each.student)


def _bad_name(student: str) -> str:
    """Why a student cannot have this name, with the remedy; empty if it is a good one."""
    if len(student) > _LONGEST_NAME:
        return f"the name has {len(student)} characters, and may have {_LONGEST_NAME}: shorten it"
    for place, sign in enumerate(student):
        kind = unicodedata.category(sign)[0]
        if kind not in "LN" and (place == 0 or (kind != "M" and sign not in _SIGNS)):
            return f"the name has {sign!r}: take letters and digits, and behind the first {_SIGNS.strip()}"
    return "" if student else "there is no name"


def _student(name: str) -> str:
    """The student's name without what a learning system has appended, in one Unicode form on every system."""
    return _TAILS.sub("", unicodedata.normalize("NFC", name))


def _from_folder(folder: Path, name: str) -> Submission:
    student = _student(folder.name)
    if bad := _bad_name(student):
        return Submission(student, None, notes=(bad,))
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    files = [path for path in files if ".ipynb_checkpoints" not in path.parts and path.name[0] != "."]
    notebooks = [path for path in files if path.suffix == ".ipynb"]
    exact = [path for path in notebooks if path.stem == name]
    near = [path for path in notebooks if path.stem != name and name in path.stem.lower()]
    candidates = [*exact, *near] or notebooks
    if not candidates:
        others = (
            f": there is {', '.join(path.name for path in files[:3])}" if files else ": the folder is empty"
        )
        return Submission(student, None, notes=(f"no notebook{others}",))
    chosen = max(candidates, key=lambda path: (path.stat().st_mtime, path.stem == name))
    notes = _not_graded(candidates, chosen)
    if chosen.stem != name:
        notes.append(f"the file is called {chosen.name}, not {name}.ipynb")
    return Submission(student, chosen, _time(chosen), tuple(notes))


def _from_files(files: Iterable[Path], name: str) -> list[Submission]:
    by_student: dict[str, list[Path]] = {}
    others = []
    for path in files:
        stem = _AGAIN.sub("", path.stem)
        if path.suffix == ".ipynb" and (student := _student_in(stem, name)):
            by_student.setdefault(student, []).append(path)
        else:
            others.append(path)
    submissions = []
    for student, paths in by_student.items():
        chosen = max(paths, key=lambda path: (path.stat().st_mtime, path.name))
        if bad := _bad_name(student):
            submissions.append(Submission(student, None, notes=(bad,)))
            continue
        notes = tuple(_not_graded(paths, chosen))
        submissions.append(Submission(student, chosen, _time(chosen), notes))
    for path in others:
        note = f"{path.name} is no notebook: if one is inside, unpack it first"
        if path.suffix == ".ipynb":
            note = f"the file is called {path.name}, not {name}_student.ipynb or student_{name}.ipynb"
        submissions.append(Submission(path.name, None, notes=(note,)))
    return submissions


def _not_graded(candidates: Sequence[Path], chosen: Path) -> list[str]:
    """A note that names the other submissions of a student, if there are any."""
    if len(candidates) == 1:
        return []
    others = ", ".join(path.name for path in candidates if path != chosen)
    return [f"{len(candidates)} submissions: the latest one, {chosen.name}, is graded, not {others}"]


def _student_in(stem: str, name: str) -> str:
    """The student in a file's name, ps01_ada or, in Canvas, ada_1234_5678_ps01; or ""."""
    if stem.startswith(f"{name}_"):
        return _student(stem.removeprefix(f"{name}_"))
    return _student(stem.removesuffix(f"_{name}")) if stem.endswith(f"_{name}") else ""


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)


def inspect(path: Path, problem_set: ProblemSet) -> Inspection:
    """Read a file without running anything.

    The notebook that is returned has the student's cells and nothing else: no outputs, no attachments, and of
    the metadata only which task a cell belongs to.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        return Inspection(refused=f"the file has {size / 2**20:.0f} MB, more than {MOST_BYTES / 2**20:.0f}")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
            return Inspection(refused="the file is JSON, but no notebook")
        if raw["nbformat"] < 4:
            raw = nbformat.convert(nbformat.reads(json.dumps(raw), as_version=4), 4)
        cells = [_clean(cell) for cell in raw["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Inspection(refused=f"the file is not a notebook that can be read ({type(error).__name__})")
    if len(cells) > MOST_CELLS:
        return Inspection(refused=f"the notebook has {len(cells)} cells, more than {MOST_CELLS}")
    if any(len(cell.source) > MOST_IN_A_CELL for cell in cells):
        return Inspection(refused=f"a cell has more than {MOST_IN_A_CELL} characters")
    inspection = Inspection(nbformat.v4.new_notebook(cells=cells))
    _compare(inspection, problem_set)
    return inspection


def _clean(cell: Any) -> Any:
    source = cell["source"]
    source = "".join(source) if isinstance(source, list) else source
    if not isinstance(source, str) or cell["cell_type"] not in ("code", "markdown", "raw"):
        raise ValueError("a cell has no source, or is of no known type")
    clean = getattr(nbformat.v4, f"new_{cell['cell_type']}_cell")(source)
    metadata = cell.get("metadata", {}).get("nbgrader")
    if isinstance(metadata, dict) and isinstance(metadata.get("grade_id"), str):
        clean.metadata["nbgrader"] = {"grade_id": metadata["grade_id"][:100]}
    return clean


def _compare(inspection: Inspection, problem_set: ProblemSet) -> None:
    """Give the cells the metadata of the release, and note what is missing, double or changed."""
    released = {
        cell.metadata["nbgrader"]["grade_id"]: cell
        for cell in release(problem_set).cells
        if cell.metadata.get("nbgrader")
    }
    seen: Counter[str] = Counter()
    changed = []
    for cell in inspection.notebook.cells:
        grade_id = cell.metadata.pop("nbgrader", {}).get("grade_id")
        if grade_id is None:
            continue
        seen[grade_id] += 1
        if grade_id not in released or seen[grade_id] > 1:
            continue
        original = released[grade_id]
        cell.metadata["nbgrader"] = dict(original.metadata["nbgrader"])
        if original.metadata["nbgrader"]["locked"] and cell.source.strip() != original.source.strip():
            changed.append(grade_id)
    if not set(seen) & set(released):
        inspection.notebook = None
        inspection.refused = f"the notebook has no cell of {problem_set.name}: is it another problem set?"
        return
    for note, ids in (
        ("missing, and counted as not done or put back", [g for g in released if not seen[g]]),
        ("there more than once, of which the first counts", [g for g in released if seen[g] > 1]),
        ("changed, and put back as it was", changed),
        ("of no task here, and left alone", sorted(set(seen) - set(released))),
    ):
        if ids:
            inspection.notes.append(f"cell {', '.join(ids)}: {note}")


def ingest(
    course: CourseFolder, problem_set: ProblemSet, submissions: Sequence[Submission]
) -> list[Ingested]:
    """Inspect every submission, and copy what can be graded to where nbgrader looks for it."""
    ingested = []
    for submission in submissions:
        if submission.path is None:
            ingested.append(Ingested(submission, submission.notes[0], submission.notes[1:]))
            continue
        target = course.submitted(problem_set.name, submission.student)
        inspection = inspect(submission.path, problem_set)
        if inspection.notebook is None:
            shutil.rmtree(target.parent, ignore_errors=True)
            ingested.append(Ingested(submission, inspection.refused, submission.notes))
            continue
        for number, cell in enumerate(inspection.notebook.cells, start=1):
            cell["id"] = f"cell-{number}"  # the same each time, so that the same work has the same hash
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(nbformat.writes(inspection.notebook), encoding="utf-8")
        if submission.time is not None:
            time = submission.time.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            (target.parent / "timestamp.txt").write_text(time, encoding="utf-8")
        ingested.append(Ingested(submission, "", (*submission.notes, *inspection.notes)))
    return ingested

"""What a class has handed in: found in a folder, looked at before anything runs, and copied clean.

Two forms are understood, as learning systems give them: a folder for each student, or files named
ps01_student.ipynb. Whatever cannot be used is reported by student; nothing is dropped.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from authoring.problem_sets import ProblemSet, release

MOST_BYTES = 20 * 2**20
MOST_CELLS = 500
MOST_IN_A_CELL = 200_000
# What a browser or a system puts behind a name when there is one already.
_AGAIN = re.compile(r"(?: ?\(\d+\)|[-_ ]copy\d*)$", re.IGNORECASE)
_LONGEST_NAME = 120
_SIGNS = " @._+=,'’()-"
# What Moodle and Canvas put behind a student's name.
_TAILS = re.compile(r"_assignsubmission_file_?$|(?:_LATE)?_\d+_\d+$")


class SubmissionsError(Exception):
    """The folder cannot be read as submissions; the message says what would do."""


@dataclass(frozen=True)
class Submission:
    """One student's work: the file to grade, if there is one, and what a teacher should know of it."""

    student: str
    path: Path | None
    time: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Looked:
    """What a look at a file found: the notebook to grade, or why there is none; and notes."""

    notebook: Any = None
    refused: str = ""
    notes: list[str] = field(default_factory=list)


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
    found = [_of_folder(path, name) for path in entries if path.is_dir()]
    found += _of_files([path for path in entries if path.is_file()], name)
    twice = [student for student, n in Counter(each.student for each in found).items() if n > 1]
    if twice:
        raise SubmissionsError(
            f"There is both a folder and a file of {', '.join(sorted(twice))}: leave one of them."
        )
    if not found:
        raise SubmissionsError(
            f"{folder} holds no submission: it needs a folder for each student, with {name}.ipynb inside, "
            f"or files named {name}_student.ipynb."
        )
    return sorted(found, key=lambda each: each.student)


def _bad_name(student: str) -> str:
    """Why a name is none for a student, with what would do; empty if it is one."""
    if len(student) > _LONGEST_NAME:
        return f"the name has {len(student)} characters, and may have {_LONGEST_NAME}: shorten it"
    for place, sign in enumerate(student):
        plain = unicodedata.category(sign)[0] in "LN"
        if not plain and (place == 0 or (unicodedata.category(sign)[0] != "M" and sign not in _SIGNS)):
            return f"the name has {sign!r}: take letters and digits, and behind the first {_SIGNS.strip()}"
    return "" if student else "there is no name"


def _student(name: str) -> str:
    """The student's name without what a learning system has put behind it; the same on every system."""
    return _TAILS.sub("", unicodedata.normalize("NFC", name))


def _of_folder(folder: Path, name: str) -> Submission:
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
    notes = []
    if len(candidates) > 1:
        left = ", ".join(path.name for path in candidates if path != chosen)
        notes.append(f"{len(candidates)} submissions: the latest one, {chosen.name}, is graded, not {left}")
    if chosen.stem != name:
        notes.append(f"the file is called {chosen.name}, not {name}.ipynb")
    return Submission(student, chosen, _time(chosen), tuple(notes))


def _of_files(files: Iterable[Path], name: str) -> list[Submission]:
    by_student: dict[str, list[Path]] = {}
    strange = []
    for path in files:
        stem = _AGAIN.sub("", path.stem)
        if path.suffix == ".ipynb" and (student := _of_stem(stem, name)):
            by_student.setdefault(student, []).append(path)
        else:
            strange.append(path)
    found = []
    for student, paths in by_student.items():
        chosen = max(paths, key=lambda path: (path.stat().st_mtime, path.name))
        notes = []
        if len(paths) > 1:
            left = ", ".join(path.name for path in paths if path != chosen)
            notes.append(f"{len(paths)} submissions: the latest one, {chosen.name}, is graded, not {left}")
        if bad := _bad_name(student):
            found.append(Submission(student, None, notes=(bad,)))
        else:
            found.append(Submission(student, chosen, _time(chosen), tuple(notes)))
    for path in strange:
        wrong = f"{path.name} is no notebook: if one is inside, unpack it first"
        if path.suffix == ".ipynb":
            wrong = f"the file is called {path.name}, not {name}_student.ipynb or student_{name}.ipynb"
        found.append(Submission(path.name, None, notes=(wrong,)))
    return found


def _of_stem(stem: str, name: str) -> str:
    """The student in a file's name, ps01_ada or, as Canvas has it, ada_1234_5678_ps01; or nothing."""
    if stem.startswith(f"{name}_"):
        return _student(stem.removeprefix(f"{name}_"))
    return _student(stem.removesuffix(f"_{name}")) if stem.endswith(f"_{name}") else ""


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)


def look_at(path: Path, problem_set: ProblemSet) -> Looked:
    """Read a file without running anything, and see what of it can be graded.

    What comes back has the student's cells and nothing else: no outputs, no attachments, and of
    the metadata only which task a cell belongs to.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        return Looked(refused=f"the file has {size / 2**20:.0f} MB, more than {MOST_BYTES / 2**20:.0f}")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(raw, dict) or not isinstance(raw.get("nbformat"), int):
            return Looked(refused="the file is JSON, but no notebook")
        if raw["nbformat"] < 4:
            raw = nbformat.convert(nbformat.reads(json.dumps(raw), as_version=4), 4)
        cells = [_clean(cell) for cell in raw["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return Looked(refused=f"the file is not a notebook that can be read ({type(error).__name__})")
    if len(cells) > MOST_CELLS:
        return Looked(refused=f"the notebook has {len(cells)} cells, more than {MOST_CELLS}")
    if any(len(cell.source) > MOST_IN_A_CELL for cell in cells):
        return Looked(refused=f"a cell has more than {MOST_IN_A_CELL} characters")
    looked = Looked(nbformat.v4.new_notebook(cells=cells))
    _compare(looked, problem_set)
    return looked


def _clean(cell: Any) -> Any:
    source = cell["source"]
    source = "".join(source) if isinstance(source, list) else source
    if not isinstance(source, str) or cell["cell_type"] not in ("code", "markdown", "raw"):
        raise ValueError("a cell has no source, or is of no known type")
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    made = make[cell["cell_type"]](source)
    said = cell.get("metadata", {}).get("nbgrader")
    if isinstance(said, dict) and isinstance(said.get("grade_id"), str):
        made.metadata["nbgrader"] = {"grade_id": said["grade_id"][:100]}
    return made


def _compare(looked: Looked, problem_set: ProblemSet) -> None:
    """Give the cells the metadata of the release, and note what is missing, double or changed."""
    wanted = {}
    for cell in release(problem_set).cells:
        if said := cell.metadata.get("nbgrader"):
            wanted[said["grade_id"]] = cell
    seen: Counter[str] = Counter()
    changed = []
    for cell in looked.notebook.cells:
        grade_id = cell.metadata.pop("nbgrader", {}).get("grade_id")
        if grade_id is None:
            continue
        seen[grade_id] += 1
        if grade_id not in wanted or seen[grade_id] > 1:
            continue
        model = wanted[grade_id]
        cell.metadata["nbgrader"] = dict(model.metadata["nbgrader"])
        if model.metadata["nbgrader"]["locked"] and cell.source.strip() != model.source.strip():
            changed.append(grade_id)
    if not set(seen) & set(wanted):
        looked.notebook = None
        looked.refused = f"the notebook has no cell of {problem_set.name}: is it another problem set?"
        return
    for words, ids in (
        ("missing, and counted as not done or put back", [g for g in wanted if not seen[g]]),
        ("there more than once, of which the first counts", [g for g in wanted if seen[g] > 1]),
        ("changed, and put back as it was", changed),
        ("of no task here, and left alone", sorted(set(seen) - set(wanted))),
    ):
        if ids:
            looked.notes.append(f"cell {', '.join(ids)}: {words}")


def digest(*parts: str) -> str:
    """A hash of texts: equal for equal texts only."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()

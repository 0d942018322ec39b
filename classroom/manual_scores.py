"""Records of the points that a person gave, and of the answers that they were given for.

A person's points stay valid as long as the answer and its maximum stay the same, whatever else changes in
the work or the problem set. nbgrader itself would ask for all of them again whenever it grades.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from classroom.digests import digest


def scores_path(folder: Path, name: str, student: str) -> Path:
    """The record of a student's manual scores; `folder` is the class's graded/."""
    return folder / name / f"{student}.points.json"


def answer_hashes(notebook: Any) -> dict[str, str]:
    """A hash of the source of each cell that a student fills in."""
    return {
        cell.metadata["nbgrader"]["grade_id"]: digest(cell.source.strip())
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def is_still_valid(path: Path, grade: Any, answer: str | None) -> bool:
    """Whether a grade's manual score was given for this answer, and for the same maximum.

    Parameters
    ----------
    path : the record, as `scores_path` gives it; it need not exist.
    grade : the gradebook's.
    answer : the answer's hash, from `answer_hashes`.
    """
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return bool(known.get(grade.name) == [grade.manual_score, grade.max_score, answer])

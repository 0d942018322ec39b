"""Points that a person gave, and the answers that they were given for.

A person's points stay as long as the answer and what it can earn do, whatever else of the work, or of the
problem set, is new. nbgrader itself asks for every one of them again whenever it grades.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from classroom.ingest import digest


def points_path(folder: Path, name: str, student: str) -> Path:
    """Where it is noted which points a student has by hand; `folder` is the class's graded/."""
    return folder / name / f"{student}.points.json"


def answers_of(notebook: Any) -> dict[str, str]:
    """A hash of what stands in each cell that a student fills in."""
    return {
        cell.metadata["nbgrader"]["grade_id"]: digest(cell.source.strip())
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def still_hold(path: Path, grade: Any, answer: str | None) -> bool:
    """Whether the points of an entry of the gradebook were given for this answer, and as many can be had.

    Parameters
    ----------
    path : what `points_path` gives; it need not be there.
    answer : the answer's hash, as `answers_of` has it.
    """
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    return bool(known.get(grade.name) == [grade.manual_score, grade.max_score, answer])

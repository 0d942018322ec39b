"""The texts that authors edit, lessons/ and problem_sets/, in jupytext's percent format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jupytext

REPOSITORY = Path(__file__).resolve().parents[1]

# What jupytext notes for the way back to a text file, which this course never goes.
_JUPYTEXT_ONLY = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker")


class CourseError(Exception):
    """A file of the course is not as it must be; the message says which, what is wrong, and what would do."""


def read_cells(path: Path) -> list[Any]:
    """The cells of a text, as nbformat has them, with only the metadata that its author wrote."""
    try:
        cells: list[Any] = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    except UnicodeDecodeError as error:
        raise CourseError(
            f"{path.parent.name}/{path.name} is not UTF-8 ({error}): save it as UTF-8."
        ) from None
    for cell in cells:
        for key in _JUPYTEXT_ONLY:
            cell.metadata.pop(key, None)
    return cells

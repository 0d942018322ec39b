"""The texts that authors edit, lessons/ and problem_sets/, in jupytext's percent format."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jupytext

REPOSITORY = Path(__file__).resolve().parents[1]

# What jupytext notes for the way back to a text file, which this course never goes.
_JUPYTEXT_ONLY = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker")


_REFERENCE = re.compile(r"\{\{([Ll]esson):(\w+)\}\}")
_HEADING = re.compile(r"^# # \{\{number\}\} · (.+)$", re.MULTILINE)


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


def link_lessons(text: str, lessons: Path, where: str, *, folder: str = "") -> str:
    """The text with each `{{lesson:echo}}` as a link: the lesson's number, and its title on hovering.

    `lessons` is the folder of the lessons' texts; links begin with `folder`. `{{Lesson:echo}}` begins a
    sentence. Raises `CourseError` where there is no such lesson.
    """

    def link(match: re.Match[str]) -> str:
        word, name = match.groups()
        paths = sorted(lessons.glob(f"[0-9][0-9]_{name}.py"))
        if not paths:
            known = ", ".join(sorted(path.stem[3:] for path in lessons.glob("*.py")))
            raise CourseError(f"{where}: {match[0]} is no lesson; there are {known}.")
        heading = _HEADING.search(paths[0].read_text(encoding="utf-8"))
        title = heading[1].strip().replace('"', "&quot;") if heading else ""
        return f'[{word} {paths[0].stem[:2]}]({folder}{paths[0].stem}.ipynb "{title}")'

    return _REFERENCE.sub(link, text)

"""The parts of the syllabus, as lessons/parts.toml has them."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from authoring.lessons import Lesson, LessonError


@dataclass(frozen=True)
class Part:
    """A part of the course; what stands before the first part has no title."""

    title: str
    lessons: tuple[Lesson, ...]


def read_parts(path: Path, lessons: Sequence[Lesson]) -> list[Part]:
    """The parts in order; without a file there is one, without a title.

    Raises `LessonError` if the file does not fit the lessons.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["parts"] if path.exists() else []
        starts = [(str(entry["title"]), str(entry["first"])) for entry in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise LessonError(
            f"lessons/{path.name} needs [[parts]], each with a title and a first lesson: {error!r}."
        ) from error
    names = [lesson.name for lesson in lessons]
    if missing := [first for _title, first in starts if first not in names]:
        raise LessonError(f"lessons/{path.name}: {missing[0]!r} is no lesson; there are {', '.join(names)}.")
    begins = [names.index(first) for _title, first in starts]
    if begins != sorted(set(begins)):
        raise LessonError(f"lessons/{path.name}: the parts are not in the order of their lessons.")
    titles = ["", *(f"Part {_ROMAN[number]} · {title}" for number, (title, _first) in enumerate(starts))]
    bounds = [0, *begins, len(lessons)]
    return [
        Part(title, tuple(lessons[begin:end]))
        for title, (begin, end) in zip(titles, itertools.pairwise(bounds), strict=True)
        if begin < end
    ]


_ROMAN = ("I", "II", "III", "IV", "V", "VI")

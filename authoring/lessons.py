"""The lessons: where they are, how one is read, and what its opening says."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from authoring.sources import CourseError, read_cells

_LESSON_NAME = re.compile(r"\d\d_[a-z][a-z0-9_]*")
_TYPED_NUMBER = re.compile(r"\blessons? \d\d\b", re.IGNORECASE)


class LessonError(CourseError):
    """A lesson or a notebook is not as the tools need it; the message says what would do."""


@dataclass(frozen=True)
class Opening:
    """What the first cell of a lesson says about it."""

    number: str
    title: str
    summary: str
    abilities: tuple[str, ...]
    needs: str
    run_time: str


@dataclass(frozen=True)
class SourceCell:
    """One cell as its author wrote it."""

    kind: str
    source: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    """A lesson's text file, read."""

    path: Path
    cells: tuple[SourceCell, ...]
    opening: Opening

    @property
    def name(self) -> str:
        """The file's name without number and ending, as `unrolled`: it stays when a lesson is put before."""
        return self.path.stem[3:]

    @property
    def number(self) -> str:
        return self.opening.number

    @property
    def label(self) -> str:
        """Number and title, as the lesson's heading has them."""
        return f"{self.opening.number} · {self.opening.title}"

    @property
    def notebook(self) -> Path:
        """Where the notebook built from this lesson belongs."""
        return self.path.parent.parent / "notebooks" / f"{self.path.stem}.ipynb"

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the lessons that its opening says it needs."""
        return tuple(re.findall(r"\{\{[Ll]esson:(\w+)\}\}", self.opening.needs))


def read_lessons(folder: Path) -> list[Lesson]:
    """Every lesson of a folder, in the order of their numbers."""
    lessons = [read_lesson(path) for path in sorted(folder.glob("*.py"))]
    for first, second in itertools.combinations(lessons, 2):
        if first.number == second.number or first.name == second.name:
            same = "number" if first.number == second.number else "name"
            raise LessonError(
                f"lessons/{first.path.name} and lessons/{second.path.name} have one {same}: change one."
            )
    for position, lesson in enumerate(lessons):
        for name in lesson.needs:
            if name not in {earlier.name for earlier in lessons[:position]}:
                raise LessonError(f"lessons/{lesson.path.name} needs {name!r}, which is no lesson before it.")
    return lessons


def read_lesson(path: Path) -> Lesson:
    where = f"lessons/{path.name}"
    if not _LESSON_NAME.fullmatch(path.stem):
        raise LessonError(f"{where} is not named as a lesson is: two digits and a name, as 01_unrolled.py.")
    number = path.stem[:2]
    cells = tuple(_source_cell(cell, f"{where} cell {i}") for i, cell in enumerate(read_cells(path), start=1))
    if not cells or cells[0].kind != "markdown":
        raise LessonError(f"{where} must begin with the markdown cell of its opening: `# %% [markdown]`.")
    try:
        opening = parse_opening(cells[0].source.replace("{{number}}", number))
    except LessonError as error:
        raise LessonError(f"{where}: the opening is not whole; {error}.") from error
    if not cells[0].source.startswith("# {{number}} · "):
        raise LessonError(f"{where} has a number in its heading: write `# {{{{number}}}} · {opening.title}`.")
    return Lesson(path, cells, opening)


def _source_cell(cell: Any, where: str) -> SourceCell:
    if cell.cell_type not in ("markdown", "code"):
        raise LessonError(f"{where} is a {cell.cell_type} cell: a lesson has markdown and code cells only.")
    if typed := _TYPED_NUMBER.search(cell.source):
        raise LessonError(f"{where} says {typed[0]!r}, and numbers change: write {{{{lesson:its_name}}}}.")
    unknown = set(cell.metadata) - {"tags"}
    if unknown:
        raise LessonError(
            f"{where} carries {sorted(unknown)} in its `# %%` line: "
            'only tags are kept, as `# %% tags=["solution"]`.'
        )
    return SourceCell(cell.cell_type, cell.source.rstrip("\n"), tuple(cell.metadata.get("tags", ())))


def parse_opening(text: str) -> Opening:
    """Take the five parts of an opening apart.

    Raises `LessonError`, which names the part that was expected and what stood there instead.
    """
    blocks = re.split(r"\n\s*\n", text.strip())

    def take(pattern: str, part: str, example: str) -> str:
        block = blocks[0] if blocks else "nothing"
        match = re.fullmatch(pattern, block, re.DOTALL)
        if match is None:
            raise LessonError(f"it has {_shortened(block)!r} where {part} should be: write `{example}`")
        del blocks[0]
        return match[1]

    heading = take(r"# (\d\d · [^\n]+)", "its heading", "# 01 · The RNN, unrolled by hand")
    summary = take(r"([^#*\-\s].*)", "its summary", "One sentence, which the syllabus shows.")
    take(r"(\*\*You will be able to\*\*)", "what one will be able to do", "**You will be able to**")
    abilities = parse_bullets(take(r"(- .+)", "the list of abilities", "- write ..."))
    needs = take(r"\*\*Needs:\*\* (.+)", "what it needs", "**Needs:** Python and NumPy.")
    run_time = take(r"\*\*Run time:\*\* (.+)", "its run time", "**Run time:** {{run_time}}")
    if blocks:
        raise LessonError(
            f"it goes on with {_shortened(blocks[0])!r}: start a new cell there, `# %% [markdown]`"
        )
    number, title = heading.split(" · ", maxsplit=1)
    return Opening(
        number, title.strip(), _one_line(summary), tuple(abilities), _one_line(needs), _one_line(run_time)
    )


def parse_bullets(text: str) -> list[str]:
    """The items of a markdown list, each on one line, however it was wrapped."""
    items: list[str] = []
    for line in text.splitlines():
        if re.match(r"[-*] ", line):
            items.append(line[2:].strip())
        elif items and line.startswith("  ") and line.strip():
            items[-1] += " " + line.strip()
    return items


def read_notebook(path: Path) -> Any:
    """Read a stored notebook as it is: nothing upgraded, added or repaired."""
    try:
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
        fault = next(nbformat.validator.iter_validate(notebook, version=4), None)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        fault = error
    if fault is not None:
        raise LessonError(
            f"notebooks/{path.name} is not a notebook: {_shortened(str(fault).splitlines()[0])}."
        )
    return notebook


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str, width: int = 60) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

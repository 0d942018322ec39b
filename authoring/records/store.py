"""A record of one kind: lessons/NAME.json has an entry for each lesson, and docs/NAME.md shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from authoring.files import read_record, write_atomically
from authoring.lessons import Lesson

Record = TypeVar("Record")


@dataclass(frozen=True)
class Store(Generic[Record]):
    """Reads and writes the records; `course.py NAME` fills them."""

    name: str
    what: str
    from_entry: Callable[[Mapping[str, Any]], Record]
    to_entry: Callable[[Record], dict[str, Any]]
    page: Callable[[Sequence[Lesson], Mapping[str, Record]], str]
    """The text of docs/NAME.md."""

    @property
    def path(self) -> str:
        return f"lessons/{self.name}.json"

    @property
    def page_path(self) -> str:
        return f"docs/{self.name}.md"

    def command(self, lesson: Lesson) -> str:
        """The command that runs one lesson, in backquotes."""
        return f"`python3 course.py {self.name} {lesson.number}`"

    def read(self, root: Path) -> dict[str, Record]:
        """The records by lesson name."""
        command = f"python3 course.py {self.name}"
        return read_record(root / self.path, self.from_entry, what=self.what, command=command)

    def text(self, lessons: Sequence[Lesson], records: Mapping[str, Record]) -> str:
        """The JSON; lessons that are gone lose their entry."""
        entries = {
            lesson.name: self.to_entry(records[lesson.name]) for lesson in lessons if lesson.name in records
        }
        text = json.dumps(entries, indent=2, ensure_ascii=False)
        # A list of numbers on one line: no text in JSON holds a line break.
        return re.sub(r"\[\s+([-+.\w,\s]*?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text) + "\n"

    def write(self, root: Path, lessons: Sequence[Lesson], records: Mapping[str, Record]) -> None:
        """Write the record and its page."""
        write_atomically(root / self.path, self.text(lessons, records))
        write_atomically(root / self.page_path, self.page(lessons, records))


def lesson_link(lesson: Lesson) -> str:
    """A link from docs/ to a lesson's notebook, for a cell of a table."""
    return f"[{in_cell(lesson.opening.title)}](../notebooks/{lesson.notebook.name})"


def in_cell(text: str) -> str:
    """The text as it can stand in a cell of a markdown table."""
    return text.replace("|", r"\|")


def escape_markdown(text: str) -> str:
    """The text as markdown that shows it, in a table's cell too."""
    return re.sub(r"([\\`*_<\[|])", r"\\\1", text)

"""How much there is to read in a lesson: a lesson is a sitting, at most an hour."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

# Readers of the first edition took an hour for this many words, code and outputs included.
WORDS_AN_HOUR = 3600
# Lessons of the first edition, which are twice as long, until each is made two.
FIRST_EDITION = frozenset({"lengths", "counting", "echo", "classifying", "gradients", "gates", "speed"})
# Cells whose code a reader opens only when wanted.
FOLDED_TAGS = frozenset({"solution", "hide-input"})

_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
_WORD = re.compile(r"\S*\w\S*")


class _Cell(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...


AnyCell = TypeVar("AnyCell", bound=_Cell)


def before_solutions(cells: Iterable[AnyCell]) -> Iterator[AnyCell]:
    """The cells up to the heading of the solutions."""
    for cell in cells:
        if cell.kind == "markdown" and re.match(r"## Solutions\b", cell.source):
            return
        yield cell


def words(cells: Iterable[_Cell]) -> int:
    """The words of prose and code in sight: what is folded does not count."""
    return sum(
        count_words(cell.source) for cell in before_solutions(cells) if not FOLDED_TAGS & set(cell.tags)
    )


def count_words(text: str) -> int:
    """Whatever stands between spaces and holds a letter or digit, outside <details>."""
    return len(_WORD.findall(_FOLDED.sub("", text)))


def format_reading(number_of_words: int) -> str:
    """The time for so many words, rounded up to 5 minutes."""
    return f"{5 * math.ceil(60 * number_of_words / WORDS_AN_HOUR / 5)} min"

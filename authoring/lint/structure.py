"""Rules for the parts of a lesson: opening, rhythm, checks, closing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from authoring.lessons import LessonError, parse_opening
from authoring.lint.rules import WHOLE, Finding, rule
from authoring.notebook import UNCOMPARED, Block, Notebook, plain
from authoring.reading import FIRST_EDITION, before_solutions, count_words, words
from authoring.records.run_times import NOT_MEASURED

MOST_CELLS = 45
MOST_WORDS = 4000
PROSE_PER_CODE = (0.8, 2.0)
FEWEST_CHECKS = 8
MOST_UNCOMPARED = 2
EXERCISES = (3, 5)
CLOSING = ("What you now know", "Exercises", "Solutions", "Sources")

_UNRESOLVED = re.compile(r"\{\{\w+\}\}")


@rule
def one_sitting(notebook: Notebook) -> Iterator[Finding]:
    """A lesson can be read in an hour: before its solutions, at most 45 cells and 4000 words."""
    if notebook.path.stem[3:] in FIRST_EDITION:
        return
    cells = list(before_solutions(notebook.cells))
    shown = words(cells) + sum(count_words(text) for cell in cells for text in cell.shown_texts())
    for count, most, what in ((len(cells), MOST_CELLS, "cells"), (shown, MOST_WORDS, "words")):
        if count > most:
            yield Finding(
                WHOLE,
                f"{count} {what} before the solutions, of at most {most}",
                "make it two lessons, fold a side track, or leave something out",
            )


@rule
def prose_and_code(notebook: Notebook) -> Iterator[Finding]:
    """For each code cell there are 0.8 to 2.0 cells of prose."""
    prose, code = len(notebook.prose), len(notebook.code)
    ratio = prose / max(1, code)
    low, high = PROSE_PER_CODE
    if not low <= ratio <= high:
        yield Finding(
            WHOLE,
            f"{prose} cells of prose to {code} of code make {ratio:.2f}, not {low} to {high}",
            "ask before a cell and look after it, or show what is only told",
        )


@rule
def opening(notebook: Notebook) -> Iterator[Finding]:
    """The first cell has the five parts of an opening, with a measured run time."""
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.kind != "markdown":
        yield Finding(WHOLE, "the first cell is not markdown", "begin with the opening")
        return
    try:
        parts = parse_opening(first.source)
    except LessonError as error:
        yield Finding(first.where, "the opening is not whole", str(error))
        return
    if parts.run_time == NOT_MEASURED:
        yield Finding(
            first.where, f"the run time is {NOT_MEASURED}", f"run `python3 course.py times {parts.number}`"
        )


@rule
def closing(notebook: Notebook) -> Iterator[Finding]:
    """The last four sections are what you now know, exercises, solutions and sources."""
    sections = [block.heading for block in notebook.blocks if block.level == 2]
    if tuple(sections[-len(CLOSING) :]) != CLOSING:
        expected = ", ".join(f"## {name}" for name in CLOSING)
        yield Finding(WHOLE, f"the last sections are {sections[-len(CLOSING) :]}", f"end with {expected}")


@rule
def exercises(notebook: Notebook) -> Iterator[Finding]:
    """Three to five exercises, `### Exercise N: ...`, each with a hint folded in <details>."""
    blocks = _subsections(notebook, "Exercises")
    fewest, most = EXERCISES
    if not fewest <= len(blocks) <= most:
        yield Finding(
            WHOLE,
            f"{len(blocks)} exercises where {fewest} to {most} should be",
            "give each the heading `### Exercise N: ...`",
        )
    for number, block in enumerate(blocks, start=1):
        if not re.match(rf"Exercise {number}: \S", block.heading):
            yield Finding(
                block.where, f"the heading is {block.heading!r}", f"write `### Exercise {number}: ...`"
            )
        if "<details>" not in block.text:
            yield Finding(
                block.where,
                f"exercise {number} has no hint",
                "fold one into <details><summary>Hint</summary> ... </details>",
            )


@rule
def solutions(notebook: Notebook) -> Iterator[Finding]:
    """Each exercise has its `### Solution N`, with code tagged solution that prints a check."""
    expected = len(_subsections(notebook, "Exercises"))
    blocks = _subsections(notebook, "Solutions")
    if len(blocks) != expected:
        yield Finding(
            WHOLE,
            f"{len(blocks)} solutions for {expected} exercises",
            "write one under `### Solution N` for each",
        )
    for number, block in enumerate(blocks, start=1):
        if not re.match(rf"Solution {number}\b", block.heading):
            yield Finding(block.where, f"the heading is {block.heading!r}", f"write `### Solution {number}`")
        if not any(cell.checks for cell in block.code):
            yield Finding(
                block.where,
                f"no cell of solution {number} prints a check",
                "show with cu.check(...) that it is right",
            )
    in_solutions = {cell.position for block in notebook.section("Solutions") for cell in block.code}
    for cell in notebook.code:
        tagged, belongs = "solution" in cell.tags, cell.position in in_solutions
        if tagged != belongs:
            yield Finding(
                cell.where,
                "solution cells and the tag solution do not agree",
                "tag all code cells of ## Solutions, and no others",
            )


@rule
def enough_checks(notebook: Notebook) -> Iterator[Finding]:
    """A lesson prints at least 8 checks."""
    if len(notebook.checks) < FEWEST_CHECKS:
        yield Finding(
            WHOLE,
            f"{len(notebook.checks)} checks of at least {FEWEST_CHECKS}",
            "assert what the prose says with cu.check(...)",
        )


@rule
def checks_differ(notebook: Notebook) -> Iterator[Finding]:
    """No two checks print the same sentence."""
    for sentence, times in Counter(notebook.checks).items():
        if times > 1:
            yield Finding(
                WHOLE,
                f"the check {sentence!r} is printed {times} times",
                "say what is different each time",
            )


@rule
def claims_are_checked(notebook: Notebook) -> Iterator[Finding]:
    """Each line of what you now know is, word for word, a check that this notebook printed."""
    section = notebook.section("What you now know")
    if not section:
        return  # The rule named closing says so.
    if not notebook.claims:
        yield Finding(section[0].where, "what you now know has no list", "write one `- ` line for each claim")
    printed = {plain(sentence) for sentence in notebook.checks}
    for claim in notebook.claims:
        if claim not in printed:
            yield Finding(section[0].where, f"no check prints {claim!r}", "use the words of a check")


@rule
def few_uncompared(notebook: Notebook) -> Iterator[Finding]:
    """At most 2 cells go uncompared, and a compared check follows each."""
    uncompared = [cell for cell in notebook.code if UNCOMPARED in cell.tags]
    if len(uncompared) > MOST_UNCOMPARED:
        yield Finding(
            WHOLE,
            f"{len(uncompared)} cells are tagged {UNCOMPARED} of at most {MOST_UNCOMPARED}",
            "print what was measured with cu.measured, which leaves the words compared",
        )
    for cell, following in notebook.code_and_next():
        if UNCOMPARED not in cell.tags:
            continue
        if following is None or UNCOMPARED in following.tags or not following.checks:
            yield Finding(
                cell.where, "its output is not compared", "let the next code cell, compared, check its bound"
            )


@rule
def no_placeholder_left(notebook: Notebook) -> Iterator[Finding]:
    """No {{placeholder}} is left unfilled."""
    for cell in notebook.prose:
        if match := _UNRESOLVED.search(cell.source):
            yield Finding(
                cell.where, f"{match[0]} is left", "build the notebook with `python3 course.py notebooks`"
            )


def _subsections(notebook: Notebook, heading: str) -> list[Block]:
    return [block for block in notebook.section(heading)[1:] if block.level == 3]

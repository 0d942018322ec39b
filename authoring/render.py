"""A lesson's notebook before it is run: cells, ids, tags and metadata, the same on every machine.

Nothing here depends on anything but the lessons' text and what is on record in files (run times,
the benchmark, long runs), so the sync check can make the inputs again in memory and compare.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from authoring.course import Course
from authoring.lessons import Lesson, LessonError, SourceCell
from authoring.long_runs import texts_for
from authoring.reading import FOLDED_TAGS
from authoring.readme import as_generated, syllabus
from authoring.records.run_times import RunTime, format_duration
from authoring.sources import link_lessons
from authoring.student_notebooks import link_to_release

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")  # without a colon


def notebook_metadata() -> dict[str, Any]:
    # No Python version, which differs between machines, and nothing of jupytext's, which would
    # make JupyterLab write edits of the notebook back into the lesson.
    return {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
        },
    }


def render_notebook(lesson: Lesson, course: Course) -> Any:
    """The notebook of one lesson, with everything but outputs and execution counts."""
    placeholders: dict[str, Callable[[], str]] = {
        "number": lambda: lesson.number,
        "run_time": lambda: run_time_text(course.run_times.get(lesson.name)),
        "syllabus": lambda: syllabus(course),
        "benchmarks": lambda: benchmark_table(course.root),
        "previous_and_next": lambda: neighbour_links(lesson, course),
    }
    for name, text in texts_for(lesson, course).items():
        if name in placeholders:
            raise LessonError(
                f"lessons/long_runs/{lesson.name}_{name}.py: {{{{{name}}}}} stands for something else "
                "already: give the file another name."
            )
        placeholders[name] = partial(str, text)
    notebook = nbformat.v4.new_notebook(metadata=notebook_metadata(), nbformat=4, nbformat_minor=5)
    for position, (cell, cell_id) in enumerate(
        zip(lesson.cells, cell_ids(lesson.cells), strict=True), start=1
    ):
        metadata = cell_metadata(cell)
        if cell.kind == "code":
            notebook.cells.append(nbformat.v4.new_code_cell(cell.source, id=cell_id, metadata=metadata))
        else:
            where = f"lessons/{lesson.path.name} cell {position}"
            text = link_lessons(cell.source, course.root / "lessons", where)
            text = fill_placeholders(text, placeholders, where)
            notebook.cells.append(nbformat.v4.new_markdown_cell(text, id=cell_id, metadata=metadata))
    return notebook


def benchmark_table(root: Path) -> str:
    """The overview of the last benchmark, with its machine, as docs/benchmarks.md has it."""
    path = root / "docs" / "benchmarks.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    overview = re.search(r"<!-- overview -->\n(.+?)\n<!-- /overview -->", text, re.DOTALL)
    if overview is None:
        raise LessonError(
            "docs/benchmarks.md has no overview: write it with `python3 course.py bench --page`"
        )
    return overview[1]


def cell_ids(cells: Sequence[SourceCell]) -> list[str]:
    """An id for each cell that an edit of another cell leaves alone.

    It comes from the text as the author wrote it, so that a new run time or a new lesson in
    the syllabus does not change it either; of equal cells, the first keeps its id.
    """
    seen: Counter[tuple[str, str]] = Counter()
    ids = []
    for cell in cells:
        seen[cell.kind, cell.source] += 1
        text = f"{cell.kind}\n{cell.source}\n{seen[cell.kind, cell.source]}"
        ids.append(hashlib.sha256(text.encode()).hexdigest()[:12])
    return ids


def cell_metadata(cell: SourceCell) -> dict[str, Any]:
    metadata: dict[str, Any] = {"tags": list(cell.tags)} if cell.tags else {}
    if FOLDED_TAGS & set(cell.tags):
        metadata["jupyter"] = {"source_hidden": True}
    return metadata


def fill_placeholders(text: str, placeholders: Mapping[str, Callable[[], str]], where: str) -> str:
    """Replace every `{{word}}` by what it stands for."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in placeholders:
            known = ", ".join(f"{{{{{name}}}}}" for name in placeholders)
            raise LessonError(f"{where}: {match[0]} stands for nothing; there are {known}.")
        meaning = placeholders[match[1]]()
        return as_generated(meaning) if "\n|" in meaning else meaning

    return _PLACEHOLDER.sub(value, text)


def run_time_text(run_time: RunTime | None) -> str:
    return format_duration(run_time) + (" on 2 CPU cores" if run_time else "")


def neighbour_links(lesson: Lesson, course: Course) -> str:
    """Links to the lesson's problem set, if it has one, and to the lessons before and after it."""
    lessons = course.lessons
    position = lessons.index(lesson)
    links = []
    if position > 0:
        links.append("← " + _link(lessons[position - 1]))
    if position + 1 < len(lessons):
        links.append(_link(lessons[position + 1]) + " →")
    parts = [link_to_release(course, lesson.name), " | ".join(links)]
    return "\n\n".join(part for part in parts if part)


def _link(lesson: Lesson) -> str:
    return f"[{lesson.label}]({lesson.notebook.name})"

"""Every stored file that is made from other files of the course, but for the lessons' notebooks.

What is stale, and with which command it is fixed, is told by one function, and another one refreshes all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from authoring.course import Course
from authoring.files import write_atomically
from authoring.readme import readme_with_table
from authoring.readme_pictures import figure, readme_pictures
from authoring.records import machine_runs, refutations, seed_sweeps
from authoring.records.store import Record, Store
from authoring.reference import architecture, reference
from authoring.sources import CourseError
from authoring.student_notebooks import release_path, release_text

FIX = "python3 course.py notebooks"


@dataclass(frozen=True)
class Generated:
    """One file: its path from the root, what is wrong when it is stale, and its content as it should be."""

    path: str
    fault: str
    render: Callable[[], str | bytes]
    command: str = FIX

    def new_content(self, root: Path) -> bytes | None:
        """What must be written; None where the file is as it should be."""
        content = self.render()
        content = content.encode() if isinstance(content, str) else content
        path = root / self.path
        return None if path.exists() and path.read_bytes() == content else content

    def problems(self, root: Path) -> list[str]:
        """At most one: that the file is stale, or why its content cannot be made."""
        try:
            if self.new_content(root) is None:
                return []
        except CourseError as error:
            return [str(error)]
        fault = f"is stale: {self.fault}" if (root / self.path).exists() else "is missing"
        return [f"{self.path} {fault}. Fix it with `{self.command}`."]


def _readme(course: Course) -> Iterator[Generated]:
    yield Generated(
        "README.md",
        "its table is not the one that the lessons' openings and run times give",
        partial(readme_with_table, course),
    )


def _pictures(course: Course) -> Iterator[Generated]:
    for path, alt in readme_pictures(course).items():
        yield Generated(path, "it is not the figure of the notebook", partial(figure, course, path, alt))


def _releases(course: Course) -> Iterator[Generated]:
    for each in course.problem_sets:
        fault = f"it is not what problem_sets/{each.path.name} gives"
        yield Generated(release_path(each), fault, partial(release_text, each))


def _seeds(course: Course) -> Iterator[Generated]:
    """The record in the words that the checks have now, and its page."""
    sweeps = dict(course.sweeps)
    for name, notebook in course.notebooks.items():
        if name in sweeps and sweeps[name].is_of(notebook):
            sweeps[name] = sweeps[name].in_words_of(notebook)
    yield from _record(seed_sweeps.SWEEPS, course, sweeps)


def _machines(course: Course) -> Iterator[Generated]:
    yield from _record(machine_runs.RECORDS, course, course.machine_runs)


def _refutations(course: Course) -> Iterator[Generated]:
    yield from _record(refutations.REFUTATIONS, course, course.refutations)


def _record(store: Store[Record], course: Course, records: Mapping[str, Record]) -> Iterator[Generated]:
    gone = sorted(records.keys() - {lesson.name for lesson in course.lessons})
    fault = f"{', '.join(gone)} is no lesson" if gone else "checks have other words in their notebooks"
    yield Generated(store.path, fault, partial(store.text, course.lessons, records))
    fault = f"it is not what {store.path} gives"
    yield Generated(store.page_path, fault, partial(store.page, course.lessons, records))


def _reference(course: Course) -> Iterator[Generated]:
    if (course.root / "course_utils").is_dir():
        fault = "it is not what course_utils' docstrings and its users give"
        yield Generated("docs/reference.md", fault, partial(reference, course.root))
        fault = "its list of modules is not that of the files and their docstrings"
        yield Generated("docs/architecture.md", fault, partial(architecture, course.root))


Kind = Callable[[Course], Iterable[Generated]]
KINDS: tuple[Kind, ...] = (_readme, _pictures, _releases, _seeds, _machines, _refutations, _reference)


def stale(course: Course) -> list[str]:
    """A line for each generated file that is not as it should be, with the command that fixes it."""
    problems = []
    for kind in KINDS:
        try:
            for each in kind(course):
                problems += each.problems(course.root)
        except CourseError as error:
            problems.append(str(error))
    return problems


def refresh(course: Course) -> list[str]:
    """Write what is stale; returns the paths. What cannot be made is left, for `stale` to report."""
    written = []
    for kind in KINDS:
        with suppress(CourseError):
            for each in kind(course):
                with suppress(CourseError):
                    content = each.new_content(course.root)
                    if content is not None:
                        write_atomically(course.root / each.path, content)
                        written.append(each.path)
    return written

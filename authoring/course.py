"""The course as its files have it: lessons, stored notebooks, problem sets, and what is on record of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from authoring.lessons import Lesson, LessonError, read_lessons
from authoring.notebook import Notebook, load
from authoring.parts import Part, read_parts
from authoring.problem_sets import ProblemSet, find_problem_sets
from authoring.records import long_run_results, machine_runs, refutations, run_times, seed_sweeps
from authoring.sources import REPOSITORY


@dataclass(frozen=True)
class Course:
    """A snapshot: each part is read once, when it is first asked for. After a change of files, make another.

    A part that cannot be read raises `CourseError`.
    """

    root: Path = REPOSITORY

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """Every lesson, in the order of their numbers."""
        return tuple(read_lessons(self.root / "lessons"))

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The lessons in their parts, in order."""
        return tuple(read_parts(self.root / "lessons" / "parts.toml", self.lessons))

    @cached_property
    def notebooks(self) -> Mapping[str, Notebook]:
        """The notebooks by their lessons' names, without those that are missing or cannot be read."""
        notebooks = {}
        for lesson in self.lessons:
            if lesson.notebook.exists():
                try:
                    notebooks[lesson.name] = load(lesson.notebook)
                except LessonError:  # the sync check reports it
                    continue
        return notebooks

    @cached_property
    def notebook_paths(self) -> list[Path]:
        """The files in notebooks/, whether they have a lesson or not."""
        return sorted((self.root / "notebooks").glob("*.ipynb"))

    @cached_property
    def problem_sets(self) -> tuple[ProblemSet, ...]:
        folder = self.root / "problem_sets"
        return tuple(find_problem_sets(folder)) if folder.is_dir() else ()

    @cached_property
    def run_times(self) -> Mapping[str, run_times.RunTime]:
        """The run times by lesson name; a lesson that was never measured has no entry."""
        return run_times.read(self.root)

    @cached_property
    def sweeps(self) -> Mapping[str, seed_sweeps.Sweep]:
        """What the runs under other seeds showed, by lesson name."""
        return seed_sweeps.SWEEPS.read(self.root)

    @cached_property
    def machine_runs(self) -> Mapping[str, machine_runs.Record]:
        """What the runs as other machines showed, by lesson name."""
        return machine_runs.RECORDS.read(self.root)

    @cached_property
    def refutations(self) -> Mapping[str, refutations.Refutations]:
        """What second measurements of the lessons' claims gave, by lesson name."""
        return refutations.REFUTATIONS.read(self.root)

    @cached_property
    def long_runs(self) -> Mapping[str, long_run_results.Record]:
        """What the long runs printed, by the name of their file."""
        return long_run_results.read(self.root)

    def by_number(self, numbers: Sequence[str]) -> list[Lesson]:
        """The lessons with these numbers, in order; `1`, `01`, `unrolled` and `01_unrolled` are the same."""
        names = {
            name: lesson
            for lesson in self.lessons
            for name in (lesson.number, str(int(lesson.number)), lesson.name, lesson.path.stem)
        }
        unknown = sorted(set(numbers) - names.keys())
        if unknown:
            known = ", ".join(lesson.path.stem for lesson in self.lessons) or "none yet"
            raise LessonError(f"There is no lesson {', '.join(unknown)}. The course has: {known}.")
        chosen = [names[number] for number in numbers]
        return [lesson for lesson in self.lessons if lesson in chosen]

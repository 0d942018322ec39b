"""Run the longer trainings that a lesson tells of: `python -m authoring.long_runs [memory ...]`.

`lessons/long_runs/memory_ten_symbols.py` goes on where the lesson `memory` has `{{ten_symbols}}` in its text.
The lesson's own code up to that place is run first, under the lesson's own seed, then the file. What the
file prints, most often a table, is recorded in lessons/long_runs.json and stands in the notebook in place of
`{{ten_symbols}}`. The file's own checks say what must be true of it: where one fails, nothing is recorded.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from authoring.course import Course
from authoring.execute import ExecutionFailed, execute
from authoring.lessons import Lesson, LessonError
from authoring.notebook import CHECK_MARK
from authoring.records.fingerprint import fingerprint
from authoring.records.long_run_results import COMMAND, PATH, Record, write
from authoring.records.run_times import NOT_MEASURED
from authoring.sources import REPOSITORY, CourseError

FOLDER = "long_runs"
CELL_SECONDS = 4 * 3600


@dataclass(frozen=True)
class LongRun:
    """One file, with the lesson that it goes on from."""

    path: Path
    lesson: Lesson

    @property
    def key(self) -> str:
        """The file's name without its ending, as `memory_ten_symbols`."""
        return self.path.stem

    @property
    def placeholder(self) -> str:
        return f"{{{{{self.path.stem.removeprefix(f'{self.lesson.name}_')}}}}}"

    @property
    def sources(self) -> list[str]:
        """The lesson's code cells before the placeholder, without solutions, and the file's text."""
        cells = self.lesson.cells
        places = [
            i for i, cell in enumerate(cells) if cell.kind == "markdown" and self.placeholder in cell.source
        ]
        if not places:
            raise LessonError(
                f"lessons/{FOLDER}/{self.path.name} has no place in lessons/{self.lesson.path.name}: write "
                f"{self.placeholder} in one of its text cells, or delete the file."
            )
        before = [c.source for c in cells[: places[0]] if c.kind == "code" and "solution" not in c.tags]
        return [*before, self.path.read_text(encoding="utf-8")]

    @property
    def code(self) -> str:
        """What the record is a record of: the lesson's computation, and the file to the letter."""
        *before, own = self.sources
        return hashlib.sha256(f"{fingerprint(map(ast.parse, before))}\n{own}".encode()).hexdigest()[:12]


def find_long_runs(course: Course) -> list[LongRun]:
    """Every file of the folder with its lesson, in the order of their names."""
    runs = []
    for path in sorted((course.root / "lessons" / FOLDER).glob("*.py")):
        lesson = next((each for each in course.lessons if path.stem.startswith(f"{each.name}_")), None)
        if lesson is None or not path.stem.isidentifier():
            raise LessonError(
                f"lessons/{FOLDER}/{path.name} must be named after a lesson, as memory_ten_symbols.py; "
                f"the course has: {', '.join(each.name for each in course.lessons)}."
            )
        runs.append(LongRun(path, lesson))
    return runs


def texts_for(lesson: Lesson, course: Course) -> dict[str, str]:
    """What stands for each placeholder of this lesson's long runs, by the name in the braces."""
    stems = [path.stem for path in sorted((lesson.path.parent / FOLDER).glob(f"{lesson.name}_*.py"))]
    records = course.long_runs if stems else {}
    return {
        stem.removeprefix(f"{lesson.name}_"): records[stem].text if stem in records else NOT_MEASURED
        for stem in stems
    }


def long_run_problems(course: Course) -> list[str]:
    """Where a record is missing, out of date or of nothing, each with what fixes it."""
    runs, records = find_long_runs(course), course.long_runs
    problems = []
    for run in runs:
        record, command = records.get(run.key), f"`{COMMAND} {run.lesson.number}`"
        if record is None:
            problems.append(f"lessons/{FOLDER}/{run.path.name} was never run: do it with {command}.")
        elif record.code != run.code:
            problems.append(
                f"{PATH}: {run.key} computes something else since it was run. "
                f"Run it again with {command}; it took {record.seconds} s."
            )
    gone = sorted(records.keys() - {run.key for run in runs})
    return problems + [
        f"{PATH} has {key}, of which there is no file. Fix it with `{COMMAND}`." for key in gone
    ]


def run_in_kernel(run: LongRun) -> str:
    """Run the lesson's code and the file in a fresh kernel; return what the file printed."""
    cells = [nbformat.v4.new_code_cell(source) for source in run.sources]
    folder = run.lesson.notebook.parent
    where = f"lessons/{FOLDER}/{run.path.name}"
    executed = execute(nbformat.v4.new_notebook(cells=cells), folder, where=where, cell_seconds=CELL_SECONDS)
    outputs = executed.cells[-1].outputs
    text = "".join(output.text for output in outputs if output.get("name") == "stdout")
    # The lines of its checks are not part of what it tells.
    text = "\n".join(line for line in text.splitlines() if not line.startswith(CHECK_MARK)).strip()
    if not text:
        raise LessonError(f"{where} printed nothing that could stand for {run.placeholder}.")
    return text


def main(
    arguments: Sequence[str] | None = None,
    root: Path = REPOSITORY,
    run: Callable[[LongRun], str] = run_in_kernel,
) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m authoring.long_runs", description="Run what lessons tell but have no time for."
    )
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NUMBER",
        help="of these lessons in any case, as 07; if none, what is due",
    )
    numbers = parser.parse_args(arguments).numbers
    try:
        course = Course(root)
        runs, chosen = find_long_runs(course), course.by_number(numbers)
        codes = {each.key: each.code for each in runs}
        records = {key: record for key, record in course.long_runs.items() if key in codes}
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    if records != course.long_runs:
        write(root, records)
    stale = [each for each in runs if each.key not in records or records[each.key].code != codes[each.key]]
    due = [each for each in runs if each.lesson in chosen] if numbers else stale
    failures = 0
    for each in due:
        start = time.perf_counter()
        try:
            text = run(each)
        except (ExecutionFailed, LessonError) as failure:
            failures += 1
            print(f"{each.key}: NOT recorded, what was on record stays.")
            print(failure, file=sys.stderr)
            continue
        except KeyboardInterrupt:
            print(f"\nStopped. {each.key}: NOT recorded, what was on record stays.")
            return 130
        seconds = round(time.perf_counter() - start)
        records[each.key] = Record(codes[each.key], seconds, text)
        write(root, records)  # at once: the next one may take hours, or be stopped
        print(f"{each.key}: run in {seconds} s, recorded in {PATH}.\n{text}")
    if not due:
        print("Every long run is on record: nothing to do.")
    print("Now bring the notebooks up to date: python3 course.py notebooks")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())

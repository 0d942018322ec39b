"""What a lesson tells but has no time to run: `python -m authoring.long_runs [07 ...]`.

`lessons/long_runs/07_ten_symbols.py` goes on where lesson 07 has `{{ten_symbols}}` in its text. The
lesson's own code up to that place is run first, under the lesson's own seed, then the file. What the
file prints, most often a table, is recorded in lessons/long_runs.json and stands in the notebook in place of
`{{ten_symbols}}`. The file's own checks say what must be true of it: where one fails, nothing is recorded.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from authoring.execute import ExecutionFailed, execute
from authoring.files import read_record, write_atomically
from authoring.lessons import REPOSITORY, Lesson, LessonError, by_number, find_lessons
from authoring.lint.notebook import CHECK_MARK
from authoring.records.fingerprint import fingerprint
from authoring.times import NOT_MEASURED

FOLDER = "long_runs"
MEND = "python3 course.py long_runs"
CELL_SECONDS = 4 * 3600


@dataclass(frozen=True)
class LongRun:
    """One file, with the lesson that it goes on from."""

    path: Path
    lesson: Lesson

    @property
    def key(self) -> str:
        """The file's name without its ending, as `07_ten_symbols`."""
        return self.path.stem

    @property
    def placeholder(self) -> str:
        return f"{{{{{self.path.stem[3:]}}}}}"

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


@dataclass(frozen=True)
class Record:
    """What one long run printed, of which code, and in how many seconds."""

    code: str
    seconds: int
    text: str


def find_long_runs(lessons: Sequence[Lesson], root: Path = REPOSITORY) -> list[LongRun]:
    """Every file of the folder with its lesson, in the order of their names."""
    by_its_number = {lesson.number: lesson for lesson in lessons}
    found = []
    for path in sorted((root / "lessons" / FOLDER).glob("*.py")):
        if path.stem[:2] not in by_its_number or path.stem[2:3] != "_" or not path.stem[3:].isidentifier():
            raise LessonError(
                f"lessons/{FOLDER}/{path.name} must be named after a lesson, as 07_ten_symbols.py; "
                f"the course has: {', '.join(by_its_number)}."
            )
        found.append(LongRun(path, by_its_number[path.stem[:2]]))
    return found


def records_path(root: Path) -> Path:
    return root / "lessons" / "long_runs.json"


def read_records(root: Path = REPOSITORY) -> dict[str, Record]:
    """What is on record, by the files' names without their ending."""
    return read_record(
        records_path(root),
        lambda entry: Record(entry["code"], entry["seconds"], entry["text"]),
        what="a record of long runs",
        mend=MEND,
    )


def write_records(root: Path, records: Mapping[str, Record]) -> None:
    entries = {key: vars(record) for key, record in sorted(records.items())}
    write_atomically(records_path(root), json.dumps(entries, indent=2, ensure_ascii=False) + "\n")


def texts_for(lesson: Lesson) -> dict[str, str]:
    """What stands for each placeholder of this lesson's long runs, by the word in the braces."""
    paths = sorted((lesson.path.parent / FOLDER).glob(f"{lesson.number}_*.py"))
    records = read_records(lesson.path.parent.parent) if paths else {}
    return {
        path.stem[3:]: records[path.stem].text if path.stem in records else NOT_MEASURED for path in paths
    }


def long_run_problems(root: Path = REPOSITORY) -> list[str]:
    """Where a record is missing, out of date or of nothing, each with what mends it."""
    lessons = find_lessons(root)
    runs, records = find_long_runs(lessons, root), read_records(root)
    found = []
    for run in runs:
        record, mend = records.get(run.key), f"`{MEND} {run.lesson.number}`"
        if record is None:
            found.append(f"lessons/{FOLDER}/{run.path.name} was never run: do it with {mend}.")
        elif record.code != run.code:
            found.append(
                f"lessons/long_runs.json: {run.key} computes something else since it was run. "
                f"Run it again with {mend}; it took {record.seconds} s."
            )
    gone = sorted(records.keys() - {run.key for run in runs})
    found += [
        f"lessons/long_runs.json has {key}, of which there is no file. Mend it with `{MEND}`." for key in gone
    ]
    return found


def run_in_kernel(run: LongRun) -> str:
    """Run the lesson's code and the file in a kernel of their own; return what the file printed."""
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
        lessons = find_lessons(root)
        runs, records = find_long_runs(lessons, root), read_records(root)
        chosen = by_number(lessons, numbers)
        codes = {each.key: each.code for each in runs}
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    kept = {key: record for key, record in records.items() if key in codes}
    if kept != records:
        write_records(root, kept)
    records = kept
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
        write_records(root, records)  # at once: the next one may take hours, or be stopped
        print(f"{each.key}: run in {seconds} s, recorded in lessons/long_runs.json.\n{text}")
    if not due:
        print("Every long run is on record: nothing to do.")
    print("Now bring the notebooks up to date: python3 course.py notebooks")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main())

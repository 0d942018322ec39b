"""One run of a lesson's code in a fresh kernel, under another seed or as on another machine.

A check that fails is noted and the lesson goes on. Any other error ends the run; the checks that were not
reached count as failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic

import nbformat
from nbval.plugin import get_sanitize_patterns

from authoring.course import Course
from authoring.execute import NOTHING_EXTRA, ExecutionFailed, execute
from authoring.lessons import Lesson, LessonError
from authoring.notebook import UNCOMPARED, Cell, Notebook
from authoring.records.outcome import Outcome
from authoring.records.store import Record, Store
from authoring.sources import CourseError

FAILED_MARK = "✗ "
# Far over what a cell may take: two kernels side by side, on a busy machine.
CELL_SECONDS = 1200
# With it a kernel does not capture what C code writes to stderr, such as a note of oneDNN's, as under nbval.
_AS_IN_NBVAL = {"PYTEST_CURRENT_TEST": "a run of a notebook"}
SANITIZE = Path(__file__).with_name("nbval_sanitize.cfg")

PRELUDE = """\
import course_utils.checks
course_utils.checks.record_results({path!r}, go_on_after={sentences!r})
del course_utils
"""


def run_in_kernel(
    notebook: Notebook,
    stop: threading.Event | None = None,
    environment: Mapping[str, str] = NOTHING_EXTRA,
    before: str = "",
) -> Outcome:
    """Run a notebook's code cells with these variables, and `before` them, unless told to stop."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.jsonl"
        # A check that the notebook does not show is one that the lesson means to fail, and to catch.
        prelude = PRELUDE.format(path=str(results), sentences=notebook.checks)
        sources = [cell.source for cell in notebook.code]
        sources[0] = before + prelude + sources[0]
        inputs = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        error = ""
        try:
            executed = execute(
                inputs,
                notebook.path.parent,
                where=notebook.name,
                cell_seconds=CELL_SECONDS,
                extra_environment={**_AS_IN_NBVAL, **environment},
                stop=stop,
            )
        except ExecutionFailed as failure:
            executed = failure.executed
            error = f"{notebook.code[failure.cell - 1].where}: {failure.reason}"
        text = results.read_text(encoding="utf-8") if results.exists() else ""
    checks = [json.loads(line) for line in text.splitlines()]
    checks = [check for check in checks if check["sentence"] in set(notebook.checks)]
    return Outcome(
        {check["sentence"] for check in checks if check["holds"]},
        tuple(" ".join(f"{c['sentence']}: {c['found']}".split()) for c in checks if not c["holds"]),
        error,
        {c["sentence"]: c["value"] - c["bound"] for c in checks if c["bound"] is not None},
        *_compared(notebook.code, executed.cells),
    )


def _compared(stored: Sequence[Cell], executed: Sequence[Any]) -> tuple[tuple[str, ...], int, int]:
    """The cells whose text differs, as nbval compares it; how many measured numbers there are, and differ."""
    differs, measured, other = [], 0, 0
    for cell, new in zip(stored, executed, strict=True):
        now = Cell(cell.position, cell.kind, "", (), tuple(new.outputs))
        before, after = list(cell.texts()), list(now.texts())
        if UNCOMPARED not in cell.tags and sanitized(before) != sanitized(after):
            differs.append(cell.where)
        numbers = [re.findall(_pattern()[0], "\n".join(texts)) for texts in (before, after)]
        measured += len(numbers[0])
        other += sum(one != another for one, another in zip(*numbers, strict=False))
    return tuple(differs), measured, other


def sanitized(texts: Sequence[str]) -> list[str]:
    """The texts without the measured numbers in them."""
    pattern, replacement = _pattern()
    return [re.sub(pattern, replacement, text) for text in texts]


@cache
def _pattern() -> tuple[str, str]:
    [pattern] = get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8"))
    return pattern  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Task:
    """One lesson under one circumstance, a seed or a machine. The notebook was read when the runs started."""

    lesson: Lesson
    notebook: Notebook
    circumstance: str

    @property
    def label(self) -> str:
        return f"{self.lesson.name}, {self.circumstance}"


Run = Callable[[Task, threading.Event], Outcome]


def run_all(
    tasks: Sequence[Task],
    run: Run,
    jobs: int,
    record: Callable[[Task, Outcome], None],
    again: str,
    count: Callable[[Notebook], int],
) -> int:
    """Run the tasks, hand each outcome to `record` at once and print it; return how many have none.

    On Ctrl-C it prints that the command `again` goes on from there, and raises.
    """
    recorded = 0
    try:
        with contextlib.closing(side_by_side(tasks, run, jobs)) as results:
            for number, (task, outcome, seconds) in enumerate(results, start=1):
                if isinstance(outcome, Outcome):
                    record(task, outcome)
                    recorded += 1
                result = _in_words(outcome, count(task.notebook), seconds)
                print(f"[{number} of {len(tasks)}] {task.label}: {result}", flush=True)
    except KeyboardInterrupt:
        print(f"\nStopped after {recorded} of {len(tasks)} runs. {again} goes on from there.")
        raise
    if recorded < len(tasks):
        left = len(tasks) - recorded
        print(f"\nRuns without a result (see above): {left}. {again} tries them again.")
    return len(tasks) - recorded


def side_by_side(
    tasks: Sequence[Task], run: Run, jobs: int
) -> Generator[tuple[Task, Outcome | Exception, float]]:
    """Run the tasks, so many at a time; yield each with its result and its seconds, as they end.

    When it is closed, or Ctrl-C ends it, the tasks that are running are told to stop, and waited for: no
    kernel is left.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    ended: queue.SimpleQueue[tuple[Task, Outcome | Exception, float]] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            start = time.perf_counter()
            try:
                outcome: Outcome | Exception = run(task, stop)
            except Exception as error:  # no result: told apart from a lesson's own failure, and reported
                outcome = error
            ended.put((task, outcome, time.perf_counter() - start))

    threads = [threading.Thread(target=work) for _ in range(min(jobs, len(tasks)))]
    try:
        for thread in threads:
            thread.start()
        left = len(tasks)
        while left:
            try:
                result = ended.get(timeout=0.5)  # without a limit, Windows would not notice Ctrl-C
            except queue.Empty:
                continue
            left -= 1
            yield result
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def built_notebooks(course: Course, numbers: Sequence[str]) -> list[tuple[Lesson, Notebook]]:
    """The lessons with these numbers, or all, each with its notebook.

    Raises `CourseError` where one is not built from its lesson.
    """
    built = []
    for lesson in course.by_number(numbers) if numbers else course.lessons:
        command = f"`python3 course.py notebooks {lesson.number}`"
        notebook = course.notebooks.get(lesson.name)
        if notebook is None:
            raise LessonError(
                f"notebooks/{lesson.notebook.name} is missing or cannot be read: build it with {command}."
            )
        if [cell.source for cell in lesson.cells if cell.kind == "code"] != [
            cell.source for cell in notebook.code
        ]:
            raise LessonError(
                f"{notebook.name}, which runs, is not built from lessons/{lesson.path.name}: first {command}."
            )
        if not notebook.checks:
            raise LessonError(f"{notebook.name} shows no check: there is nothing to count.")
        built.append((lesson, notebook))
    return built


@dataclass(frozen=True)
class RecordedRuns(Generic[Record]):
    """Trials of one kind, and how they are recorded."""

    store: Store[Record]
    start: Callable[[Record | None, Notebook], Record]
    """The record to go on with, from what is on record, or None; without results of other code."""
    due: Callable[[Record], list[str]]
    """The circumstances that a record lacks."""
    add: Callable[[Record, Task, Outcome], Record]
    report: Callable[[Course, list[tuple[Lesson, Notebook]], Mapping[str, Record]], bool]
    """Prints the result; returns whether all is as it must be."""
    count: Callable[[Notebook], int] = lambda notebook: len(notebook.checks)  # what may hold

    def main(self, choice: argparse.Namespace, root: Path, run: Run) -> int:
        """Run what is due of the chosen lessons, record each outcome at once, and report; the exit code."""
        course = Course(root)
        try:
            chosen = built_notebooks(course, choice.numbers)
            records = self.store.read(root)
        except CourseError as error:
            print(error, file=sys.stderr)
            return 2
        for lesson, notebook in chosen:
            known = None if choice.again else records.get(lesson.name)
            records[lesson.name] = self.start(known, notebook)
        tasks = [
            Task(lesson, notebook, circumstance)
            for lesson, notebook in chosen
            for circumstance in self.due(records[lesson.name])
        ]

        def record(task: Task, outcome: Outcome) -> None:
            records[task.lesson.name] = self.add(records[task.lesson.name], task, outcome)
            self.store.write(root, course.lessons, records)

        if not tasks:
            self.store.write(root, course.lessons, records)
        again = "The same command, without --again," if choice.again else "The same command"
        try:
            without_result = run_all(tasks, run, choice.jobs, record, again, self.count)
        except KeyboardInterrupt:
            return 130
        return 0 if self.report(course, chosen, records) and not without_result else 1


def argument_parser(name: str, description: str) -> argparse.ArgumentParser:
    """The options that trials of every kind have."""
    parser = argparse.ArgumentParser(prog=f"python -m authoring.{name}", description=description)
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="the lessons, as 01 03; all if none")
    parser.add_argument(
        "--jobs", type=at_least_one, default=1, metavar="N", help="how many runs at a time (1)"
    )
    parser.add_argument("--again", action="store_true", help="forget what is recorded of these lessons")
    return parser


def at_least_one(text: str) -> int:
    """A whole number of a command line."""
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def _in_words(outcome: Outcome | Exception, total: int, seconds: float) -> str:
    """A line, and one more for each check that failed and each cell that differs."""
    if isinstance(outcome, Exception):
        return f"NO RESULT after {seconds:.0f} s: {outcome!r}"
    ended = f"; it ended at {outcome.error}" if outcome.error else ""
    line = f"{len(outcome.held)} of {total} held{ended}, {seconds:.0f} s"
    return "\n".join([line, *(f"    {FAILED_MARK}{note}" for note in outcome.notes)])

"""One run of a lesson's code in a kernel of its own, under another seed or as on another machine.

A check that fails is noted and the lesson goes on, so that it does not hide those after it. Any other
error ends the run: what came after would be computed from what is left over. The checks that were not
reached count as failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import re
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbval.plugin import get_sanitize_patterns

from authoring.execute import NOTHING_EXTRA, ExecutionFailed, execute
from authoring.lessons import Lesson, LessonError
from authoring.lint.notebook import UNCOMPARED, Cell, Notebook, load
from authoring.render import notebook_inputs

FAILED_MARK = "✗ "
# Far over what a cell may take: two kernels side by side, on a busy machine.
CELL_SECONDS = 1200
# Told so, a kernel leaves alone what C code writes to stderr, as nbval's kernels do: a note of oneDNN's.
_AS_IN_NBVAL = {"PYTEST_CURRENT_TEST": "a run of a notebook"}
SANITIZE = Path(__file__).with_name("nbval_sanitize.cfg")

_PRELUDE = """\
import course_utils.checks
course_utils.checks.record_results({path!r}, go_on_after={sentences!r})
del course_utils
"""


@dataclass(frozen=True)
class Outcome:
    """What one run showed.

    `held` has the sentences of the checks that held, `notes` what was found where one did not, `error` the
    place and the first line of what ended the run early, `distances` value minus bound for each check that
    has both. `differs` names the cells whose text is not the stored one, measured numbers left out; there are
    `measured` of these, and `other` are not as stored.
    """

    held: set[str]
    notes: tuple[str, ...] = ()
    error: str = ""
    distances: Mapping[str, float] = field(default_factory=dict)
    differs: tuple[str, ...] = ()
    measured: int = 0
    other: int = 0


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
        prelude = _PRELUDE.format(path=str(results), sentences=notebook.checks)
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
    tasks: Sequence[Task], run: Run, jobs: int, record: Callable[[Task, Outcome], None], again: str
) -> int:
    """Run the tasks, hand each outcome to `record` at once, and say it; return how many have none.

    On Ctrl-C it says that `again` goes on from there, and raises.
    """
    recorded = 0
    try:
        with contextlib.closing(side_by_side(tasks, run, jobs)) as results:
            for number, (task, outcome, seconds) in enumerate(results, start=1):
                if isinstance(outcome, Outcome):
                    record(task, outcome)
                    recorded += 1
                words = _in_words(outcome, task.notebook, seconds)
                print(f"[{number} of {len(tasks)}] {task.label}: {words}", flush=True)
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


def built_notebooks(chosen: Sequence[Lesson], lessons: Sequence[Lesson]) -> list[tuple[Lesson, Notebook]]:
    """The notebooks of the chosen lessons; raises `LessonError` where one is not built from its lesson."""
    found = []
    for lesson in chosen:
        notebook = stored_notebook(lesson)
        if notebook is None:
            raise LessonError(
                f"notebooks/{lesson.notebook.name} is missing or cannot be read: "
                f"build it with `python3 course.py notebooks {lesson.number}`."
            )
        code = [
            cell.source for cell in notebook_inputs(lesson, lessons, {}).cells if cell.cell_type == "code"
        ]
        if code != [cell.source for cell in notebook.code]:
            raise LessonError(
                f"{notebook.name} is not built from the code of lessons/{lesson.path.name}, and what runs is "
                f"the notebook: first `python3 course.py notebooks {lesson.number}`."
            )
        if not notebook.checks:
            raise LessonError(f"{notebook.name} shows no check: there is nothing to count.")
        found.append((lesson, notebook))
    return found


def stored_notebook(lesson: Lesson) -> Notebook | None:
    """The lesson's notebook, or None where the sync check says that there is none to read."""
    try:
        return load(lesson.notebook) if lesson.notebook.exists() else None
    except LessonError:
        return None


def at_least_one(text: str) -> int:
    """A whole number of a command line."""
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def _in_words(outcome: Outcome | Exception, notebook: Notebook, seconds: float) -> str:
    """A line, and one more for each check that failed and each cell that differs."""
    if isinstance(outcome, Exception):
        return f"NO RESULT after {seconds:.0f} s: {outcome!r}"
    ended = f"; it ended at {outcome.error}" if outcome.error else ""
    line = f"{len(outcome.held)} of {len(notebook.checks)} checks held{ended}, {seconds:.0f} s"
    return "\n".join([line, *(f"    {FAILED_MARK}{note}" for note in outcome.notes)])

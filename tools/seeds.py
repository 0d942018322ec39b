"""Run lessons under other seeds, and count which checks hold: `python -m tools.seeds [03 ...]`.

Each lesson's code is run in a fresh kernel under COURSE_SEED = 1, 2, ... Each result is recorded at
once in lessons/seeds.json (see tools/sweeps.py), so that a sweep of hours can be stopped and goes on
where it was.

A check that fails is noted and the lesson goes on, so that it does not hide those after it. Any other
error ends the run: what came after would be computed from what is left over. The checks that
were not reached count as failed.
"""

from __future__ import annotations

import argparse
import contextlib
import queue
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.execute import ExecutionFailed, execute
from tools.hygiene.notebook import CHECK_MARK, Notebook, lines_marked
from tools.inputs import notebook_inputs
from tools.lessons import REPOSITORY, Lesson, LessonError, by_number, find_lessons
from tools.sweeps import SEEDS, SWEEP, Sweep, read_sweeps, stored_notebook, write_sweeps

FAILED_MARK = "✗ "
# Far over what a cell may take: two kernels side by side, on a busy machine.
CELL_SECONDS = 1200

# Put before the lesson's first line. A sentence that the notebook does not show with ✓ belongs to a
# check that the lesson means to fail, and to catch: that one raises as ever.
_NOTE_FAILURES = """\
import course_utils.checks

def _note(sentence, found, fail=course_utils.checks._fail):
    if sentence not in {sentences!r}:
        fail(sentence, found)
    else:
        print("{mark}" + " ".join(f"{{sentence}}: {{found}}".split()))

course_utils.checks._fail = _note
del course_utils, _note
"""


@dataclass(frozen=True)
class Outcome:
    """What one run under one seed showed.

    `held` has the sentences of the checks that held, `notes` what was found where one did not, and
    `error` the place and the first line of what ended the run early.
    """

    held: set[str]
    notes: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Task:
    """One lesson under one seed. The notebook was read when the sweep started."""

    lesson: Lesson
    notebook: Notebook
    seed: int


Run = Callable[[Notebook, int, threading.Event], Outcome]


def run_in_kernel(notebook: Notebook, seed: int, stop: threading.Event) -> Outcome:
    """Run a notebook's code cells under a seed, in a kernel of their own, unless told to stop."""
    sources = [cell.source for cell in notebook.code]
    sources[0] = _NOTE_FAILURES.format(sentences=set(notebook.checks), mark=FAILED_MARK) + sources[0]
    inputs = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    error = ""
    try:
        executed = execute(
            inputs,
            notebook.path.parent,
            where=notebook.name,
            cell_seconds=CELL_SECONDS,
            extra_environment={"COURSE_SEED": str(seed)},
            stop=stop,
        )
    except ExecutionFailed as failure:
        executed = failure.executed
        error = f"{notebook.code[failure.cell - 1].where}: {failure.reason}"
    outputs = [output for cell in executed.cells for output in cell.outputs]
    held = set(lines_marked(CHECK_MARK, outputs)) & set(notebook.checks)
    return Outcome(held, tuple(lines_marked(FAILED_MARK, outputs)), error)


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
                outcome: Outcome | Exception = run(task.notebook, task.seed, stop)
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


def main(arguments: Sequence[str] | None = None, root: Path = REPOSITORY, run: Run = run_in_kernel) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.seeds", description="Run lessons under other seeds and count which checks hold."
    )
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="the lessons, as 01 03; all if none")
    parser.add_argument("--seeds", type=_count, default=SEEDS, metavar="N", help="1 to N (N = %(default)s)")
    parser.add_argument("--jobs", type=_count, default=1, metavar="N", help="how many runs at a time (1)")
    parser.add_argument("--again", action="store_true", help="forget what is recorded of these lessons")
    choice = parser.parse_args(arguments)
    try:
        lessons = find_lessons(root)
        chosen = _notebooks(by_number(lessons, choice.numbers) if choice.numbers else lessons, lessons)
        sweeps = read_sweeps(root)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    for lesson, notebook in chosen:
        known = sweeps.get(lesson.name)
        if known is None or choice.again or not known.is_of(notebook):
            sweeps[lesson.name] = Sweep.to_do(notebook)
        else:
            sweeps[lesson.name] = known.in_words_of(notebook)
    write_sweeps(root, lessons, sweeps)
    tasks = [
        Task(lesson, notebook, seed)
        for lesson, notebook in chosen
        for seed in range(1, choice.seeds + 1)
        if seed not in sweeps[lesson.name].seeds
    ]
    recorded = 0
    try:
        with contextlib.closing(side_by_side(tasks, run, choice.jobs)) as results:
            for number, (task, outcome, seconds) in enumerate(results, start=1):
                name = task.lesson.name
                if isinstance(outcome, Outcome):
                    sweeps[name] = sweeps[name].with_run(task.seed, outcome.held, outcome.error)
                    write_sweeps(root, lessons, sweeps)
                    recorded += 1
                words = _in_words(outcome, task.notebook, seconds)
                print(f"[{number} of {len(tasks)}] {name}, seed {task.seed}: {words}", flush=True)
    except KeyboardInterrupt:
        again = ", without --again" if choice.again else ""
        print(f"\nStopped after {recorded} of {len(tasks)} runs. The same command{again} goes on from there.")
        return 130
    for lesson, _ in chosen:
        _print_counts(lesson, sweeps[lesson.name])
    without_result = len(tasks) - recorded
    if without_result:
        print(f"\nRuns without a result (see above): {without_result}. The same command tries them again.")
    weak = any(sweeps[lesson.name].too_weak() for lesson, _ in chosen)
    return 1 if weak or without_result else 0


def _notebooks(chosen: Sequence[Lesson], lessons: Sequence[Lesson]) -> list[tuple[Lesson, Notebook]]:
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
                f"{notebook.name} is not built from the code of lessons/{lesson.path.name}, and a sweep runs "
                f"the notebook: first `python3 course.py notebooks {lesson.number}`."
            )
        if not notebook.checks:
            raise LessonError(f"{notebook.name} shows no check: there is nothing to count.")
        found.append((lesson, notebook))
    return found


def _in_words(outcome: Outcome | Exception, notebook: Notebook, seconds: float) -> str:
    """A line, and one more for each check that failed."""
    if isinstance(outcome, Exception):
        return f"NO RESULT after {seconds:.0f} s: {outcome!r}"
    ended = f"; it ended at {outcome.error}" if outcome.error else ""
    line = f"{len(outcome.held)} of {len(notebook.checks)} checks held{ended}, {seconds:.0f} s"
    return "\n".join([line, *(f"    {FAILED_MARK}{note}" for note in outcome.notes)])


def _print_counts(lesson: Lesson, sweep: Sweep) -> None:
    print(f"\n{lesson.label}, {len(sweep.seeds)} seeds:")
    width = max(len(sweep.held(sentence)) for sentence in sweep.failed)
    for sentence in sweep.failed:
        print(f"  {sweep.held(sentence):{width}}  {sentence}")
    weak = len(sweep.too_weak())
    if weak:
        print(f"  Held too seldom: {weak}. Change the lesson, then `{SWEEP} {lesson.number}`.")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


if __name__ == "__main__":
    raise SystemExit(main())

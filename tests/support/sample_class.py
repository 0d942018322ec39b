"""A sample class: what each student hands in to problem set 01, and the points that it must earn.

Points are listed by task; None is an undecided task. More than half of the students are hostile.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from authoring import problem_sets
from classroom.runner import sandbox
from classroom.runner.sandbox import Limits
from tests.problem_sets.answers import ps01

needs_sandbox = pytest.mark.skipif(
    any(shutil.which(program) is None for program in sandbox.NEEDED),
    reason=f"needs {', '.join(sandbox.NEEDED)}: Linux with bubblewrap",
)
SET = problem_sets.named("ps01")
TASKS = [task.name for task in SET.tasks]
TITLES = {task.name: task.title for task in SET.tasks}
FULL = (4, 5, 4, 3, None)  # the last one is in words: a person grades it
NOBODY = (None,) * 5
SMALL = Limits(
    memory=700 * 2**20,
    processes=64,
    file=2**20,
    disk=8 * 2**20,
    cell_seconds=3,
    notebook_seconds=60,
    output=50_000,
)
QUICK = ["--cell-seconds", "5", "--memory-gb", "1"]
Notebook = Any


def cell_of(notebook: Notebook, grade_id: str) -> Any:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def answered(**answers: str) -> Notebook:
    """The release with answers filled in: the solutions, or those given in their place; and text."""
    notebook = problem_sets.release(SET)
    for cell in SET.cells:
        name = cell.metadata.get("answer")
        if name is not None:
            cell_of(notebook, name).source = answers.get(name, cell.source)
    cell_of(notebook, "saturation").source = "tanh is flat there, so nothing is learned."
    return notebook


def with_cell(source: str, before: str = "step", **answers: str) -> Notebook:
    """As `answered`, with one more cell in front of the cell `before`."""
    notebook = answered(**answers)
    notebook.cells.insert(notebook.cells.index(cell_of(notebook, before)), nbformat.v4.new_code_cell(source))
    return notebook


def wrong(task: str, how: str) -> str:
    return ps01.WRONG[task][how]


ALL_WRONG = {task: next(iter(ps01.WRONG[task].values())) for task in ps01.WRONG}
EQUAL = "class Equal:\n    def __eq__(self, other): return True\n    shape = dtype = ()\n"


def spoiled_tests() -> Notebook:
    notebook = answered(step=wrong("step", "no bias"))
    cell_of(notebook, "step-tests").source = "assert True"
    notebook.cells.remove(cell_of(notebook, "head-tests"))
    copied = nbformat.from_dict(json.loads(json.dumps(cell_of(notebook, "unroll-tests"))))
    copied["id"] = "copied"
    notebook.cells.append(copied)
    return notebook


def other_kernel() -> Notebook:
    notebook = answered()
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
    return notebook


SPY = """
import os, socket, sqlite3
for path in {places!r}:
    try:
        open(path, "r+").write("20/20")
        print("it was", "written")
    except OSError as error:
        print("no:", error.strerror)
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
    print("it was", "connected")
except OSError as error:
    print("no:", error.strerror)
print("score: 20/20")
"""


@dataclass(frozen=True)
class Student:
    """What somebody hands in, and what it earns."""

    work: Callable[[], Notebook]
    points: tuple[float | None, ...]
    file: str = "ps01.ipynb"
    in_report: str = ""
    """A part of a line about this student in the report."""


HONEST = {
    "s001": Student(answered, FULL),
    "s002": Student(lambda: problem_sets.release(SET), (0, 0, 0, 0, 0)),
    "s003": Student(lambda: answered(step=wrong("step", "no bias")), (0, 5, 4, 3, None)),
    "s004": Student(lambda: answered(unroll=wrong("unroll", "time first")), (4, 0, 4, 3, None)),
    "s005": Student(lambda: answered(**ps01.RIGHT), FULL),
    "s006": Student(
        lambda: answered(**ALL_WRONG), (0, 0, 0, 0, None), "my ps01.ipynb", "called my ps01.ipynb"
    ),
}
DEAF = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(9)"
FORKS = "import os\nwhile True:\n    try: os.fork()\n    except BaseException: pass"
MEMORY = "a = []\nwhile True: a.append(b'x' * 10**8)"
HOSTILE = {
    "s007": Student(lambda: with_cell("while True: pass"), FULL),
    "s008": Student(
        lambda: with_cell(DEAF, "head"),
        (4, 5, None, None, None),
        in_report=f"{TITLES['head']} (4 points): could not be decided by a machine",
    ),
    "s009": Student(lambda: with_cell("import os; os._exit(0)", "unroll"), (4, None, None, None, None)),
    "s010": Student(lambda: with_cell(FORKS), NOBODY),
    "s011": Student(lambda: with_cell(MEMORY, "scaled"), (4, 5, 4, None, None)),
    "s012": Student(
        lambda: with_cell("print('x' * 200_000_000)\nfor n in range(200_000): print('y' * 1000)"), FULL
    ),
    "s013": Student(
        lambda: with_cell("for n in range(99): open(f'/tmp/{n}', 'wb').write(b'0' * 10**7)"), FULL
    ),
    "s014": Student(lambda: with_cell(SPY, **ALL_WRONG), (0, 0, 0, 0, None)),
    "s015": Student(spoiled_tests, (0, 5, 4, 3, None), in_report="cell step-tests: changed, and put back"),
    "s016": Student(
        lambda: answered(**{task: f"{EQUAL}def {task}(*a): return Equal()" for task in ps01.WRONG}),
        (0, 0, 0, 0, None),
    ),
    "s017": Student(
        lambda: with_cell(
            "import builtins, numpy, course_utils.answers as a\n"
            "a.expect_array = a.expect_value = lambda *x, **k: None\n"
            "numpy.testing.assert_allclose = numpy.array_equal = numpy.allclose = lambda *x, **k: True\n"
            "builtins.AssertionError = a.WrongAnswer = Warning\n"
            "get_ipython().set_custom_exc((BaseException,), lambda *x, **k: None)",
            **ALL_WRONG,
        ),
        (0, 0, 0, 0, None),
    ),
    "s018": Student(answered, NOBODY, in_report="not graded: the file has 300 MB"),
    "s019": Student(answered, NOBODY, in_report="not graded: the file is not a notebook that can be read"),
    "s020": Student(other_kernel, FULL),
}


def hand_in(folder: Path, students: dict[str, Student], secrets: list[str]) -> None:
    for name, student in students.items():
        path = folder / name / student.file
        path.parent.mkdir(parents=True)
        path.write_text(
            nbformat.writes(student.work()).replace("{places!r}", repr(secrets)), encoding="utf-8"
        )
        if name == "s018":
            with path.open("ab") as file:
                file.truncate(300 * 2**20)
        if name == "s019":
            path.write_text(path.read_text(encoding="utf-8")[:-100], encoding="utf-8")


def scores(grades: Path) -> dict[str, tuple[float | None, ...]]:
    with (grades / "scores_ps01.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["student"]: tuple(float(row[task]) if row[task] else None for task in TASKS)
            for row in csv.DictReader(file)
        }

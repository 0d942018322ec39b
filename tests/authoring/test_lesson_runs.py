"""With real kernels: what a failed check hides and does not, and what counts as different.

For what is counted and kept see test_seeds.py, for Ctrl-C test_interrupted.py.
"""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from authoring import lesson_runs, machines, seeds
from authoring.lesson_runs import Outcome, Task
from authoring.notebook import load
from tests.support.sample_course import stream

pytestmark = pytest.mark.slow

# Each cell with what the notebook has stored of it.
STORED = {
    'import course_utils as cu\nimport os\nseed = int(os.environ.get("COURSE_SEED", 2))\n'
    '_ = os.write(2, b"a note of a C library")': "",
    'cu.check(True, "it starts")': "✓ it starts\n",
    'cu.check_below(seed, 7, "the seed is below 7")\ncu.check(True, "this one comes after it")': (
        "✓ the seed is below 7\n✓ this one comes after it\n"
    ),
    'try:\n    cu.check(False, "meant to fail")\n    caught = False\n'
    "except cu.checks.CheckFailed:\n    caught = True\n"
    'cu.check(caught, "a failure that is meant is caught")': "✓ a failure that is meant is caught\n",
    'cu.check_equal([1, 2], [1, seed], "the seed is 2")': "✓ the seed is 2\n",
    'print("loss", cu.measured(seed / 3, ".2f"), "and", cu.measured(5))': "loss ≈ 0.67 and ≈ 5\n",
    'print(len(os.sched_getaffinity(0)), "core")': "1 core\n",
    'print(os.environ.get("OPENBLAS_CORETYPE"))': "Nehalem\n",
    "_ = 1 / (seed - 8)": "",
    'cu.check(True, "reached")': "✓ reached\n",
}
CORES, TYPE = "cell 7", "cell 8"
SENTENCES = [
    "it starts",
    "the seed is below 7",
    "this one comes after it",
    "a failure that is meant is caught",
    "the seed is 2",
    "reached",
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What the notebook gives under three seeds and as two machines, in kernels that run side by side."""
    cells = [
        nbformat.v4.new_code_cell(source, outputs=[stream(text)] * bool(text))
        for source, text in STORED.items()
    ]
    path = tmp_path_factory.mktemp("kernels") / "01_x.ipynb"
    path.write_text(nbformat.v4.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    lesson: Any = None
    tasks = [Task(lesson, load(path), name) for name in ("seed 2", "seed 7", "seed 8", "SSE4.2", "one core")]

    def run(task: Task, stop: Any) -> Outcome:
        return (seeds.under_seed if task.circumstance.startswith("seed") else machines.as_machine)(task, stop)

    ended = {task.circumstance: outcome for task, outcome, _ in lesson_runs.side_by_side(tasks, run, jobs=3)}
    assert all(isinstance(outcome, Outcome) for outcome in ended.values()), ended
    return ended  # type: ignore[return-value]


def test_the_kernel_gets_the_seed(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["seed 2"].held == set(SENTENCES)
    assert (outcomes["seed 2"].notes, outcomes["seed 2"].error) == ((), "")


def test_a_failed_check_does_not_hide_those_after_it(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["seed 7"].held == set(SENTENCES) - {"the seed is below 7", "the seed is 2"}
    assert outcomes["seed 7"].notes == (
        "the seed is below 7: found: 7, which is not below 7",
        "the seed is 2: found: 1 of 2 entries differ; the first at [1]: 2 against 7",
    )


def test_another_error_ends_the_run_and_is_named(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["seed 8"].error == "cell 9: ZeroDivisionError: division by zero"
    assert outcomes["seed 8"].held == {
        "it starts",
        "this one comes after it",
        "a failure that is meant is caught",
    }


def test_how_far_a_value_is_from_its_bound(outcomes: dict[str, Outcome]) -> None:
    assert outcomes["seed 2"].distances == {"the seed is below 7": -5}
    assert outcomes["seed 8"].distances == {"the seed is below 7": 1}


def test_measured_numbers_may_differ_and_nothing_else(outcomes: dict[str, Outcome]) -> None:
    assert set(outcomes["seed 2"].differs) - {CORES} == {TYPE}
    assert set(outcomes["seed 7"].differs) - {CORES} == {"cell 3", "cell 5", TYPE}, "two checks that failed"
    counts = {name: (outcome.measured, outcome.other) for name, outcome in outcomes.items()}
    assert counts == {
        "seed 2": (2, 0),
        "seed 7": (2, 1),
        "seed 8": (2, 1),
        "SSE4.2": (2, 0),
        "one core": (2, 0),
    }


def test_a_machine_has_its_switches_and_its_cores(outcomes: dict[str, Outcome]) -> None:
    assert TYPE not in outcomes["SSE4.2"].differs
    assert outcomes["one core"].differs == (TYPE,)


def test_a_text_is_compared_without_its_measured_numbers() -> None:
    assert lesson_runs.sanitized(["a ≈ 0.5 b", "≈ 3 %"]) == ["a ≈ b", " ≈"]

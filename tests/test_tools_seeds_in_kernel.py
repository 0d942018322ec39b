"""tools.seeds with real kernels: what a failed check hides and does not. For Ctrl-C see test_tools_interrupted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from miniature_course import stream

from tools import seeds
from tools.hygiene.notebook import load
from tools.seeds import Outcome, run_in_kernel

CELLS = [
    'import course_utils as cu\nimport os\nseed = int(os.environ["COURSE_SEED"])',
    'cu.check(True, "it starts")',
    'cu.check_below(seed, 7, "the seed is below 7")\ncu.check(True, "this one comes after it")',
    'try:\n    cu.check(False, "meant to fail")\n    caught = False\n'
    "except cu.checks.CheckFailed:\n    caught = True\n"
    'cu.check(caught, "a failure that is meant is caught")',
    'cu.check_equal([1, 2], [1, seed], "the seed is 2")',
    "1 / (seed - 8)",
    'cu.check(True, "reached")',
]
SENTENCES = [
    "it starts",
    "the seed is below 7",
    "this one comes after it",
    "a failure that is meant is caught",
    "the seed is 2",
    "reached",
]


def notebook_file(folder: Path, sources: list[str] = CELLS, sentences: list[str] = SENTENCES) -> Path:
    cells = [nbformat.v4.new_markdown_cell("Text."), *map(nbformat.v4.new_code_cell, sources)]
    cells[1].outputs = [stream("".join(f"✓ {sentence}\n" for sentence in sentences))]
    path = folder / "01_x.ipynb"
    path.write_text(nbformat.v4.writes(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Outcome]:
    """What the notebook gives under three seeds, in kernels that run side by side."""
    notebook = load(notebook_file(tmp_path_factory.mktemp("kernels")))
    lesson: Any = None
    tasks = [seeds.Task(lesson, notebook, seed) for seed in (2, 7, 8)]
    ended = {task.seed: outcome for task, outcome, _ in seeds.side_by_side(tasks, run_in_kernel, jobs=3)}
    found = {seed: outcome for seed, outcome in ended.items() if isinstance(outcome, Outcome)}
    assert found == ended
    return found


def test_the_kernel_gets_the_seed(outcomes: dict[int, Outcome]) -> None:
    assert outcomes[2] == Outcome(set(SENTENCES))


def test_a_failed_check_does_not_hide_those_after_it(outcomes: dict[int, Outcome]) -> None:
    held = set(SENTENCES) - {"the seed is below 7", "the seed is 2"}
    assert outcomes[7] == Outcome(
        held,
        (
            "the seed is below 7: found: 7, which is not below 7",
            "the seed is 2: found: 1 of 2 entries differ; the first at [1]: 2 against 7",
        ),
    )


def test_another_error_ends_the_run_and_is_named(outcomes: dict[int, Outcome]) -> None:
    assert outcomes[8].error == "cell 7: ZeroDivisionError: division by zero"
    assert outcomes[8].held == {"it starts", "this one comes after it", "a failure that is meant is caught"}

"""The figures of a problem set, drawn once for a class.

Students' kernels do not run `shown` cells. What they draw belongs to the question, so every graded notebook
and every page of feedback has it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat

from authoring import problem_sets
from authoring.cell_timeout import BadLimit
from authoring.execute import ExecutionFailed, execute
from authoring.files import write_atomically
from authoring.problem_sets import ProblemSet, ProblemSetError


def draw(problem_set: ProblemSet, path: Path) -> None:
    """Run the cells that nobody may change, and write the outputs of the `shown` ones to `path`."""
    notebook = problem_sets.source(problem_set)
    notebook.cells = [cell for cell in notebook.cells if _grade_id(cell).startswith(("given-", "shown-"))]
    try:
        executed = execute(notebook, path.parent, where=problem_set.path.name)
    except (BadLimit, ExecutionFailed) as failed:
        raise ProblemSetError(f"The figure of {problem_set.name} cannot be drawn: {failed}") from None
    drawn = {_grade_id(cell): cell.outputs for cell in executed.cells if _grade_id(cell).startswith("shown-")}
    write_atomically(path, json.dumps(drawn))


def insert(notebook: Any, path: Path) -> None:
    """Give the `shown` cells of a notebook the outputs that `draw` wrote."""
    drawn = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and _grade_id(cell) in drawn:
            cell.outputs = [nbformat.from_dict(output) for output in drawn[_grade_id(cell)]]
            cell.execution_count = number


def _grade_id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))

"""A problem set's figure is drawn once and put into every graded notebook."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from authoring import problem_sets
from authoring.problem_sets import ProblemSetError
from classroom import figures

SET = problem_sets.named("ps01")


def shown_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if figures._grade_id(cell).startswith("shown-")]


@pytest.mark.training
def test_what_is_drawn_is_put_into_the_cells_that_show_it(tmp_path: Path) -> None:
    figures.draw(SET, tmp_path / "ps01.json")
    notebook = problem_sets.release(SET)
    figures.insert(notebook, tmp_path / "ps01.json")
    (shown,) = shown_cells(notebook)
    (output,) = shown.outputs
    assert len(output.data["image/png"]) > 10_000
    assert "alt" in output.metadata["image/png"]
    assert [cell for cell in notebook.cells if cell.get("outputs") and cell is not shown] == []
    nbformat.validate(notebook)


@pytest.mark.training
def test_a_figure_that_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    cells = [nbformat.from_dict(json.loads(json.dumps(cell))) for cell in SET.cells]
    next(cell for cell in cells if "shown" in cell.metadata).source = "1 / 0"
    with pytest.raises(
        ProblemSetError, match=r"(?s)The figure of ps01 cannot be drawn: ps01_.* 1 / 0.*ZeroDivisionError"
    ):
        figures.draw(replace(SET, cells=tuple(cells)), tmp_path / "ps01.json")


def test_nothing_else_is_put_in(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    notebook = problem_sets.release(SET)
    figures.insert(notebook, tmp_path / "x.json")
    assert notebook == problem_sets.release(SET)

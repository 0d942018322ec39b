"""A good notebook passes every rule, and each rule rejects what it is for, alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from authoring import lint
from authoring.course import Course
from authoring.lint import RULES, code, outputs, structure
from authoring.lint.__main__ import main
from authoring.lint.rules import rule
from authoring.records.run_times import MOST_SECONDS, MOST_SECONDS_OF_A_CELL
from tests.support import ROOT
from tests.support.broken_notebooks import ACCEPTED, REJECTED
from tests.support.notebook_changes import DEFINITION, SETUP, Change, output, source, tags
from tests.support.sample_course import change_notebook, make_course, stream


@pytest.fixture(scope="module")
def good_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_course(tmp_path_factory.mktemp("good"))


@pytest.fixture
def root(good_root: Path, tmp_path: Path) -> Path:
    return shutil.copytree(good_root, tmp_path / "course")


@pytest.fixture(autouse=True)
def every_lesson_is_a_sitting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(structure, "FIRST_EDITION", frozenset())


def rules_that_reject(root: Path) -> set[str]:
    return {
        name for notebook in lint.load_all(Course(root).notebook_paths) for name in lint.findings_in(notebook)
    }


def test_a_good_root_breaks_no_rule(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.problems(Course(root)) == []
    assert main(root) == 0
    assert f"2 notebooks, {len(RULES)} rules: nothing found." in capsys.readouterr().out


def test_every_rule_has_something_that_it_rejects() -> None:
    assert set(REJECTED) == set(RULES)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param(name, change, id=f"{name}: {case}")
        for name, cases in REJECTED.items()
        for case, change in cases.items()
    ],
)
def test_a_broken_notebook_is_rejected_by_its_rule_alone(root: Path, name: str, change: Change) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", change)
    assert rules_that_reject(root) == {name}


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_only_looks_broken_is_accepted(root: Path, change: Change) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", change)
    assert rules_that_reject(root) == set()


def test_the_path_of_the_repository_itself_is_rejected(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "_MACHINE_PATH", re.compile("(?!)"))
    change_notebook(root / "notebooks" / "01_echo.ipynb", output(DEFINITION, stream(f"{root}\n")))
    assert rules_that_reject(root) == {"no_machine_path"}


def test_a_problem_names_notebook_cell_remedy_and_rule(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", tags(SETUP, "nbval-skip"))
    assert main(root) == 1
    assert capsys.readouterr().err == (
        "notebooks/01_echo.ipynb cell 3: the tag 'nbval-skip' is not among "
        "hide-input, nbval-ignore-output, solution; remove it. [allowed_tags]\n"
    )


def test_a_definition_in_two_lessons_is_named_in_both(root: Path) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", source(DEFINITION, "echo_01", "echo_00"))
    first, second = lint.problems(Course(root))
    assert first.startswith("notebooks/00_start_here.ipynb ")
    assert "echo_00 is defined here and in notebooks/01_echo.ipynb" in first
    assert "echo_00 is defined here and in notebooks/00_start_here.ipynb" in second


def test_an_unreadable_notebook_is_a_problem_not_a_crash(root: Path) -> None:
    (root / "notebooks" / "01_echo.ipynb").write_text("{", encoding="utf-8")
    (problem,) = lint.problems(Course(root))
    assert problem.startswith("notebooks/01_echo.ipynb is not a notebook")


def test_a_notebook_without_cells_breaks_rules_and_no_code(root: Path) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", lambda nb: nb.cells.clear())
    assert {"opening", "closing", "enough_checks", "set_up_once"} <= rules_that_reject(root)


def test_a_rule_needs_a_name_of_its_own_and_one_line() -> None:
    def no_stderr(_: lint.Notebook) -> Any:
        """A second rule of that name."""

    def undocumented(_: lint.Notebook) -> Any: ...

    with pytest.raises(ValueError, match="two rules named no_stderr"):
        rule(no_stderr)
    with pytest.raises(ValueError, match="undocumented needs a docstring of one line"):
        rule(undocumented)
    assert "undocumented" not in RULES


def test_the_numbers_of_the_rules_stand_in_contributing() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = {
        "checks": f"at least {structure.FEWEST_CHECKS}, ",
        "exercises, each with a hint and a checked solution": "{} to {}".format(*structure.EXERCISES),
        "cells before the solutions": f"at most {structure.MOST_CELLS}",
        "words in sight before the solutions, outputs included": f"at most {structure.MOST_WORDS}",
        "run time on two quiet cores": f"at most {MOST_SECONDS} s, no cell over {MOST_SECONDS_OF_A_CELL} s",
        "cells of prose to one of code": "{} to {}".format(*structure.PROSE_PER_CODE),
        "lines of a code cell": (
            f"at most {code.MOST_LINES}; half of the cells at most {code.MOST_MEDIAN_LINES}"
        ),
        "characters of a line of code": f"at most {code.MOST_CHARACTERS}",
        "cells tagged `nbval-ignore-output`": f"at most {structure.MOST_UNCOMPARED}",
        "characters of a figure's alt text": f"at least {outputs.SHORTEST_ALT_TEXT}",
        "size of the notebook": f"at most {outputs.MOST_BYTES / 1e6} MB",
    }
    missing = [row for row, number in rows.items() if f"| {row} | {number}" not in text]
    assert missing == []

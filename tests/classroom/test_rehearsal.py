"""A whole class is graded from its folder: twenty sample students, more than half of them hostile.

Nothing that one of them does may change what another one gets.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from tests.support import own_processes
from tests.support.sample_class import (
    FULL,
    HONEST,
    HOSTILE,
    NOBODY,
    QUICK,
    SET,
    TASKS,
    TITLES,
    answered,
    hand_in,
    needs_sandbox,
    scores,
)

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from classroom import grade

pytestmark = [pytest.mark.training, needs_sandbox]  # kernels start: not part of `check`


def rows_of(gradebook: Path, students: list[str]) -> str:
    """A hash of all that the gradebook has of some students' grades."""
    query = """
        SELECT submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.manual_score,
               grade.needs_manual_grade
        FROM grade
        JOIN base_cell ON base_cell.id = grade.cell_id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id
        ORDER BY 1, 2
    """
    with sqlite3.connect(gradebook) as connection:
        rows = [row for row in connection.execute(query) if row[0] in students]
    assert len(rows) == len(students) * len(TASKS)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def test_a_class_of_twenty_gets_what_the_table_says(
    tmp_path: Path,
    prepared: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mine = own_processes.mark(monkeypatch)
    submissions, grades = tmp_path / "class", prepared(tmp_path / "grades")
    secrets = [str(grades / "gradebook.db"), str(SET.path), str(submissions / "s001" / "ps01.ipynb")]
    command = ["ps01", str(submissions), "--to", str(grades), "--jobs", "2", *QUICK]

    hand_in(submissions, HONEST, secrets)
    assert grade.main(command) == 0
    assert (
        len(re.findall(r"^\[\d of 6\] s00\d: [\d.]+ s; about .* left$", capsys.readouterr().out, re.M)) == 6
    )
    assert scores(grades) == {name: student.points for name, student in HONEST.items()}
    before = rows_of(grades / "gradebook.db", list(HONEST))

    hand_in(submissions, HOSTILE, secrets)
    assert grade.main(command) == 0
    printed = capsys.readouterr().out
    assert "20 submissions to ps01, 12 to grade" in printed, "the honest ones are graded already"
    expected = {name: student.points for name, student in (HONEST | HOSTILE).items()}
    assert scores(grades) == expected
    assert rows_of(grades / "gradebook.db", list(HONEST)) == before

    report = (grades / "report_ps01.md").read_text(encoding="utf-8")
    for name, student in (HONEST | HOSTILE).items():
        lines = [line for line in report.splitlines() if line.startswith(f"- {name}: ")]
        assert any(student.in_report in line for line in lines) or not student.in_report, (name, lines)
        undecided = [task for task, points in zip(TASKS, student.points, strict=True) if points is None]
        if student.points != NOBODY or name in ("s010",):
            for task in undecided:
                assert any(TITLES[task] in line for line in lines), (name, task)
    own_processes.until(lambda: own_processes.marked(mine) == [], "all that was started has ended")

    spied = (grades / "feedback" / "s014" / "ps01" / "ps01.html").read_text(encoding="utf-8")
    assert "no: No such file or directory" in spied
    assert "it was written" not in spied
    assert "it was connected" not in spied
    for name in expected:
        page = grades / "feedback" / name / "ps01" / "ps01.html"
        if page.exists():
            assert "default_rng(100 + seed)" not in page.read_text(encoding="utf-8"), "a hidden test is shown"
    assert "the new state: expected" in (grades / "feedback" / "s003" / "ps01" / "ps01.html").read_text(
        encoding="utf-8"
    )

    assert grade.main(command) == 0
    assert "20 submissions to ps01, 0 to grade" in capsys.readouterr().out
    assert scores(grades) == expected

    better = submissions / "s003" / "ps01.ipynb"
    better.write_text(nbformat.writes(answered()), encoding="utf-8")
    assert grade.main([*command, "--deadline", "2020-01-01T00:00"]) == 0
    assert "20 submissions to ps01, 1 to grade" in capsys.readouterr().out
    assert scores(grades) == expected | {"s003": FULL}
    assert "- s003: late by " in (grades / "report_ps01.md").read_text(encoding="utf-8")

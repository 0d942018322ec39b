"""The CSV of scores, and the report. test_rehearsal.py grades a whole class."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from authoring import problem_sets
from classroom import report
from classroom.course_folder import CourseFolder, Graded
from classroom.ingest import Ingested, Submission

SET = problem_sets.named("ps01")
TASKS = [task.name for task in SET.tasks]
HANDED_IN = datetime(2026, 1, 31, 18, 30, tzinfo=UTC)
DEADLINE = datetime(2026, 1, 30, 16, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, prepared: Callable[[Path], Path]) -> CourseFolder:
    """A class whose gradebook was filled in without any kernel."""
    folder = prepared(tmp_path_factory.mktemp("grades"))
    course = CourseFolder(folder, f"sqlite:///{folder / 'gradebook.db'}")
    auto = {"right": [4, 5, 4, 3, None], "partly": [4, 0, None, 1.5, None], "by hand": [4, 5, 4, 3, None]}
    with Gradebook(course.gradebook) as gradebook, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", SAWarning
        )  # nbgrader 0.9 adds its rows in an order that SQLAlchemy minds
        for student, points in auto.items():
            gradebook.add_student(student)
            gradebook.add_submission("ps01", student)
            for task, score in zip(SET.tasks, points, strict=True):
                entry = gradebook.find_grade(task.grade_id, "ps01", "ps01", student)
                entry.auto_score = score
                entry.needs_manual_grade = score is None
        by_hand = gradebook.find_grade(SET.tasks[-1].grade_id, "ps01", "ps01", "by hand")
        by_hand.manual_score, by_hand.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    for student, failed in (*((s, "") for s in auto), ("broken", "Traceback:\nOSError: disk")):
        course.write_record("ps01", Graded(student, 1.0, "", failed))
    return course


def ingested(student: str, *notes: str, refused: str = "", time: datetime | None = None) -> Ingested:
    return Ingested(Submission(student, Path("x.ipynb"), time), refused, notes)


CLASS = [
    ingested("broken"),
    ingested("by hand", time=HANDED_IN),
    ingested("partly", "the file is called a.ipynb"),
    ingested("refused", refused="the file has 300 MB"),
    ingested("right", time=DEADLINE),
    ingested("waiting"),
]


def written(
    course: CourseFolder, deadline: datetime | None = DEADLINE
) -> tuple[dict[str, dict[str, str]], str, str]:
    """The rows by student, the report, and the summary."""
    summary = report.write(course, SET, CLASS, deadline)
    with (course.path / "scores_ps01.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    return rows, (course.path / "report_ps01.md").read_text(encoding="utf-8"), summary


def test_everybody_has_a_row_with_points_by_task(course: CourseFolder) -> None:
    rows, _, _ = written(course)
    assert list(rows) == [entry.student for entry in CLASS]
    assert [rows["right"][task] for task in TASKS] == ["4", "5", "4", "3", ""]
    assert [rows["partly"][task] for task in TASKS] == ["4", "0", "", "1.5", ""]
    assert [rows["by hand"][task] for task in TASKS] == ["4", "5", "4", "3", "2.5"]
    assert {name: row["score"] for name, row in rows.items()} == {
        "broken": "",
        "by hand": "18.5",
        "partly": "5.5",
        "refused": "",
        "right": "16",
        "waiting": "",
    }
    assert {name for name, row in rows.items() if row["complete"] == "yes"} == {"by hand"}
    assert {row["of"] for row in rows.values()} == {"20"}


def test_what_needs_a_person_is_said_by_student_with_the_reason(course: CourseFolder) -> None:
    _, page, summary = written(course)
    *persons, _, where, _ = page.split("## What was noticed")[0].splitlines()[2:]
    assert "course.py formgrader" in where
    assert persons == [
        "- broken: nbgrader failed: OSError: disk",
        "- partly: Task 3: One head for all steps (4 points): could not be decided by a machine",
        "- partly: Task 5: Explain a plot (4 points): an answer in words",
        "- refused: not graded: the file has 300 MB",
        "- right: Task 5: Explain a plot (4 points): an answer in words",
        "- waiting: not graded yet",
    ]
    assert summary.startswith("1 of 6 have a score for every task; 6 things need a person.\n")


def test_what_was_noticed_and_the_rubrics_follow(course: CourseFolder) -> None:
    _, page, _ = written(course)
    noticed = page.split("## What was noticed")[1].split("## How it went")[0]
    assert noticed.strip().splitlines() == [
        "- by hand: late by 26 h 30 min",
        "- partly: the file is called a.ipynb",
        "",
        "The deadline was 2026-01-30 16:00 UTC.",
    ]
    rubric = page.split("## Rubrics")[1]
    assert "### Task 5: Explain a plot" in rubric
    assert "BEGIN" not in rubric


def test_each_task_has_a_row_that_counts_everybody(course: CourseFolder) -> None:
    _, page, _ = written(course)
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| Task")]
    assert [row[0].removeprefix("| ") for row in rows] == [task.title for task in SET.tasks]
    assert [row[1:] for row in rows] == [
        ["4", "3", "0", "0", "3 |"],
        ["5", "2", "0", "1", "3 |"],
        ["4", "2", "0", "0", "4 |"],
        ["3", "2", "1", "0", "3 |"],
        ["4", "0", "1", "0", "5 |"],
    ]


def test_late_is_after_the_deadline_and_takes_no_points_away(course: CourseFolder) -> None:
    rows, _, _ = written(course)
    assert {name: row["late"] for name, row in rows.items() if row["late"]} == {"by hand": "26 h 30 min"}
    without, page, _ = written(course, None)
    assert not any(row["late"] for row in without.values())
    assert "late" not in page.split("## Rubrics")[0]
    assert {name: row["score"] for name, row in rows.items()} == {
        name: row["score"] for name, row in without.items()
    }


def test_what_was_stopped_is_noticed_with_what_would_grade_it_again(course: CourseFolder) -> None:
    course.write_record("ps01", Graded("partly", 1.0, "", stopped=30))
    _, page, _ = written(course)
    course.write_record("ps01", Graded("partly", 1.0, ""))
    assert "- partly: code of theirs was stopped after 30 s; --cell-seconds with more" in page


def test_points_that_were_given_for_another_answer_are_said(course: CourseFolder) -> None:
    with Gradebook(course.gradebook) as gradebook:
        entry = gradebook.find_grade(SET.tasks[-1].grade_id, "ps01", "ps01", "by hand")
        entry.needs_manual_grade = True
        gradebook.db.commit()
        rows, page, _ = written(course)
        entry.needs_manual_grade = False
        gradebook.db.commit()
    assert rows["by hand"]["saturation"] == ""
    assert "had 2.5 points for another answer: give others, or press Resolve" in page


def test_a_student_without_an_entry_is_open_and_not_0(course: CourseFolder) -> None:
    course.write_record("ps01", Graded("waiting", 1.0, ""))
    try:
        rows, page, _ = written(course)
        assert rows["waiting"]["score"] == ""
        assert page.count("- waiting: Task") == len(TASKS)
    finally:
        course.record_path("ps01", "waiting").unlink()

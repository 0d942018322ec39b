"""What a teacher may ask for, what is refused, and what happens when it is stopped."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import own_processes
from tests.support.sample_class import (
    FULL,
    HONEST,
    QUICK,
    SET,
    hand_in,
    needs_sandbox,
    scores,
    with_cell,
)

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

import nbformat
from nbgrader.api import Gradebook

from authoring import problem_sets
from authoring.problem_sets import ProblemSet
from classroom import figures, grade
from classroom.course_folder import CourseFolder
from classroom.locks import folder_lock
from classroom.runner.scratch_folders import SHARED

NAME = "Zoë O'Brien (张伟)"


@pytest.mark.training
@needs_sandbox
def test_stopped_in_the_middle_it_goes_on_and_grades_nobody_twice(
    tmp_path: Path, prepared: Callable[[Path], Path]
) -> None:
    submissions, grades = tmp_path / "class", prepared(tmp_path / "grades")
    few = {name: HONEST[name] for name in ("s001", "s003", "s004")}
    hand_in(submissions, few, [])
    command = [sys.executable, "-m", "classroom.grade", "ps01", str(submissions), "--to", str(grades)]
    command += ["--jobs", "1", *QUICK]
    process = subprocess.Popen(
        command,
        cwd=problem_sets.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("[1 of 3]"):
            os.killpg(process.pid, signal.SIGINT)  # as a terminal's Ctrl-C does
            break
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 130, (printed, errors)
    assert printed.endswith("Stopped. The same command goes on from there.\n")
    noted = {path.stem: path.stat().st_mtime_ns for path in (grades / "graded" / "ps01").glob("*.json")}
    assert list(noted) == ["s001"]

    done = subprocess.run(command, cwd=problem_sets.ROOT, capture_output=True, text=True, check=True)
    assert "3 submissions to ps01, 2 to grade" in done.stdout
    assert len(re.findall(r"^\[\d of 2\]", done.stdout, re.MULTILINE)) == 2
    for name, time in noted.items():
        assert (grades / "graded" / "ps01" / f"{name}.json").stat().st_mtime_ns == time
    assert scores(grades) == {name: student.points for name, student in few.items()}


@pytest.mark.training
@needs_sandbox
def test_a_grader_that_is_killed_leaves_nothing_that_the_next_one_does_not_clear(
    tmp_path: Path,
    prepared: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "class" / "ada" / "ps01.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(with_cell("while True: pass")), encoding="utf-8")
    grades = prepared(tmp_path / "grades")
    command = ["ps01", str(tmp_path / "class"), "--to", str(grades), "--memory-gb", "1"]
    with monkeypatch.context() as patched:
        mine = own_processes.mark(patched)
        patient = [sys.executable, "-m", "classroom.grade", *command, "--cell-seconds", "3000"]
        grader = subprocess.Popen(
            patient, cwd=problem_sets.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def in_sandbox() -> set[str]:
        lines = own_processes.command_lines(mine).values()
        return {match[0] for line in lines if (match := re.search(rf"{SHARED}/rnn-course-\w+", line))}

    try:
        own_processes.until(lambda: (grades / "autograded").exists() and in_sandbox(), "a student is graded")
        (folder,) = map(Path, in_sandbox())
        grader.kill()
        grader.communicate()
        assert grade.main([*command, "--cell-seconds", "5"]) == 2, "its shard is still at it"
        assert "Somebody is grading into" in capsys.readouterr().err
    finally:
        grader.kill()
        for process, line in own_processes.command_lines(mine).items():
            if "classroom.shard" in line:
                process.kill()
    own_processes.until(lambda: not own_processes.marked(mine), "all that it started has ended")
    assert grade.main([*command, "--cell-seconds", "5"]) == 0
    assert scores(grades) == {"ada": FULL}
    assert not folder.exists()


def test_without_a_sandbox_it_refuses_and_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert grade.main(["ps01", str(tmp_path)]) == 2
    errors = capsys.readouterr().err
    assert "apt-get install bubblewrap" in errors
    assert "--without-sandbox" in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.training
def test_without_the_sandbox_it_grades_as_you_and_says_what_that_gives_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "class" / NAME / "ps01.ipynb"
    path.parent.mkdir(parents=True)
    work = with_cell(f"import os\nprint('here are', *sorted(os.listdir({str(tmp_path)!r})))")
    path.write_text(nbformat.writes(work), encoding="utf-8")
    command = ["ps01", str(tmp_path / "class"), "--to", str(tmp_path / "grades"), "--without-sandbox"]
    assert grade.main(command) == 0
    assert "each submission can read and change all that you can" in capsys.readouterr().out
    assert scores(tmp_path / "grades") == {NAME: FULL}
    page = (tmp_path / "grades" / "feedback" / NAME / "ps01" / "ps01.html").read_text(encoding="utf-8")
    assert "here are class grades" in page, "it sees what you see"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ps99", "class"], "There is no problem set 'ps99': take one of ps01"),
        (["ps01", "missing"], "missing is not a folder"),
        (["ps01", "empty"], "holds no submission"),
    ],
)
def test_what_cannot_be_graded_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.setattr(grade, "require", lambda: None)
    (tmp_path / "empty").mkdir()
    assert grade.main([*arguments, "--from", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.training
@pytest.mark.parametrize("problem_set", problem_sets.find_problem_sets(), ids=lambda each: each.name)
def test_what_nbgrader_would_hand_out_is_what_we_do(tmp_path: Path, problem_set: ProblemSet) -> None:
    course = CourseFolder(tmp_path, f"sqlite:///{tmp_path / 'gradebook.db'}")
    grade.prepare(course, problem_set)
    name = problem_set.name
    theirs = nbformat.read(tmp_path / "release" / name / f"{name}.ipynb", 4)
    ours = problem_sets.release(problem_set)
    assert [cell.source.rstrip() for cell in theirs.cells] == [cell.source for cell in ours.cells]
    with Gradebook(course.gradebook) as gradebook:
        assert gradebook.find_assignment(name).max_score == problem_sets.POINTS


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--jobs", "0", "must be a whole number from 1 on, got '0'"),
        ("--jobs", "two", "must be a whole number from 1 on, got 'two'"),
        ("--cell-seconds", "-1", "must be a whole number from 1 on, got '-1'"),
        ("--memory-gb", "0", "must be a number from 0.25 on, got '0'"),
        ("--memory-gb", "nan", "must be a number from 0.25 on, got 'nan'"),
        ("--deadline", "tomorrow", "must be like 2026-11-30T18:00, got 'tomorrow'"),
        ("--deadline", "30.11.2026", "must be like 2026-11-30T18:00, got '30.11.2026'"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, value: str, message: str
) -> None:
    with pytest.raises(SystemExit):
        grade.main(["ps01", "class", f"{option}={value}"])
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a*b", "a?b", "a[b]"])
def test_a_folder_that_nbgrader_takes_for_a_pattern_is_refused_before_anything_is_made(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grade, "require", lambda: None)
    hand_in(tmp_path / name / "class", HONEST, [])
    assert grade.main(["ps01", str(tmp_path / name / "class")]) == 2
    errors = capsys.readouterr().err
    assert (
        f"{name}/grades has *, ? or [ in its name, which nbgrader takes for a pattern: give another" in errors
    )
    assert [path.name for path in (tmp_path / name).iterdir()] == ["class"]


def test_grades_do_not_go_among_the_submissions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grade, "require", lambda: None)
    hand_in(tmp_path, HONEST, [])
    before = sorted(tmp_path.iterdir())
    for inside in (tmp_path, tmp_path / "grades"):
        assert grade.main(["ps01", str(tmp_path), "--to", str(inside)]) == 2
        assert "would be taken for one: give another with --to" in capsys.readouterr().err
    assert sorted(tmp_path.iterdir()) == before


def test_a_gradebook_that_is_none_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grade, "require", lambda: None)
    monkeypatch.setattr(grade, "prepare", lambda *_: None)
    hand_in(tmp_path / "class", HONEST, [])
    assert grade.main(["ps01", str(tmp_path / "class"), "--gradebook", "nonsense"]) == 2
    assert "The gradebook cannot be used: Could not parse SQLAlchemy URL" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "hour"), [("2026-11-30T18:00", (18, 0)), ("2026-11-30", (23, 59)), ("2026-11-30T18:00Z", None)]
)
def test_a_deadline_is_by_the_clock_here_and_a_day_alone_is_its_end(
    text: str, hour: tuple[int, int] | None
) -> None:
    deadline = grade._time(text)
    assert deadline.tzinfo is not None
    if hour is None:
        assert deadline == datetime(2026, 11, 30, 18, tzinfo=UTC)
    else:
        assert (deadline.hour, deadline.minute) == hour
        assert deadline.utcoffset() == datetime(2026, 11, 30, *hour).astimezone().utcoffset()


def test_two_do_not_grade_into_one_folder_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(grade, "require", lambda: None)
    hand_in(tmp_path / "class", HONEST, [])
    command = ["ps01", str(tmp_path / "class"), "--to", str(tmp_path / "grades")]
    (tmp_path / "grades").mkdir()
    with folder_lock(tmp_path / "grades"):
        assert grade.main(command) == 2
    assert "Somebody is grading into" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "grades").iterdir()] == [".grading"]


def test_a_folder_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(course: CourseFolder, problem_set: ProblemSet) -> None:  # noqa: ARG001
        raise PermissionError(13, "Permission denied", str(course.path / "source"))

    monkeypatch.setattr(grade, "require", lambda: None)
    monkeypatch.setattr(grade, "prepare", refuse)
    hand_in(tmp_path / "class", HONEST, [])
    assert grade.main(["ps01", str(tmp_path / "class"), "--to", str(tmp_path / "grades")]) == 2
    assert "source cannot be written or read: Permission denied." in capsys.readouterr().err


@pytest.mark.slow
def test_a_prepared_folder_is_prepared_again_for_another_problem_set_or_gradebook_alone(
    tmp_path: Path, prepared: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise figures.ProblemSetError("drawn again")

    folder = prepared(tmp_path / "grades")
    monkeypatch.setattr(figures, "draw", refuse)
    course = CourseFolder(folder, f"sqlite:///{folder / 'gradebook.db'}")
    grade.prepare(course, SET)
    changed = tmp_path / SET.path.name
    changed.write_text(SET.path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    for other_course, other_set in (
        (course, replace(SET, path=changed)),
        (replace(course, gradebook="sqlite:///x.db"), SET),
    ):
        with pytest.raises(figures.ProblemSetError, match="drawn again"):
            grade.prepare(other_course, other_set)

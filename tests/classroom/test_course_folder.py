"""What a class's folder tells of the work in it, and nbgrader's functions for it."""

from __future__ import annotations

import os
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from nbgrader import api
from nbgrader.api import Gradebook

from classroom.course_folder import CourseFolder, Graded
from tests.support.sample_class import SET


@pytest.mark.slow
def test_a_new_gradebook_has_nbgraders_version_and_needs_no_program_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # nbgrader would not find alembic there
    address = f"sqlite:///{tmp_path / 'gradebook.db'}"
    CourseFolder(tmp_path, address).api()
    assert os.environ["PATH"] == str(tmp_path)
    with Gradebook(address) as gradebook:
        gradebook.add_student("ada")
    CourseFolder(tmp_path, address).api()  # the same one again
    with sqlite3.connect(tmp_path / "gradebook.db") as connection:
        versions = [version for (version,) in connection.execute("SELECT version_num FROM alembic_version")]
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert versions == [api.get_alembic_version()]


def test_what_was_stopped_is_graded_again_with_more_time(tmp_path: Path) -> None:
    course = CourseFolder(tmp_path, "sqlite://")
    path = course.submitted("ps01", "ada")
    path.parent.mkdir(parents=True)
    path.write_text("work", encoding="utf-8")
    work = course.work_hash(SET, "ada")
    course.write_record("ps01", Graded("ada", 1.0, work, stopped=30))
    assert course.ungraded(SET) == []
    longer = replace(course, limits=replace(course.limits, cell_seconds=60))
    assert longer.ungraded(SET) == ["ada"]


def test_work_is_ungraded_without_a_record_after_a_failure_and_when_it_has_changed(tmp_path: Path) -> None:
    course = CourseFolder(tmp_path, "sqlite://")
    for name in ("c", "a", "b"):
        path = course.submitted("ps01", name)
        path.parent.mkdir(parents=True)
        path.write_text(name, encoding="utf-8")
    assert course.students("ps01") == course.ungraded(SET) == ["a", "b", "c"]
    for name, failed in (("a", ""), ("b", "nbgrader broke")):
        course.write_record("ps01", Graded(name, 1.0, course.work_hash(SET, name), failed))
    assert course.ungraded(SET) == ["b", "c"]
    course.submitted("ps01", "a").write_text("other work", encoding="utf-8")
    assert course.ungraded(SET) == ["a", "b", "c"]
    course.record_path("ps01", "b").write_text("{broken", encoding="utf-8")
    assert course.record("ps01", "b") is None

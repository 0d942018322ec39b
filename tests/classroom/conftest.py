"""A class's folder with problem set 01 in it, which takes seconds to make: made once, and copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.sample_class import SET


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Makes a folder as `grade.prepare` leaves it, with an SQLite gradebook."""
    pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")
    from classroom.course_folder import CourseFolder
    from classroom.digests import digest
    from classroom.grade import prepare

    template = tmp_path_factory.mktemp("template")
    prepare(CourseFolder(template, f"sqlite:///{template / 'gradebook.db'}"), SET)

    def copy(folder: Path) -> Path:
        shutil.copytree(template, folder, dirs_exist_ok=True)
        stamp = folder / "graded" / SET.name / "problem_set.txt"
        stamp.write_text(digest(SET.path.read_text(encoding="utf-8"), f"sqlite:///{folder / 'gradebook.db'}"))
        return folder

    return copy

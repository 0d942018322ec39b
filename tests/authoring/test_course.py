"""The snapshot of a course: each part is read when it is asked for, and once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from authoring import files, sources, sync
from authoring.course import Course
from authoring.sources import CourseError
from tests.support.sample_course import make_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def test_the_sync_check_reads_each_lesson_and_each_record_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: Counter[str] = Counter()
    real_reads, real_loads = sources.jupytext.reads, files.json.loads

    def count_lesson(text: str, **options: Any) -> Any:
        reads["lesson"] += 1
        return real_reads(text, **options)

    def count_record(text: str) -> Any:
        reads["record"] += 1
        return real_loads(text)

    monkeypatch.setattr(sources.jupytext, "reads", count_lesson)
    monkeypatch.setattr(files.json, "loads", count_record)
    assert sync.problems(Course(root)) == []
    assert reads["lesson"] == 2
    assert reads["record"] <= 4 + 4, "run times, seeds, machines, refutations; notebooks are JSON, too"


def test_a_snapshot_stays_as_it_was_when_files_change(root: Path) -> None:
    course = Course(root)
    names = [lesson.name for lesson in course.lessons]
    (root / "lessons" / "01_echo.py").unlink()
    assert [lesson.name for lesson in course.lessons] == names
    assert [lesson.name for lesson in Course(root).lessons] == names[:1]


def test_a_part_that_cannot_be_read_leaves_the_others(root: Path) -> None:
    (root / "lessons" / "run_times.json").write_text("[")
    course = Course(root)
    with pytest.raises(CourseError, match=r"run_times\.json is not"):
        _ = course.run_times
    assert len(course.lessons) == len(course.notebooks) == len(course.sweeps) == len(course.machine_runs) == 2
    assert course.problem_sets == ()
    assert course.long_runs == {}


def test_a_notebook_that_is_missing_or_unreadable_is_left_out(root: Path) -> None:
    (root / "notebooks" / "00_start_here.ipynb").unlink()
    (root / "notebooks" / "01_echo.ipynb").write_text("{")
    assert Course(root).notebooks == {}
    assert [path.name for path in Course(root).notebook_paths] == ["01_echo.ipynb"]


def test_a_text_that_is_not_utf_8_is_named(root: Path) -> None:
    (root / "lessons" / "01_echo.py").write_bytes(b"# %% [markdown]\n# \xff\n")
    with pytest.raises(CourseError, match=r"^lessons/01_echo\.py is not UTF-8 .*: save it as UTF-8\.$"):
        _ = Course(root).lessons

"""The table of lessons, its place in the README, the run times in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring.course import Course
from authoring.generated import refresh, stale
from authoring.readme import BEGIN, END, lesson_table
from tests.support.sample_course import change_text, make_course

TABLE = r"""
|  | Lesson | What you will be able to do | Run time on 2 CPU cores |
| --- | --- | --- | --- |
| 00 | [Start here](nb/00_start_here.ipynb) | Repeat what was heard some steps ago. | about 5 s |
| 01 | [An echo \| a memory](nb/01_echo.ipynb) | Repeat what was heard some steps ago. | not measured yet |
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def test_the_table_has_a_row_for_each_lesson(root: Path) -> None:
    (root / "lessons" / "run_times.json").write_text('{"00_start_here": 3.2}')
    assert lesson_table(Course(root), folder="nb/") == TABLE.strip()


def test_the_readme_is_filled_between_its_markers_only(root: Path) -> None:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# Course\n\n{BEGIN}\n|  | Lesson |")
    assert text.endswith(f"about 25 s |\n{END}\n\nThe end.\n")
    assert "(notebooks/01_echo.ipynb)" in text
    assert stale(Course(root)) == []
    assert refresh(Course(root)) == []


def test_a_stale_table_is_a_problem_and_is_refreshed(root: Path) -> None:
    change_text(root / "README.md", "Start here", "Begin here")
    (problem,) = stale(Course(root))
    assert "README.md" in problem
    assert "`python3 course.py notebooks`" in problem
    assert refresh(Course(root)) == ["README.md"]
    assert stale(Course(root)) == []


@pytest.mark.parametrize("old", [BEGIN, END])
def test_a_readme_without_its_markers_is_a_problem_and_is_left_alone(root: Path, old: str) -> None:
    change_text(root / "README.md", old, "")
    before = (root / "README.md").read_bytes()
    (problem,) = stale(Course(root))
    assert f"add `{BEGIN}` and `{END}`" in problem
    assert refresh(Course(root)) == []
    assert (root / "README.md").read_bytes() == before


def test_no_readme_at_all_is_a_problem(root: Path) -> None:
    (root / "README.md").unlink()
    assert len(stale(Course(root))) == 1
    assert refresh(Course(root)) == []

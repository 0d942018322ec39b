"""What is handed out is what the problem sets give."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from authoring import problem_sets
from authoring.releases import link_to_release, refresh_releases, release_problems

ROOT = problem_sets.ROOT


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one problem set, handed out."""
    (tmp_path / "problem_sets").mkdir(parents=True)
    shutil.copy(ROOT / "problem_sets" / "ps01_unrolled_rnn.py", tmp_path / "problem_sets")
    assert refresh_releases(tmp_path) == ["notebooks/problem_sets/ps01.ipynb"]
    return tmp_path


def test_the_course_hands_out_what_its_problem_sets_give() -> None:
    assert release_problems(ROOT) == []


def test_what_is_fresh_is_not_written_again(course: Path) -> None:
    assert refresh_releases(course) == []
    assert release_problems(course) == []


def test_a_course_without_problem_sets_has_no_problem(tmp_path: Path) -> None:
    assert refresh_releases(tmp_path) == release_problems(tmp_path) == []


def test_an_edited_release_is_found_and_mended(course: Path) -> None:
    path = course / "notebooks" / "problem_sets" / "ps01.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("not done yet", "done"), encoding="utf-8")
    (problem,) = release_problems(course)
    assert problem.startswith("notebooks/problem_sets/ps01.ipynb is not what ps01_unrolled_rnn.py gives.")
    assert problem.endswith("`python3 course.py notebooks`.")
    assert refresh_releases(course) == ["notebooks/problem_sets/ps01.ipynb"]
    assert release_problems(course) == []


def test_a_missing_and_an_extra_release_are_found(course: Path) -> None:
    folder = course / "notebooks" / "problem_sets"
    (folder / "ps01.ipynb").rename(folder / "ps07.ipynb")
    missing, extra = release_problems(course)
    assert missing.startswith("notebooks/problem_sets/ps01.ipynb is missing")
    assert extra.startswith("notebooks/problem_sets/ps07.ipynb has no problem set: `git rm ")


def test_a_lesson_with_a_problem_set_links_to_it(course: Path) -> None:
    line = link_to_release(course, "01")
    (target,) = re.findall(r"\]\((.*)\)", line)
    assert (course / "notebooks" / target).exists()
    assert "Problem set 01" in line
    assert link_to_release(course, "02") == ""


def test_a_problem_set_that_breaks_a_rule_is_said(course: Path) -> None:
    path = course / "problem_sets" / "ps01_unrolled_rnn.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("# # Problem", "# # A problem"), encoding="utf-8"
    )
    (problem,) = release_problems(course)
    assert problem.startswith("ps01_unrolled_rnn.py: the first cell must begin")

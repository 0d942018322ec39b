"""What is handed out is what the problem sets give."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from authoring import build, sync
from authoring.course import Course
from authoring.generated import refresh
from authoring.student_notebooks import link_to_release
from tests.support import ROOT
from tests.support.sample_course import change_text, make_course

RELEASE = "notebooks/problem_sets/ps01.ipynb"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample course with one problem set, handed out."""
    make_course(tmp_path)
    (tmp_path / "problem_sets").mkdir()
    shutil.copy(ROOT / "problem_sets" / "ps01_unrolled.py", tmp_path / "problem_sets" / "ps01_echo.py")
    change_text(tmp_path / "problem_sets" / "ps01_echo.py", "{{lesson:unrolled}}", "{{lesson:echo}}")
    assert build.main([], tmp_path) == 0
    return tmp_path


@pytest.fixture
def source(root: Path) -> Path:
    return root / "problem_sets" / "ps01_echo.py"


def test_the_build_writes_it_and_links_the_lesson_to_it(root: Path) -> None:
    assert (root / RELEASE).exists()
    assert sync.problems(Course(root)) == []
    assert refresh(Course(root)) == []
    assert "problem_sets/ps01.ipynb" in (root / "notebooks" / "01_echo.ipynb").read_text(encoding="utf-8")


def test_an_edited_release_is_found_and_fixed(root: Path) -> None:
    change_text(root / RELEASE, "not done yet", "done")
    (problem,) = sync.problems(Course(root))
    assert problem == (
        f"{RELEASE} is stale: it is not what problem_sets/ps01_echo.py gives. "
        "Fix it with `python3 course.py notebooks`."
    )
    assert refresh(Course(root)) == [RELEASE]
    assert sync.problems(Course(root)) == []


def test_a_missing_and_an_extra_release_are_found(root: Path) -> None:
    (root / RELEASE).rename((root / RELEASE).with_name("ps07.ipynb"))
    missing, extra = sync.problems(Course(root))
    assert missing.startswith(f"{RELEASE} is missing. Fix it with ")
    assert extra.startswith("notebooks/problem_sets/ps07.ipynb has no problem set: `git rm ")


def test_a_lesson_with_a_problem_set_links_to_it(root: Path) -> None:
    line = link_to_release(Course(root), "echo")
    (target,) = re.findall(r"\]\((.*)\)", line)
    assert (root / "notebooks" / target).exists()
    assert "Problem set 01" in line
    assert link_to_release(Course(root), "start_here") == ""


BROKEN = {
    "a rule": (lambda text: text.replace(b"# # Problem", b"# # A problem"), "the first cell must begin"),
    "Python": (lambda text: text.replace(b"def head(", b"def head(("), "cell 10 is not Python: "),
    "UTF-8": (lambda text: text + b"# \xff\n", "problem_sets/ps01_echo.py is not UTF-8"),
}


@pytest.mark.parametrize(("change", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_problem_set_is_one_sentence_in_the_builder_and_in_sync(
    root: Path, source: Path, change: object, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(change(source.read_bytes()))  # type: ignore[operator]
    before = (root / RELEASE).read_bytes()
    capsys.readouterr()
    assert build.main(["01"], root) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "ps01_echo.py" in printed.err
    assert message in printed.err
    assert (root / RELEASE).read_bytes() == before
    assert [message in problem for problem in sync.problems(Course(root))] == [True]

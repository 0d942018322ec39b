"""The table of lessons, its place in the README, the run times in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authoring.course import Course
from authoring.generated import refresh, stale
from authoring.lessons import LessonError
from authoring.readme import BEGIN, END, syllabus
from tests.support.sample_course import RUN_TIMES, change_text, make_course

HEAD = "|  | Lesson | What you will be able to do | Builds on | Reading | Runs on 2 CPU cores |\n" + (
    "| --- " * 6 + "|\n"
)
SUMMARY = "Repeat what was heard some steps ago."
START = f"| 00 | [Start here](nb/00_start_here.ipynb) | {SUMMARY} |  | 5 min | about 5 s |"
ECHO = rf"| 01 | [An echo \| a memory](nb/01_echo.ipynb) | {SUMMARY} | 00 | 15 min |"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def test_the_table_has_a_row_for_each_lesson(root: Path) -> None:
    (root / "lessons" / "run_times.json").write_text(json.dumps({"start_here": RUN_TIMES["start_here"]}))
    change_text(root / "lessons" / "01_echo.py", "Python; nothing else", "Python and {{lesson:start_here}}")
    change_text(root / "lessons" / "01_echo.py", "How well is it learnt?", "How well? " + "word " * 600)
    assert syllabus(Course(root), folder="nb/") == f"{HEAD}{START}\n{ECHO} not measured yet |"


def test_parts_have_a_table_each_and_their_hours(root: Path) -> None:
    change_text(root / "lessons" / "01_echo.py", "How well is it learnt?", "How well? " + "word " * 4000)
    parts = root / "lessons" / "parts.toml"
    parts.write_text('[[parts]]\ntitle = "Memory"\nfirst = "echo"\n', encoding="utf-8")
    before, title, table = syllabus(Course(root), folder="nb/").split("\n\n")
    assert before == f"{HEAD}{START}"
    assert title == "**Part I · Memory** (about 2 h)"
    assert "An echo" in table
    parts.write_text('[[parts]]\ntitle = "All"\nfirst = "start_here"\n', encoding="utf-8")
    assert syllabus(Course(root)).startswith("**Part I · All** (about 2 h)\n\n|  | Lesson |")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parts = 3", "needs [[parts]], each with a title and a first lesson"),
        ("[[parts]]\ntitle = 'A'", "needs [[parts]], each with a title and a first lesson"),
        ("[[parts", "needs [[parts]], each with a title and a first lesson"),
        ("[[parts]]\ntitle = 'A'\nfirst = 'gone'", "'gone' is no lesson; there are start_here, echo"),
        (
            "[[parts]]\ntitle = 'A'\nfirst = 'echo'\n[[parts]]\ntitle = 'B'\nfirst = 'start_here'",
            "the parts are not in the order of their lessons",
        ),
    ],
)
def test_parts_that_do_not_fit_the_lessons_are_refused(root: Path, text: str, message: str) -> None:
    (root / "lessons" / "parts.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LessonError) as caught:
        _ = Course(root).parts
    assert str(caught.value).startswith("lessons/parts.toml")
    assert message in str(caught.value)


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

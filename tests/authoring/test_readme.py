"""The table of lessons, its place in the README, the run times in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authoring import times
from authoring.lessons import Lesson, LessonError, find_lessons
from authoring.readme import BEGIN, END, lesson_table, readme_problems, refresh_readme
from authoring.times import in_words, is_noise, read_run_times
from tests.support.sample_course import change_text, make_course

TABLE = r"""
|  | Lesson | What you will be able to do | Run time on 2 CPU cores |
| --- | --- | --- | --- |
| 00 | [Start here](nb/00_start_here.ipynb) | Repeat what was heard some steps ago. | about 5 s |
| 01 | [An echo \| a memory](nb/01_echo.ipynb) | Repeat what was heard some steps ago. | not measured yet |
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def test_the_table_has_a_row_for_each_lesson(course: Path) -> None:
    assert lesson_table(find_lessons(course), {"00_start_here": 3.2}, folder="nb/") == TABLE.strip()


def test_the_readme_is_filled_between_its_markers_only(course: Path) -> None:
    text = (course / "README.md").read_text(encoding="utf-8")
    assert text.startswith(f"# Course\n\n{BEGIN}\n|  | Lesson |")
    assert text.endswith(f"about 25 s |\n{END}\n\nThe end.\n")
    assert "(notebooks/01_echo.ipynb)" in text
    assert readme_problems(course) == []
    assert refresh_readme(course) is False


def test_a_stale_table_is_a_problem_and_is_refreshed(course: Path) -> None:
    change_text(course / "README.md", "Start here", "Begin here")
    (problem,) = readme_problems(course)
    assert "README.md" in problem
    assert "`python3 course.py notebooks`" in problem
    assert refresh_readme(course) is True
    assert readme_problems(course) == []


@pytest.mark.parametrize("old", [BEGIN, END])
def test_a_readme_without_its_markers_is_a_problem_and_is_left_alone(course: Path, old: str) -> None:
    change_text(course / "README.md", old, "")
    before = (course / "README.md").read_bytes()
    (problem,) = readme_problems(course)
    assert f"add `{BEGIN}` and `{END}`" in problem
    assert refresh_readme(course) is False
    assert (course / "README.md").read_bytes() == before


def test_no_readme_at_all_is_a_problem(course: Path) -> None:
    (course / "README.md").unlink()
    assert len(readme_problems(course)) == 1
    assert refresh_readme(course) is False


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "not measured yet"),
        (0.4, "about 5 s"),
        (20.0, "about 20 s"),
        (20.1, "about 25 s"),
        (60.0, "about 60 s"),
        (61.0, "about 1.5 min"),
        (119.0, "about 2 min"),
    ],
)
def test_run_times_are_rounded_up(seconds: float | None, words: str) -> None:
    assert in_words(seconds) == words


def test_run_times_that_cannot_be_read_are_named(course: Path) -> None:
    for text in ("[", "[1]", '{"01_echo": "long"}'):
        (course / "lessons" / "run_times.json").write_text(text)
        with pytest.raises(LessonError, match=r"lessons/run_times\.json is not a JSON object"):
            read_run_times(course)
    (course / "lessons" / "run_times.json").unlink()
    assert read_run_times(course) == {}


def test_a_measurement_near_the_recorded_one_is_noise() -> None:
    assert is_noise(22.0, 20.0)
    assert is_noise(18.0, 20.0)
    assert not is_noise(24.0, 20.0)
    assert not is_noise(20.0, None)


def test_measuring_writes_what_is_new_and_keeps_the_rest(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = course / "lessons" / "run_times.json"
    path.write_text(json.dumps({"09_gone": 7.0, "01_echo": 23.4, "00_start_here": 3.2}))
    clock = iter([0.0, 3.3, 10.0, 40.04])
    monkeypatch.setattr(times.time, "perf_counter", lambda: next(clock))
    assert times.main([], course, run=lambda _: True) == 0
    assert path.read_text() == '{\n  "00_start_here": 3.2,\n  "01_echo": 30.0\n}\n'
    printed = capsys.readouterr().out
    assert "00_start_here: 3.3 s, close to the 3.2 s on record" in printed
    assert "01_echo: 30.0 s, written" in printed
    assert printed.endswith("python3 course.py notebooks\n")


def test_a_red_notebook_is_not_measured(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read_run_times(course)
    measured: list[str] = []

    def red(lesson: Lesson) -> bool:
        measured.append(lesson.number)
        return False

    assert times.main(["01"], course, run=red) == 1
    assert measured == ["01"]
    assert read_run_times(course) == before
    assert "01_echo: not measured, because strict nbval is red" in capsys.readouterr().out


def test_an_unknown_number_is_refused(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert times.main(["07"], course, run=lambda _: True) == 2
    assert "There is no lesson 07" in capsys.readouterr().err

"""The table of lessons, its place in the README, the run times in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authoring import times
from authoring.course import Course
from authoring.generated import refresh, stale
from authoring.lessons import Lesson
from authoring.readme import BEGIN, END, lesson_table
from authoring.records.run_times import in_words
from authoring.sources import CourseError
from authoring.times import is_noise
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


def test_run_times_that_cannot_be_read_are_named(root: Path) -> None:
    for text in ("[", "[1]", '{"01_echo": "long"}'):
        (root / "lessons" / "run_times.json").write_text(text)
        with pytest.raises(CourseError, match=r"lessons/run_times\.json is not a JSON object"):
            _ = Course(root).run_times
    (root / "lessons" / "run_times.json").unlink()
    assert Course(root).run_times == {}


def test_a_measurement_near_the_recorded_one_is_noise() -> None:
    assert is_noise(22.0, 20.0)
    assert is_noise(18.0, 20.0)
    assert not is_noise(24.0, 20.0)
    assert not is_noise(20.0, None)


def test_measuring_writes_what_is_new_and_keeps_the_rest(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "lessons" / "run_times.json"
    path.write_text(json.dumps({"09_gone": 7.0, "01_echo": 23.4, "00_start_here": 3.2}))
    clock = iter([0.0, 3.3, 10.0, 40.04])
    monkeypatch.setattr(times.time, "perf_counter", lambda: next(clock))
    assert times.main([], root, run=lambda _: True) == 0
    assert path.read_text() == '{\n  "00_start_here": 3.2,\n  "01_echo": 30.0\n}\n'
    printed = capsys.readouterr().out
    assert "00_start_here: 3.3 s, close to the 3.2 s on record" in printed
    assert "01_echo: 30.0 s, written" in printed
    assert printed.endswith("python3 course.py notebooks\n")


def test_a_red_notebook_is_not_measured(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Course(root).run_times
    measured: list[str] = []

    def red(lesson: Lesson) -> bool:
        measured.append(lesson.number)
        return False

    assert times.main(["01"], root, run=red) == 1
    assert measured == ["01"]
    assert Course(root).run_times == before
    assert "01_echo: not measured, because strict nbval is red" in capsys.readouterr().out


def test_an_unknown_number_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert times.main(["07"], root, run=lambda _: True) == 2
    assert "There is no lesson 07" in capsys.readouterr().err

"""How run times are measured, recorded and told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from authoring import records, times
from authoring.course import Course
from authoring.lessons import Lesson
from authoring.records.run_times import RunTime, format_duration, problems_of
from authoring.sources import CourseError
from authoring.times import cores_of_others, is_noise
from tests.support.sample_course import RUN_TIMES, good_lesson, make_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def at_rest() -> float:
    return 0.5


@pytest.mark.parametrize(
    ("seconds", "text"),
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
def test_run_times_are_rounded_up(seconds: float | None, text: str) -> None:
    assert format_duration(None if seconds is None else RunTime(seconds, 0.1)) == text


def test_run_times_that_cannot_be_read_are_named(root: Path) -> None:
    for text in ("[", "[1]", '{"echo": 3.2}', '{"echo": {"seconds": "long", "slowest_cell": 1}}'):
        (root / "lessons" / "run_times.json").write_text(text)
        with pytest.raises(CourseError, match=r"lessons/run_times\.json is not a JSON object"):
            _ = Course(root).run_times
    (root / "lessons" / "run_times.json").unlink()
    assert Course(root).run_times == {}


def test_a_measurement_near_the_recorded_one_is_noise() -> None:
    recorded = RunTime(20.0, 5.0)
    assert is_noise(RunTime(22.0, 4.5), recorded)
    assert is_noise(RunTime(18.0, 5.5), recorded)
    assert not is_noise(RunTime(24.0, 5.0), recorded)
    assert not is_noise(RunTime(20.0, 6.0), recorded)
    assert not is_noise(RunTime(20.0, 5.0), None)
    assert not is_noise(RunTime(20.0, 5.0), RunTime(20.0, None))


def test_measuring_writes_what_is_new_and_keeps_the_rest(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = root / "lessons" / "run_times.json"
    path.write_text(json.dumps({"gone": RUN_TIMES["echo"], **RUN_TIMES}))
    clock = iter([0.0, 3.3, 10.0, 40.04])
    monkeypatch.setattr(times.time, "perf_counter", lambda: next(clock))
    assert times.main([], root, run=lambda _: 0.51, load=at_rest) == 0
    written = json.loads(path.read_text())
    assert list(written) == ["echo", "start_here"]
    assert written == {**RUN_TIMES, "echo": {"seconds": 30.0, "slowest_cell": 0.5}}
    printed = capsys.readouterr().out
    assert "start_here: 3.3 s, its slowest cell 0.5 s, close to what is on record" in printed
    assert "echo: 30.0 s, its slowest cell 0.5 s, written to lessons/run_times.json" in printed
    assert printed.endswith("python3 course.py notebooks\n")


@pytest.mark.parametrize(
    ("run_time", "what"),
    [
        (RunTime(60.0, 20.0), []),
        (None, []),
        (RunTime(60.0, None), ["the slowest cell of echo was not measured"]),
        (RunTime(61.0, 20.0), ["echo takes 61 s of at most 60"]),
        (RunTime(60.0, 21.0), ["the slowest cell of echo takes 21 s of at most 20"]),
    ],
)
def test_a_lesson_is_a_sitting(
    root: Path, run_time: RunTime | None, what: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records.run_times, "FIRST_EDITION", frozenset())
    lesson = Course(root).lessons[1]
    problems = problems_of(lesson, run_time)
    assert [problem.split(": ")[1] for problem in problems] == what
    assert all("`python3 course.py times 01`" in problem for problem in problems)
    monkeypatch.setattr(records.run_times, "FIRST_EDITION", frozenset({"echo"}))
    assert problems_of(lesson, run_time) == []


@pytest.mark.slow
def test_the_slowest_cell_is_that_of_a_strict_run(tmp_path: Path) -> None:
    cells = [nbformat.v4.new_code_cell(f"import time; time.sleep({s})", execution_count=1) for s in (0, 0.5)]
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "01_echo.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01_echo.py").write_text(good_lesson("01", "Echo"), encoding="utf-8")
    (lesson,) = Course(tmp_path).lessons
    assert 0.5 <= (times.slowest_cell(lesson) or 0) < 60
    nbformat.write(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0", execution_count=1)]), path
    )
    assert times.slowest_cell(lesson) is None


def test_a_red_notebook_is_not_measured(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Course(root).run_times
    measured: list[str] = []

    def red(lesson: Lesson) -> None:
        measured.append(lesson.number)

    assert times.main(["01"], root, run=red, load=at_rest) == 1
    assert measured == ["01"]
    assert Course(root).run_times == before
    assert "echo: not measured, because strict nbval is red" in capsys.readouterr().out


def test_an_unknown_number_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert times.main(["07"], root, run=lambda _: 0.5, load=at_rest) == 2
    assert "There is no lesson 07" in capsys.readouterr().err


def test_a_busy_machine_is_refused_in_a_sentence_unless_told(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Course(root).run_times

    def never(_: Lesson) -> float:
        raise AssertionError

    assert times.main(["01"], root, run=never, load=lambda: 0.51) == 2
    message = capsys.readouterr().err
    assert message.startswith("Other programs keep 0.5 cores busy")
    assert message.count("\n") == 1
    assert "--anyway" in message
    assert Course(root).run_times == before
    assert times.main(["01", "--anyway"], root, run=lambda _: 0.5, load=lambda: 9.0) == 0
    assert Course(root).run_times != before
    assert times.main(["01"], root, run=lambda _: 0.5, load=lambda: None) == 0, "where it cannot be told"


def test_what_other_programs_use_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "_STATISTICS", tmp_path / "stat")
    assert cores_of_others() is None
    ticks = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

    def work(seconds: float) -> None:
        busy = [int(seconds * ticks * share) for share in (0.5, 0.25, 0.25)]
        line = f"cpu  {10 + busy[0]} {10} {10 + busy[1]} 1000 1000 0 0 {busy[2]}"
        (tmp_path / "stat").write_text(f"{line}\ncpu0 1 2 3\n")

    work(0)
    monkeypatch.setattr(times.time, "sleep", work)
    assert cores_of_others(seconds=4.0) == pytest.approx(1.0)


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="only Linux tells")
def test_another_program_at_work_is_seen() -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        cores = cores_of_others(seconds=0.5)
    finally:
        busy.kill()
        busy.wait()
    assert cores is not None
    assert cores > 0.2

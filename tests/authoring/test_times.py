"""How run times are measured, recorded and told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from authoring import times
from authoring.course import Course
from authoring.lessons import Lesson
from authoring.records.run_times import format_duration
from authoring.sources import CourseError
from authoring.times import cores_of_others, is_noise
from tests.support.sample_course import make_course


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
    assert format_duration(seconds) == text


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
    assert times.main([], root, run=lambda _: True, load=at_rest) == 0
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

    assert times.main(["01"], root, run=red, load=at_rest) == 1
    assert measured == ["01"]
    assert Course(root).run_times == before
    assert "01_echo: not measured, because strict nbval is red" in capsys.readouterr().out


def test_an_unknown_number_is_refused(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert times.main(["07"], root, run=lambda _: True, load=at_rest) == 2
    assert "There is no lesson 07" in capsys.readouterr().err


def test_a_busy_machine_is_refused_in_a_sentence_unless_told(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Course(root).run_times

    def never(_: Lesson) -> bool:
        raise AssertionError

    assert times.main(["01"], root, run=never, load=lambda: 0.51) == 2
    message = capsys.readouterr().err
    assert message.startswith("Other programs keep 0.5 cores busy")
    assert message.count("\n") == 1
    assert "--anyway" in message
    assert Course(root).run_times == before
    assert times.main(["01", "--anyway"], root, run=lambda _: True, load=lambda: 9.0) == 0
    assert Course(root).run_times != before
    assert times.main(["01"], root, run=lambda _: True, load=lambda: None) == 0, "where it cannot be told"


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

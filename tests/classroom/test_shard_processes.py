"""Shards are started, and what they print is shown as progress."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from classroom import shard_processes
from classroom.course_folder import CourseFolder
from classroom.shard_processes import run_shards


def pretend_shard(folder: Path, source: str) -> str:
    """A program to start in place of Python: it does what the source says, whatever it is asked."""
    path = folder / "shard"
    path.write_text(f"#!{sys.executable}\nimport sys\n{source}", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows starts no script by its first line")
def test_a_shard_that_says_much_is_not_stopped_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"student": "s001", "seconds": 1.0, "work": "", "failed": ""})
    source = f"sys.stderr.write('warning ' * 200_000)\nprint({line!r})"
    monkeypatch.setattr(sys, "executable", pretend_shard(tmp_path, source))
    shown: list[str] = []
    course = CourseFolder(tmp_path, "sqlite://")
    assert run_shards(course, "ps01", 2, waiting=4, show=shown.append) == 2
    assert shown[0].startswith("[1 of 4] s001: 1.0 s; about ")


@pytest.mark.skipif(os.name == "nt", reason="Windows starts no script by its first line")
def test_the_time_that_is_left_is_that_of_the_rest_at_the_pace_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        json.dumps({"student": name, "seconds": 1.0, "work": "", "failed": failed})
        for name, failed in (("a", ""), ("b", "no disk"), ("c", ""), ("d", ""))
    ]
    source = "for line in {lines!r}:\n    print(line)".replace("{lines!r}", repr(lines))
    monkeypatch.setattr(sys, "executable", pretend_shard(tmp_path, source))
    clock = iter([100.0, 110.0, 112.0, 1000.0, 1000.0])
    monkeypatch.setattr(shard_processes.time, "perf_counter", lambda: next(clock))
    shown: list[str] = []
    course = CourseFolder(tmp_path, "sqlite://")
    assert run_shards(course, "ps01", 1, waiting=4, show=shown.append) == 4
    assert shown == [
        "[1 of 4] a: 1.0 s; about 30 s left",
        "[2 of 4] b: 1.0 s; about 12 s left; nbgrader failed: no disk",
        "[3 of 4] c: 1.0 s; about 5 min left",
        "[4 of 4] d: 1.0 s; about 0 s left",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (89.4, "89 s"),
        (90, "2 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (36_000, "10.0 h"),
    ],
)
def test_times_are_rounded(seconds: float, text: str) -> None:
    assert shard_processes._rounded(seconds) == text


@pytest.mark.skipif(os.name == "nt", reason="Windows starts no script by its first line")
def test_a_shard_that_ends_early_is_said_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", pretend_shard(tmp_path, "sys.exit('the disk is full')"))
    with pytest.raises(RuntimeError, match="A grading process ended early: the disk is full"):
        run_shards(CourseFolder(tmp_path, "sqlite://"), "ps01", 1, waiting=1, show=lambda _: None)

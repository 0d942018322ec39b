"""Two gradings on one machine at the same time, one of them hostile."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support import own_processes
from tests.support.sample_class import (
    HONEST,
    HOSTILE,
    NOBODY,
    QUICK,
    Student,
    hand_in,
    needs_sandbox,
    scores,
    with_cell,
)

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from classroom import grade
from classroom.shard_processes import ROOT

pytestmark = [pytest.mark.training, needs_sandbox]  # kernels start: not part of `check`

MEMORY = HOSTILE["s011"]
# Its processes are small: more than a few of Python's own would be too much memory, and the end of all.
FORKS = """
import os
while True:
    try:
        if os.fork() == 0: os.execv("/usr/bin/sleep", ["sleep", "3000"])
    except BaseException: pass
"""
AT_LEAST = 100  # of the 128 processes that a submission may have


@contextmanager
def hostile_grading(
    folder: Path, prepared: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Another grading: one of its shards has fork bombs only, the other one what uses memory up."""
    bomb = Student(lambda: with_cell(FORKS), NOBODY)
    prepared(folder / "grades")
    hand_in(folder / "class", {f"x{n:02}": MEMORY if n % 2 else bomb for n in range(20)}, [])
    command = [sys.executable, "-m", "classroom.grade", "ps01", str(folder / "class"), "--jobs", "2"]
    command += ["--cell-seconds", "3000", "--memory-gb", "1"]
    with monkeypatch.context() as patched:
        mark = own_processes.mark(patched)
        grader = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        own_processes.until(
            lambda: most_of_one_kernel(mark) >= AT_LEAST, "a bomb has all the processes it may"
        )
        yield mark
    finally:
        grader.terminate()
        grader.communicate()
        for process in own_processes.marked(mark):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        own_processes.until(lambda: not own_processes.marked(mark), "the hostile grading has ended")


def most_of_one_kernel(mark: str) -> int:
    """How many processes the largest sandbox of a grading has, below bubblewrap."""
    numbers = [0]
    for process in own_processes.marked(mark):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.name() == "bwrap":
                numbers.append(len(process.children(recursive=True)))
    return max(numbers)


def test_a_class_gets_the_same_beside_a_hostile_grading(
    tmp_path: Path, prepared: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(tmp_path / "grades")
    few: dict[str, Student] = {name: HONEST[name] for name in ("s001", "s004")}
    hand_in(tmp_path / "class", few, [])
    with hostile_grading(tmp_path / "hostile", prepared, monkeypatch) as mark:
        command = ["ps01", str(tmp_path / "class"), "--to", str(tmp_path / "grades"), "--jobs", "1", *QUICK]
        assert grade.main(command) == 0
        assert own_processes.marked(mark), "the hostile grading was over before this one"
    assert scores(tmp_path / "grades") == {name: student.points for name, student in few.items()}

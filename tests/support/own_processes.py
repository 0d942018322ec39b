"""The processes that a test has started, at any depth, and no others on this machine."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator

import psutil
import pytest

from authoring.problem_sets import ROOT

MARK = "COURSE_TEST_MARK"
PATIENCE = 1800


def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """Set a variable that marks what this test starts from now on, and return its value."""
    value = uuid.uuid4().hex
    monkeypatch.setenv(MARK, value)
    return value


def marked(value: str) -> list[psutil.Process]:
    """The living processes that were started with the variable.

    A sandbox clears it for the student's code, but not for bubblewrap, and nothing inside outlives that.
    """
    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == value and process.status() != psutil.STATUS_ZOMBIE:
                processes.append(process)
    return processes


def command_lines(value: str) -> dict[psutil.Process, str]:
    """These processes, each with its command line."""
    lines = {}
    for process in marked(value):
        with contextlib.suppress(psutil.Error):
            lines[process] = " ".join(process.cmdline())
    return lines


def until(condition: Callable[[], object], description: str) -> None:
    """Wait until the condition holds, as long as a busy machine may take."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {PATIENCE} s: {description}")
        time.sleep(0.05)


@contextlib.contextmanager
def running(code: str, *, pass_fds: tuple[int, ...] = ()) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Context manager: another process that runs the code, and the line that it prints; killed at the end."""
    command = [sys.executable, "-c", code]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, pass_fds=pass_fds)
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()

"""Which processes a test has started, at whatever depth: others on this machine are not its business."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable

import psutil
import pytest

MARK = "COURSE_TEST_MARK"
PATIENCE = 1800


def mark(monkeypatch: pytest.MonkeyPatch) -> str:
    """Give what this test starts from now on a variable by which it is known, and return its value."""
    value = uuid.uuid4().hex
    monkeypatch.setenv(MARK, value)
    return value


def marked(value: str) -> list[psutil.Process]:
    """The living processes that were started with the variable.

    A sandbox clears it for the student's code, but not for bubblewrap, and nothing inside outlives that.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(MARK) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def command_lines(value: str) -> dict[psutil.Process, str]:
    """These processes, with the words that each was started with."""
    found = {}
    for process in marked(value):
        with contextlib.suppress(psutil.Error):
            found[process] = " ".join(process.cmdline())
    return found


def until(condition: Callable[[], object], words: str) -> None:
    """Wait until it is so, as long as a busy machine may take."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {PATIENCE} s: {words}")
        time.sleep(0.05)

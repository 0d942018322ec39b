"""How long a cell has run is told on a busy machine, too. test_kernel.py has what it ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("psutil", reason="needs psutil: python3 course.py setup --classroom")

from classroom.runner import guard
from tests.support import own_processes


@pytest.mark.parametrize(
    ("waited", "used", "passed"),
    [
        ([0.0, 0.0], [], True),  # it had the processor all the time, or slept
        ([5.0, 14.0], [0.0], False),  # others had it
        ([5.0, 12.1], [0.0], False),
        ([5.0, 12.0], [], True),
    ],
)
def test_the_time_in_which_others_had_the_processor_does_not_count(
    monkeypatch: pytest.MonkeyPatch, waited: list[float], used: list[float], passed: bool
) -> None:
    times, processors = iter(waited), iter(used)
    monkeypatch.setattr(guard, "_waited", lambda _: next(times))
    monkeypatch.setattr(guard, "_sum_over", lambda *_: next(processors))
    clock = iter([100.0, 110.0])
    monkeypatch.setattr(guard.time, "monotonic", lambda: next(clock))
    assert guard.Stopwatch(1, 2).has_passed(3) == passed


def test_a_sandbox_that_keeps_itself_waiting_gets_no_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(guard.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(guard, "_waited", lambda _: now[0])
    monkeypatch.setattr(guard, "_sum_over", lambda *_: 7 + 2 * now[0])  # a fork bomb on two processors
    watch = guard.Stopwatch(1, 2)
    passed = []
    for tick in range(1, 20):
        now[0] = tick / 2
        passed.append(watch.has_passed(3))
    assert passed.index(True) == 8, "from 3 s on it has 3 s of the processors, which two give in 1.5 s"


def test_the_system_tells_how_long_a_process_waited() -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    idle = subprocess.Popen(["sleep", "3000"])
    try:
        core = min(os.sched_getaffinity(0))
        for process in busy:
            os.sched_setaffinity(process.pid, {core})
        own_processes.until(lambda: all(guard._waited(p.pid) > 0.5 for p in busy), "two on one core wait")
        assert guard._waited(idle.pid) < min(guard._waited(process.pid) for process in busy)
    finally:
        for process in (*busy, idle):
            process.kill()
            process.wait()
    assert guard._waited(idle.pid) == 0

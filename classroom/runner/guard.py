"""Watches the processes of a sandbox from outside: their memory, their time, and their end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from classroom.runner.sandbox import Limits


class Guard:
    """Context manager: ends a whole sandbox when its memory or its time is used up.

    Afterwards `reason` says why it was ended, or is empty.
    """

    def __init__(self, process: int, limits: Limits, *, every: float = 0.2) -> None:
        self.process, self.limits, self.every = process, limits, every
        self.reason = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Guard:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def end(self, reason: str) -> None:
        """End every process in the sandbox; the first reason is kept."""
        self.reason = self.reason or reason
        end_all(self.process)

    def _watch(self) -> None:
        passed = 0.0
        while not self._over.wait(self.every):
            passed += self.every
            if memory_of(self.process) > self.limits.memory:
                self.end(f"it used more than {self.limits.memory / 2**30:g} GB of memory")
            elif passed > self.limits.notebook_seconds:
                self.end(f"it ran for more than {self.limits.notebook_seconds} s in all")
            if self.reason:
                return


class Stopwatch:
    """How long a cell runs, without the time in which other programs kept its process waiting.

    Its own sandbox's use of the processors always counts: the processes of a fork bomb keep each other
    waiting, and would otherwise get more time, the more of them there are.

    Parameters
    ----------
    process : bubblewrap's, or the kernel's where there is no sandbox.
    kernel : the kernel's.
    """

    def __init__(self, process: int, kernel: int) -> None:
        self._process, self._kernel = process, kernel
        self._began, self._waited = time.monotonic(), _waited(kernel)
        self._last_look = 0.0
        self._used_before: float | None = None

    def has_passed(self, seconds: float) -> bool:
        """Whether it has run for so long. Looks at most five times a second."""
        now = time.monotonic()
        if now - self._began < seconds or now - self._last_look < 0.2:
            return False
        self._last_look = now
        if now - self._began - (_waited(self._kernel) - self._waited) >= seconds:
            return True
        used = _sum_over(self._process, lambda part: sum(part.cpu_times()[:4]))
        if self._used_before is None:
            self._used_before = used
        return used - self._used_before >= seconds


def first_in(process: int) -> int:
    """The process that was started in a sandbox: the first child of bubblewrap's only child."""
    with suppress(psutil.Error, ValueError):
        for _ in range(2):
            process = min(psutil.Process(process).children(), key=lambda child: child.create_time()).pid
    return process


def _waited(process: int) -> float:
    """Seconds that a process was ready to run while others ran; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def memory_of(process: int) -> int:
    """Bytes of memory that a process and all its descendants hold."""
    return int(_sum_over(process, lambda part: part.memory_info().rss))


def _sum_over(process: int, measure: Callable[[psutil.Process], float]) -> float:
    """The sum over a process and its descendants, without those that have ended by then."""
    total = 0.0
    with suppress(psutil.Error):
        parent = psutil.Process(process)
        for part in (parent, *parent.children(recursive=True)):
            with suppress(psutil.Error):
                total += measure(part)
    return total


def end_all(process: int) -> None:
    """Kill all descendants of bubblewrap, which then ends by itself.

    The first process in a sandbox ends with all others, and only when they are gone. If bubblewrap were
    killed first, nobody would wait for that.
    """
    with suppress(psutil.Error):
        for part in psutil.Process(process).children(recursive=True):
            with suppress(psutil.Error):
                part.kill()

"""Starts one worker process, reads its output and kills it."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import IO

_LAST_LINES = 30
_LONGEST_LINE = 2**16
_PATIENCE = 5.0  # seconds to wait for a killed process, which ends unless the system hangs


class Worker:
    """A script in a separate process, whose output arrives in a queue.

    Parameters
    ----------
    command : the script and its arguments.
    index : the worker's number, put in front of each event.
    environment : its environment variables.
    events : gets (index, time, line) for each line on standard output, and (index, time, None) at the end.
    """

    def __init__(
        self,
        command: Sequence[str],
        index: int,
        environment: Mapping[str, str],
        events: queue.SimpleQueue[tuple[int, float, str | None]],
    ) -> None:
        self.index = index
        self.was_killed = False
        self._events = events
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "course_utils.distributed.worker_process", *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,  # so that its children can be killed with it
        )
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._output = threading.Thread(target=self._read_output, daemon=True)
        self._errors.start()
        self._output.start()

    def remember(self, line: str) -> None:
        self._last.append(line)

    def words(self) -> str:
        """Return the last lines that are not reports."""
        return "\n".join(list(self._last)).strip()

    def exit_code(self) -> int:
        """Return the exit code of a process that has ended; minus the number of the signal that ended it."""
        return self._process.wait(_PATIENCE)

    def kill(self) -> None:
        """Kill the process and what it has started; do nothing if it has ended."""
        if self._process.poll() is None:
            self.was_killed = True
        if sys.platform == "win32":
            self._process.kill()
        else:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()
        self._process.wait(_PATIENCE)
        for thread in (self._errors, self._output):
            thread.join(_PATIENCE)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _read_output(self) -> None:
        for line in _lines(self._process.stdout):
            self._events.put((self.index, time.monotonic(), line))
        self._process.wait()
        self._errors.join(_PATIENCE)
        self._events.put((self.index, time.monotonic(), None))

    def _read_errors(self) -> None:
        for line in _lines(self._process.stderr):
            self.remember(line)


def _lines(pipe: IO[bytes] | None) -> Iterator[str]:
    """Yield the lines of a pipe until it closes; cut very long ones, which would fill the memory."""
    assert pipe is not None
    while line := pipe.readline(_LONGEST_LINE):
        yield line.decode("utf-8", errors="replace").rstrip()

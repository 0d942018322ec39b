"""Runs one script in several processes that train together on this machine; restarts them if one fails.

Each worker gets its own TF_CONFIG (see `tf_config`) with a free port of the loopback address. A line that it
prints as a JSON object is a report. When a worker fails, all are started again, as clusters do.
"""

from __future__ import annotations

import json
import math
import os
import queue
import random
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from course_utils import _arguments as arguments
from course_utils.distributed import tf_config
from course_utils.distributed.worker import Worker

__all__ = ["End", "Report", "Run", "WorkersFailed", "run"]

_GRACE = 15.0  # seconds that the others have to end by themselves once a worker has failed
_PORTS = range(20_000, 32_000)  # below the ports that systems use for outgoing connections


@dataclass(frozen=True)
class Report:
    """One line that a worker printed."""

    worker: int
    """Its number, from 0."""
    start: int
    """In which start of all workers, from 1."""
    seconds: float
    """When it arrived, since the run began."""
    values: dict[str, Any]
    """What the line says."""


@dataclass(frozen=True)
class End:
    """How one process ended."""

    worker: int
    start: int
    began: float
    """Seconds since the run began."""
    seconds: float
    """When it ended, since the run began."""
    how: Literal["done", "failed", "killed", "stopped"]
    """`killed` because `kill_when` said so, `stopped` with the others because one had failed."""
    exit_code: int
    words: str
    """The last lines that it printed and that are no reports."""

    @property
    def error(self) -> str:
        """The Python exception that ended it, such as `UnavailableError`; empty if there was none."""
        errors = re.findall(r"^(?:\w+\.)*(\w*(?:Error|Exception|Interrupt))\b", self.words, re.MULTILINE)
        return str(errors[-1]) if errors else ""


@dataclass(frozen=True)
class Run:
    """The result of a run: reports in the order of their arrival, and an end for each process."""

    reports: tuple[Report, ...]
    ends: tuple[End, ...]

    @property
    def starts(self) -> int:
        """How often the workers were started."""
        return max(end.start for end in self.ends)

    def of(self, worker: int, start: int | None = None) -> list[dict[str, Any]]:
        """Return what one worker reported, in all starts or in one."""
        return [r.values for r in self.reports if r.worker == worker and start in (None, r.start)]

    def tracks(
        self, number: Callable[[dict[str, Any]], float]
    ) -> dict[str, list[tuple[list[float], list[float]]]]:
        """Return how far each worker had come, and when, for `plotting.progress_of_workers`.

        Parameters
        ----------
        number : of a report's values, the height at which it is drawn, such as the updates made so far.

        Returns
        -------
        dict
            `worker 0` and so on, to a pair for each start in which it reported: the seconds since the run
            began, and the numbers.
        """
        result = {}
        for worker in sorted({end.worker for end in self.ends}):
            starts = [
                [r for r in self.reports if (r.worker, r.start) == (worker, start)]
                for start in range(1, self.starts + 1)
            ]
            result[f"worker {worker}"] = [
                ([r.seconds for r in mine], [number(r.values) for r in mine]) for mine in starts if mine
            ]
        return result


class WorkersFailed(RuntimeError):
    """A worker failed and no restart was left, or time ran out. The message has its last output."""


def run(
    script: str | Path,
    *script_arguments: str | Path,
    workers: int = 2,
    restarts: int = 0,
    kill_when: Callable[[Report], bool] | None = None,
    seconds: float = 120.0,
) -> Run:
    """Run a script in several processes that train together, and return their reports when all are done.

    No process is left when it returns or raises, nor when this process itself is ended.

    Parameters
    ----------
    script : a Python file. Each worker is this file, run by this Python.
    script_arguments : arguments for it, the same for all workers.
    workers : how many, at least 1.
    restarts : how often all are started again after one has failed, at least 0.
    kill_when : is asked about each report until it says True. Then the worker that sent it is killed, without
        a warning: what a power cut or a cluster does.
    seconds : the longest that all starts together may take.

    Returns
    -------
    Run
        Unpack its `reports` and `ends`, or ask for one worker's reports with `of`.

    Raises
    ------
    WorkersFailed
        A worker failed in the last start, or time ran out.
    """
    count = arguments.whole_number("workers", workers, at_least=1)
    starts = 1 + arguments.whole_number("restarts", restarts, at_least=0)
    limit = arguments.number("seconds", seconds, above=0)
    if kill_when is not None and not callable(kill_when):
        raise TypeError(f"kill_when must be a function of a report; got {arguments.described(kill_when)}")
    if not isinstance(script, (str, Path)):
        raise TypeError(f"script must be the path of a Python file; got {arguments.described(script)}")
    if not Path(script).is_file():
        raise ValueError(f"script must be a file; got {str(script)!r}, and there is none at this place")
    command = [str(script), *map(str, script_arguments)]

    began = time.monotonic()
    reports: list[Report] = []
    ends: list[End] = []
    for number in range(1, starts + 1):
        start = _Start(number, starts, began, began + limit, kill_when)
        start.run(command, count)
        reports += start.reports
        ends += start.ends
        if start.killed is not None:
            kill_when = None
        if not start.failed:
            break
    else:
        raise WorkersFailed(start.failed)
    return Run(tuple(reports), tuple(ends))


@dataclass
class _Start:
    """One start of all workers, until all have ended."""

    number: int
    of: int
    began: float
    deadline: float
    kill_when: Callable[[Report], bool] | None
    killed: int | None = None
    failed: str = ""
    reports: list[Report] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)

    def run(self, command: Sequence[str], count: int) -> None:
        events: queue.SimpleQueue[tuple[int, float, str | None]] = queue.SimpleQueue()
        addresses = [f"127.0.0.1:{port}" for port in _free_ports(count)]
        workers: list[Worker] = []
        self.since = time.monotonic() - self.began
        try:
            for index in range(count):
                workers.append(Worker(command, index, _environment(addresses, index), events))
            self._follow(workers, events)
        finally:
            for worker in workers:
                worker.kill()

    def _follow(
        self, workers: Sequence[Worker], events: queue.SimpleQueue[tuple[int, float, str | None]]
    ) -> None:
        running, patience = set(range(len(workers))), math.inf
        while running:
            try:
                now = time.monotonic()
                index, when, line = events.get(timeout=max(0.0, min(self.deadline, patience) - now))
            except queue.Empty:
                if patience < self.deadline:  # the others hang, because the failed worker no longer answers
                    for index in running:
                        workers[index].kill()
                    patience = math.inf
                    continue
                raise WorkersFailed(self._out_of_time(workers, running)) from None
            if line is not None:
                self._read(workers[index], when, line)
                continue
            running.discard(index)
            if self._note_end(workers[index], when) and patience == math.inf:
                patience = time.monotonic() + _GRACE

    def _read(self, worker: Worker, when: float, line: str) -> None:
        values = _report(line)
        if values is None:
            worker.remember(line)
            return
        report = Report(worker.index, self.number, when - self.began, values)
        self.reports.append(report)
        if self.kill_when is not None and self.killed is None and self.kill_when(report):
            self.killed = worker.index
            worker.kill()

    def _note_end(self, worker: Worker, when: float) -> bool:
        """Record the end of a worker, and return whether it failed."""
        code, output = worker.exit_code(), worker.words()
        how: Literal["done", "failed", "killed", "stopped"] = "done" if code == 0 else "failed"
        if code and worker.index == self.killed:
            how = "killed"
        elif code and worker.was_killed:
            how = "stopped"
        self.ends.append(End(worker.index, self.number, self.since, when - self.began, how, code, output))
        if code and not self.failed:
            after = when - self.began - self.since
            self.failed = (
                f"worker {worker.index} ended with exit code {code} after {after:.1f} s, "
                f"in start {self.number} of {self.of}; its last words:\n{output or '(none)'}"
            )
        return code != 0

    def _out_of_time(self, workers: Sequence[Worker], running: set[int]) -> str:
        still = ", ".join(map(str, sorted(running)))
        output = "\n".join(f"worker {n}: {workers[n].words() or '(no words)'}" for n in sorted(running))
        return (
            f"not done after {self.deadline - self.began:g} s, in start {self.number} of {self.of}; "
            f"still running: worker {still}. Their last words:\n{output}"
        )


def _report(line: str) -> dict[str, Any] | None:
    """Return the JSON object of a line, or None for any other line."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def _environment(addresses: Sequence[str], index: int) -> dict[str, str]:
    return {
        **os.environ,
        "TF_CONFIG": tf_config.tf_config(addresses, index),
        "no_grpc_proxy": tf_config.without_proxy(addresses, os.environ),
    }


def _free_ports(count: int) -> list[int]:
    """Return random ports that nobody listens on now; no seed decides which."""
    ports: list[int] = []
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise WorkersFailed(f"no {count} free ports from {_PORTS.start} to {_PORTS.stop - 1}: end what uses them")

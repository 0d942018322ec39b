"""Starts the shards of a class on this machine, and shows their progress."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from classroom.course_folder import GRADEBOOK_VARIABLE, CourseFolder

ROOT = Path(__file__).resolve().parent.parent


def print_now(line: str) -> None:
    """Print at once, also into a pipe or a file."""
    print(line, flush=True)


def run_shards(
    course: CourseFolder,
    name: str,
    jobs: int,
    *,
    waiting: int,
    show: Callable[[str], None] = print_now,
    lock: int | None = None,
) -> int:
    """Grade in `jobs` processes, and `show` the progress; returns how many students were graded.

    They inherit the folder's `lock`, and hold it while one of them lives, even if this process is killed.
    """
    command = [sys.executable, "-m", "classroom.shard", name, "--course", str(course.path)]
    command += ["--of", str(jobs), "--inside"]
    command += ["--cell-seconds", str(course.limits.cell_seconds)]
    command += ["--memory-gb", str(course.limits.memory / 2**30)]
    command += [] if course.sandboxed else ["--without-sandbox"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", GRADEBOOK_VARIABLE: course.gradebook}
    started = time.perf_counter()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    graded = 0
    with ExitStack() as files:
        # Files, not pipes: nbgrader's log would fill a pipe that nobody reads, and block the grading.
        logs = [files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in range(jobs)]
        processes = [
            subprocess.Popen(
                [*command, "--shard", str(k)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                pass_fds=[] if lock is None else [lock],
                env=environment,
            )
            for k, log in enumerate(logs)
        ]

        def read(process: subprocess.Popen[str]) -> None:
            assert process.stdout is not None
            with process.stdout:
                for line in process.stdout:
                    lines.put(line)

        readers = [threading.Thread(target=read, args=(process,), daemon=True) for process in processes]
        for reader in readers:
            reader.start()
        try:
            while any(reader.is_alive() for reader in readers) or not lines.empty():
                try:
                    line = json.loads(lines.get(timeout=0.5))
                except queue.Empty:
                    continue
                graded += 1
                left = (time.perf_counter() - started) / graded * (waiting - graded)
                failure = f"; nbgrader failed: {line['failed'][:120]}" if line["failed"] else ""
                show(
                    f"[{graded} of {waiting}] {line['student']}: {line['seconds']:.1f} s; "
                    f"about {_rounded(left)} left{failure}"
                )
        finally:
            for process in processes:
                process.terminate()
                process.wait()
            for reader in readers:
                reader.join()
        for process, log in zip(processes, logs, strict=True):
            if process.returncode > 0:
                log.seek(0)
                raise RuntimeError(f"A grading process ended early: {log.read().strip()[-600:]}")
    return graded


def _rounded(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

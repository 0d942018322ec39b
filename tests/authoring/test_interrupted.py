"""Ctrl-C while kernels run: the tool stops with 130, begins nothing more, and no kernel outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from authoring.records.seed_sweeps import SWEEPS
from authoring.sources import REPOSITORY
from tests.support.sample_course import code, make_course, markdown, opening, write_notebooks

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process"),
]

WAITS = """
import os, pathlib, time
import course_utils as cu
if os.environ.get("COURSE_SEED") != "1":
    pathlib.Path(f"started.{os.getpid()}").touch()
    time.sleep(600)
cu.check(True, "the line rises")
"""
START = """
import importlib, pathlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
tool, root, *arguments = sys.argv[1:]
sys.exit(importlib.import_module(tool).main(arguments, pathlib.Path(root)))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two lessons that wait for a very long time, and two long runs of the second."""
    root = make_course(tmp_path / "course")
    for name, title in (("00_start_here", "Start"), ("01_echo", "An echo | a memory")):
        text = (
            opening(title) + markdown("{{longer_echo}}\n{{longest_echo}}") * (name[:2] == "01") + code(WAITS)
        )
        (root / "lessons" / f"{name}.py").write_text(text, encoding="utf-8")
    runs = root / "lessons" / "long_runs"
    runs.mkdir(exist_ok=True)
    for name in ("longer_echo", "longest_echo"):
        (runs / f"echo_{name}.py").write_text(WAITS, encoding="utf-8")
    write_notebooks(root)
    return root


def interrupted(root: Path, tool: str, *arguments: str, kernels: int) -> str:
    """What a tool prints that gets Ctrl-C when so many kernels wait; none of them is left when it ends."""
    temporary = root.parent / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", START, tool, str(root), *arguments],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        while len(waiting := list((root / "notebooks").glob("started.*"))) < kernels:
            assert process.poll() is None, process.communicate()[0]
            threading.Event().wait(0.1)
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=300)
    finally:
        process.kill()
    assert process.returncode == 130, printed
    assert "Traceback" not in printed
    assert [path.name for path in waiting if is_alive(int(path.suffix[1:]))] == []
    assert len(list((root / "notebooks").glob("started.*"))) == kernels, "something more was begun"
    left = {str(path.relative_to(temporary)): path.stat().st_size for path in temporary.rglob("*")}
    assert not left, left
    return printed


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and ") Z " in status.read_text())


def test_a_sweep_records_no_run_that_was_cut_off(root: Path) -> None:
    printed = interrupted(root, "authoring.seeds", "01", "--jobs", "2", kernels=2)
    assert printed.endswith("Stopped after 1 of 20 runs. The same command goes on from there.\n")
    assert SWEEPS.read(root)["echo"].seeds == (1,)


def test_the_builder_keeps_the_old_notebook_and_begins_no_other(root: Path) -> None:
    before = (root / "notebooks" / "00_start_here.ipynb").read_bytes()
    printed = interrupted(root, "authoring.build", "00", "01", kernels=1)
    assert printed.endswith("Stopped. start_here: NOT written, the old notebook stays.\n")
    assert (root / "notebooks" / "00_start_here.ipynb").read_bytes() == before


def test_a_long_run_is_not_recorded_and_no_other_begins(root: Path) -> None:
    printed = interrupted(root, "authoring.long_runs", kernels=1)
    assert printed.endswith("Stopped. echo_longer_echo: NOT recorded, what was on record stays.\n")

"""Shards of one class at the same time: on one machine, and with PostgreSQL on several."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.sample_class import HONEST, HOSTILE, QUICK, SET, hand_in, needs_sandbox, scores

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from classroom import grade
from classroom.course_folder import GRADEBOOK_VARIABLE, CourseFolder, gradebook_address
from classroom.shard_processes import ROOT
from course_utils.distributed import workers

PROGRAMS = max(
    Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: float(path.parent.name)
)
needs_postgresql = pytest.mark.skipif(
    PROGRAMS is None, reason="needs a PostgreSQL server: apt-get install postgresql"
)
pytestmark = [pytest.mark.training, needs_sandbox]  # kernels start: not part of `check`


def run_shards(grades: Path, *parts: tuple[int, int]) -> list[list[str]]:
    """Start a process for each part (its number, of how many) at once; returns whom each has graded."""
    command = [sys.executable, "-m", "classroom.shard", SET.name, "--course", str(grades), *QUICK]
    processes = [
        subprocess.Popen(
            [*command, "--shard", str(number), "--of", str(of)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number, of in parts
    ]
    printed = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(parts), printed
    return [[json.loads(line)["student"] for line in output.splitlines()] for output, _ in printed]


def test_everybody_is_graded_once_also_where_shards_overlap_and_a_student_is_hostile(
    tmp_path: Path, prepared: Callable[[Path], Path]
) -> None:
    some = {name: (HONEST | HOSTILE)[name] for name in ("s001", "s003", "s010")}
    hand_in(tmp_path / "class", some, [])
    grades = prepared(tmp_path / "grades")
    command = ["ps01", str(tmp_path / "class"), "--to", str(grades), *QUICK]
    assert grade.main([*command, "--only-prepare"]) == 0
    graded = run_shards(grades, (0, 2), (1, 2), (0, 1))
    assert sorted(itertools.chain(*graded)) == sorted(some)
    assert CourseFolder(grades, gradebook_address(None, grades)).ungraded(SET) == []
    assert grade.main(command) == 0
    assert scores(grades) == {name: student.points for name, student in some.items()}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server that runs for these tests alone."""
    assert PROGRAMS is not None
    folder = Path(tempfile.mkdtemp(prefix="course-pg-", dir="/var/tmp"))
    become = []
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        shutil.chown(folder, "postgres", "postgres")
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    (port,) = workers._free_ports(1)
    data = ["-D", str(folder / "data")]

    def run(program: str, *arguments: str) -> None:
        command = [*become, str(PROGRAMS / program), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", *data, "-U", "teacher", "--auth=trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run("pg_ctl", *data, "-w", "-t", "600", "-l", str(folder / "log"), "-o", options, "start")
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "teacher", "class")
        yield f"postgresql+psycopg://teacher@127.0.0.1:{port}/class"
    finally:
        run("pg_ctl", *data, "-m", "immediate", "stop")
        shutil.rmtree(folder)


@needs_postgresql
def test_two_shards_that_share_only_the_server_and_the_folder(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    submissions, grades = tmp_path / "class", tmp_path / "grades"
    some = {name: HONEST[name] for name in ("s001", "s003", "s004", "s006")}
    hand_in(submissions, some, [])
    monkeypatch.setenv(GRADEBOOK_VARIABLE, address)
    command = ["ps01", str(submissions), "--to", str(grades), *QUICK]
    assert grade.main([*command, "--only-prepare"]) == 0
    assert "4 to grade" in capsys.readouterr().out
    assert not (grades / "gradebook.db").exists()
    assert run_shards(grades, (0, 2), (1, 2)) == [["s001", "s004"], ["s003", "s006"]]
    assert grade.main(command) == 0
    assert "0 to grade" in capsys.readouterr().out
    assert scores(grades) == {name: student.points for name, student in some.items()}

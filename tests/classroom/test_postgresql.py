"""Grading with PostgreSQL as the gradebook: two shards that share a server and a folder, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.sample_class import HONEST, QUICK, hand_in, needs_sandbox, scores

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from classroom import grade, shard
from course_utils.distributed import workers

PROGRAMS = max(
    Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: float(path.parent.name)
)

pytestmark = [
    pytest.mark.training,  # kernels start: not part of `check`
    needs_sandbox,
    pytest.mark.skipif(PROGRAMS is None, reason="needs a PostgreSQL server: apt-get install postgresql"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of its own on the loopback, with an empty database."""
    assert PROGRAMS is not None
    folder = Path(tempfile.mkdtemp(prefix="course-pg-", dir="/var/tmp"))
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        shutil.chown(folder, "postgres", "postgres")
        become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    else:
        become = []
    (port,) = workers._free_ports(1)

    def run(program: str, *arguments: str) -> None:
        words = [*become, str(PROGRAMS / program), *arguments]
        subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", "-D", str(folder / "data"), "-U", "teacher", "--auth=trust", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    run(
        "pg_ctl",
        "-D",
        str(folder / "data"),
        "-w",
        "-t",
        "600",
        "-l",
        str(folder / "log"),
        "-o",
        options,
        "start",
    )
    try:
        run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "teacher", "class")
        yield f"postgresql+psycopg://teacher@127.0.0.1:{port}/class"
    finally:
        run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_two_shards_that_share_only_the_server_and_the_folder(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    submissions, grades = tmp_path / "class", tmp_path / "grades"
    hand_in(submissions, HONEST, [])
    monkeypatch.setenv(shard.SETTING, address)
    command = ["ps01", str(submissions), "--to", str(grades), *QUICK]
    assert grade.main([*command, "--only-prepare"]) == 0
    assert "6 to grade" in capsys.readouterr().out
    assert not (grades / "gradebook.db").exists()

    module = [sys.executable, "-m", "classroom.shard", "ps01", "--course", str(grades), "--of", "2"]
    processes = [
        subprocess.Popen(
            [*module, "--shard", str(k), *QUICK],
            cwd=grade.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for k in range(2)
    ]
    printed = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], printed
    assert [len(out.splitlines()) for out, _ in printed] == [3, 3]

    assert grade.main(command) == 0
    assert "0 to grade" in capsys.readouterr().out
    assert scores(grades) == {name: student.points for name, student in HONEST.items()}

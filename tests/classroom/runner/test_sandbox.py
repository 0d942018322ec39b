"""Refused where it does not work. test_kernel.py has what code inside can do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support import own_processes

psutil = pytest.importorskip("psutil", reason="needs psutil: python3 course.py setup --classroom")

from classroom.runner import sandbox  # noqa: E402
from classroom.runner.sandbox import Limits  # noqa: E402
from classroom.runner.scratch_folders import SHARED, scratch_folder  # noqa: E402


def pretend(folder: Path, program: str, script: str) -> None:
    path = folder / program
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_missing_sandbox_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None if program == "bwrap" else program)
    with pytest.raises(sandbox.SandboxMissing, match="needs bwrap: install them with: apt-get"):
        sandbox.require()


def test_where_namespaces_are_forbidden_it_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for program in ("prlimit", "setpriv"):
        pretend(tmp_path, program, 'exec "$@"')
    pretend(tmp_path, "bwrap", "echo 'bwrap: Creating new namespace failed' >&2; exit 1")
    with pytest.raises(sandbox.SandboxMissing) as refused:
        sandbox.require()
    message = str(refused.value)
    assert "does not start on this machine: bwrap: Creating new namespace failed" in message
    assert "grade outside of a container or as root" in message
    assert "--without-sandbox" in message
    pretend(tmp_path, "bwrap", "exit 0")
    sandbox.require()


@pytest.mark.parametrize("name", [".", "__init__.py", "data", "data/numbers.csv"])
def test_a_course_that_other_users_may_not_read_is_refused_with_what_allows_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a `git clone` with umask 077: in the sandbox course_utils would be there, and empty."""
    package = tmp_path / "a b" / "course_utils"
    for folder in (tmp_path, package.parent, package, package / "data", package / "__pycache__"):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    for file in ("__init__.py", "data/numbers.csv", "__pycache__/private.pyc"):
        (package / file).touch()
        (package / file).chmod(0o600 if "private" in file else 0o644)
    monkeypatch.setattr(sandbox.course_utils, "__file__", str(package / "__init__.py"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sandbox, "_python", lambda: [str(package)])
    monkeypatch.setattr(sandbox, "require_programs", lambda: None)
    monkeypatch.setattr(sandbox.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=0))
    sandbox.require()
    (package / name).chmod((package / name).stat().st_mode & ~0o004)
    with pytest.raises(
        sandbox.SandboxMissing, match=r"may not read .*: allow it with chmod -R go\+rX '.*a b/c"
    ):
        sandbox.require()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)  # one user, inside and outside
    sandbox.require()


# ---------------------------------------------------------------- each flag is needed

# What is seen from inside; the arguments are the grader's namespaces and the paths that the command names.
PROBE = """
import json, os, resource, socket, sys
def told(ask, *arguments):
    try:
        return ask(*arguments)
    except Exception as error:
        return type(error).__name__
def status(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(line for line in lines if line.startswith(name + ":"))
outside, paths = json.loads(sys.argv[1]), json.loads(sys.argv[2])
print(json.dumps({
    "shared with the grader": {name: told(os.readlink, f"/proc/self/ns/{name}") == told(str, outside[name])
                               for name in outside},
    "paths": {path: told(lambda: [oct(os.lstat(path).st_mode), os.access(path, os.W_OK)]) for path in paths},
    "disk": told(lambda: (lambda disk: disk.f_blocks * disk.f_frsize)(os.statvfs("/tmp"))),
    "devices": told(lambda: sorted(os.listdir("/dev"))),
    "environment": dict(os.environ),
    "folder": told(os.getcwd),
    "host": socket.gethostname(),
    "session": os.getsid(0) != 0,
    "user": [os.getresuid(), os.getresgid(), os.getgroups()],
    "rights": [told(status, name) for name in ("NoNewPrivs", "CapInh", "CapPrm", "CapEff", "CapBnd")],
    "limits": {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))
               for name in ("NPROC", "FSIZE", "CORE", "AS", "NOFILE")},
}))
"""
ARGUMENTS_OF = {"--symlink": 2, "--ro-bind": 2, "--bind": 2, "--setenv": 2, "--proc": 1, "--dev": 1}
ARGUMENTS_OF |= {"--tmpfs": 1, "--dir": 1, "--perms": 1, "--size": 1, "--hostname": 1, "--chdir": 1}
# Why the absence of a flag cannot be seen where everything else is there.
NOT_SEEN = {
    "--no-new-privs": "bubblewrap sets it, too: a second lock, in case it once does not",
    "--die-with-parent": "seen when the parent dies: see the last test",
}
HERE = "/tmp"  # noqa: S108
NAMESPACES = ("ipc", "pid", "net", "uts", "cgroup", "user")
needs_programs = pytest.mark.skipif(
    any(shutil.which(program) is None for program in sandbox.NEEDED),
    reason=f"needs {', '.join(sandbox.NEEDED)}: Linux with bubblewrap",
)


def flags(folder: Path) -> list[list[str]]:
    """The real command without the program that it runs, as a list of flags, each with its arguments."""
    command = sandbox.command([], folder, Limits(), os.geteuid() or 65_700)
    parts = []
    while command:
        many = 1 + ARGUMENTS_OF.get(command[0], 0)
        parts.append(command[:many])
        command = command[many:]
    return parts


def seen(parts: list[list[str]], folder: Path) -> dict[str, Any]:
    """What a program sees that runs under such a command; nothing if the command does not start."""
    paths = [part[-1] for part in flags(folder) if part[0] in ("--symlink", "--ro-bind", "--bind", "--dir")]
    outside = {name: str(Path(f"/proc/self/ns/{name}").readlink()) for name in NAMESPACES}
    # other limits and rights than the sandbox's, so that what it does not set is seen
    before = ["prlimit", "--core=4096", "--nofile=2048"]
    before += ["setpriv", "--inh-caps=+chown"] if os.geteuid() == 0 else []
    command = [word for part in parts for word in part]
    program = [sys.executable, "-I", "-S", "-c", PROBE, json.dumps(outside), json.dumps([*paths, HERE])]
    done = subprocess.run(
        [*before, *command, *program],
        env={**os.environ, "COURSE_GRADEBOOK": "postgresql://teacher:secret@db/class"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def names_of_flags() -> list[str]:
    """Each flag of the command, once, by what no other one has."""
    if os.name == "nt":
        return []
    parts = [
        " ".join(part) for part in flags(SHARED / "FOLDER") if part[0].startswith("--") and part != ["--"]
    ]
    return [part for part in parts if part.split("=")[0] not in NOT_SEEN]


@pytest.fixture(scope="module")
def whole() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A folder, and what is seen under the whole command."""
    with scratch_folder() as folder:
        folder.chmod(0o777)
        yield folder, seen(flags(folder), folder)


@pytest.mark.training
@needs_programs
@pytest.mark.parametrize("name", names_of_flags())
def test_without_this_flag_something_else_is_seen_inside(
    name: str, whole: tuple[Path, dict[str, Any]]
) -> None:
    folder, expected = whole
    assert expected
    parts = flags(folder)
    place = names_all(parts).index(name.replace(str(SHARED / "FOLDER"), str(folder)))
    assert seen(parts[:place] + parts[place + 1 :], folder) != expected


def names_all(parts: list[list[str]]) -> list[str]:
    return [" ".join(part) for part in parts]


@pytest.mark.training
@needs_programs
def test_what_is_seen_inside(whole: tuple[Path, dict[str, Any]]) -> None:
    folder, inside = whole
    assert inside["environment"] == sandbox._environment() | {"PWD": HERE}, "nothing of the grader's own"
    shared = {name for name, is_shared in inside["shared with the grader"].items() if is_shared}
    assert shared == ({"user"} if os.geteuid() == 0 else set())
    writable = {path for path, (_, may_write) in inside["paths"].items() if may_write}
    assert writable == {str(folder), sandbox.HOME, HERE}
    assert inside["rights"][0].split()[1] == "1"
    assert {int(line.split()[1], 16) for line in inside["rights"][1:]} == {0}
    limits = Limits()
    assert inside["disk"] == limits.disk
    assert inside["limits"] == {
        name: [value, value]
        for name, value in {
            "NPROC": limits.processes,
            "FSIZE": limits.file,
            "CORE": 0,
            "AS": limits.memory + 4 * 2**30,
            "NOFILE": 1024,
        }.items()
    }
    if os.geteuid() == 0:
        assert inside["user"] == [[65_700] * 3, [65_700] * 3, []]


STARTS = """
import subprocess, sys, time
print(subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL).pid, flush=True)
time.sleep(90_000)
"""


@pytest.mark.training
@needs_programs
@pytest.mark.parametrize("flag", [["--die-with-parent"], []], ids=["with", "without"])
def test_a_sandbox_dies_with_its_parent(flag: list[str], tmp_path: Path) -> None:
    command = [word for part in flags(tmp_path) if part != ["--die-with-parent"] for word in part]
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS, command[0], *flag, *command[1:], "sleep", "90000"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    cage = psutil.Process(int(parent.stdout.readline()))
    own_processes.until(lambda: len(cage.children(recursive=True)) > 1, "the sandbox is there")
    inside = cage.children(recursive=True)
    parent.kill()
    parent.communicate()
    if flag:
        own_processes.until(lambda: not any(map(is_alive, inside)), "the sandbox has ended")
    else:
        time.sleep(0.5)
        assert all(map(is_alive, inside)), "the flag is not what ends it"
        inside[0].kill()  # the first in a sandbox takes all others with it


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False

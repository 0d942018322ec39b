"""classroom.sandbox: refused where it does not work. What it keeps in and out is in test_classroom_kernel."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("psutil", reason="needs psutil: python3 course.py setup --classroom")

from classroom import sandbox
from classroom.sandbox import Limits


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
    words = str(refused.value)
    assert "does not start on this machine: bwrap: Creating new namespace failed" in words
    assert "grade outside of a container or as root" in words
    assert "--without-sandbox" in words
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


def test_a_shard_has_a_number_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shard must be from 0 to 499, got 500"):
        sandbox.command([sys.executable], tmp_path, Limits(), shard=500)

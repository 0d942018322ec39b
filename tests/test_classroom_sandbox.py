"""classroom.sandbox: refused where it does not work. What it keeps in and out is in test_classroom_kernel."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

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


def test_a_shard_has_a_number_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shard must be from 0 to 499, got 500"):
        sandbox.command([sys.executable], tmp_path, Limits(), shard=500)

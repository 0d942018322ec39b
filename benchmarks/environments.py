"""The environments of the rivals: one each, apart from the course's, made when asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks" / ".environments"
LOCKS = ROOT / "benchmarks" / "rivals"
MAKE = "python3 course.py bench --rivals"


def rivals() -> list[str]:
    """The names of all rivals' environments: one for each lock."""
    return sorted(path.stem for path in LOCKS.glob("*.lock"))


def python_of(rival: str) -> Path:
    """The rival's interpreter, whether or not it is there."""
    return FOLDER / rival / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def missing(rival: str) -> str:
    """Why the rival cannot run, or nothing."""
    if not python_of(rival).exists():
        return f"its environment is not there: {MAKE}"
    stamp = FOLDER / rival / "made_from.lock"
    if not stamp.exists() or stamp.read_bytes() != (LOCKS / f"{rival}.lock").read_bytes():
        return f"its environment was not made from its lock of now: {MAKE}"
    return ""


def make(rival: str) -> None:
    """Make the rival's environment from its lock, hashes checked; nothing happens if it is there."""
    if not missing(rival):
        return
    print(f"an environment for {rival}, from benchmarks/rivals/{rival}.lock", flush=True)
    uv = [sys.executable, "-m", "uv"]
    target, lock = FOLDER / rival, LOCKS / f"{rival}.lock"
    install = ["pip", "install", "--python", str(python_of(rival)), "--require-hashes", "-r", str(lock)]
    for command in (["venv", "--quiet", "--clear", "--python", sys.executable, str(target)], install):
        if subprocess.run([*uv, *command], check=False).returncode:
            raise SystemExit(f"The environment for {rival} could not be made (see above).")
    shutil.copy(lock, target / "made_from.lock")


def variables() -> dict[str, str]:
    """This process's variables for a program that is measured, without a person's settings of a framework."""
    personal = ("TF_", "KERAS_", "XLA_", "OMP_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(personal)}
    return kept | {"KERAS_HOME": str(ROOT / "course_utils" / "defaults")}  # its keras.json, not the person's

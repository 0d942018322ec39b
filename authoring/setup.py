"""The set-up of `.venv` from requirements.lock, and the environment of every tool that course.py starts.

Standard library only: it runs before there is a .venv, under any Python that the course may have to refuse.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
DOOR = "python course.py" if os.name == "nt" else "python3 course.py"
UV = BIN / ("uv.exe" if os.name == "nt" else "uv")
INSTALL = [UV, "pip", "install", "--python", PYTHON, "--compile-bytecode", "--require-hashes", "-r"]
NEEDED_GB = 4
# Settings that act before a line of the course's own runs. What Keras, TensorFlow and Matplotlib read later,
# course_utils/_settings.py puts aside, in every notebook. CONTRIBUTING.md lists both.
PERSONAL = re.compile(
    r"PYTHON.*|PYTEST_.*|JPY_.*|JUPYTERLAB_.*|JUPYTER_(COLUMNS|CONFIG_PATH|LINES|NO_CONFIG|PATH|PLATFORM_DIRS)"
    r"|COURSE_SEED|COLUMNS|LINES|FORCE_COLOR"
)


class Stop(Exception):
    """One sentence for the person at the keyboard, in place of a traceback."""


def supported_python(version: tuple[int, ...], project: str) -> None:
    """Refuse a Python outside pyproject's requires-python, by name."""
    low, high = map(int, re.findall(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', project)[0])
    if not (3, low) <= tuple(version[:2]) < (3, high):
        raise Stop(
            f"The course needs Python 3.{low} to 3.{high - 1}, and this is {version[0]}.{version[1]}: "
            f"install one of them and start again with it, for example: python3.{high - 1} course.py learn"
        )


def fingerprint() -> str:
    """Changes when the environment has to be built anew: not when a tool's settings in pyproject do."""
    import tomllib  # new in Python 3.11: an older one is refused by name before this

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    built = [project["project"], project["build-system"], project["tool"]["setuptools"]]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return hashlib.sha256("\0".join([json.dumps(built), lock, sys.version, str(ROOT)]).encode()).hexdigest()


def home_variables() -> dict[str, str]:
    """Caches and settings need a home folder: .venv/home, where the person's own cannot be written to."""
    own = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where a user has none
    if os.access(own, os.W_OK | os.X_OK):
        return {}
    ours = VENV / "home"
    with suppress(OSError):
        ours.mkdir(parents=True, exist_ok=True)
    if not os.access(ours, os.W_OK | os.X_OK):
        raise Stop(f"Neither your home folder {own} nor {ours} can be written to: set HOME to one that can.")
    return {"HOME": str(ours)}


def environment(**extra: str) -> dict[str, str]:
    """This process's variables, without a person's own settings for Python, Jupyter, IPython and pytest."""
    kept = {k: v for k, v in os.environ.items() if not PERSONAL.fullmatch(k)}
    # In place of ~/.jupyter, ~/.local/share/jupyter and ~/.ipython; not in .venv, which students' code sees.
    own = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "IPYTHONDIR": "ipython"}
    kept.update({name: str(ROOT / ".jupyter" / folder) for name, folder in own.items()})
    kept["JUPYTER_PREFER_ENV_PATH"] = "1"  # also where .venv belongs to somebody else
    kept["PYTHONUTF8"] = "1"  # Windows would use an encoding of its own
    return {**kept, **home_variables(), **extra}


def try_to_take(file: BinaryIO) -> bool:
    """Lock a file; False if another process has the lock. The system unlocks it when this process ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Any other error: a file system without locks, where the course goes on without.
        return error.errno not in (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
    return True


@contextmanager
def setup_lock() -> Iterator[None]:
    """Context manager for one set-up at a time in this checkout; everybody may read what it makes."""
    with (ROOT / ".setup.lock").open("ab") as file:
        if not try_to_take(file):
            print("Another set-up of this folder is at work: waiting until it is done.", flush=True)
            while not try_to_take(file):
                time.sleep(0.2)
        # The tools that a killed set-up leaves behind hold the lock, too, until they end.
        os.set_inheritable(file.fileno(), True)
        # Students' code runs under other users, and nothing in .venv is private.
        mask = os.umask(0)
        os.umask(mask & 0o022)
        try:
            yield
        finally:
            os.umask(mask)


def run_step(number: int, text: str, command: list[object], quiet: bool = False, of: int = 4) -> None:
    """Run one part of the set-up and print what it is; raise `Stop` with one sentence if it fails."""
    print(f"[{number}/{of}] {text}", flush=True)
    out, err = (subprocess.PIPE, subprocess.STDOUT) if quiet else (None, None)
    arguments = [str(part) for part in command]
    done = subprocess.run(
        arguments,
        cwd=ROOT,
        env=environment(),
        stdout=out,
        stderr=err,
        encoding="utf-8",
        errors="replace",
        check=False,
        close_fds=False,
    )
    if done.returncode == 0:
        return
    output = done.stdout or ""
    print(output, end="")
    if "ensurepip" in output:
        raise Stop("Python's venv module is missing: install it (Debian, Ubuntu: apt install python3-venv).")
    if shutil.disk_usage(ROOT).free < 2**29:
        raise Stop(f"The disk is full: the set-up needs {NEEDED_GB} GB. Free some and run it again.")
    failed = f"The set-up could not finish step {number} ({text}): the lines above say why."
    if "--require-hashes" not in arguments:  # nothing was to come from a registry
        raise Stop(failed)
    # uv's 1 is an answer that does not do, its 2 none at all; pip has 1 for both.
    if done.returncode == 1 and "connection broken" not in output:
        raise Stop(
            f"{failed} The package registry answers, but has not what the lock asks for: if you use an index "
            f"of your own, see that it has the package; if the lock is wrong, renew it with: {DOOR} lock"
        )
    raise Stop(
        f"{failed} Most often the package registry cannot be reached: see that this machine has a network, "
        "then run the same command again."
    )


def build_if_stale(stamp: Path, content: str, build: Callable[[], None]) -> None:
    """Build a part of .venv, unless its stamp says that it was finished from the same files.

    It is looked at again after waiting for another set-up, which may have built it.
    """

    def done() -> bool:
        return stamp.exists() and stamp.read_text(encoding="utf-8") == content

    if done():
        return
    with setup_lock():
        if not done():
            stamp.unlink(missing_ok=True)
            build()
            stamp.write_text(content, encoding="utf-8")


def set_up() -> None:
    """Build .venv from the lock, unless the one that stands was finished from the same files."""
    supported_python(sys.version_info[:2], (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # It would part PATH; setuptools takes the others for a variable.
    misread = set(os.pathsep + "${}") & set(str(ROOT))
    if misread:
        raise Stop(f"{ROOT} has {min(misread)!r} in its name, which Python's tools misread: move the course.")
    build_if_stale(VENV / "course.stamp", fingerprint(), build)


def build() -> None:
    """Make .venv anew, and install into it what the lock says."""
    if shutil.disk_usage(ROOT).free < NEEDED_GB * 10**9:
        raise Stop(f"The set-up needs {NEEDED_GB} GB of free disk in {ROOT}: free some and run it again.")
    print("Setting up .venv: a minute or two with a fast network. Later starts skip this.", flush=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    run_step(1, "a virtual environment", [base, "-m", "venv", "--clear", VENV], quiet=True)
    # uv too comes from the lock, with its hashes.
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    uv = VENV / "uv.txt"
    uv.write_text(re.findall(r"^uv==.*(?:\n    --hash.*)+", lock, re.MULTILINE)[0], encoding="utf-8")
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "1"]
    run_step(2, "the installer uv", [*pip, "--require-hashes", "-r", uv], quiet=True)
    run_step(3, "the packages of requirements.lock", [*INSTALL, "requirements.lock"])
    run_step(
        4, "the course itself", [*INSTALL[:5], "--no-deps", "--no-build-isolation", "-e", "."], quiet=True
    )


def set_up_classroom() -> None:
    """Add what only grading needs, unless that was done since the set-up."""
    lock = Path("classroom") / "requirements.lock"
    content = fingerprint() + hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    packages = "the packages that grading needs"
    build_if_stale(VENV / "classroom.stamp", content, lambda: run_step(1, packages, [*INSTALL, lock], of=1))

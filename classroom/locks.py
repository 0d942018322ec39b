"""What a grading has for itself on this machine, so that another one beside it is not felt.

Each claim ends with its process, however that ends. What a process that was killed could not clear away,
the next grading does.
"""

from __future__ import annotations

import errno
import importlib
import os
import random
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

# Windows has neither, and no sandbox.
fcntl, pwd = (importlib.import_module(name) if os.name == "posix" else None for name in ("fcntl", "pwd"))

SHARED = Path("/var/tmp")  # noqa: S108
"""Holds folders that are seen inside and outside: a short path, for sockets; /tmp is another one inside."""
_PREFIX = "rnn-course-"
# Numbers that neither Debian nor systemd gives to anybody; above 65 535 a container may know none.
NUMBERS = range(65_600, 99_000)
FEWER_NUMBERS = range(61_000, 61_184)
_TRIES = 500


@contextmanager
def own_number() -> Iterator[int]:
    """A user number under which nobody else runs anything: the kernel counts processes by it.

    Taken at random, since two containers on one machine do not see what the other one has. Where the grader
    is not root, the number is its own: there the kernel counts for each sandbox, which has a user namespace.

    Raises
    ------
    RuntimeError
        There is no number left.
    """
    if os.geteuid() != 0:
        yield os.geteuid()
        return
    numbers = NUMBERS if _is_known(NUMBERS[-1]) else FEWER_NUMBERS
    for number in random.SystemRandom().sample(numbers, min(_TRIES, len(numbers))):
        with socket.socket(socket.AF_UNIX) as claim:
            try:
                claim.bind(f"\0rnn-course-sandbox-{number}")  # a name in no folder: nothing stays behind
            except OSError:
                continue
            if not _is_in_use(number):
                yield number
                return
    raise RuntimeError(
        f"Every user number from {numbers[0]} to {numbers[-1]} seems to be in use: wait for other gradings "
        "on this machine."
    )


def _is_known(number: int) -> bool:
    """Whether this user namespace has such a number."""
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    maps = [[int(word) for word in line.split()] for line in lines]
    return any(first <= number < first + count for first, _, count in maps)


def _is_in_use(number: int) -> bool:
    """Whether a user has the number, or a process runs under it, such as what a killed grading left."""
    assert pwd is not None
    try:
        pwd.getpwuid(number)
    except KeyError:
        ids = (process.info["uids"] for process in psutil.process_iter(["uids"]))
        return any(number in found for found in ids if found is not None)
    return True


@contextmanager
def own_folder() -> Iterator[Path]:
    """An empty folder in `SHARED`, cleared away at the end; what killed processes left there is, too."""
    clear_left_over()
    folder, lock = _locked_folder()
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def clear_left_over() -> None:
    """Remove this user's folders whose process is gone."""
    for folder in SHARED.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            if os.fstat(lock).st_uid == os.geteuid() and take(lock):
                _remove(folder)
        finally:
            os.close(lock)


def _locked_folder() -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=SHARED))
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            continue
        if take(lock) and folder.exists():  # else another grading took it for left over, just now
            return folder, lock
        os.close(lock)


def _remove(folder: Path) -> None:
    # not shutil.rmtree: it ends in a RecursionError where a submission has made folders in folders
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)


def take(file: int, *, shared: bool = False) -> bool:
    """Lock an open file until it is closed or its process ends; False where somebody else holds it.

    With `shared` only those are refused who want it for themselves alone.
    """
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):  # a file system without locks
            raise
    return True


@contextmanager
def grading_into(folder: Path, *, shared: bool = False) -> Iterator[int]:
    """Let nobody else grade into a class's folder meanwhile; `shared` lets in others that do the same.

    Yields the lock, which a process that inherits it holds as well.

    Raises
    ------
    RuntimeError
        Somebody does already.
    """
    with (folder / ".grading").open("a", encoding="utf-8") as file:
        if not take(file.fileno(), shared=shared):
            raise RuntimeError(
                f"Somebody is grading into {folder} at this moment: wait until that is over, or stop it."
            )
        yield file.fileno()

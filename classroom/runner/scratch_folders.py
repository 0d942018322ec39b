"""Folders that are seen inside and outside of a sandbox, each locked by the process that uses it.

The lock ends with its process, however that ends. What a killed process left, the next one removes.
"""

from __future__ import annotations

import errno
import importlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

fcntl = importlib.import_module("fcntl") if os.name == "posix" else None  # Windows has none, and no sandbox

SHARED = Path("/var/tmp")  # noqa: S108
"""A short path, as sockets need; and not /tmp, which is another folder inside."""
_PREFIX = "rnn-course-"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Context manager: an empty folder in `SHARED`, removed at the end, with those of killed processes."""
    remove_abandoned()
    folder, lock = _locked_folder()
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def remove_abandoned() -> None:
    """Remove this user's folders whose process is gone."""
    for folder in SHARED.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            if os.fstat(lock).st_uid == os.geteuid() and try_lock(lock):
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
        if try_lock(lock) and folder.exists():  # else another process has just removed it as abandoned
            return folder, lock
        os.close(lock)


def _remove(folder: Path) -> None:
    # shutil.rmtree would end in a RecursionError where a submission has nested folders very deep
    subprocess.run(["rm", "-rf", "--", str(folder)], check=False, stderr=subprocess.DEVNULL)


def try_lock(file: int, *, shared: bool = False) -> bool:
    """Lock an open file until it is closed or its process ends; False where somebody else holds the lock.

    A `shared` lock goes together with other shared ones.
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

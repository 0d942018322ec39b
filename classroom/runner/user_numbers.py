"""User numbers, one for each sandbox: the Linux kernel counts processes by user.

A fork bomb in one sandbox then takes no processes from another one.
"""

from __future__ import annotations

import importlib
import os
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

pwd = importlib.import_module("pwd") if os.name == "posix" else None  # Windows has none, and no sandbox

# Numbers that neither Debian nor systemd assigns. A container may not map those above 65 535.
NUMBERS = range(65_600, 99_000)
FEWER_NUMBERS = range(61_000, 61_184)
_TRIES = 500


@contextmanager
def unused_user_number() -> Iterator[int]:
    """Context manager: a user number under which nobody else runs anything, held until the process ends.

    It is drawn at random, since two containers on one machine do not see each other's. Without root it is
    the caller's own: then each sandbox has a user namespace, and the kernel counts by that.

    Raises
    ------
    RuntimeError
        No number is free.
    """
    if os.geteuid() != 0:
        yield os.geteuid()
        return
    numbers = NUMBERS if _is_mapped(NUMBERS[-1]) else FEWER_NUMBERS
    for number in random.SystemRandom().sample(numbers, min(_TRIES, len(numbers))):
        with socket.socket(socket.AF_UNIX) as claim:
            try:
                claim.bind(f"\0rnn-course-sandbox-{number}")  # an abstract name: no file stays behind
            except OSError:
                continue
            if not _is_in_use(number):
                yield number
                return
    raise RuntimeError(
        f"Every user number from {numbers[0]} to {numbers[-1]} seems to be in use: wait for other gradings "
        "on this machine."
    )


def _is_mapped(number: int) -> bool:
    """Whether this user namespace has such a number."""
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    ranges = [[int(field) for field in line.split()] for line in lines]
    return any(first <= number < first + count for first, _, count in ranges)


def _is_in_use(number: int) -> bool:
    """Whether a user has the number, or a process runs under it, such as one that a killed grader left."""
    assert pwd is not None
    try:
        pwd.getpwuid(number)
    except KeyError:
        ids_of_processes = (process.info["uids"] for process in psutil.process_iter(["uids"]))
        return any(number in ids for ids in ids_of_processes if ids is not None)
    return True

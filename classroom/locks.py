"""The lock of a class's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classroom.runner.scratch_folders import try_lock


@contextmanager
def folder_lock(folder: Path, *, shared: bool = False) -> Iterator[int]:
    """Context manager: nobody else grades into a class's folder; `shared` lets in others that share it.

    Yields the lock. A process that inherits it holds it as well.

    Raises
    ------
    RuntimeError
        Somebody else holds it.
    """
    with (folder / ".grading").open("a", encoding="utf-8") as file:
        if not try_lock(file.fileno(), shared=shared):
            raise RuntimeError(
                f"Somebody is grading into {folder} at this moment: wait until that is over, or stop it."
            )
        yield file.fileno()

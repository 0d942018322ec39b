"""Files of the tools: writing so that a reader never meets half of one, and reading what is on record."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from authoring.lessons import LessonError

Entry = TypeVar("Entry")


def read_record(path: Path, entry: Callable[[Any], Entry], *, what: str, mend: str) -> dict[str, Entry]:
    """The entries of a JSON object in lessons/, each made by `entry`; none where there is no file.

    Raises `LessonError` if it is not `what` it should be, and names the command that `mend`s it.
    """
    if not path.exists():
        return {}
    try:
        return {name: entry(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise LessonError(
            f"lessons/{path.name} is not {what} ({error!r}): "
            f"bring it back with `git restore lessons/{path.name}`, or delete it and run `{mend}`."
        ) from error


def write_atomically(path: Path, text: str) -> None:
    """Replace a file in one step; when the writing fails, the old one stays as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(
        "w",
        dir=path.parent,
        prefix=f".{path.name}.",
        suffix=".tmp",
        encoding="utf-8",
        newline="\n",
        delete=False,
    ) as unfinished:
        temporary = Path(unfinished.name)
        try:
            unfinished.write(text)
            unfinished.close()
            # A temporary file is its owner's alone; what it replaces is for everyone to read.
            temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

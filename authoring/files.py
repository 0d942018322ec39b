"""Files of the tools: writing so that a reader never meets half of one, and reading what is on record."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from authoring.sources import CourseError

Entry = TypeVar("Entry")


def read_record(path: Path, entry: Callable[[Any], Entry], *, what: str, command: str) -> dict[str, Entry]:
    """The entries of a JSON object in lessons/, each made by `entry`; none where there is no file.

    Raises `CourseError` if it is not `what` it should be, and names the `command` that makes it anew.
    """
    if not path.exists():
        return {}
    try:
        return {name: entry(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise CourseError(
            f"lessons/{path.name} is not {what} ({error!r}): "
            f"bring it back with `git restore lessons/{path.name}`, or delete it and run `{command}`."
        ) from error


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file in one step; when the writing fails, the old one stays as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp", delete=False
    ) as unfinished:
        temporary = Path(unfinished.name)
        try:
            unfinished.write(data)
            unfinished.close()
            # A temporary file is its owner's alone; what it replaces is for everyone to read.
            temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

"""Writing files so that a reader never meets half of one."""

from __future__ import annotations

import tempfile
from pathlib import Path


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

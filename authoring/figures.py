"""README's pictures: each is a figure of a notebook, found by its alt text and written to docs/."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from authoring.lessons import REPOSITORY, LessonError, notebook_paths, read_notebook

MEND = "python3 course.py notebooks"

_PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<path>docs/[^)]+\.png)\)")


def stored_figures(root: Path = REPOSITORY) -> dict[str, bytes]:
    """The PNG files stored in the notebooks, by their alt text."""
    figures = {}
    for path in notebook_paths(root):
        try:
            cells = read_notebook(path).cells
        except LessonError:  # the sync check names it
            continue
        for cell in cells:
            for output in cell.get("outputs", []):
                alt = output.get("metadata", {}).get("image/png", {}).get("alt")
                if alt:
                    figures[alt] = base64.b64decode(output["data"]["image/png"])
    return figures


def picture_problems(root: Path = REPOSITORY) -> list[str]:
    """README's pictures that are not the notebooks' figures, each with what mends it."""
    found = []
    for alt, path, wanted in _pictures(root):
        if wanted is None:
            found.append(
                f"README.md shows {path}, but no notebook's figure has its alt text, {alt!r}: use one's."
            )
        elif _content(root / path) != wanted:
            found.append(f"README.md shows {path}, which is no longer that figure. Mend it with `{MEND}`.")
    return found


def refresh_pictures(root: Path = REPOSITORY) -> list[str]:
    """Write the pictures that are missing or old; gives their paths."""
    written = []
    for _, path, wanted in _pictures(root):
        if wanted and _content(root / path) != wanted:
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_bytes(wanted)
            written.append(path)
    return written


def _pictures(root: Path) -> list[tuple[str, str, bytes | None]]:
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    figures = stored_figures(root)
    return [(found["alt"], found["path"], figures.get(found["alt"])) for found in _PICTURE.finditer(text)]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None

"""README's pictures: each is a figure of a notebook, found by its alt text and written to docs/."""

from __future__ import annotations

import base64
import re

from authoring.course import Course
from authoring.sources import CourseError

_PICTURE = re.compile(r"!\[(?P<alt>[^\]]+)\]\((?P<path>docs/[^)]+\.png)\)")


def readme_pictures(course: Course) -> dict[str, str]:
    """The alt texts of README's pictures, by the pictures' paths."""
    readme = course.root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.exists() else ""
    return {match["path"]: match["alt"] for match in _PICTURE.finditer(text)}


def stored_figures(course: Course) -> dict[str, str]:
    """The PNG images stored in the notebooks as base64, by their alt text."""
    figures = {}
    for notebook in course.notebooks.values():
        for cell in notebook.cells:
            for output in cell.outputs:
                if alt := output.get("metadata", {}).get("image/png", {}).get("alt"):
                    figures[alt] = output["data"]["image/png"]
    return figures


def figure(course: Course, path: str, alt: str) -> bytes:
    """The PNG file of the figure with this alt text, which README.md shows as `path`."""
    image = stored_figures(course).get(alt)
    if image is None:
        raise CourseError(
            f"README.md shows {path}, but no notebook's figure has its alt text, {alt!r}: use one's."
        )
    return base64.b64decode(image)

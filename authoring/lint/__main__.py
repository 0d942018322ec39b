"""The command line of the notebook lint."""

from __future__ import annotations

import sys
from pathlib import Path

from authoring.course import Course
from authoring.lint import RULES, problems
from authoring.sources import REPOSITORY


def main(root: Path = REPOSITORY) -> int:
    course = Course(root)
    result = problems(course)
    for problem in result:
        print(problem, file=sys.stderr)
    if not result:
        print(f"{len(course.notebook_paths)} notebooks, {len(RULES)} rules: nothing found.")
    return 1 if result else 0


if __name__ == "__main__":
    raise SystemExit(main())

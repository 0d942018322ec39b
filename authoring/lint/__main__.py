"""The command line of the hygiene check."""

from __future__ import annotations

import sys
from pathlib import Path

from authoring.lessons import REPOSITORY, notebook_paths
from authoring.lint import RULES, problems


def main(root: Path = REPOSITORY) -> int:
    found = problems(root)
    for problem in found:
        print(problem, file=sys.stderr)
    if not found:
        print(f"{len(notebook_paths(root))} notebooks, {len(RULES)} rules: nothing found.")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Is every stored notebook fit to be read and compared? `python -m authoring.lint` says where not.

Each rule is a function in one of the modules imported here; `RULES` is the table of them all.
"""

from __future__ import annotations

from pathlib import Path

from authoring.lessons import REPOSITORY, LessonError
from authoring.lint import code, measured, outputs, structure, typed  # noqa: F401 - they register rules
from authoring.lint.notebook import Notebook, load, load_all
from authoring.lint.rules import RULES, Finding, Rule

__all__ = [
    "RULES",
    "Finding",
    "Notebook",
    "Rule",
    "anatomy",
    "code",
    "findings_in",
    "load",
    "load_all",
    "measured",
    "outputs",
    "problems",
    "typed",
]


def findings_in(notebook: Notebook) -> dict[str, list[Finding]]:
    """What each rule found, by the rule's name; rules that found nothing are left out."""
    found = {name: list(rule.findings(notebook)) for name, rule in RULES.items()}
    return {name: findings for name, findings in found.items() if findings}


def problems(root: Path = REPOSITORY) -> list[str]:
    """A line for each thing that a rule found: the notebook, the cell, what would do, the rule."""
    try:
        notebooks = load_all(root)
    except LessonError as error:
        return [str(error)]
    return [
        f"{notebook.name} {finding} [{name}]"
        for notebook in notebooks
        for name, findings in findings_in(notebook).items()
        for finding in findings
    ]

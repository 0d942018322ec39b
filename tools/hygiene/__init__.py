"""Is every stored notebook fit to be read and compared? `python -m tools.hygiene` says where not.

Each rule is a function in one of the modules imported here; `RULES` is the table of them all.
"""

from __future__ import annotations

from pathlib import Path

from tools.hygiene import anatomy, code, measured, outputs, typed
from tools.hygiene.notebook import Notebook, load, load_all
from tools.hygiene.rules import RULES, Finding, Rule
from tools.lessons import REPOSITORY, LessonError

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

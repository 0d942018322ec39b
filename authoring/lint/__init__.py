"""The notebook lint: what in a stored notebook cannot be read or compared. `python -m authoring.lint`

Each rule is a function in one of the modules imported here; `RULES` is the table of them all.
"""

from __future__ import annotations

from authoring.course import Course
from authoring.lint import code, measured, outputs, structure, typed  # noqa: F401 - they register rules
from authoring.lint.rules import RULES, Finding, Rule
from authoring.notebook import Notebook, load_all
from authoring.sources import CourseError

__all__ = ["RULES", "Finding", "Notebook", "Rule", "findings_in", "load_all", "problems"]


def findings_in(notebook: Notebook) -> dict[str, list[Finding]]:
    """The findings of each rule, by the rule's name; rules without any are left out."""
    findings = {name: list(rule.findings(notebook)) for name, rule in RULES.items()}
    return {name: some for name, some in findings.items() if some}


def problems(course: Course) -> list[str]:
    """A line for each finding of a rule: the notebook, the cell, what would do, the rule."""
    try:
        notebooks = load_all(course.notebook_paths)
    except CourseError as error:
        return [str(error)]
    return [
        f"{notebook.name} {finding} [{name}]"
        for notebook in notebooks
        for name, findings in findings_in(notebook).items()
        for finding in findings
    ]

"""The table of rules, which the modules beside this one fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from authoring.notebook import Notebook

RULES: dict[str, Rule] = {}

# Where a finding is that no single cell is to blame for.
WHOLE = "as a whole"


@dataclass(frozen=True)
class Finding:
    """Where a rule is broken, what is wrong there, and the remedy."""

    where: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.fault}; {self.remedy}."


Check = Callable[[Notebook], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """What a stored notebook must be; `findings` yields where it is not."""

    name: str
    summary: str
    findings: Check


def rule(check: Check) -> Check:
    """Register a function under its own name; its docstring is the rule in one line."""
    if check.__name__ in RULES:
        raise ValueError(f"There are two rules named {check.__name__}.")
    summary = (check.__doc__ or "").strip()
    if not summary or "\n" in summary:
        raise ValueError(f"The rule {check.__name__} needs a docstring of one line.")
    RULES[check.__name__] = Rule(check.__name__, summary, check)
    return check

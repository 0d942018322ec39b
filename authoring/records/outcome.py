"""What one run of a lesson showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Outcome:
    """What one run showed.

    `held` has the sentences of the checks that held, `notes` the values where one did not, `error` the
    place and the first line of what ended the run early, `distances` value minus bound for each check that
    has both. `differs` names the cells whose text is not the stored one, measured numbers left out; there are
    `measured` of these, and `other` are not as stored. `results` says of each claim what a second
    measurement gave.
    """

    held: set[str]
    notes: tuple[str, ...] = ()
    error: str = ""
    distances: Mapping[str, float] = field(default_factory=dict)
    differs: tuple[str, ...] = ()
    measured: int = 0
    other: int = 0
    results: Mapping[str, str] = field(default_factory=dict)

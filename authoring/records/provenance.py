"""What a lesson was run with when something of it went on record: out of date once that has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from authoring.notebook import Notebook
from authoring.records.course_code import course_code, locked_versions
from authoring.records.fingerprint import bounds, fingerprint, with_bounds


@dataclass(frozen=True)
class Provenance:
    """Fingerprints of a lesson's code and of what it uses of course_utils, minor versions, and its bounds.

    `bounds` are the numbers that its checks are held against, in the order of the code; None where a record
    was made before they were recorded. They are part of `code`, too.
    """

    code: str
    course_utils: str
    versions: Mapping[str, str]
    bounds: tuple[float, ...] | None = field(default=None, compare=False)

    @staticmethod
    @lru_cache(maxsize=100)  # the records of seeds and of machines both ask for it
    def of(notebook: Notebook) -> Provenance:
        trees = [cell.tree for cell in notebook.code]
        return Provenance(
            fingerprint(trees),
            course_code(trees, notebook.root),
            locked_versions(notebook.root),
            tuple(number for _, number in bounds(trees)),
        )

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Provenance:
        numbers = tuple(entry["bounds"]) if "bounds" in entry else None
        return cls(entry["code"], entry["course_utils"], dict(entry["versions"]), numbers)

    def as_entry(self) -> dict[str, Any]:
        entry = {"code": self.code, "course_utils": self.course_utils, "versions": dict(self.versions)}
        return entry if self.bounds is None else {**entry, "bounds": self.bounds}

    def changed(self, notebook: Notebook, name: str) -> str:
        """What is not as it was for the lesson of this name; empty if all is, or only bounds are looser."""
        now = Provenance.of(notebook)
        if self.code != now.code and not self._differs_in_looser_bounds(notebook):
            return f"{name} computes something else"
        if self.course_utils != now.course_utils:
            return f"course_utils computes something else for {name}"
        moved = [
            f"{package} {self.versions.get(package)} has become {now.versions.get(package)}"
            for package in sorted({*self.versions, *now.versions})
            if self.versions.get(package) != now.versions.get(package)
        ]
        return ", ".join(moved)

    def _differs_in_looser_bounds(self, notebook: Notebook) -> bool:
        """What held, or failed too seldom to matter, does so with a looser bound, too."""
        trees = [cell.tree for cell in notebook.code]
        now = bounds(trees)
        if self.bounds is None or len(now) != len(self.bounds):
            return False
        looser = all(sign * (new - old) >= 0 for (sign, new), old in zip(now, self.bounds, strict=True))
        return looser and fingerprint(with_bounds(trees, self.bounds)) == self.code

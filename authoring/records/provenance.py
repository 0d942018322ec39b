"""What a lesson was run with when something of it went on record: out of date once that has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from authoring.notebook import Notebook
from authoring.records.course_code import course_code, locked_versions
from authoring.records.fingerprint import fingerprint


@dataclass(frozen=True)
class Provenance:
    """Fingerprints of a lesson's code and of what it uses of course_utils, and minor versions."""

    code: str
    course_utils: str
    versions: Mapping[str, str]

    @classmethod
    def of(cls, notebook: Notebook) -> Provenance:
        trees = [cell.tree for cell in notebook.code]
        return cls(fingerprint(trees), course_code(trees, notebook.root), locked_versions(notebook.root))

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Provenance:
        return cls(entry["code"], entry["course_utils"], dict(entry["versions"]))

    def as_entry(self) -> dict[str, Any]:
        return {"code": self.code, "course_utils": self.course_utils, "versions": dict(self.versions)}

    def changed(self, now: Provenance, name: str) -> str:
        """What is not as it was for the lesson of this name; empty if all is."""
        if self.code != now.code:
            return f"{name} computes something else"
        if self.course_utils != now.course_utils:
            return f"course_utils computes something else for {name}"
        moved = [
            f"{package} {self.versions.get(package)} has become {now.versions.get(package)}"
            for package in sorted({*self.versions, *now.versions})
            if self.versions.get(package) != now.versions.get(package)
        ]
        return ", ".join(moved)

"""The record of the attempts to overturn each claim, lessons/refutations.json, and docs/refutations.md.

A lesson's check measures what its sentence says in one way. `lessons/refutations/NAME.py` measures it in
another, claim by claim, with the lesson's own variables: each cell sets `claim` (a line of "What you now
know"), `measurement` (what else was measured, in a sentence), `result` (what came out, short) and `holds`.
authoring/refutations.py runs it under several seeds.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from authoring.lessons import Lesson, LessonError
from authoring.notebook import Notebook, plain
from authoring.reading import FIRST_EDITION
from authoring.records.fingerprint import fingerprint
from authoring.records.outcome import Outcome
from authoring.records.store import Store, escape_markdown, lesson_link
from authoring.sources import read_cells

SEEDS = 5
FOLDER = "refutations"
FIRST_DEMANDED = "01"

_PAGE_OPENING = """\
# What could have overturned the claims

Each line of "What you now know" is a check that ran. Here each is measured a second time in another way
that could have shown it false, under several seeds. Where one fell, the lesson was changed, not this table.

Made by `python3 course.py refutations` from lessons/refutations/ and what it recorded: do not edit this page.
"""


@dataclass(frozen=True)
class Attempt:
    """A claim, what else was measured, and the code that does it."""

    claim: str
    measurement: str
    code: str


@dataclass(frozen=True)
class Refutations:
    """What came out for one lesson.

    `code` is what was run, `results` goes from a seed to each claim's result and whether it holds, `errors`
    from a seed to what ended its run early.
    """

    code: str
    results: Mapping[int, Mapping[str, tuple[str, bool]]] = field(default_factory=dict)
    errors: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Refutations:
        results = {
            int(seed): {claim: (str(result), bool(holds)) for claim, (result, holds) in claims.items()}
            for seed, claims in entry["results"].items()
        }
        return cls(entry["code"], results, {int(seed): text for seed, text in entry["errors"].items()})

    def to_entry(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "errors": dict(sorted(self.errors.items())),
            "results": dict(sorted(self.results.items())),
        }

    def with_run(self, seed: int, outcome: Outcome) -> Refutations:
        claims = {claim: (result, claim in outcome.held) for claim, result in outcome.results.items()}
        errors = {**self.errors, seed: outcome.error} if outcome.error else dict(self.errors)
        return replace(self, results={**self.results, seed: claims}, errors=errors)

    def overturned(self, claim: str) -> list[int]:
        """The seeds in which the claim did not hold, or was not reached."""
        return [
            seed for seed, claims in sorted(self.results.items()) if not claims.get(claim, ("", False))[1]
        ]


def attempts_path(notebook: Notebook) -> Path:
    return notebook.root / "lessons" / FOLDER / f"{notebook.path.stem[3:]}.py"


def read_attempts(notebook: Notebook) -> list[Attempt]:
    """What a lesson's file measures, claim by claim; nothing where there is no file."""
    path = attempts_path(notebook)
    if not path.exists():
        return []
    attempts = []
    for number, cell in enumerate(read_cells(path), start=1):
        if cell.cell_type != "code":
            continue
        try:
            body = ast.parse(cell.source).body
        except SyntaxError as error:
            raise LessonError(f"lessons/{FOLDER}/{path.name} cell {number}: {error}.") from error
        texts = {
            ast.unparse(node.targets[0]): ast.literal_eval(node.value)
            for node in body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        }
        names = {name.id for node in body for name in ast.walk(node) if isinstance(name, ast.Name)}
        if missing := [n for n in ("claim", "measurement") if not isinstance(texts.get(n), str)]:
            raise LessonError(f"lessons/{FOLDER}/{path.name} cell {number} sets no text {missing[0]!r}.")
        if missing := [name for name in ("result", "holds") if name not in names]:
            raise LessonError(f"lessons/{FOLDER}/{path.name} cell {number} sets no {missing[0]!r}.")
        attempts.append(Attempt(plain(texts["claim"]), texts["measurement"], cell.source))
    return attempts


def code_of(notebook: Notebook) -> str:
    """A fingerprint of what is run: the lesson without its solutions, and the attempts to the letter."""
    lesson = fingerprint(cell.tree for cell in notebook.code if "solution" not in cell.tags)
    attempts = attempts_path(notebook).read_text(encoding="utf-8")
    return hashlib.sha256(f"{lesson}\n{attempts}".encode()).hexdigest()[:12]


def page(lessons: Sequence[Lesson], records: Mapping[str, Refutations]) -> str:
    """For each lesson a table of its claims."""
    parts = [_PAGE_OPENING]
    for lesson in lessons:
        if lesson.name not in records:
            continue
        record, attempts = records[lesson.name], _attempts_beside(lesson)
        parts.append(f"## {lesson.number} · {lesson_link(lesson)}\n")
        parts.append(f"Seeds: {', '.join(map(str, sorted(record.results)))}.\n")
        parts.append("| Claim | What else was measured | What came out, seed by seed | Holds in |")
        parts.append("|:--|:--|:--|--:|")
        for attempt in attempts:
            results = [
                claims[attempt.claim][0] if attempt.claim in claims else "not reached"
                for _, claims in sorted(record.results.items())
            ]
            once = results[:1] if len(set(results)) == 1 else results
            held = len(record.results) - len(record.overturned(attempt.claim))
            cells = map(escape_markdown, (attempt.claim, attempt.measurement, " · ".join(once)))
            parts.append(f"| {' | '.join(cells)} | {held} of {len(record.results)} |")
        parts += [
            f"\n- seed {seed}, {escape_markdown(error)}" for seed, error in sorted(record.errors.items())
        ]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _attempts_beside(lesson: Lesson) -> list[Attempt]:
    return read_attempts(Notebook(lesson.notebook, (), {}))


REFUTATIONS = Store(
    "refutations", "a record of refutations", Refutations.from_entry, Refutations.to_entry, page
)


def problems_of(lesson: Lesson, notebook: Notebook, record: Refutations | None) -> list[str]:
    """Where a claim was not tried, or fell."""
    if lesson.number < FIRST_DEMANDED or lesson.name in FIRST_EDITION:
        return []
    where, command = f"lessons/{FOLDER}/{lesson.name}.py", REFUTATIONS.command(lesson)
    tried = [attempt.claim for attempt in read_attempts(notebook)]
    problems = [f"{where} does not try {claim!r}." for claim in notebook.claims if claim not in tried]
    problems += [
        f"{where} tries {claim!r}, which is no claim of the lesson."
        for claim in tried
        if claim not in notebook.claims
    ]
    if problems:
        return problems
    if record is None or record.code != code_of(notebook) or len(record.results) < SEEDS:
        return [f"{REFUTATIONS.path} has no runs of {lesson.name} as it is now: run {command}."]
    return [
        f"{lesson.name}: {claim!r} falls in seeds {record.overturned(claim)}: claim less, then {command}."
        for claim in tried
        if record.overturned(claim)
    ]

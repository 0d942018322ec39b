"""The record of the sweeps over seeds, lessons/seeds.json, and docs/seeds.md, which shows it.

authoring/seeds.py fills it. Here is what must be true of it, told in seconds and without TensorFlow.
Of each lesson that has a notebook a sweep is demanded; that of lesson 00, which trains nothing, only has
to be true where there is one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from authoring.files import read_record, write_atomically
from authoring.lessons import REPOSITORY, Lesson, find_lessons
from authoring.lint.notebook import Notebook
from authoring.readme import in_cell
from authoring.records.provenance import Provenance
from authoring.trials import Outcome, stored_notebook

SEEDS = 20
MOST_FAILURES = 1  # in each 20 seeds
FEWEST_FOR_SPREAD = 5
FIRST_DEMANDED = "01"
MEND = "python3 course.py notebooks"
SWEEP = "python3 course.py seeds"

_PAGE_OPENING = f"""\
# Which checks hold for other seeds

Each lesson is run again under `COURSE_SEED` = 1, 2, 3, … A check that fails is counted, and the
lesson goes on. Each check must hold in at least {SEEDS - MOST_FAILURES} of {SEEDS} seeds. Where one
does not, the lesson is changed and not this table.

Made by `{SWEEP}` from what it recorded in lessons/seeds.json: do not edit this page.
"""


@dataclass(frozen=True)
class Sweep:
    """What is known of one lesson: the seeds it was run with, and where each check failed.

    `ran` is what was run, `failed` goes from a check's sentence to the seeds in which it did not hold,
    `errors` from a seed to the error that ended its run, `distances` from a check's sentence to value minus
    bound in each seed in which it was reached.
    """

    ran: Provenance
    seeds: tuple[int, ...]
    failed: Mapping[str, tuple[int, ...]]
    errors: Mapping[int, str] = field(default_factory=dict)
    distances: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @classmethod
    def to_do(cls, notebook: Notebook) -> Sweep:
        return cls(Provenance.of(notebook), (), dict.fromkeys(notebook.checks, ()))

    def with_run(self, seed: int, outcome: Outcome) -> Sweep:
        """The sweep with the result of one more seed."""
        failed = {
            sentence: seeds if sentence in outcome.held else tuple(sorted({*seeds, seed}))
            for sentence, seeds in self.failed.items()
        }
        errors = {**self.errors, seed: outcome.error} if outcome.error else dict(self.errors)
        distances = dict(self.distances)
        for sentence, distance in outcome.distances.items():
            distances[sentence] = (*distances.get(sentence, ()), float(f"{distance:.3g}"))
        return replace(
            self, seeds=tuple(sorted({*self.seeds, seed})), failed=failed, errors=errors, distances=distances
        )

    def is_of(self, notebook: Notebook) -> bool:
        """Whether the notebook still computes what was run, whatever words its checks have now."""
        return self.ran == Provenance.of(notebook) and len(self.failed) == len(notebook.checks)

    def in_words_of(self, notebook: Notebook) -> Sweep:
        """The same results under the notebook's sentences, which come in the same order."""
        now = dict(zip(self.failed, notebook.checks, strict=True))
        return replace(
            self,
            failed={now[sentence]: seeds for sentence, seeds in self.failed.items()},
            distances={now[sentence]: found for sentence, found in self.distances.items()},
        )

    def spread(self, sentence: str) -> float | None:
        """How far the seeds spread a check's value; None if unknown.

        From the second lowest to the second highest: one seed in twenty may fail.
        """
        found = sorted(self.distances.get(sentence, ()))
        return found[-2] - found[1] if len(found) >= FEWEST_FOR_SPREAD else None

    def too_weak(self) -> list[str]:
        """The sentences that failed in more than one of each 20 seeds."""
        return [
            sentence
            for sentence, seeds in self.failed.items()
            if SEEDS * len(seeds) > MOST_FAILURES * len(self.seeds)
        ]

    def held(self, sentence: str) -> str:
        """In how many seeds a check held, and which are the others: `19 of 20 (not 7)`."""
        seeds = self.failed[sentence]
        exceptions = f" (not {', '.join(map(str, seeds))})" if seeds else ""
        return f"{len(self.seeds) - len(seeds)} of {len(self.seeds)}{exceptions}"


def sweeps_path(root: Path) -> Path:
    return root / "lessons" / "seeds.json"


def page_path(root: Path) -> Path:
    return root / "docs" / "seeds.md"


def read_sweeps(root: Path = REPOSITORY) -> dict[str, Sweep]:
    """The sweeps by lesson name."""
    return read_record(sweeps_path(root), _sweep, what="a record of sweeps", mend=SWEEP)


def _sweep(entry: Mapping[str, Any]) -> Sweep:
    return Sweep(
        Provenance.from_entry(entry),
        tuple(entry["seeds"]),
        {sentence: tuple(seeds) for sentence, seeds in entry["failed"].items()},
        {int(seed): error for seed, error in entry["errors"].items()},
        {sentence: tuple(found) for sentence, found in entry["distances"].items()},
    )


def write_sweeps(root: Path, lessons: Sequence[Lesson], sweeps: Mapping[str, Sweep]) -> None:
    """Write the record and its page; lessons that are gone lose their entry."""
    entries = {
        lesson.name: {
            **sweep.ran.as_entry(),
            "seeds": sweep.seeds,
            "errors": dict(sorted(sweep.errors.items())),
            "failed": sweep.failed,
            "distances": sweep.distances,
        }
        for lesson in lessons
        if (sweep := sweeps.get(lesson.name))
    }
    text = json.dumps(entries, indent=2, ensure_ascii=False)
    # A list of numbers on one line: no text in JSON holds a line break.
    text = re.sub(r"\[\s+([-+.\w,\s]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    write_atomically(sweeps_path(root), text + "\n")
    write_atomically(page_path(root), page(lessons, sweeps))


def page(lessons: Sequence[Lesson], sweeps: Mapping[str, Sweep]) -> str:
    """A table of the swept lessons, and for each lesson one of all its checks."""
    swept = [(lesson, sweeps[lesson.name]) for lesson in lessons if lesson.name in sweeps]
    rows = ["| | Lesson | Seeds | Checks | Held in every seed | Lowest |", "|:--|:--|--:|--:|--:|--:|"]
    parts = []
    for lesson, sweep in swept:
        fewest = len(sweep.seeds) - max(map(len, sweep.failed.values()), default=0)
        cells = [
            lesson.number,
            f"[{in_cell(lesson.opening.title)}](../notebooks/{lesson.notebook.name})",
            str(len(sweep.seeds)),
            str(len(sweep.failed)),
            str(sum(not seeds for seeds in sweep.failed.values())),
            f"{fewest} of {len(sweep.seeds)}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
        table = [f"\n## {lesson.label}\n", "| Check | Held in |", "|:--|--:|"]
        table += [f"| {literally(sentence)} | {sweep.held(sentence)} |" for sentence in sweep.failed]
        if sweep.errors:
            table.append("\nSome runs ended early; the checks that they did not reach count as failed:\n")
        table += [f"- seed {seed}, {literally(error)}" for seed, error in sorted(sweep.errors.items())]
        parts.append("\n".join(table))
    return "\n".join([_PAGE_OPENING, *rows, *parts]) + "\n"


def sweep_problems(root: Path = REPOSITORY) -> list[str]:
    """Where the record is missing, out of date or too weak, each with what mends it."""
    lessons, sweeps = find_lessons(root), read_sweeps(root)
    found = []
    for lesson in lessons:
        notebook, sweep = stored_notebook(lesson), sweeps.get(lesson.name)
        if notebook is not None and sweep is not None:
            found += _problems_of(lesson, notebook, sweep)
        elif notebook is not None and lesson.number >= FIRST_DEMANDED:
            found.append(
                f"lessons/seeds.json has no sweep of {lesson.name}: run `{SWEEP} {lesson.number}`, "
                "which shows whether its checks hold for other seeds."
            )
    gone = sorted(sweeps.keys() - {lesson.name for lesson in lessons})
    found += [f"lessons/seeds.json has {name}, which is no lesson. Mend it with `{MEND}`." for name in gone]
    path = page_path(root)
    shown = path.read_text(encoding="utf-8") if path.exists() else ""
    if shown != page(lessons, sweeps):
        found.append(f"docs/seeds.md is not what lessons/seeds.json gives. Mend it with `{MEND}`.")
    return found


def _problems_of(lesson: Lesson, notebook: Notebook, sweep: Sweep) -> list[str]:
    sweep_it = f"`{SWEEP} {lesson.number}`"
    if not sweep.is_of(notebook):
        changed = sweep.ran.changed(Provenance.of(notebook), lesson.name) or f"{lesson.name} has other checks"
        return [
            f"lessons/seeds.json: {changed} since it was swept over seeds. Sweep it again with {sweep_it}."
        ]
    found = []
    if list(sweep.failed) != notebook.checks:
        found.append(
            f"lessons/seeds.json: the checks of {lesson.name} have other words in its notebook. "
            f"Mend it with `{MEND}`."
        )
    if len(sweep.seeds) < SEEDS:
        found.append(
            f"lessons/seeds.json: {lesson.name} was run with {len(sweep.seeds)} of {SEEDS} seeds. "
            f"Go on with {sweep_it}."
        )
    found += [
        f"{lesson.name}: {sentence!r} held in {sweep.held(sentence)}, and must in at least "
        f"{SEEDS - MOST_FAILURES} of {SEEDS}. Train better, ask more networks, or claim less; "
        f"then {sweep_it}."
        for sentence in sweep.too_weak()
    ]
    return found


def refresh_sweeps(root: Path = REPOSITORY) -> bool:
    """Bring words and page up to date where no lesson has to be run for it; True if that changed a file."""
    lessons, sweeps = find_lessons(root), read_sweeps(root)
    paths = (sweeps_path(root), page_path(root))
    before = [path.read_bytes() if path.exists() else b"" for path in paths]
    for lesson in lessons:
        notebook, sweep = stored_notebook(lesson), sweeps.get(lesson.name)
        if notebook is not None and sweep is not None and sweep.is_of(notebook):
            sweeps[lesson.name] = sweep.in_words_of(notebook)
    write_sweeps(root, lessons, sweeps)
    return before != [path.read_bytes() for path in paths]


def literally(text: str) -> str:
    """The text as markdown that shows it, in a table's cell too."""
    return re.sub(r"([\\`*_<\[|])", r"\\\1", text)

"""The record of the sweeps over seeds, lessons/seeds.json, and docs/seeds.md, which shows it.

authoring/seeds.py fills it. Here is what must be true of it, told in seconds and without TensorFlow.
Of each lesson that has a notebook a sweep is demanded; that of lesson 00, which trains nothing, only has
to be true where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from authoring.lessons import Lesson
from authoring.notebook import Notebook
from authoring.records.outcome import Outcome
from authoring.records.provenance import Provenance
from authoring.records.store import Store, escape_markdown, lesson_link

SEEDS = 20
MOST_FAILURES = 1  # in each 20 seeds
FEWEST_FOR_SPREAD = 5
FIRST_DEMANDED = "01"

_PAGE_OPENING = f"""\
# Which checks hold for other seeds

Each lesson is run again under `COURSE_SEED` = 1, 2, 3, … A check that fails is counted, and the
lesson goes on. Each check must hold in at least {SEEDS - MOST_FAILURES} of {SEEDS} seeds. Where one
does not, the lesson is changed and not this table.

Made by `python3 course.py seeds` from what it recorded in lessons/seeds.json: do not edit this page.
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
    def from_entry(cls, entry: Mapping[str, Any]) -> Sweep:
        return cls(
            Provenance.from_entry(entry),
            tuple(entry["seeds"]),
            {sentence: tuple(seeds) for sentence, seeds in entry["failed"].items()},
            {int(seed): error for seed, error in entry["errors"].items()},
            {sentence: tuple(distances) for sentence, distances in entry["distances"].items()},
        )

    def to_entry(self) -> dict[str, Any]:
        return {
            **self.ran.as_entry(),
            "seeds": self.seeds,
            "errors": dict(sorted(self.errors.items())),
            "failed": self.failed,
            "distances": self.distances,
        }

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
        """Whether this is true of the notebook, whose checks may have other words and looser bounds."""
        return not self.ran.changed(notebook, "") and len(self.failed) == len(notebook.checks)

    def in_words_of(self, notebook: Notebook) -> Sweep:
        """The same results under the notebook's sentences, which come in the same order."""
        now = dict(zip(self.failed, notebook.checks, strict=True))
        return replace(
            self,
            failed={now[sentence]: seeds for sentence, seeds in self.failed.items()},
            distances={now[sentence]: values for sentence, values in self.distances.items()},
        )

    def spread(self, sentence: str) -> float | None:
        """How far the seeds spread a check's value; None if unknown.

        From the second lowest to the second highest: one seed in twenty may fail.
        """
        distances = sorted(self.distances.get(sentence, ()))
        return distances[-2] - distances[1] if len(distances) >= FEWEST_FOR_SPREAD else None

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


def page(lessons: Sequence[Lesson], sweeps: Mapping[str, Sweep]) -> str:
    """A table of the swept lessons, and for each lesson one of all its checks."""
    swept = [(lesson, sweeps[lesson.name]) for lesson in lessons if lesson.name in sweeps]
    rows = ["| | Lesson | Seeds | Checks | Held in every seed | Lowest |", "|:--|:--|--:|--:|--:|--:|"]
    parts = []
    for lesson, sweep in swept:
        fewest = len(sweep.seeds) - max(map(len, sweep.failed.values()), default=0)
        cells = [
            lesson.number,
            lesson_link(lesson),
            str(len(sweep.seeds)),
            str(len(sweep.failed)),
            str(sum(not seeds for seeds in sweep.failed.values())),
            f"{fewest} of {len(sweep.seeds)}",
        ]
        rows.append(f"| {' | '.join(cells)} |")
        table = [f"\n## {lesson.label}\n", "| Check | Held in |", "|:--|--:|"]
        table += [f"| {escape_markdown(sentence)} | {sweep.held(sentence)} |" for sentence in sweep.failed]
        if sweep.errors:
            table.append("\nSome runs ended early; the checks that they did not reach count as failed:\n")
        table += [f"- seed {seed}, {escape_markdown(error)}" for seed, error in sorted(sweep.errors.items())]
        parts.append("\n".join(table))
    return "\n".join([_PAGE_OPENING, *rows, *parts]) + "\n"


SWEEPS = Store("seeds", "a record of sweeps", Sweep.from_entry, Sweep.to_entry, page)


def problems_of(lesson: Lesson, notebook: Notebook, sweep: Sweep | None) -> list[str]:
    """Where the record of one lesson is missing, out of date or too weak, each with what fixes it."""
    command = SWEEPS.command(lesson)
    if sweep is None:
        if lesson.number < FIRST_DEMANDED:
            return []
        return [
            f"{SWEEPS.path} has no sweep of {lesson.name}: run {command}, "
            "which shows whether its checks hold for other seeds."
        ]
    if not sweep.is_of(notebook):
        changed = sweep.ran.changed(notebook, lesson.name) or f"{lesson.name} has other checks"
        return [f"{SWEEPS.path}: {changed} since it was swept over seeds. Sweep it again with {command}."]
    problems = []
    if len(sweep.seeds) < SEEDS:
        problems.append(
            f"{SWEEPS.path}: {lesson.name} was run with {len(sweep.seeds)} of {SEEDS} seeds. "
            f"Go on with {command}."
        )
    problems += [
        f"{lesson.name}: {sentence!r} held in {sweep.held(sentence)}, and must in at least "
        f"{SEEDS - MOST_FAILURES} of {SEEDS}. Train better, ask more networks, or claim less; "
        f"then {command}."
        for sentence in sweep.too_weak()
    ]
    return problems

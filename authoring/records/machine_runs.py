"""The record of lessons run as other machines, lessons/machines.json, and docs/machines.md, which shows it.

authoring/machines.py fills it. Here is what must be true of it, told in seconds and without TensorFlow.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from authoring.lessons import Lesson
from authoring.notebook import Notebook
from authoring.records.outcome import Outcome
from authoring.records.provenance import Provenance
from authoring.records.seed_sweeps import Sweep
from authoring.records.store import Store, escape_markdown, lesson_link

# A value must be away from its bound by this share of what the seeds spread, on every machine.
MARGIN = 0.2


@dataclass(frozen=True)
class Machine:
    """Variables that make a kernel compute as on another machine, and what they stand for."""

    meaning: str
    environment: Mapping[str, str]
    cores: int | None = None


MACHINES = {
    "this machine": Machine("as it is, another processor than the one that stored the outputs", {}),
    "SSE4.2": Machine(
        "a processor of 2008: XLA and oneDNN without AVX, NumPy and OpenBLAS with their oldest code",
        {
            "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
            "ONEDNN_MAX_CPU_ISA": "SSE41",
            "TF_ENABLE_ONEDNN_OPTS": "1",
            "OPENBLAS_CORETYPE": "Nehalem",
            "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4",
        },
    ),
    "AVX2": Machine(
        "a processor of 2013, the commonest in laptops",
        {
            "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
            "OPENBLAS_CORETYPE": "Haswell",
            "NPY_DISABLE_CPU_FEATURES": "X86_V4",
        },
    ),
    "one core": Machine(
        "one core and one thread, as in a small container",
        {
            "TF_NUM_INTRAOP_THREADS": "1",
            "TF_NUM_INTEROP_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        cores=1,
    ),
}


@dataclass(frozen=True)
class Result:
    """What one lesson showed as one machine, on the processor that is named."""

    processor: str
    differs: tuple[str, ...]
    failed: tuple[str, ...]
    error: str
    measured: int
    other: int
    distances: Mapping[str, float]

    @classmethod
    def of(cls, notebook: Notebook, outcome: Outcome) -> Result:
        failed = tuple(sentence for sentence in notebook.checks if sentence not in outcome.held)
        distances = {sentence: float(f"{d:.3g}") for sentence, d in outcome.distances.items()}
        return cls(
            processor(), outcome.differs, failed, outcome.error, outcome.measured, outcome.other, distances
        )

    def troubles(self) -> list[str]:
        """What is not as it should be, each in a few words."""
        troubles = [f"it ended at {self.error}"] if self.error else []
        troubles += [f"{where} prints something else" for where in self.differs]
        return troubles + [f"{sentence!r} does not hold" for sentence in self.failed]


@dataclass(frozen=True)
class Record:
    """What is known of one lesson: what was run, and what came of it by the machine's name."""

    ran: Provenance
    results: Mapping[str, Result] = field(default_factory=dict)

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> Record:
        results = {
            name: Result(**{**result, "differs": tuple(result["differs"]), "failed": tuple(result["failed"])})
            for name, result in entry["results"].items()
        }
        return cls(Provenance.from_entry(entry), results)

    def to_entry(self) -> dict[str, Any]:
        """All but the results as machines that are gone."""
        results = {name: vars(self.results[name]) for name in MACHINES if name in self.results}
        return {**self.ran.as_entry(), "results": results}


def processor() -> str:
    """The model of this machine's processor, as the system names it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def page(lessons: Sequence[Lesson], records: Mapping[str, Record]) -> str:
    """A table of the lessons with a column for each machine, and what the machines are."""
    columns = "".join(f" {name} |" for name in MACHINES)
    rows = [f"| | Lesson |{columns}", "|:--|:--|" + "--:|" * len(MACHINES)]
    processors: dict[str, None] = {}
    for lesson in lessons:
        if lesson.name not in records:
            continue
        results = records[lesson.name].results
        processors |= dict.fromkeys(result.processor for result in results.values())
        cells = [_in_cell(results.get(name)) for name in MACHINES]
        rows.append("| " + " | ".join([lesson.number, lesson_link(lesson), *cells]) + " |")
    meanings = [f"- **{name}**: {machine.meaning}{_switches(machine)}" for name, machine in MACHINES.items()]
    troubles = [
        f"- {lesson.name}, {name}: {escape_markdown(trouble)}"
        for lesson in lessons
        if lesson.name in records
        for name, result in records[lesson.name].results.items()
        for trouble in result.troubles()
    ]
    return "\n".join(
        [
            "# The same course on other processors\n",
            "What training yields differs from processor to processor. Each lesson is run as several",
            "machines would run it. All text must be the stored one, to the letter, and every check must",
            "hold. Only numbers with ≈ before them may be others: a cell says how many were, of how many.\n",
            "Made by `python3 course.py machines` from what it recorded in lessons/machines.json: "
            "do not edit this page.\n",
            *rows,
            "",
            *meanings,
            f"\nMeasured on: {'; '.join(processors)}.",
            *(["\n## What differs\n", *troubles] if troubles else []),
            "",
        ]
    )


def _switches(machine: Machine) -> str:
    switches = " ".join(f'{name}="{value}"' for name, value in machine.environment.items())
    return f": `{switches}`" if switches else ""


def _in_cell(result: Result | None) -> str:
    if result is None:
        return "not run"
    return "**see below**" if result.troubles() else f"equal; {result.other} of {result.measured} ≈"


RECORDS = Store("machines", "a record of machines", Record.from_entry, Record.to_entry, page)


def problems_of(lesson: Lesson, notebook: Notebook, record: Record | None, sweep: Sweep | None) -> list[str]:
    """Where the record of one lesson is missing, out of date or shows a difference, each with a remedy."""
    command = RECORDS.command(lesson)
    if record is None:
        return [f"{RECORDS.path} has nothing of {lesson.name}: run {command}."]
    if changed := record.ran.changed(notebook, lesson.name):
        return [f"{RECORDS.path}: {changed} since it ran as other machines. Run {command}."]
    problems = [
        f"{RECORDS.path}: {lesson.name} has not run as {name!r}. Go on with {command}."
        for name in MACHINES
        if name not in record.results
    ]
    for name, result in record.results.items():
        remedies = [
            f"{trouble}. Print what was measured with cu.measured, or claim less"
            for trouble in result.troubles()
        ]
        remedies += _narrow(result, sweep)
        problems += [f"{lesson.name} as {name!r}: {remedy}; then {command}." for remedy in remedies]
    return problems


def _narrow(result: Result, sweep: Sweep | None) -> Iterator[str]:
    """The checks whose value is nearer to its bound than `MARGIN` of what the seeds spread."""
    for sentence, distance in result.distances.items():
        spread = sweep.spread(sentence) if sweep else None
        if spread is not None and abs(distance) < MARGIN * spread:
            yield (
                f"{sentence!r} holds by {abs(distance):.3g}, where the seeds spread its value over "
                f"{spread:.3g}. Choose a bound that is further away"
            )

"""The record of lessons run as other machines, lessons/machines.json, and docs/machines.md, which shows it.

authoring/machines.py fills it. Here is what must be true of it, told in seconds and without TensorFlow.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from authoring.files import read_record, write_atomically
from authoring.lessons import REPOSITORY, Lesson, find_lessons
from authoring.lint.notebook import Notebook
from authoring.readme import in_cell
from authoring.records.provenance import Provenance
from authoring.records.seeds import MEND, Sweep, literally, read_sweeps
from authoring.trials import Outcome, stored_notebook

COMMAND = "python3 course.py machines"
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


def processor() -> str:
    """The model of this machine's processor, as the system names it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def records_path(root: Path) -> Path:
    return root / "lessons" / "machines.json"


def page_path(root: Path) -> Path:
    return root / "docs" / "machines.md"


def read_records(root: Path = REPOSITORY) -> dict[str, Record]:
    """The records by lesson name."""
    return read_record(records_path(root), _record, what="a record of machines", mend=COMMAND)


def _record(entry: Mapping[str, Any]) -> Record:
    results = {
        name: Result(**{**result, "differs": tuple(result["differs"]), "failed": tuple(result["failed"])})
        for name, result in entry["results"].items()
    }
    return Record(Provenance.from_entry(entry), results)


def write_records(root: Path, lessons: Sequence[Lesson], records: Mapping[str, Record]) -> None:
    """Write the record and its page; lessons and machines that are gone lose their entry."""
    entries = {
        lesson.name: {
            **record.ran.as_entry(),
            "results": {name: vars(record.results[name]) for name in MACHINES if name in record.results},
        }
        for lesson in lessons
        if (record := records.get(lesson.name))
    }
    write_atomically(records_path(root), json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    write_atomically(page_path(root), page(lessons, records))


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
        link = f"[{in_cell(lesson.opening.title)}](../notebooks/{lesson.notebook.name})"
        rows.append("| " + " | ".join([lesson.number, link, *cells]) + " |")
    meanings = [f"- **{name}**: {machine.meaning}{_switches(machine)}" for name, machine in MACHINES.items()]
    troubles = [
        f"- {lesson.name}, {name}: {literally(trouble)}"
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
            f"Made by `{COMMAND}` from what it recorded in lessons/machines.json: do not edit this page.\n",
            *rows,
            "",
            *meanings,
            f"\nMeasured on: {'; '.join(processors)}.",
            *(["\n## What differs\n", *troubles] if troubles else []),
            "",
        ]
    )


def _switches(machine: Machine) -> str:
    words = " ".join(f'{name}="{value}"' for name, value in machine.environment.items())
    return f": `{words}`" if words else ""


def _in_cell(result: Result | None) -> str:
    if result is None:
        return "not run"
    return "**see below**" if result.troubles() else f"equal; {result.other} of {result.measured} ≈"


def machine_problems(root: Path = REPOSITORY) -> list[str]:
    """Where the record is missing, out of date or shows a difference, each with what would do."""
    lessons, records, sweeps = find_lessons(root), read_records(root), read_sweeps(root)
    found = []
    for lesson in lessons:
        notebook = stored_notebook(lesson)
        if notebook is not None:
            found += problems_of(lesson, notebook, records.get(lesson.name), sweeps.get(lesson.name))
    gone = sorted(records.keys() - {lesson.name for lesson in lessons})
    found += [
        f"lessons/machines.json has {name}, which is no lesson. Mend it with `{MEND}`." for name in gone
    ]
    path = page_path(root)
    if (path.read_text(encoding="utf-8") if path.exists() else "") != page(lessons, records):
        found.append(f"docs/machines.md is not what lessons/machines.json gives. Mend it with `{MEND}`.")
    return found


def problems_of(lesson: Lesson, notebook: Notebook, record: Record | None, sweep: Sweep | None) -> list[str]:
    """What is wrong with the record of one lesson."""
    run_it = f"`{COMMAND} {lesson.number}`"
    if record is None:
        return [f"lessons/machines.json has nothing of {lesson.name}: run {run_it}."]
    if changed := record.ran.changed(Provenance.of(notebook), lesson.name):
        return [f"lessons/machines.json: {changed} since it ran as other machines. Run {run_it}."]
    missing = [name for name in MACHINES if name not in record.results]
    found = [
        f"lessons/machines.json: {lesson.name} has not run as {name!r}. Go on with {run_it}."
        for name in missing
    ]
    for name, result in record.results.items():
        as_one = f"{lesson.name} as {name!r}"
        found += [
            f"{as_one}: {trouble}. Print what was measured with cu.measured, or claim less; then {run_it}."
            for trouble in result.troubles()
        ]
        found += [f"{as_one}: {words}; then {run_it}." for words in _narrow(result, sweep)]
    return found


def _narrow(result: Result, sweep: Sweep | None) -> Iterator[str]:
    """The checks whose value is nearer to its bound than `MARGIN` of what the seeds spread."""
    for sentence, distance in result.distances.items():
        spread = sweep.spread(sentence) if sweep else None
        if spread is not None and abs(distance) < MARGIN * spread:
            yield (
                f"{sentence!r} holds by {abs(distance):.3g}, where the seeds spread its value over "
                f"{spread:.3g}. Choose a bound that is further away"
            )


def refresh_machines(root: Path = REPOSITORY) -> bool:
    """Bring the page up to date where no lesson has to be run for it; True if that changed a file."""
    paths = (records_path(root), page_path(root))
    before = [path.read_bytes() if path.exists() else b"" for path in paths]
    write_records(root, find_lessons(root), read_records(root))
    return before != [path.read_bytes() for path in paths]

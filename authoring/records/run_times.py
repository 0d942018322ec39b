"""The record of the lessons' run times, lessons/run_times.json, and how a time is told in a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from authoring.files import read_record, write_atomically
from authoring.lessons import Lesson
from authoring.reading import FIRST_EDITION

PATH = "lessons/run_times.json"
NOT_MEASURED = "not measured yet"
# Of a lesson and of a cell, on a quiet machine with two cores; a laptop may be five times slower.
MOST_SECONDS = 60
MOST_SECONDS_OF_A_CELL = 20


class RunTime(NamedTuple):
    """Seconds, start-up included, and those of the slowest cell; None where that was not measured."""

    seconds: float
    slowest_cell: float | None

    @classmethod
    def from_entry(cls, entry: Mapping[str, Any]) -> RunTime:
        slowest = entry.get("slowest_cell")
        return cls(float(entry["seconds"]), None if slowest is None else float(slowest))


def read(root: Path) -> dict[str, RunTime]:
    """The run times by lesson name; a lesson that was never measured has no entry."""
    return read_record(
        root / PATH,
        RunTime.from_entry,
        what="a JSON object of names, seconds and seconds of the slowest cell",
        command="python3 course.py times",
    )


def write(root: Path, run_times: Mapping[str, RunTime]) -> None:
    entries = {
        name: {key: round(s, 1) for key, s in run_times[name]._asdict().items() if s is not None}
        for name in sorted(run_times)
    }
    write_atomically(root / PATH, json.dumps(entries, indent=2) + "\n")


def problems_of(lesson: Lesson, run_time: RunTime | None) -> list[str]:
    """Where a lesson runs longer than a sitting allows."""
    if run_time is None or lesson.name in FIRST_EDITION:
        return []
    command = f"`python3 course.py times {lesson.number}`"
    if run_time.slowest_cell is None:
        return [f"{PATH}: the slowest cell of {lesson.name} was not measured: run {command}."]
    limits = (
        (run_time.seconds, MOST_SECONDS, lesson.name),
        (run_time.slowest_cell, MOST_SECONDS_OF_A_CELL, f"the slowest cell of {lesson.name}"),
    )
    return [
        f"{PATH}: {what} takes {seconds:.0f} s of at most {most}: train less or smaller, then {command}."
        for seconds, most, what in limits
        if seconds > most
    ]


def format_duration(run_time: RunTime | None) -> str:
    """A run time on 2 CPU cores, rounded up: to 5 s below a minute and to half minutes above."""
    if run_time is None:
        return NOT_MEASURED
    if run_time.seconds <= 60:
        duration = f"{max(5, 5 * math.ceil(run_time.seconds / 5))} s"
    else:
        duration = f"{math.ceil(run_time.seconds / 30) / 2:g} min"
    return f"about {duration}"

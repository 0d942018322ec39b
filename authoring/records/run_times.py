"""The record of the lessons' run times, lessons/run_times.json, and how a time is told in a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from authoring.files import read_record, write_atomically

NOT_MEASURED = "not measured yet"


def read(root: Path) -> dict[str, float]:
    """Seconds by lesson name; a lesson that was never measured has no entry."""
    return read_record(
        root / "lessons" / "run_times.json",
        float,
        what="a JSON object of names and seconds",
        command="python3 course.py times",
    )


def write(root: Path, seconds: Mapping[str, float]) -> None:
    rounded = {name: round(seconds[name], 1) for name in sorted(seconds)}
    write_atomically(root / "lessons" / "run_times.json", json.dumps(rounded, indent=2) + "\n")


def format_duration(seconds: float | None) -> str:
    """A run time on 2 CPU cores, rounded up: to 5 s below a minute and to half minutes above."""
    if seconds is None:
        return NOT_MEASURED
    if seconds <= 60:
        duration = f"{max(5, 5 * math.ceil(seconds / 5))} s"
    else:
        duration = f"{math.ceil(seconds / 30) / 2:g} min"
    return f"about {duration}"

"""The record of the long runs, lessons/long_runs.json, which authoring/long_runs.py fills."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from authoring.files import read_record, write_atomically

PATH = "lessons/long_runs.json"
COMMAND = "python3 course.py long_runs"


@dataclass(frozen=True)
class Record:
    """What one long run printed, of which code, and in how many seconds."""

    code: str
    seconds: int
    text: str


def read(root: Path) -> dict[str, Record]:
    """What is on record, by the files' names without their ending."""
    return read_record(
        root / PATH,
        lambda entry: Record(entry["code"], entry["seconds"], entry["text"]),
        what="a record of long runs",
        command=COMMAND,
    )


def write(root: Path, records: Mapping[str, Record]) -> None:
    entries = {key: vars(record) for key, record in sorted(records.items())}
    write_atomically(root / PATH, json.dumps(entries, indent=2, ensure_ascii=False) + "\n")

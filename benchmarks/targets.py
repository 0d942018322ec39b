"""Time to a goal: the source's 0.1 %, and no mistake, ours against the source's program."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

from benchmarks import environments, machine

ROOT = environments.ROOT
STATE = environments.FOLDER / "state"
EPOCHS = {"published error": 300, "no mistake": 100}
"""How long this course's networks train at most."""
SOURCE_EPOCHS = 5000


@dataclass
class Target:
    """Runs towards one goal; `missing` is the reason where there are none."""

    goal: str
    label: str
    missing: str = ""
    version: str = ""
    seconds: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    """The share of all held-out strings that were wrong in the end."""
    others: float | None = None

    @property
    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds else None

    def run(self, command: list[str]) -> None:
        """Run a program once and note what it reports."""
        variables = environments.variables()
        before = machine.busy()
        done = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=True)
        after = machine.busy()
        result = json.loads(done.stdout.splitlines()[-1])
        self.version = result["version"]
        self.seconds.append(result["seconds"])
        self.epochs.append(result["epochs"])
        self.errors.append(result["error"])
        if before and after and "cpu" in result:
            share = max(0.0, (after[0] - before[0] - result["cpu"]) / (after[1] - before[1]))
            self.others = max(self.others or 0.0, share)


def run_all(seeds: int, *, source: bool, epochs: int | None = None) -> list[Target]:
    """This course's two goals under so many seeds, and the source's program under seed 1.

    `source` is False where its minutes are too long; `epochs` cuts this course's training short, to
    see that it runs.
    """
    targets = []
    for goal, label in (
        ("published error", "this course, the source's framing"),
        ("no mistake", "this course, one linear output read from c"),
    ):
        target = Target(goal, label)
        for seed in range(1, seeds + 1):
            module = [sys.executable, "-m", "benchmarks.contenders.target_course"]
            target.run([*module, goal, str(seed), str(epochs or EPOCHS[goal])])
        targets.append(target)
    theirs = Target("published error", "the source's program")
    theirs.missing = environments.missing("tf_keras")
    if not source:
        theirs.missing = "left out by --quick: it takes several minutes"
    if not theirs.missing:
        STATE.mkdir(parents=True, exist_ok=True)
        module = [str(environments.python_of("tf_keras")), "-m", "benchmarks.contenders.target_source"]
        theirs.run([*module, "1", str(SOURCE_EPOCHS), str(STATE)])
        forget_source()  # what was stopped goes on; what has ended is measured anew the next time
    return [theirs, *targets]


def forget_source() -> None:
    """Let the next run of the source's program begin anew."""
    shutil.rmtree(STATE, ignore_errors=True)

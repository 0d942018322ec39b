"""The race: contenders take turns, epoch by epoch, and must all do the same work."""

from __future__ import annotations

import itertools
import json
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from benchmarks import environments, machine
from benchmarks.work import Work

ROOT = Path(__file__).resolve().parent.parent
SAME_LOSS = 0.01
"""How far, relatively, a contender's loss of an epoch may be from that of the first contender."""
COMPARED = 14
"""How many epochs must agree so. Later, rounding alone drives programs apart: on the long work PyTorch and
JAX, which agree to 4e-6 in epoch 12, are 0.1 % apart in epoch 18 and 1.2 % in epoch 22."""


@dataclass(frozen=True)
class Contender:
    """A module in benchmarks/contenders, and the environment that it needs; none is the course's own."""

    module: str
    label: str
    rival: str = ""

    def command(self) -> list[str]:
        python = str(environments.python_of(self.rival)) if self.rival else sys.executable
        return [python, "-m", f"benchmarks.contenders.{self.module}"]


CONTENDERS = (
    Contender("keras_fit", "`keras.fit` as it comes"),
    Contender("course_fast", "this course's fastest: `cu.fast`"),
    Contender("source_graph", "the source tutorial's graph", "tf_keras"),
    Contender("torch_lstm", "PyTorch, `nn.LSTM`", "torch"),
    Contender("jax_scan", "JAX, `lax.scan`, an epoch in one `jit`", "jax"),
)
LIMIT = Contender("limit", "the arithmetic alone, on this machine")


@dataclass
class Result:
    """What a contender took for one work; `missing` is the reason where there is nothing."""

    module: str
    label: str
    version: str = ""
    parameters: int = 0
    missing: str = ""
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    others: float | None = None
    """The share of the machine that other programs used during this contender's epochs."""
    more: dict[str, float] = field(default_factory=dict)
    """Medians of what the limit reports: seconds of its products and of its curves."""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) if self.seconds else math.nan


class Unequal(RuntimeError):
    """Two contenders do not do the same work."""


class Process:
    """A contender in a separate process, which waits for work."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  # closed by __exit__
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            contender.command(),
            cwd=ROOT,
            env=environments.variables(),
            stdin=pipe,
            stdout=pipe,
            stderr=self._errors,
            text=True,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        assert self._process.stdin
        assert self._process.stdout
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise RuntimeError(f"{self.contender.module} broke off:\n{self._errors.read()[-2000:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind:
            self._process.kill()
        try:
            self._process.communicate()  # the end of its input is the end of its work
        finally:
            self._errors.close()


def race(
    work: Work, contenders: Sequence[Contender], rounds: int, *, warm_up: int = 2, a_turn: int = 1
) -> list[Result]:
    """Let all contenders take `rounds` turns of `a_turn` epochs; the `warm_up` epochs before do not count.

    Raises
    ------
    Unequal
        A contender has other data, another number of parameters, or losses that go another way.
    """
    results = [
        Result(c.module, c.label, missing=environments.missing(c.rival) if c.rival else "")
        for c in contenders
    ]
    running: list[tuple[Process, Result]] = []
    try:
        for contender, result in zip(contenders, results, strict=True):
            if result.missing:
                continue
            process = Process(contender)
            running.append((process, result))
            answer = process.ask(work=asdict(work))
            result.version, result.parameters = answer["version"], answer["parameters"]
            require_same_start(work, contender, answer)
        starts = [0, *range(warm_up, warm_up + rounds * a_turn, a_turn)]
        for first, after in itertools.pairwise([*starts, warm_up + rounds * a_turn]):
            for process, result in running:
                for number in range(first, after):
                    run_epoch(process, result, number, counts=number >= warm_up)
    finally:
        for process, _ in running:
            process.__exit__(*sys.exc_info())
    require_same_losses(results)
    return results


def run_epoch(process: Process, result: Result, number: int, *, counts: bool) -> None:
    """Let a contender run one epoch and note what it took."""
    before = machine.busy()
    answer = process.ask(epoch=number)
    after = machine.busy()
    if "loss" in answer:
        result.losses.append(answer["loss"])
    if not counts:
        return
    result.seconds.append(answer["seconds"])
    result.cpu.append(answer["cpu"])
    runs = len(result.seconds)
    for name in answer.keys() - {"seconds", "cpu", "loss"}:
        result.more[name] = result.more.get(name, 0) + (answer[name] - result.more.get(name, 0)) / runs
    if before and after and after[1] > before[1]:
        share = max(0.0, (after[0] - before[0] - answer["cpu"]) / (after[1] - before[1]))
        result.others = (result.others or 0) + (share - (result.others or 0)) / runs


def require_same_start(work: Work, contender: Contender, answer: dict[str, Any]) -> None:
    """Refuse a contender with other data, start weights or parameters."""
    if answer["digest"] != work.digest():
        raise Unequal(f"{contender.module} has other data or start weights than {work.name} gives")
    if contender.module != LIMIT.module and answer["parameters"] != work.parameters:
        raise Unequal(
            f"{contender.module} trains {answer['parameters']} parameters, where {work.name} has "
            f"{work.parameters}"
        )


def require_same_losses(results: Sequence[Result]) -> None:
    """Refuse losses more than 1 % away from the first contender's, in any epoch that is compared."""
    trained = [result for result in results if result.losses]
    for result in trained[1:]:
        pairs = zip(result.losses, trained[0].losses, strict=True)
        for epoch, (loss, expected) in enumerate(itertools.islice(pairs, COMPARED)):
            if not abs(loss - expected) <= SAME_LOSS * abs(expected):
                raise Unequal(
                    f"{result.module} has the loss {loss:.5g} in epoch {epoch}, where "
                    f"{trained[0].module} has {expected:.5g}: they do not do the same work"
                )

"""What is run, kept, demanded and said, and two lessons as an old processor would run them.

For kernels see test_trials.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from authoring import build, lesson_runs, sync
from authoring.course import Course
from authoring.generated import refresh, stale
from authoring.lesson_runs import Outcome, Task
from authoring.machines import as_machine, main
from authoring.notebook import load
from authoring.records.machine_runs import MACHINES, RECORDS, Record, processor
from authoring.records.provenance import Provenance
from authoring.records.seed_sweeps import SWEEPS
from authoring.sources import CourseError
from authoring.sync import machine_problems
from tests.support.sample_course import (
    change_text,
    make_course,
    run_as_all_machines,
    sweep_all,
    write_notebooks,
)

RISES = "the line rises"
RUN_TIMES = Course().run_times
Ran = list[tuple[str, str]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lesson_runs.time, "perf_counter", lambda: 0.0)
    return make_course(tmp_path)


def runner(ran: Ran, other: Callable[[str], Outcome | None] = lambda _: None) -> lesson_runs.Run:
    """A stand-in for the kernel: everything is equal, unless `other` says something else of a machine."""

    def run(task: Task, _: threading.Event) -> Outcome:
        ran.append((task.lesson.name, task.circumstance))
        return other(task.circumstance) or Outcome(set(task.notebook.checks), measured=5, other=2)

    return run


def change_results(root: Path, name: str, **changes: object) -> None:
    """Write the record with the result of lesson 01 as one machine changed."""
    records = RECORDS.read(root)
    results = {**records["echo"].results}
    results[name] = replace(results[name], **changes)  # type: ignore[arg-type]
    records["echo"] = replace(records["echo"], results=results)
    RECORDS.write(root, Course(root).lessons, records)


def page(root: Path) -> str:
    return (root / "docs" / "machines.md").read_text(encoding="utf-8")


def test_each_lesson_runs_as_each_machine_and_all_is_recorded(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    RECORDS.write(root, Course(root).lessons, {})
    ran: Ran = []
    assert main([], root, runner(ran)) == 0
    assert ran == [(lesson, name) for lesson in ("start_here", "echo") for name in MACHINES]
    assert machine_problems(Course(root)) == []
    assert "[2 of 8] start_here, SSE4.2: 9 of 9 held, 0 s" in capsys.readouterr().out
    row = "| 01 | [An echo \\| a memory](../notebooks/01_echo.ipynb) |" + " equal; 2 of 5 ≈ |" * len(MACHINES)
    assert row in page(root)
    assert f"Measured on: {processor()}." in page(root)
    assert processor()
    ran.clear()
    assert main(["01"], root, runner(ran)) == 0
    assert ran == []
    assert main(["01", "--again"], root, runner(ran)) == 0
    assert ran == [("echo", name) for name in MACHINES]


@pytest.mark.parametrize(
    ("outcome", "message"),
    [
        (Outcome(set(), differs=("cell 4",)), "cell 4 prints something else"),
        (Outcome(set()), f"'{RISES}' does not hold"),
        (Outcome(set(), error="cell 3: ValueError: no"), "it ended at cell 3: ValueError: no"),
    ],
)
def test_what_differs_is_said_shown_and_tried_again(
    root: Path, outcome: Outcome, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    RECORDS.write(root, Course(root).lessons, {})
    checks = set(load(root / "notebooks" / "01_echo.ipynb").checks)
    outcome = replace(outcome, held=checks - {RISES} if "hold" in message else checks)
    assert main(["01"], root, runner([], lambda name: outcome if name == "AVX2" else None)) == 1
    problem = f"echo as 'AVX2': {message}. Print what was measured with cu.measured, or claim less"
    assert problem in capsys.readouterr().out
    assert any(problem in other for other in machine_problems(Course(root)))
    assert any(problem in other for other in sync.problems(Course(root)))
    assert f"- echo, AVX2: {message}" in page(root)
    assert page(root).count("**see below**") == 1
    ran: Ran = []
    assert main(["01"], root, runner(ran)) == 0
    assert ran == [("echo", "AVX2")]
    assert "see below" not in page(root)


@pytest.mark.parametrize("distance", [0.1, -0.1, 0.399])
def test_a_value_too_near_to_its_bound_is_found(root: Path, distance: float) -> None:
    sweeps = SWEEPS.read(root)
    spread = {RISES: (0.5, 9.0, 1.0, 2.0, 3.0)}  # 2 without the outermost
    sweeps["echo"] = replace(sweeps["echo"], distances=spread)
    SWEEPS.write(root, Course(root).lessons, sweeps)
    change_results(root, "one core", distances={RISES: 0.4})
    assert machine_problems(Course(root)) == []
    change_results(root, "one core", distances={RISES: distance})
    (problem,) = machine_problems(Course(root))
    assert problem.startswith(f"echo as 'one core': '{RISES}' holds by {abs(distance):.3g}, where the seeds")
    assert "Choose a bound that is further away" in problem


def test_every_lesson_must_have_run_as_every_machine(root: Path) -> None:
    records = RECORDS.read(root)
    one = replace(records["echo"], results={"AVX2": records["echo"].results["AVX2"]})
    RECORDS.write(root, Course(root).lessons, {"echo": one})
    problems = machine_problems(Course(root))
    assert problems[0] == (
        "lessons/machines.json has nothing of start_here: run `python3 course.py machines 00`."
    )
    assert problems[1:] == [
        f"lessons/machines.json: echo has not run as {name!r}. Go on with `python3 course.py machines 01`."
        for name in MACHINES
        if name != "AVX2"
    ]
    assert "not run" in page(root)


def test_other_code_must_run_again(root: Path) -> None:
    change_text(root / "lessons" / "01_echo.py", "line[-1] >", "line[-1] + 1 >")
    write_notebooks(root)
    sweep_all(root)
    (problem,) = machine_problems(Course(root))
    assert problem.startswith("lessons/machines.json: echo computes something else since it ran as other")
    ran: Ran = []
    assert main([], root, runner(ran)) == 0
    assert ran == [("echo", name) for name in MACHINES]
    assert machine_problems(Course(root)) == []


def test_the_page_is_kept_as_the_record_gives_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh(Course(root)) == []
    change_text(root / "docs" / "machines.md", "equal; 1 of 3", "equal; 0 of 3")
    (problem,) = stale(Course(root))
    assert problem.startswith("docs/machines.md is stale: it is not what lessons/machines.json gives.")
    assert build.main([], root) == 0
    assert "docs/machines.md: written." in capsys.readouterr().out
    assert stale(Course(root)) == []


def test_a_lesson_that_is_gone_is_found_and_dropped(root: Path) -> None:
    path = root / "lessons" / "machines.json"
    path.write_text(path.read_text().replace('"start_here"', '"gone"'))
    record, _page = stale(Course(root))
    assert record.startswith("lessons/machines.json is stale: gone is no lesson.")
    assert refresh(Course(root)) == ["lessons/machines.json", "docs/machines.md"]
    assert list(RECORDS.read(root)) == ["echo"]


@pytest.mark.parametrize("text", ["[", '{"echo": {}}', '{"echo": {"code": "a", "results": 3}}'])
def test_a_record_that_cannot_be_read_is_named(
    root: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "lessons" / "machines.json").write_text(text)
    with pytest.raises(
        CourseError, match=r"lessons/machines\.json is not a record of machines .*git restore"
    ):
        RECORDS.read(root)
    assert main(["01"], root, runner([])) == 2
    assert build.main([], root) == 2
    assert "is not a record of machines" in capsys.readouterr().err


def test_what_is_written_is_what_is_read(root: Path) -> None:
    run_as_all_machines(root)
    change_results(root, "AVX2", differs=("cell 3",), failed=(RISES,), error="no", distances={RISES: 0.5})
    records = RECORDS.read(root)
    text = (root / "lessons" / "machines.json").read_text()
    RECORDS.write(root, Course(root).lessons, records)
    assert (root / "lessons" / "machines.json").read_text() == text
    assert records["echo"].results["AVX2"].differs == ("cell 3",)
    assert Record(Provenance("", "", {})).results == {}


def test_the_switches_are_those_of_an_older_processor() -> None:
    assert MACHINES["SSE4.2"].environment["XLA_FLAGS"] == "--xla_cpu_max_isa=SSE4_2"
    assert MACHINES["AVX2"].environment["XLA_FLAGS"] == "--xla_cpu_max_isa=AVX2"
    assert MACHINES["one core"].cores == 1
    assert MACHINES["this machine"].environment == {}


@pytest.mark.training
@pytest.mark.parametrize("name", sorted(RUN_TIMES, key=RUN_TIMES.__getitem__)[:2])
def test_the_two_fastest_lessons_are_the_same_on_an_old_processor(name: str) -> None:
    [lesson] = Course().by_number([name])
    notebook = load(lesson.notebook)
    outcome = as_machine(Task(lesson, notebook, "SSE4.2"), threading.Event())
    assert (outcome.differs, outcome.notes, outcome.error) == ((), (), "")
    assert outcome.held == set(notebook.checks)

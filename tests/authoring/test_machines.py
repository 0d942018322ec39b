"""What is run, kept, demanded and said, and two lessons as an old processor would run them.

For kernels see test_tools_trials.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from authoring import build, sync, trials
from authoring.lessons import LessonError, find_lessons
from authoring.lint.notebook import load
from authoring.machines import as_machine, main
from authoring.records.machines import (
    MACHINES,
    Record,
    machine_problems,
    processor,
    read_records,
    refresh_machines,
    write_records,
)
from authoring.records.provenance import Provenance
from authoring.records.seeds import read_sweeps, write_sweeps
from authoring.times import read_run_times
from authoring.trials import Outcome, Task
from tests.support.sample_course import (
    change_text,
    make_course,
    run_as_all_machines,
    sweep_all,
    write_notebooks,
)

RISES = "the line rises"
Ran = list[tuple[str, str]]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trials.time, "perf_counter", lambda: 0.0)
    return make_course(tmp_path)


def runner(ran: Ran, other: Callable[[str], Outcome | None] = lambda _: None) -> trials.Run:
    """A stand-in for the kernel: everything is equal, unless `other` says something else of a machine."""

    def run(task: Task, _: threading.Event) -> Outcome:
        ran.append((task.lesson.name, task.circumstance))
        return other(task.circumstance) or Outcome(set(task.notebook.checks), measured=5, other=2)

    return run


def change_results(course: Path, name: str, **changes: object) -> None:
    """Write the record with the result of lesson 01 as one machine changed."""
    records = read_records(course)
    results = {**records["01_echo"].results}
    results[name] = replace(results[name], **changes)  # type: ignore[arg-type]
    records["01_echo"] = replace(records["01_echo"], results=results)
    write_records(course, find_lessons(course), records)


def page(course: Path) -> str:
    return (course / "docs" / "machines.md").read_text(encoding="utf-8")


def test_each_lesson_runs_as_each_machine_and_all_is_recorded(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_records(course, find_lessons(course), {})
    ran: Ran = []
    assert main([], course, runner(ran)) == 0
    assert ran == [(lesson, name) for lesson in ("00_start_here", "01_echo") for name in MACHINES]
    assert machine_problems(course) == []
    assert "[2 of 8] 00_start_here, SSE4.2: 9 of 9 checks held, 0 s" in capsys.readouterr().out
    row = "| 01 | [An echo \\| a memory](../notebooks/01_echo.ipynb) |" + " equal; 2 of 5 ≈ |" * len(MACHINES)
    assert row in page(course)
    assert f"Measured on: {processor()}." in page(course)
    assert processor()
    ran.clear()
    assert main(["01"], course, runner(ran)) == 0
    assert ran == []
    assert main(["01", "--again"], course, runner(ran)) == 0
    assert ran == [("01_echo", name) for name in MACHINES]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome(set(), differs=("cell 4",)), "cell 4 prints something else"),
        (Outcome(set()), f"'{RISES}' does not hold"),
        (Outcome(set(), error="cell 3: ValueError: no"), "it ended at cell 3: ValueError: no"),
    ],
)
def test_what_differs_is_said_shown_and_tried_again(
    course: Path, outcome: Outcome, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_records(course, find_lessons(course), {})
    checks = set(load(course / "notebooks" / "01_echo.ipynb").checks)
    outcome = replace(outcome, held=checks - {RISES} if "hold" in words else checks)
    assert main(["01"], course, runner([], lambda name: outcome if name == "AVX2" else None)) == 1
    problem = f"01_echo as 'AVX2': {words}. Print what was measured with cu.measured, or claim less"
    assert problem in capsys.readouterr().out
    assert any(problem in other for other in machine_problems(course))
    assert any(problem in other for other in sync.problems(course))
    assert f"- 01_echo, AVX2: {words}" in page(course)
    assert page(course).count("**see below**") == 1
    ran: Ran = []
    assert main(["01"], course, runner(ran)) == 0
    assert ran == [("01_echo", "AVX2")]
    assert "see below" not in page(course)


@pytest.mark.parametrize("distance", [0.1, -0.1, 0.399])
def test_a_value_too_near_to_its_bound_is_found(course: Path, distance: float) -> None:
    sweeps = read_sweeps(course)
    spread = {RISES: (0.5, 9.0, 1.0, 2.0, 3.0)}  # 2 without the outermost
    sweeps["01_echo"] = replace(sweeps["01_echo"], distances=spread)
    write_sweeps(course, find_lessons(course), sweeps)
    change_results(course, "one core", distances={RISES: 0.4})
    assert machine_problems(course) == []
    change_results(course, "one core", distances={RISES: distance})
    (problem,) = machine_problems(course)
    assert problem.startswith(
        f"01_echo as 'one core': '{RISES}' holds by {abs(distance):.3g}, where the seeds"
    )
    assert "Choose a bound that is further away" in problem


def test_every_lesson_must_have_run_as_every_machine(course: Path) -> None:
    records = read_records(course)
    one = replace(records["01_echo"], results={"AVX2": records["01_echo"].results["AVX2"]})
    write_records(course, find_lessons(course), {"01_echo": one})
    problems = machine_problems(course)
    assert problems[0] == (
        "lessons/machines.json has nothing of 00_start_here: run `python3 course.py machines 00`."
    )
    assert problems[1:] == [
        f"lessons/machines.json: 01_echo has not run as {name!r}. Go on with `python3 course.py machines 01`."
        for name in MACHINES
        if name != "AVX2"
    ]
    assert "not run" in page(course)


def test_other_code_must_run_again(course: Path) -> None:
    change_text(course / "lessons" / "01_echo.py", "line[-1] >", "line[-1] + 1 >")
    write_notebooks(course)
    sweep_all(course)
    (problem,) = machine_problems(course)
    assert problem.startswith("lessons/machines.json: 01_echo computes something else since it ran as other")
    ran: Ran = []
    assert main([], course, runner(ran)) == 0
    assert ran == [("01_echo", name) for name in MACHINES]
    assert machine_problems(course) == []


def test_the_page_is_kept_as_the_record_gives_it(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refresh_machines(course) is False
    change_text(course / "docs" / "machines.md", "equal; 1 of 3", "equal; 0 of 3")
    (problem,) = machine_problems(course)
    assert problem.startswith("docs/machines.md is not what lessons/machines.json gives.")
    assert build.main([], course) == 0
    assert "docs/machines.md: new" in capsys.readouterr().out
    assert machine_problems(course) == []


def test_a_lesson_that_is_gone_is_found_and_dropped(course: Path) -> None:
    path = course / "lessons" / "machines.json"
    path.write_text(path.read_text().replace('"00_start_here"', '"00_gone"'))
    assert any(
        "machines.json has 00_gone, which is no lesson" in problem for problem in machine_problems(course)
    )
    assert refresh_machines(course) is True
    assert list(read_records(course)) == ["01_echo"]


@pytest.mark.parametrize("text", ["[", '{"01_echo": {}}', '{"01_echo": {"code": "a", "results": 3}}'])
def test_a_record_that_cannot_be_read_is_named(
    course: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "lessons" / "machines.json").write_text(text)
    with pytest.raises(
        LessonError, match=r"lessons/machines\.json is not a record of machines .*git restore"
    ):
        read_records(course)
    assert main(["01"], course, runner([])) == 2
    assert build.main([], course) == 2
    assert "is not a record of machines" in capsys.readouterr().err


def test_what_is_written_is_what_is_read(course: Path) -> None:
    run_as_all_machines(course)
    change_results(course, "AVX2", differs=("cell 3",), failed=(RISES,), error="no", distances={RISES: 0.5})
    records = read_records(course)
    text = (course / "lessons" / "machines.json").read_text()
    write_records(course, find_lessons(course), records)
    assert (course / "lessons" / "machines.json").read_text() == text
    assert records["01_echo"].results["AVX2"].differs == ("cell 3",)
    assert Record(Provenance("", "", {})).results == {}


def test_the_switches_are_those_of_an_older_processor() -> None:
    assert MACHINES["SSE4.2"].environment["XLA_FLAGS"] == "--xla_cpu_max_isa=SSE4_2"
    assert MACHINES["AVX2"].environment["XLA_FLAGS"] == "--xla_cpu_max_isa=AVX2"
    assert MACHINES["one core"].cores == 1
    assert MACHINES["this machine"].environment == {}


@pytest.mark.training
@pytest.mark.parametrize("name", sorted(read_run_times(), key=lambda name: read_run_times()[name])[:2])
def test_the_two_fastest_lessons_are_the_same_on_an_old_processor(name: str) -> None:
    (lesson,) = [lesson for lesson in find_lessons() if lesson.name == name]
    notebook = load(lesson.notebook)
    outcome = as_machine(Task(lesson, notebook, "SSE4.2"), threading.Event())
    assert (outcome.differs, outcome.notes, outcome.error) == ((), (), "")
    assert outcome.held == set(notebook.checks)

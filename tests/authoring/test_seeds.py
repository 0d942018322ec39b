"""What is run, counted, recorded and printed. For kernels see test_trials.py."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authoring import lesson_runs
from authoring.course import Course
from authoring.lesson_runs import Outcome, Task
from authoring.notebook import load
from authoring.records.seed_sweeps import SWEEPS
from authoring.seeds import main, seed_of
from authoring.sync import sweep_problems
from tests.support.sample_course import change_text, make_course, sweep_all, write_notebooks

RISES = "the line rises"
Ran = list[tuple[str, int]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample course before any sweep."""
    monkeypatch.setattr(lesson_runs.time, "perf_counter", lambda: 0.0)
    root = make_course(tmp_path)
    SWEEPS.write(root, Course(root).lessons, {})
    return root


def runner(
    ran: Ran, failing: Callable[[str, int], Outcome | Exception | None] = lambda *_: None
) -> lesson_runs.Run:
    """A stand-in for the kernel: every check holds, unless `failing` says something else."""

    def run(task: Task, _: threading.Event) -> Outcome:
        ran.append((task.lesson.name, seed_of(task)))
        outcome = failing(*ran[-1]) or Outcome(set(task.notebook.checks))
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return run


def without(root: Path, sentence: str, **rest: Any) -> Outcome:
    return Outcome(set(load(root / "notebooks" / "01_echo.ipynb").checks) - {sentence}, **rest)


def test_each_lesson_runs_under_each_seed_and_all_is_recorded(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: Ran = []
    assert main([], root, runner(ran)) == 0
    assert ran == list(itertools.product(["start_here", "echo"], range(1, 21)))
    assert sweep_problems(Course(root)) == []
    printed = capsys.readouterr().out
    assert re.search(r"^\[1 of 40\] start_here, seed 1: 9 of 9 held, 0 s$", printed, re.MULTILINE)
    assert "\n01 · An echo | a memory, 20 seeds:\n  20 of 20  an echo of lag 1" in printed


def test_the_lessons_that_are_named_and_so_many_seeds(root: Path) -> None:
    ran: Ran = []
    assert main(["1", "--seeds", "3"], root, runner(ran)) == 0
    assert ran == [("echo", 1), ("echo", 2), ("echo", 3)]
    assert list(SWEEPS.read(root)) == ["echo"]


def test_a_check_that_fails_is_counted_and_shown(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def at_seven(_: str, seed: int) -> Outcome | None:
        return without(root, RISES, notes=(f"{RISES}: found: 3",)) if seed == 7 else None

    assert main(["01"], root, runner([], at_seven)) == 0
    printed = capsys.readouterr().out
    assert "seed 7: 8 of 9 held, 0 s\n    ✗ the line rises: found: 3\n" in printed
    assert "  19 of 20 (not 7)  the line rises\n" in printed
    assert sweep_problems(Course(root)) == []
    assert f"| {RISES} | 19 of 20 (not 7) |" in (root / "docs" / "seeds.md").read_text(encoding="utf-8")


def test_two_failures_of_twenty_are_too_many(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["01"], root, runner([], lambda _, s: without(root, RISES) if s in (7, 9) else None)) == 1
    assert "Held too seldom: 1." in capsys.readouterr().out
    assert len(sweep_problems(Course(root))) == 1


def test_an_error_is_recorded_with_its_place(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reached = Outcome({"an echo of lag 1 begins with silence"}, error="cell 9: ValueError: no")
    assert main(["01"], root, runner([], lambda _, seed: reached if seed == 2 else None)) == 0
    assert "seed 2: 1 of 9 held; it ended at cell 9: ValueError: no, 0 s" in capsys.readouterr().out
    sweep = SWEEPS.read(root)["echo"]
    assert sweep.errors == {2: "cell 9: ValueError: no"}
    assert sweep.failed[RISES] == (2,)
    assert "- seed 2, cell 9: ValueError: no\n" in (root / "docs" / "seeds.md").read_text(encoding="utf-8")


def test_a_run_without_a_result_is_said_and_tried_again(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    disk_full = OSError("disk full")
    assert main(["01"], root, runner([], lambda _, seed: disk_full if seed == 5 else None)) == 1
    printed = capsys.readouterr().out
    assert "[5 of 20] echo, seed 5: NO RESULT after 0 s: OSError('disk full')" in printed
    assert "Runs without a result (see above): 1. The same command tries them again." in printed
    assert SWEEPS.read(root)["echo"].seeds == (*range(1, 5), *range(6, 21))
    ran: Ran = []
    assert main(["01"], root, runner(ran)) == 0
    assert ran == [("echo", 5)]


def test_what_was_stopped_goes_on_where_it_was(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = lesson_runs.side_by_side

    def stopped(*arguments: Any) -> Any:
        yield from itertools.islice(real(*arguments), 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(lesson_runs, "side_by_side", stopped)
    assert main(["01"], root, runner([])) == 130
    assert "Stopped after 3 of 20 runs. The same command goes on from there." in capsys.readouterr().out
    monkeypatch.setattr(lesson_runs, "side_by_side", real)
    ran: Ran = []
    assert main(["01"], root, runner(ran)) == 0
    assert [seed for _, seed in ran] == list(range(4, 21))
    assert sweep_problems(Course(root)) == []


def test_a_sweep_that_is_done_is_not_run_again_unless_told(root: Path) -> None:
    sweep_all(root)
    ran: Ran = []
    assert main([], root, runner(ran)) == 0
    assert ran == []
    assert main(["01", "--seeds", "2", "--again"], root, runner(ran)) == 0
    assert ran == [("echo", 1), ("echo", 2)]
    assert SWEEPS.read(root)["echo"].seeds == (1, 2)
    assert len(SWEEPS.read(root)["start_here"].seeds) == 20


def test_more_seeds_are_added_to_those_that_are_there(root: Path) -> None:
    sweep_all(root)
    ran: Ran = []
    assert main(["01", "--seeds", "22"], root, runner(ran)) == 0
    assert [seed for _, seed in ran] == [21, 22]


def test_other_code_starts_anew(root: Path) -> None:
    sweep_all(root)
    change_text(root / "lessons" / "01_echo.py", "line[-1] >", "line[-1] + 1 >")
    write_notebooks(root)
    ran: Ran = []
    assert main([], root, runner(ran)) == 0
    assert ran == [("echo", seed) for seed in range(1, 21)]


def test_jobs_run_side_by_side(root: Path) -> None:
    both = threading.Barrier(2, timeout=300)

    def meet(_: str, seed: int) -> None:
        if seed <= 2:
            both.wait()  # nobody comes by alone

    assert main(["01", "--jobs", "2"], root, runner([], meet)) == 0
    assert SWEEPS.read(root)["echo"].seeds == tuple(range(1, 21))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["07"], "There is no lesson 07"),
        (["00", "01"], "notebooks/01_echo.ipynb is missing or cannot be read"),
    ],
)
def test_what_cannot_be_run_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (root / "notebooks" / "01_echo.ipynb").unlink()
    assert main(arguments, root, runner([])) == 2
    assert message in capsys.readouterr().err


def test_a_notebook_of_other_code_than_its_lesson_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = root / "lessons" / "01_echo.py"
    change_text(lesson, "And after 4?", "And after all 4?")
    ran: Ran = []
    assert main(["01", "--seeds", "1"], root, runner(ran)) == 0, "other words make no other sweep"
    change_text(lesson, "line[-1] >", "line[-1] + 1 >")
    assert main(["01"], root, runner(ran)) == 2
    assert ran == [("echo", 1)]
    assert "first `python3 course.py notebooks 01`" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--seeds", "0"], ["--jobs", "two"]])
def test_bad_numbers_are_refused(
    root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments, root, runner([]))
    assert f"must be a whole number of at least 1, got '{arguments[1]}'" in capsys.readouterr().err


def test_the_record_is_json_that_a_person_can_read(root: Path) -> None:
    main(["01", "--seeds", "2"], root, runner([]))
    text = (root / "lessons" / "seeds.json").read_text(encoding="utf-8")
    assert '    "seeds": [1, 2],\n' in text
    assert json.loads(text)["echo"]["failed"][RISES] == []


def test_how_far_the_values_lay_from_their_bounds_is_recorded(root: Path) -> None:
    everything = set(load(root / "notebooks" / "01_echo.ipynb").checks)
    distances = {3: {RISES: 0.123456}, 2: {RISES: -1.5e-9}}
    main(
        ["01", "--seeds", "3"],
        root,
        runner([], lambda _, n: Outcome(everything, distances=distances.get(n, {}))),
    )
    assert SWEEPS.read(root)["echo"].distances == {RISES: (-1.5e-9, 0.123)}

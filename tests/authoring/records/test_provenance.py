"""A bound asks for new runs only where it has become stricter, or its check is new."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authoring import machines, seeds
from authoring.course import Course
from authoring.lesson_runs import Outcome
from authoring.records.machine_runs import RECORDS
from authoring.records.seed_sweeps import SWEEPS
from authoring.sync import machine_problems, problems, sweep_problems
from tests.support.sample_course import (
    change_text,
    make_course,
    run_as_all_machines,
    sweep_all,
    write_notebooks,
)

PLAIN = 'cu.check(line[-1] > line[0], "the line rises")'
BOUND = 'cu.check_above(line[-1], 5, "the line rises")'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample course with a check that has a bound."""
    make_course(tmp_path)
    change_text(tmp_path / "lessons" / "01_echo.py", PLAIN, BOUND)
    write_notebooks(tmp_path)
    sweep_all(tmp_path)
    run_as_all_machines(tmp_path)
    assert problems(Course(tmp_path)) == []
    return tmp_path


def edit(root: Path, old: str, new: str) -> None:
    change_text(root / "lessons" / "01_echo.py", old, new)
    write_notebooks(root)


@pytest.mark.parametrize(
    ("new", "due"),
    [
        ('cu.check_above(line[-1], 4, "the line rises")', False),
        ('cu.check_above(line[-1], 4.5, "the line rises above 4.5")', False),
        ('cu.check_above(line[-1], -5, "the line rises")', False),
        ('cu.check_above(line[-1], 6, "the line rises")', True),
        ('cu.check_below(line[-1], 6, "the line rises")', True),
        ('cu.check_above(line[-2], 4, "the line rises")', True),
        (f'{BOUND}\ncu.check_above(line[-1], 4, "the line is new")', True),
        (PLAIN, True),
    ],
)
def test_a_looser_bound_asks_for_no_run(root: Path, new: str, due: bool) -> None:
    edit(root, BOUND, new)
    result = [len(sweep_problems(Course(root))), len(machine_problems(Course(root)))]
    assert result == [due, due]


def test_a_bound_back_at_where_it_was_is_not_stricter_than_what_ran(root: Path) -> None:
    edit(root, "line[-1], 5,", "line[-1], 3,")
    edit(root, "line[-1], 3,", "line[-1], 5,")
    assert problems(Course(root)) == []
    edit(root, "line[-1], 5,", "line[-1], 5.01,")
    assert len(sweep_problems(Course(root))) == 1


def test_without_bounds_on_record_each_other_bound_asks_for_runs(root: Path) -> None:
    for store, records in ((SWEEPS, Course(root).sweeps), (RECORDS, Course(root).machine_runs)):
        without = {name: replace(each, ran=replace(each.ran, bounds=None)) for name, each in records.items()}
        store.write(root, Course(root).lessons, without)
    assert problems(Course(root)) == []
    edit(root, "line[-1], 5,", "line[-1], 4,")
    assert len(sweep_problems(Course(root))) == len(machine_problems(Course(root))) == 1


def test_who_asks_for_runs_gets_them_with_the_bounds_of_now(root: Path) -> None:
    edit(root, "line[-1], 5,", "line[-1], 4,")
    ran: list[str] = []

    def run(task: object, _: object) -> Outcome:
        ran.append(task.circumstance)  # type: ignore[attr-defined]
        return Outcome(set(task.notebook.checks))  # type: ignore[attr-defined]

    assert seeds.main(["01", "--seeds", "2"], root, run) == 0
    assert machines.main(["01"], root, run) == 0
    assert ran[:2] == ["seed 1", "seed 2"]
    assert len(ran) == 2 + 4
    assert Course(root).sweeps["echo"].ran.bounds == (4,)
    assert Course(root).machine_runs["echo"].ran.bounds == (4,)

"""How grading is timed, and what is made of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from classroom import measure
from classroom.measure import Run
from tests.support.sample_class import needs_sandbox

MB = 2**20
RUNS = [
    Run("NumPy", 20, 1, 42.0, 150 * MB),
    Run("NumPy", 20, 2, 24.0, 300 * MB),
    Run("import tensorflow", 20, 1, 80.0, 150 * MB),
    Run("NumPy", 200, 2, 210.0, 330 * MB),
]


def test_the_page_has_a_row_for_each_run_and_seconds_by_core() -> None:
    page = measure.page(RUNS)
    assert "| 20 | NumPy | 1 | 42 | 2.10 | 150 MB |" in page
    assert "| 20 | NumPy | 2 | 24 | 2.40 | 300 MB |" in page, "24 s of two cores, for 20 submissions"
    assert page.endswith("memory.\n")


def test_only_runs_that_differ_in_one_thing_are_compared() -> None:
    assert measure.comparisons(RUNS) == [
        "- 20 students, NumPy: 2 processes are 1.75 times as fast as one.",
        "- NumPy, 2 processes: 200 students are 10.0 times as many as 20, and take 8.8 times as long and "
        "1.10 times the memory.",
    ]


@pytest.mark.training
@needs_sandbox
def test_a_class_is_made_up_graded_and_cleared_away(
    tmp_path: Path, prepared: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(measure, "prepare", lambda course, _: prepared(course.path))
    run = measure.measure(2, 2)
    assert (run.what, run.students, run.jobs) == ("NumPy", 2, 2)
    assert run.seconds > 0
    assert run.memory > 50 * MB, "two processes, each with nbgrader"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.training
@needs_sandbox
def test_a_class_that_is_not_graded_to_the_end_is_no_measurement(
    prepared: Callable[[Path], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "prepare", lambda course, _: prepared(course.path))
    monkeypatch.setattr(measure, "run_shards", lambda *_, **__: 1)
    with pytest.raises(RuntimeError, match=r"2 of 2 were not graded: \['s001', 's002'\]"):
        measure.measure(2, 1)

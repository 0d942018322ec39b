"""What the record and its page must be, and what is said where they are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authoring import build, sync
from authoring.course import Course
from authoring.generated import refresh, stale
from authoring.lesson_runs import Outcome
from authoring.notebook import load
from authoring.records.provenance import Provenance
from authoring.records.seed_sweeps import SWEEPS, Sweep, page
from authoring.sources import CourseError
from authoring.sync import sweep_problems
from tests.support.notebook_changes import CHECK, CLAIM, code, no_outputs, source
from tests.support.sample_course import change_notebook, change_text, make_course, sweep_all

RISES = "the line rises"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def change_sweep(root: Path, name: str = "echo", **changes: object) -> None:
    """Write the record with one entry changed; its `failed` gets the entries that are given."""
    sweeps = SWEEPS.read(root)
    failed = {**sweeps[name].failed, **changes.pop("failed", {})}  # type: ignore[dict-item]
    sweeps[name] = replace(sweeps[name], failed=failed, **changes)  # type: ignore[arg-type]
    SWEEPS.write(root, Course(root).lessons, sweeps)


def test_a_swept_course_has_no_problem(root: Path) -> None:
    assert sweep_problems(Course(root)) == []
    assert refresh(Course(root)) == []


@pytest.mark.parametrize("number", ["01", "06", "12"])
def test_every_lesson_must_be_swept_and_the_first_need_not(root: Path, number: str) -> None:
    for folder, suffix in (("lessons", "py"), ("notebooks", "ipynb")):
        (root / folder / f"01_echo.{suffix}").rename(root / folder / f"{number}_echo.{suffix}")
    SWEEPS.write(root, Course(root).lessons, {})
    (problem,) = sweep_problems(Course(root))
    assert problem.startswith(
        f"lessons/seeds.json has no sweep of echo: run `python3 course.py seeds {number}`"
    )
    assert problem in sync.problems(Course(root))


def test_without_a_notebook_no_sweep_is_demanded(root: Path) -> None:
    SWEEPS.write(root, Course(root).lessons, {})
    (root / "notebooks" / "01_echo.ipynb").unlink()
    assert sweep_problems(Course(root)) == []


@pytest.mark.parametrize(
    ("seeds", "failures", "weak"),
    [(20, 1, False), (20, 2, True), (40, 2, False), (40, 3, True), (39, 2, True)],
)
def test_a_check_may_fail_in_one_of_each_twenty_seeds(
    root: Path, seeds: int, failures: int, weak: bool
) -> None:
    failed = tuple(range(3, 3 + failures))
    change_sweep(root, seeds=tuple(range(1, seeds + 1)), failed={RISES: failed})
    problems = sweep_problems(Course(root))
    assert bool(problems) is weak
    if weak:
        (problem,) = problems
        exceptions = ", ".join(map(str, failed))
        held = f"held in {seeds - failures} of {seeds} (not {exceptions}), and must in at least 19 of 20"
        assert f"echo: {RISES!r} {held}" in problem
        assert "`python3 course.py seeds 01`" in problem


def test_twenty_seeds_are_wanted(root: Path) -> None:
    change_sweep(root, seeds=tuple(range(1, 20)))
    (problem,) = sweep_problems(Course(root))
    assert "echo was run with 19 of 20 seeds. Go on with `python3 course.py seeds 01`." in problem


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (source(CLAIM, "line[-1] > line[0]", "line[-1] > line[1]"), "computes something else"),
        (no_outputs(CLAIM), "has other checks"),
    ],
    ids=["another condition", "a check that prints nothing"],
)
def test_other_code_must_be_swept_again(root: Path, change: object, message: str) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", change)  # type: ignore[arg-type]
    (problem,) = sweep_problems(Course(root))
    assert f"echo {message} since it was swept over seeds" in problem
    assert "`python3 course.py seeds 01`" in problem
    refresh(Course(root))
    assert sweep_problems(Course(root)) == [problem]


@pytest.mark.parametrize(
    ("ran", "message"),
    [
        ({"course_utils": "other"}, "course_utils computes something else for echo since"),
        (
            {"versions": {"numpy": "2.3", "keras": "3.15"}},
            "keras 3.15 has become None, numpy 2.3 has become 2.4 since",
        ),
    ],
)
def test_what_a_lesson_stands_on_is_looked_at_too(root: Path, ran: dict[str, object], message: str) -> None:
    (root / "requirements.lock").write_text("numpy==2.4.6 \\\n    --hash=sha256:0\n")
    sweep_all(root)
    assert sweep_problems(Course(root)) == []
    change_sweep(root, ran=replace(SWEEPS.read(root)["echo"].ran, **ran))
    (problem,) = sweep_problems(Course(root))
    assert message in problem
    assert "`python3 course.py seeds 01`" in problem


def test_of_the_spread_the_outermost_seeds_are_left_out() -> None:
    sweep = Sweep(
        Provenance("", "", {}), (), {}, distances={RISES: (3, 100, 1, -100, 2), "few": (1, 2, 3, 4)}
    )
    assert sweep.spread(RISES) == 2
    assert sweep.spread("few") is None
    assert sweep.spread("none") is None


def test_of_a_lesson_before_part_one_what_is_recorded_must_be_true(root: Path) -> None:
    change_sweep(root, "start_here", ran=Provenance("other", "", {}))
    (problem,) = sweep_problems(Course(root))
    assert "start_here computes something else" in problem


def test_other_words_of_a_check_are_fixed_without_a_run(root: Path) -> None:
    lag_one = "an echo of lag 1 begins with silence"
    change_sweep(root, failed={RISES: (4,), lag_one: (7,)}, distances={RISES: (0.5,)})

    def reword(nb: object) -> None:
        for position, old in ((CHECK, lag_one), (CLAIM, RISES)):
            source(position, old, f"indeed {old}")(nb)
            code(nb, position).outputs[0].text = f"✓ indeed {old}\n"

    change_notebook(root / "notebooks" / "01_echo.ipynb", reword)
    assert sweep_problems(Course(root)) == []
    record, _page = stale(Course(root))
    assert "lessons/seeds.json is stale: checks have other words in their notebooks" in record
    assert "`python3 course.py notebooks`" in record
    assert refresh(Course(root)) == ["lessons/seeds.json", "docs/seeds.md"]
    assert stale(Course(root)) == []
    assert SWEEPS.read(root)["echo"].distances == {f"indeed {RISES}": (0.5,)}
    failed = SWEEPS.read(root)["echo"].failed
    assert {sentence: seeds for sentence, seeds in failed.items() if seeds} == {
        f"indeed {lag_one}": (7,),
        f"indeed {RISES}": (4,),
    }


def test_an_edited_or_missing_page_is_found_and_made_anew_by_a_build(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = root / "docs" / "seeds.md"
    before = path.read_text(encoding="utf-8")
    for spoil in (lambda: change_text(path, "20 of 20", "21 of 20"), path.unlink):
        spoil()
        (problem,) = stale(Course(root))
        assert problem.startswith("docs/seeds.md is ")
        assert problem.endswith("Fix it with `python3 course.py notebooks`.")
        assert build.main([], root) == 0
        assert "docs/seeds.md: written." in capsys.readouterr().out
        assert path.read_text(encoding="utf-8") == before


def test_a_record_of_a_lesson_that_is_gone_is_found_and_dropped(root: Path) -> None:
    text = (root / "lessons" / "seeds.json").read_text(encoding="utf-8")
    (root / "lessons" / "seeds.json").write_text(text.replace('"start_here"', '"gone"'))
    record, _page = stale(Course(root))
    assert record == (
        "lessons/seeds.json is stale: gone is no lesson. Fix it with `python3 course.py notebooks`."
    )
    assert refresh(Course(root)) == ["lessons/seeds.json", "docs/seeds.md"]
    assert stale(Course(root)) == []
    assert list(SWEEPS.read(root)) == ["echo"]


@pytest.mark.parametrize("text", ["[", "[1]", '{"echo": {}}', '{"echo": {"code": "a", "seeds": 3}}'])
def test_a_record_that_cannot_be_read_is_named(
    root: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "lessons" / "seeds.json").write_text(text)
    with pytest.raises(CourseError, match=r"lessons/seeds\.json is not a record of sweeps .*git restore"):
        SWEEPS.read(root)
    assert any("is not a record of sweeps" in problem for problem in sync.problems(Course(root)))
    assert build.main([], root) == 2
    assert "is not a record of sweeps" in capsys.readouterr().err


def test_a_notebook_that_cannot_be_read_is_the_sync_checks_to_name(root: Path) -> None:
    (root / "notebooks" / "01_echo.ipynb").write_text("{")
    assert sweep_problems(Course(root)) == []
    assert refresh(Course(root)) == []


def test_runs_are_added_in_any_order(root: Path) -> None:
    notebook = load(root / "notebooks" / "01_echo.ipynb")
    everything = set(notebook.checks)
    sweep = Sweep.to_do(notebook)
    assert (sweep.seeds, sweep.too_weak()) == ((), [])
    sweep = (
        sweep.with_run(12, Outcome(everything, distances={RISES: 1}))
        .with_run(3, Outcome(everything - {RISES}, distances={RISES: -0.51239}))
        .with_run(4, Outcome(set(), error="cell 3: no"))
    )
    assert sweep.seeds == (3, 4, 12)
    assert sweep.held(RISES) == "1 of 3 (not 3, 4)"
    assert sweep.held(notebook.checks[0]) == "2 of 3 (not 4)"
    assert sweep.errors == {4: "cell 3: no"}
    assert sweep.distances == {RISES: (1, -0.512)}
    assert list(sweep.failed) == notebook.checks


def test_what_is_written_is_what_is_read_and_short(root: Path) -> None:
    distances = {RISES: (1e-9, -0.5, float("inf"))}
    change_sweep(root, failed={RISES: (7, 12)}, errors={7: 'cell 3: [1,\n 2] "quoted"'}, distances=distances)
    sweeps = SWEEPS.read(root)
    assert sweeps["echo"].errors == {7: 'cell 3: [1,\n 2] "quoted"'}
    assert sweeps["echo"].failed[RISES] == (7, 12)
    text = (root / "lessons" / "seeds.json").read_text(encoding="utf-8")
    assert '      "the line rises": [7, 12],\n' in text
    assert '      "the line rises": [1e-09, -0.5, Infinity]\n' in text
    assert sweeps["echo"].distances == distances
    SWEEPS.write(root, Course(root).lessons, sweeps)
    assert (root / "lessons" / "seeds.json").read_text(encoding="utf-8") == text


PAGE_ROWS = r"""
| | Lesson | Seeds | Checks | Held in every seed | Lowest |
|:--|:--|--:|--:|--:|--:|
| 01 | [An echo \| a memory](../notebooks/01_echo.ipynb) | 20 | 2 | 1 | 19 of 20 |

## 01 · An echo | a memory

| Check | Held in |
|:--|--:|
| \|a\| \< b\_c \* 2 | 20 of 20 |
| x | 19 of 20 (not 7) |

Some runs ended early; the checks that they did not reach count as failed:

- seed 7, cell 3: no \*
"""


def test_the_page_lists_every_check_of_every_swept_lesson(root: Path) -> None:
    failed = {"|a| < b_c * 2": (), "x": (7,)}
    sweep = Sweep("code", tuple(range(1, 21)), failed, {7: "cell 3: no *"})
    text = page(Course(root).lessons, {"echo": sweep})
    assert "at least 19 of 20 seeds" in text
    assert "`python3 course.py seeds`" in text
    assert text.endswith(PAGE_ROWS)


def test_a_sweep_that_has_not_begun_can_be_shown(root: Path) -> None:
    sweep_all(root)
    notebook = load(root / "notebooks" / "01_echo.ipynb")
    assert "| 0 of 0 |" in page(Course(root).lessons, {"echo": Sweep.to_do(notebook)})

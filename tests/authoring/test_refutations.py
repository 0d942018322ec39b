"""Second measurements of a lesson's claims: what is asked for, run, recorded and shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from authoring import refutations, sync
from authoring.course import Course
from authoring.lesson_runs import Task
from authoring.lessons import LessonError
from authoring.records import refutations as records
from authoring.records.outcome import Outcome
from authoring.records.refutations import REFUTATIONS, read_attempts
from tests.support.sample_course import change_text, code, make_course

FALLS, RISES = "the loss falls below 0.1", "the line rises"
ATTEMPTS = "".join(
    code(f'claim = "{claim}"\nmeasurement = "Look again | twice."\nresult = "{n} of 3"\nholds = {n} > 1')
    for n, claim in ((2, FALLS), (3, RISES))
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample course; both claims of its lesson 01 are to be measured again."""
    monkeypatch.setattr(records, "FIRST_EDITION", frozenset())
    root = make_course(tmp_path)
    write(root, ATTEMPTS)
    return root


def write(root: Path, text: str) -> None:
    path = root / "lessons" / "refutations" / "echo.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def gives(outcome: Callable[[int], Outcome]) -> Callable[[Task, threading.Event], Outcome]:
    return lambda task, _stop: outcome(int(task.circumstance.removeprefix("seed ")))


def all_hold(seed: int) -> Outcome:
    return Outcome({FALLS, RISES}, results={FALLS: f"{seed} | 9", RISES: "3 of 3"})


def problems(root: Path) -> list[str]:
    return sync.refutation_problems(Course(root))


def test_each_claim_is_asked_for_until_it_has_held_in_five_seeds(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = (
        "lessons/refutations.json has no runs of echo as it is now: run `python3 course.py refutations 01`."
    )
    assert problems(root) == [asked]
    assert asked in sync.problems(Course(root))
    assert refutations.main([], root, gives(all_hold)) == 0
    assert "[5 of 5] echo, seed 5: 2 of 2 held, 0 s" in capsys.readouterr().out
    assert problems(root) == []
    assert sync.problems(Course(root)) == []


def test_what_is_on_record_is_not_run_again(root: Path) -> None:
    def never(seed: int) -> Outcome:
        raise AssertionError(seed)

    assert refutations.main(["echo"], root, gives(all_hold)) == 0
    assert refutations.main(["01"], root, gives(never)) == 0


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("01_echo.py", "[0] * lag + bits", "[1] * lag + bits"),
        ("refutations/echo.py", "3 > 1", "3 > 2"),
    ],
)
def test_other_code_asks_for_new_runs(root: Path, name: str, old: str, new: str) -> None:
    assert refutations.main([], root, gives(all_hold)) == 0
    change_text(root / "lessons" / name, old, new)
    if name == "01_echo.py":
        change_text(root / "notebooks" / "01_echo.ipynb", old, new)
    (problem,) = problems(root)
    assert "no runs of echo as it is now" in problem


def test_a_solution_is_no_part_of_what_is_run(root: Path) -> None:
    assert refutations.main([], root, gives(all_hold)) == 0
    change_text(
        root / "notebooks" / "01_echo.ipynb", 'cu.check(True, \\"solution 1', 'cu.check(1 == 1, \\"solution 1'
    )
    assert problems(root) == []


def test_a_claim_that_falls_is_named_with_its_seeds(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def one_falls(seed: int) -> Outcome:
        return (
            all_hold(seed)
            if seed != 4
            else Outcome({RISES}, error="attempt 1: no", results={RISES: "3 of 3"})
        )

    assert refutations.main([], root, gives(one_falls)) == 1
    (problem,) = problems(root)
    assert problem.startswith(f"echo: {FALLS!r} falls in seeds [4]: claim less")
    assert problem in capsys.readouterr().out
    page = (root / REFUTATIONS.page_path).read_text(encoding="utf-8")
    assert (
        f"| {FALLS} | Look again \\| twice. | 1 \\| 9 · 2 \\| 9 · 3 \\| 9 · not reached · 5 \\| 9 | 4 of 5 |"
        in page
    )
    assert f"| {RISES} | Look again \\| twice. | 3 of 3 | 5 of 5 |" in page
    assert "- seed 4, attempt 1: no" in page


def test_claims_and_attempts_must_be_the_same(root: Path) -> None:
    write(root, ATTEMPTS.replace(RISES, "the line sinks"))
    assert problems(root) == [
        f"lessons/refutations/echo.py does not try {RISES!r}.",
        "lessons/refutations/echo.py tries 'the line sinks', which is no claim of the lesson.",
    ]
    (root / "lessons" / "refutations" / "echo.py").unlink()
    assert len(problems(root)) == 2


def test_lessons_of_the_first_edition_need_none(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FIRST_EDITION", frozenset({"echo"}))
    assert problems(root) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('claim = "the loss', 'said = "the loss', "cell 1 sets no text 'claim'"),
        (
            'measurement = "Look again | twice."\nresult = "3',
            'measurement = 3\nresult = "3',
            "cell 2 sets no text 'measurement'",
        ),
        ('result = "2', 'outcome = "2', "cell 1 sets no 'result'"),
        ("holds = 2 > 1", "", "cell 1 sets no 'holds'"),
        ("holds = 2 >", "holds = 2 > >", "cell 1: invalid syntax"),
    ],
)
def test_what_an_attempt_lacks_is_said(root: Path, old: str, new: str, message: str) -> None:
    assert old in ATTEMPTS
    write(root, ATTEMPTS.replace(old, new))
    with pytest.raises(LessonError) as caught:
        read_attempts(Course(root).notebooks["echo"])
    assert f"lessons/refutations/echo.py {message}" in str(caught.value)
    assert refutations.main([], root, gives(all_hold)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["07"], "There is no lesson 07"), (["00"], "None of these lessons has a file in lessons/refutations/")],
)
def test_what_cannot_be_run_is_said(
    root: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refutations.main(arguments, root, gives(all_hold)) == 2
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_in_a_kernel_the_attempts_see_the_lesson_and_the_seed(root: Path) -> None:
    for folder, name in (("lessons", "01_echo.py"), ("notebooks", "01_echo.ipynb")):
        text = (root / folder / name).read_text(encoding="utf-8")
        text = text.replace("import keras", "heard = [1]").replace("display(figure", "dict(figure=1")
        text = text.replace(
            "history = model.fit(x, y, epochs=2, verbose=0)", "history, line = [0.01], [0, 1]"
        )
        (root / folder / name).write_text(text, encoding="utf-8")
    seed = "import os\nseed = os.environ['COURSE_SEED']\n"
    write(
        root,
        ATTEMPTS.replace('result = "2 of 3"', f'{seed}print("aside")\nresult = seed + str(heard)').replace(
            'result = "3 of 3"', "result = 1 / 0"
        ),
    )
    (task,) = [
        Task(lesson, Course(root).notebooks["echo"], "seed 3")
        for lesson in Course(root).lessons
        if lesson.name == "echo"
    ]
    outcome = refutations.under_seed(task, threading.Event())
    assert outcome.results == {FALLS: "3[1]"}
    assert outcome.held == {FALLS}
    assert outcome.error == "attempt 2: ZeroDivisionError: division by zero"

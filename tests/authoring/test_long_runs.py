"""What a file goes on from, what is recorded, and when a record is out of date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authoring import build, sync
from authoring.course import Course
from authoring.lessons import LessonError
from authoring.long_runs import LongRun, find_long_runs, long_run_problems, main, texts_for
from authoring.readme import as_generated
from authoring.records.long_run_results import read
from tests.support.sample_course import change_text, make_course, write_notebooks

TABLE = "| lag | loss |\n|:--|:--|\n| 9 | 0.1 |"
PLACE = "And after 2?"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample course; its lesson 01 has a long run that was never run."""
    root = make_course(tmp_path)
    (root / "lessons" / "long_runs").mkdir()
    file(root).write_text("print(echo_01([1] * 9, 3))\n", encoding="utf-8")
    change_text(root / "lessons" / "01_echo.py", PLACE, "{{long_echo}}")
    return root


def file(root: Path) -> Path:
    return root / "lessons" / "long_runs" / "echo_long_echo.py"


def the_run(root: Path) -> LongRun:
    (run,) = find_long_runs(Course(root))
    return run


def gives_table(run: LongRun) -> str:
    assert run.key == "echo_long_echo"
    return TABLE


def not_called(run: LongRun) -> str:
    raise AssertionError(f"{run.key} was run")


def test_the_file_goes_on_from_the_cells_before_its_place(root: Path) -> None:
    *before, own = the_run(root).sources
    assert own == "print(echo_01([1] * 9, 3))\n"
    assert [source.splitlines()[0] for source in before] == [
        "import course_utils as cu",
        "def echo_01(bits, lag):",
        'cu.check(echo_01([1] * 9, 1)[0] == 0, "an echo of lag 1 begins with silence")',
    ]


def test_solutions_are_left_out(root: Path) -> None:
    change_text(root / "lessons" / "01_echo.py", "{{long_echo}}", PLACE)
    change_text(root / "lessons" / "01_echo.py", "Hallstrom (2016).", "{{long_echo}}")
    sources = the_run(root).sources
    assert "the line rises" in sources[-2]
    assert not any("solution" in source for source in sources)


def test_what_was_printed_stands_in_the_notebook(root: Path) -> None:
    (lesson,) = (lesson for lesson in Course(root).lessons if lesson.number == "01")
    assert texts_for(lesson, Course(root)) == {"long_echo": "not measured yet"}
    assert main([], root, gives_table) == 0
    assert texts_for(lesson, Course(root)) == {"long_echo": TABLE}
    write_notebooks(root)
    cells = json.loads(lesson.notebook.read_text(encoding="utf-8"))["cells"]
    assert any("".join(cell["source"]) == as_generated(TABLE) for cell in cells)
    assert sync.problems(Course(root)) == []


def test_one_that_was_never_run_is_a_problem_until_it_is(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (problem,) = long_run_problems(Course(root))
    assert problem.startswith(
        "lessons/long_runs/echo_long_echo.py was never run: do it with `python3 course.py"
    )
    assert problem in sync.problems(Course(root))
    assert main([], root, gives_table) == 0
    assert long_run_problems(Course(root)) == []
    assert "recorded in lessons/long_runs.json" in capsys.readouterr().out
    assert main([], root, not_called) == 0
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "old", "new", "stale"),
    [
        ("01_echo.py", "return [0] * lag + bits[:-lag]", "return [0] * lag + bits", True),
        ("01_echo.py", "an echo of lag 1 begins with silence", "silence comes first", False),
        ("01_echo.py", "And after 1?", "And after one?", False),
        ("01_echo.py", "the line rises", "the line goes up", False),
        ("long_runs/echo_long_echo.py", "3", "4", True),
        ("long_runs/echo_long_echo.py", "print", "# Why.\nprint", True),
    ],
)
def test_a_record_is_out_of_date_when_the_code_before_it_or_the_file_changes(
    root: Path, name: str, old: str, new: str, stale: bool
) -> None:
    assert main([], root, gives_table) == 0
    change_text(root / "lessons" / name, old, new)
    problems = long_run_problems(Course(root))
    assert bool(problems) is stale
    assert all("computes something else since it was run" in problem for problem in problems)
    assert main([], root, gives_table) == 0
    assert long_run_problems(Course(root)) == []


def test_with_a_number_it_is_run_in_any_case(root: Path) -> None:
    assert main([], root, gives_table) == 0
    assert main(["01"], root, lambda _: "other") == 0
    assert read(root)["echo_long_echo"].text == "other"
    assert main(["00"], root, not_called) == 0
    assert read(root)["echo_long_echo"].text == "other"


def test_a_failure_leaves_what_was_on_record(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(run: LongRun) -> str:
        raise LessonError(f"{run.key} printed nothing")

    assert main([], root, gives_table) == 0
    assert main(["01"], root, fails) == 1
    assert read(root)["echo_long_echo"].text == TABLE
    output = capsys.readouterr()
    assert "NOT recorded" in output.out
    assert "echo_long_echo printed nothing" in output.err


def test_what_was_run_before_a_stop_is_kept(root: Path) -> None:
    own = file(root)
    own.with_name("echo_longer_echo.py").write_text("print(9)\n", encoding="utf-8")
    change_text(root / "lessons" / "01_echo.py", "And after 3?", "{{longer_echo}}")

    def stopped_at_the_second(run: LongRun) -> str:
        if run.key == "echo_longer_echo":
            raise KeyboardInterrupt
        return gives_table(run)

    assert main([], root, stopped_at_the_second) == 130
    assert read(root)["echo_long_echo"].text == TABLE
    (problem,) = long_run_problems(Course(root))
    assert "echo_longer_echo.py was never run" in problem


def test_a_name_that_stands_for_something_else_is_refused(root: Path) -> None:
    file(root).rename(file(root).with_name("echo_run_time.py"))
    assert any(
        "{{run_time}} stands for something else already" in output for output in sync.problems(Course(root))
    )


def test_a_record_without_its_file_is_a_problem_and_the_next_call_drops_it(root: Path) -> None:
    assert main([], root, gives_table) == 0
    change_text(root / "lessons" / "01_echo.py", "{{long_echo}}", PLACE)
    file(root).unlink()
    (problem,) = long_run_problems(Course(root))
    assert problem.startswith("lessons/long_runs.json has echo_long_echo, of which there is no file")
    assert main([], root, not_called) == 0
    assert long_run_problems(Course(root)) == []


def test_a_file_without_a_place_or_a_lesson_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_text(root / "lessons" / "01_echo.py", "{{long_echo}}", PLACE)
    assert main([], root, not_called) == 2
    assert "write {{long_echo}} in one of its text cells" in capsys.readouterr().err
    file(root).rename(file(root).with_name("canon_long_echo.py"))
    assert main([], root, not_called) == 2
    assert "canon_long_echo.py must be named after a lesson" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[1]", '{"echo_long_echo": {"code": "a"}}', "{"])
def test_a_broken_record_is_said_with_what_mends_it(
    root: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (root / "lessons" / "long_runs.json").write_text(text, encoding="utf-8")
    assert main([], root, not_called) == 2
    assert "git restore lessons/long_runs.json" in capsys.readouterr().err
    assert build.main([], root) != 0


@pytest.mark.slow
def test_in_a_kernel_the_file_sees_the_lesson_and_its_checks_are_not_part_of_the_text(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = root / "lessons" / "01_echo.py"
    change_text(lesson, "import keras\n\ncu.runtime.start(seed=3)", "heard = [1, 2, 3]")
    own = 'cu.check(heard[0] == 1, "a one")\nprint("| a |\\n|:--|")\nprint(echo_01(heard, 1))\n'
    file(root).write_text(own, encoding="utf-8")
    assert main([], root) == 0, capsys.readouterr()
    assert read(root)["echo_long_echo"].text == "| a |\n|:--|\n[0, 1, 2]"
    file(root).write_text('cu.check(False, "never")\nprint("a table")\n', encoding="utf-8")
    assert main([], root) == 1
    output = capsys.readouterr()
    assert "not true here: never" in output.err
    assert read(root)["echo_long_echo"].text == "| a |\n|:--|\n[0, 1, 2]"
    file(root).write_text("heard\n", encoding="utf-8")
    assert main([], root) == 1
    assert "printed nothing that could stand for {{long_echo}}" in capsys.readouterr().err

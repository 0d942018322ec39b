"""What is made from other files: what is stale, what is written, and errors as sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring import build
from authoring.course import Course
from authoring.generated import Generated, refresh, stale
from authoring.sources import CourseError
from tests.support.sample_course import change_text, make_course

PATHS = ["README.md", "lessons/seeds.json", "docs/seeds.md", "lessons/machines.json", "docs/machines.md"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def test_every_stale_file_is_told_with_its_command_and_refreshed(root: Path) -> None:
    assert stale(Course(root)) == refresh(Course(root)) == []
    change_text(root / "README.md", "Start here", "Begin here")
    for path in PATHS[1:]:
        if path.startswith("docs"):
            (root / path).unlink()
        else:
            (root / path).write_bytes((root / path).read_bytes() + b"\n")
    problems = stale(Course(root))
    assert [problem.split(" ")[0] for problem in problems] == PATHS
    assert all(problem.endswith("Fix it with `python3 course.py notebooks`.") for problem in problems)
    assert ["is missing." in problem for problem in problems] == [False, False, True, False, True]
    assert refresh(Course(root)) == PATHS
    assert stale(Course(root)) == refresh(Course(root)) == []


def test_one_that_cannot_be_made_hides_none_of_the_others(root: Path) -> None:
    (root / "README.md").write_text("no place\n")
    (root / "lessons" / "seeds.json").write_text("[")
    (root / "docs" / "machines.md").unlink()
    readme, seeds, machines = stale(Course(root))
    assert readme.startswith("README.md has no place for the table of lessons: add ")
    assert "lessons/seeds.json is not a record of sweeps" in seeds
    assert machines.startswith("docs/machines.md is missing.")
    assert refresh(Course(root)) == ["docs/machines.md"]
    assert (root / "README.md").read_text() == "no place\n"


def test_text_and_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    for content in ("ä\n", b"\xff\n"):
        each = Generated("file", "it is old", lambda content=content: content)  # type: ignore[misc]
        raw = content.encode() if isinstance(content, str) else content
        assert each.new_content(tmp_path) == raw
        (tmp_path / "file").write_bytes(raw)
        assert each.new_content(tmp_path) is None
        assert each.problems(tmp_path) == []


def test_why_a_file_cannot_be_made_is_its_problem(tmp_path: Path) -> None:
    def fail() -> str:
        raise CourseError("No place for it: add one.")

    assert Generated("file", "it is old", fail).problems(tmp_path) == ["No place for it: add one."]


def first_line_of(name: str) -> bytes:
    return b"# %% [markdown]\n# " + name.encode() + b"\n"


BROKEN_FILES = {
    "a lesson without opening": ("lessons/01_echo.py", first_line_of("Echo")),
    "a lesson of a wrong name": ("lessons/1_echo.py", first_line_of("Echo")),
    "a lesson that is not UTF-8": ("lessons/01_echo.py", b"# %%\n\xff"),
    "two lessons of one number": ("lessons/01_again.py", None),
    "run times": ("lessons/run_times.json", b"["),
    "seeds": ("lessons/seeds.json", b'{"echo": {}}'),
    "machines": ("lessons/machines.json", b"[1]"),
    "a problem set": ("problem_sets/ps01_x.py", first_line_of("no heading")),
    "a problem set of a wrong name": ("problem_sets/x.py", b""),
    "a problem set that is not UTF-8": ("problem_sets/ps01_x.py", b"\xff"),
}


@pytest.mark.parametrize(("name", "content"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_every_broken_file_is_one_sentence_and_nothing_is_built(
    root: Path, name: str, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes((root / "lessons" / "01_echo.py").read_bytes() if content is None else content)
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert build.main(["--all"], root) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert Path(name).name in printed.err
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_a_bad_time_limit_is_one_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COURSE_CELL_SECONDS", "soon")
    assert build.main([], root) == 2
    assert capsys.readouterr().err.count("\n") == 1

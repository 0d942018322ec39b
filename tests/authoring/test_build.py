"""What is built when, what a failure leaves behind, and the same bytes on each rebuild."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authoring import build, files, sync
from authoring.course import Course
from authoring.execute import ExecutionFailed
from tests.support.sample_course import change_notebook, change_text, make_course, pretend_to_run, stream


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replaces the kernel by a pretence; the lessons that it was asked to run."""
    ran: list[str] = []

    def pretend(notebook: Any, _folder: Path, where: str, **_: Any) -> Any:
        ran.append(where)
        if any("raise" in cell.source for cell in notebook.cells if cell.cell_type == "code"):
            raise ExecutionFailed(f"{where} cell 5: no", cell=5, reason="no", executed=notebook)
        pretend_to_run(notebook)
        return notebook

    monkeypatch.setattr(build, "execute", pretend)
    return ran


def contents(root: Path) -> dict[str, bytes]:
    paths = [root / "README.md", *(root / "notebooks").iterdir()]
    return {path.name: path.read_bytes() for path in paths}


def test_nothing_is_built_when_nothing_changed(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(root)
    assert build.main([], root) == 0
    assert executed == []
    assert contents(root) == before
    assert "nothing to build" in capsys.readouterr().out


def test_changed_code_is_executed_and_only_that(root: Path, executed: list[str]) -> None:
    before = contents(root)
    change_text(root / "lessons" / "01_echo.py", "bits[:-lag]", "list(bits)[:-lag]")
    assert build.main([], root) == 0
    assert executed == ["lessons/01_echo.py"]
    assert [name for name, content in contents(root).items() if content != before[name]] == ["01_echo.ipynb"]
    swept, as_machines = sync.problems(Course(root))
    assert "echo computes something else since it was swept" in swept
    assert "echo computes something else since it ran as other machines" in as_machines


@pytest.mark.parametrize("arguments", [["1"], ["01", "00"], ["--all"]])
def test_lessons_that_are_named_are_executed_in_any_case(
    root: Path, executed: list[str], arguments: list[str]
) -> None:
    before = contents(root)
    assert build.main(arguments, root) == 0
    every = ["lessons/00_start_here.py", "lessons/01_echo.py"]
    assert executed == (every[1:] if arguments == ["1"] else every)
    assert contents(root) == before


def test_an_unknown_number_is_refused_before_anything_is_built(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["01", "99"], root) == 2
    assert executed == []
    assert "There is no lesson 99. The course has: 00_start_here, 01_echo." in capsys.readouterr().err


def test_changed_text_keeps_the_stored_outputs(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = root / "notebooks" / "01_echo.ipynb"
    change_notebook(notebook, lambda nb: nb.cells[4].outputs.append(stream("stored\n")))
    change_text(root / "lessons" / "01_echo.py", "What comes back", "What returns")
    assert build.main([], root) == 0
    assert executed == []
    assert "stored\\n" in notebook.read_text(encoding="utf-8")
    assert "echo: written; only its text changed, so the stored outputs were kept." in capsys.readouterr().out
    assert sync.problems(Course(root)) == []


@pytest.mark.parametrize("arguments", [[], ["01"]])
def test_a_new_heading_reaches_every_syllabus_and_the_readme(
    root: Path, executed: list[str], arguments: list[str]
) -> None:
    change_text(root / "lessons" / "01_echo.py", "An echo | a memory", "Echoes")
    assert build.main(arguments, root) == 0
    assert executed == (["lessons/01_echo.py"] if arguments else [])
    assert sync.problems(Course(root)) == []
    assert "[Echoes](notebooks/01_echo.ipynb)" in (root / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda nb: nb.cells[4].update(execution_count=None),
        lambda nb: nb.cells[4].metadata.update(tags=["hide-input"]),
        lambda nb: nb.cells.pop(4),
    ],
    ids=["never run", "other tags", "other cells"],
)
def test_outputs_of_other_code_are_not_kept(
    root: Path, executed: list[str], change: Callable[[Any], object]
) -> None:
    change_notebook(root / "notebooks" / "01_echo.ipynb", change)
    change_text(root / "lessons" / "01_echo.py", "What comes back", "What returns")
    assert build.main([], root) == 0
    assert executed == ["lessons/01_echo.py"]


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_text("{")], ids=["missing", "unreadable"]
)
def test_a_missing_or_unreadable_notebook_is_built(
    root: Path, executed: list[str], damage: Callable[[Path], object]
) -> None:
    before = contents(root)
    damage(root / "notebooks" / "01_echo.ipynb")
    assert build.main([], root) == 0
    assert executed == ["lessons/01_echo.py"]
    assert contents(root) == before


def test_a_failing_lesson_stays_as_it_was_and_the_others_are_built(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(root)
    for name in ("00_start_here", "01_echo"):
        change_text(root / "lessons" / f"{name}.py", "    return [0]", "    pass\n    return [0]")
    change_text(root / "lessons" / "00_start_here.py", "    pass\n", "    raise\n")
    assert build.main([], root) == 1
    assert len(executed) == 2
    after = contents(root)
    assert after.keys() == before.keys()
    assert after["00_start_here.ipynb"] == before["00_start_here.ipynb"]
    assert after["01_echo.ipynb"] != before["01_echo.ipynb"]
    printed = capsys.readouterr()
    assert "start_here: NOT written, the old notebook stays." in printed.out
    assert "lessons/00_start_here.py cell 5: no" in printed.err


def test_a_misspelt_placeholder_stops_its_own_lesson_only(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    change_text(root / "lessons" / "00_start_here.py", "What comes back", "{{what}} comes back")
    change_text(root / "lessons" / "01_echo.py", "What comes back", "What returns")
    assert build.main(["01"], root) == 0
    assert build.main([], root) == 1
    assert executed == ["lessons/01_echo.py"]
    assert "lessons/00_start_here.py cell 4: {{what}} stands for nothing" in capsys.readouterr().err


def test_a_broken_opening_is_said_in_one_sentence(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    change_text(root / "lessons" / "01_echo.py", "**Needs:**", "Needs")
    assert build.main([], root) == 2
    assert executed == []
    assert capsys.readouterr().err.startswith("lessons/01_echo.py: the opening is not whole; it has 'Needs ")


def test_a_notebook_without_lesson_is_reported_and_kept(
    root: Path, executed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    extra = root / "notebooks" / "09_old.ipynb"
    extra.write_text("{}")
    assert build.main([], root) == 1
    assert extra.exists()
    assert "notebooks/09_old.ipynb has no lesson: `git rm notebooks/09_old.ipynb`" in capsys.readouterr().err
    assert executed == []


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, "old\n")

    def no_replace(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", no_replace)
    with pytest.raises(OSError, match="disk full"):
        files.write_atomically(path, "new\n")
    assert path.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [path]

"""An edited, a missing and an extra notebook are each found, and the cure is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authoring import render, sync
from authoring.course import Course
from authoring.lessons import LessonError, SourceCell
from authoring.render import cell_ids, fill_placeholders, neighbour_links
from tests.support.sample_course import (
    RUN_TIMES,
    change_notebook,
    change_text,
    good_lesson,
    make_course,
    stream,
    write_notebooks,
)

FIX = "Fix it with `python3 course.py notebooks 01`."


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


@pytest.fixture
def notebook(root: Path) -> Path:
    return root / "notebooks" / "01_echo.ipynb"


def test_a_course_in_sync_has_no_problem(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sync.problems(Course(root)) == []
    assert sync.main(root) == 0
    assert "Every notebook, the README and the table of seeds" in capsys.readouterr().out


def set_source(nb: Any) -> None:
    nb.cells[3].source = nb.cells[3].source.replace("one step", "two steps")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            set_source,
            [
                "cell 4 is the first to differ",
                "-What comes back after two steps?",
                "+What comes back after one step?",
            ],
        ),
        (
            lambda nb: nb.cells[4].metadata.update(tags=["solution"]),
            ["cell 5 is the first", "metadata: {'tags'"],
        ),
        (
            lambda nb: nb.cells[4].update(id="deadbeef"),
            ["cell 5 is the first", "id: 'deadbeef' in the notebook"],
        ),
        (
            lambda nb: nb.cells[0].update(attachments={}),
            ["cell 1 is the first", "attachments: {} in the notebook"],
        ),
        (lambda nb: nb.cells.pop(), ["is missing; the lesson has:", "Hallstrom"]),
        (lambda nb: nb.cells.append(nb.cells[0]), ["is one that the lesson does not have", "An echo"]),
        (lambda nb: nb.metadata.language_info.update(version="3.11.7"), ["not:", "metadata:", "3.11.7"]),
        (lambda nb: nb.metadata.update(jupytext={"formats": "ipynb,py"}), ["not:", "jupytext"]),
        (lambda nb: nb.update(nbformat_minor=6), ["nbformat_minor: 6 in the notebook, 5 from the lesson"]),
    ],
    ids=["source", "tags", "id", "attachment", "missing cell", "extra cell", "version", "jupytext", "format"],
)
def test_an_edited_notebook_is_shown_with_its_first_difference(
    root: Path, notebook: Path, change: Callable[[Any], object], message: list[str]
) -> None:
    change_notebook(notebook, change)
    (problem,) = sync.problems(Course(root))
    assert problem.startswith("notebooks/01_echo.ipynb is not what lessons/01_echo.py gives. ")
    assert FIX in problem
    for word in message:
        assert word in problem


def test_outputs_are_not_compared(root: Path, notebook: Path) -> None:
    change_notebook(notebook, lambda nb: nb.cells[2].outputs.append(stream("hello")))
    assert sync.problems(Course(root)) == []


def test_an_edited_lesson_is_found(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change_text(root / "lessons" / "01_echo.py", "What comes back", "What returns")
    (problem,) = sync.problems(Course(root))
    assert "+What returns after one step?" in problem
    assert FIX in problem
    assert sync.main(root) == 1
    assert FIX in capsys.readouterr().err


def test_a_missing_notebook_is_found(root: Path, notebook: Path) -> None:
    notebook.unlink()
    assert sync.problems(Course(root)) == [
        f"notebooks/01_echo.ipynb is missing, but lessons/01_echo.py is there. {FIX}"
    ]


def test_an_extra_notebook_is_found(root: Path, notebook: Path) -> None:
    notebook.rename(notebook.with_name("09_old.ipynb"))
    write_notebooks(root)
    (problem,) = sync.problems(Course(root))
    assert problem.startswith("notebooks/09_old.ipynb has no lesson: `git rm notebooks/09_old.ipynb`")


def test_a_file_that_is_no_notebook_is_a_problem_not_a_crash(root: Path, notebook: Path) -> None:
    notebook.write_text("{", encoding="utf-8")
    (problem,) = sync.problems(Course(root))
    assert "is not a notebook" in problem
    assert FIX in problem


def test_a_lesson_that_cannot_be_read_is_a_problem_not_a_crash(root: Path) -> None:
    change_text(root / "lessons" / "01_echo.py", "**Needs:**", "Needs")
    assert [problem.split(":")[0] for problem in sync.problems(Course(root))] == ["lessons/01_echo.py"]


def test_an_unknown_placeholder_names_lesson_and_cell(root: Path) -> None:
    change_text(root / "lessons" / "01_echo.py", "What comes back", "{{what}} comes back")
    (problem,) = sync.problems(Course(root))
    assert problem.startswith(
        "lessons/01_echo.py cell 4: {{what}} stands for nothing; there are {{number}}, {{run_time}}"
    )


def test_a_new_heading_makes_every_syllabus_stale(root: Path) -> None:
    change_text(root / "lessons" / "01_echo.py", "An echo | a memory", "Echo")
    assert [problem.split(" ")[0] for problem in sync.problems(Course(root))] == [
        "notebooks/00_start_here.ipynb",
        "notebooks/01_echo.ipynb",
        "README.md",
        "docs/seeds.md",
        "docs/machines.md",
    ]


def test_a_new_run_time_makes_text_stale_and_a_noisy_one_does_not(root: Path) -> None:
    times = root / "lessons" / "run_times.json"
    times.write_text(json.dumps({**RUN_TIMES, "echo": {"seconds": 24.9, "slowest_cell": 5.0}}))
    assert sync.problems(Course(root)) == []
    times.write_text(json.dumps({**RUN_TIMES, "echo": {"seconds": 25.1, "slowest_cell": 5.0}}))
    assert len(sync.problems(Course(root))) == 3


def test_folded_cells_and_placeholders_are_in_the_notebook(notebook: Path) -> None:
    stored = json.loads(notebook.read_text(encoding="utf-8"))
    solution = [cell for cell in stored["cells"] if "solution" in cell["metadata"].get("tags", ())]
    assert [cell["metadata"]["jupyter"] for cell in solution] == [{"source_hidden": True}] * 3
    assert stored["cells"][0]["source"][-1] == "**Run time:** about 25 s on 2 CPU cores"
    assert stored["cells"][1]["source"][0] == "← [00 · Start here](00_start_here.ipynb)\n"
    assert set(stored["metadata"]) == {"kernelspec", "language_info"}
    assert "version" not in stored["metadata"]["language_info"]


def test_ids_stay_when_another_cell_changes() -> None:
    def ids(*sources: str) -> list[str]:
        return cell_ids([SourceCell("code", source, ()) for source in sources])

    before = ids("a", "b", "a")
    assert len(set(before)) == 3
    assert ids("a", "changed", "a") == [before[0], ids("changed")[0], before[2]]
    assert ids("b", "a") == [before[1], before[0]]
    assert cell_ids([SourceCell("markdown", "a", ())]) != before[:1]


def test_neighbours_are_linked(root: Path) -> None:
    (root / "lessons" / "02_c.py").write_text(good_lesson("02", "C"), encoding="utf-8")
    course = Course(root)
    links = [neighbour_links(lesson, course) for lesson in course.lessons]
    assert links[0] == "[01 · An echo | a memory](01_echo.ipynb) →"
    assert links[1] == "← [00 · Start here](00_start_here.ipynb) | [02 · C](02_c.ipynb) →"
    assert links[2] == "← [01 · An echo | a memory](01_echo.ipynb)"


def test_a_lesson_with_a_problem_set_ends_with_a_link_to_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course(root)
    monkeypatch.setattr(render, "link_to_release", lambda of, name: f"set {name}" if of is course else "")
    assert (
        neighbour_links(course.lessons[1], course) == "set echo\n\n← [00 · Start here](00_start_here.ipynb)"
    )


def test_only_the_placeholders_asked_for_are_made() -> None:
    def never() -> str:
        raise AssertionError

    assert fill_placeholders("a {{x}} b", {"x": lambda: "y", "z": never}, "here") == "a y b"
    with pytest.raises(LessonError, match=r"^here: {{w}} stands for nothing; there are {{x}}"):
        fill_placeholders("{{w}}", {"x": never}, "here")

"""Whatever a class hands in is inspected and reported, and nothing is dropped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest

from authoring import problem_sets
from classroom.ingest import MOST_BYTES, SubmissionsError, collect, inspect

SET = problem_sets.named("ps01")


def text() -> str:
    return str(nbformat.writes(problem_sets.release(SET)))


def put(path: Path, content: str | None = None, *, age: int = 0) -> Path:
    """A file that was changed `age` seconds before the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text() if content is None else content, encoding="utf-8")
    os.utime(path, (1_800_000_000 - age,) * 2)
    return path


def changed(change: Any) -> str:
    notebook = problem_sets.release(SET)
    change(notebook)
    return str(nbformat.writes(notebook))


def cell_of(notebook: Any, grade_id: str) -> Any:
    (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id]
    return cell


# ---------------------------------------------------------------- collecting


def test_a_folder_for_each_student(tmp_path: Path) -> None:
    put(tmp_path / "s002" / "ps01.ipynb")
    put(tmp_path / "s001" / "deep" / "down" / "ps01.ipynb")
    put(tmp_path / "s001" / "deep" / ".ipynb_checkpoints" / "ps01-checkpoint.ipynb")
    first, second = collect(tmp_path, "ps01")
    assert (first.student, second.student) == ("s001", "s002")
    assert first.path == tmp_path / "s001" / "deep" / "down" / "ps01.ipynb"
    assert first.notes == second.notes == ()
    assert first.time is not None
    assert first.time.isoformat() == "2027-01-15T08:00:00+00:00"


def test_files_that_carry_the_students_name(tmp_path: Path) -> None:
    put(tmp_path / "ps01_ada.ipynb")
    put(tmp_path / "ps01_bo_li.ipynb")
    assert [each.student for each in collect(tmp_path, "ps01")] == ["ada", "bo_li"]


@pytest.mark.parametrize("name", ["ps01_ada (1).ipynb", "ps01_ada(2).ipynb", "ps01_ada-Copy1.ipynb"])
def test_the_latest_of_two_files_is_taken_and_it_is_said(tmp_path: Path, name: str) -> None:
    put(tmp_path / "ps01_ada.ipynb", age=60)
    late = put(tmp_path / name)
    (submission,) = collect(tmp_path, "ps01")
    assert (submission.student, submission.path) == ("ada", late)
    assert submission.notes == (f"2 submissions: the latest one, {name}, is graded, not ps01_ada.ipynb",)


def test_the_latest_of_two_in_a_folder_is_taken_and_it_is_said(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "first" / "ps01.ipynb", age=60)
    late = put(tmp_path / "ada" / "second" / "my ps01 final.ipynb")
    (submission,) = collect(tmp_path, "ps01")
    assert submission.path == late
    assert submission.notes == (
        "2 submissions: the latest one, my ps01 final.ipynb, is graded, not ps01.ipynb",
        "the file is called my ps01 final.ipynb, not ps01.ipynb",
    )


def test_what_is_no_submission_is_said_by_name(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "ps01.pdf", "%PDF")
    (tmp_path / "bo").mkdir()
    put(tmp_path / "cy" / "untitled.ipynb")
    put(tmp_path / "solution.docx", "x")
    put(tmp_path / "ps02_di.ipynb")
    put(tmp_path / "d;rop" / "ps01.ipynb")
    submissions = {
        each.student: (each.path and each.path.name, each.notes) for each in collect(tmp_path, "ps01")
    }
    assert submissions == {
        "ada": (None, ("no notebook: there is ps01.pdf",)),
        "bo": (None, ("no notebook: the folder is empty",)),
        "cy": ("untitled.ipynb", ("the file is called untitled.ipynb, not ps01.ipynb",)),
        "solution.docx": (None, ("solution.docx is no notebook: if one is inside, unpack it first",)),
        "ps02_di.ipynb": (
            None,
            ("the file is called ps02_di.ipynb, not ps01_student.ipynb or student_ps01.ipynb",),
        ),
        "d;rop": (None, ("the name has ';': take letters and digits, and behind the first @._+=,'’()-",)),
    }


@pytest.mark.parametrize("student", ["..", ".", ".hidden", "-x"])
def test_a_name_that_could_lead_elsewhere_is_refused(tmp_path: Path, student: str) -> None:
    put(tmp_path / f"ps01_{student}.ipynb")
    (submission,) = collect(tmp_path, "ps01")
    assert submission.path is None
    assert submission.notes[0].startswith(f"the name has {student[0]!r}: take letters and digits")


@pytest.mark.parametrize(
    ("folder", "student"),
    [
        ("Zoë O'Brien (Jo)", "Zoë O'Brien (Jo)"),
        ("Zoe\u0308", "Zoë"),
        ("张伟", "张伟"),
        ("अमिता", "अमिता"),
        ("Ada Lovelace_12345_assignsubmission_file_", "Ada Lovelace_12345"),
    ],
)
def test_names_of_every_script_are_names(tmp_path: Path, folder: str, student: str) -> None:
    put(tmp_path / folder / "ps01.ipynb")
    (submission,) = collect(tmp_path, "ps01")
    assert (submission.student, submission.notes) == (student, ())
    assert submission.path is not None


@pytest.mark.parametrize(
    "file",
    [
        "ps01_lovelaceada.ipynb",
        "lovelaceada_ps01.ipynb",
        "lovelaceada_12_345_ps01.ipynb",
        "lovelaceada_LATE_12_345_ps01.ipynb",
        "ps01_lovelaceada (2).ipynb",
    ],
)
def test_files_are_understood_as_learning_systems_name_them(tmp_path: Path, file: str) -> None:
    put(tmp_path / file)
    (submission,) = collect(tmp_path, "ps01")
    assert (submission.student, submission.path) == ("lovelaceada", tmp_path / file)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    put(tmp_path / ("a" * 121) / "ps01.ipynb")
    (submission,) = collect(tmp_path, "ps01")
    assert submission.notes == ("the name has 121 characters, and may have 120: shorten it",)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    secret = put(tmp_path / "other" / "secret.ipynb")
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "ps01.ipynb").symlink_to(secret)
    (submission,) = collect(tmp_path / "class", "ps01")
    assert submission.path is None


def test_a_folder_that_holds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SubmissionsError, match="holds no submission: it needs a folder for each student"):
        collect(tmp_path, "ps01")
    with pytest.raises(SubmissionsError, match="missing is not a folder"):
        collect(tmp_path / "missing", "ps01")


def test_a_folder_and_a_file_of_one_student_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "ada" / "ps01.ipynb")
    put(tmp_path / "ps01_ada.ipynb")
    with pytest.raises(SubmissionsError, match="both a folder and a file of ada: leave one of them"):
        collect(tmp_path, "ps01")


# ---------------------------------------------------------------- inspecting


def test_an_untouched_release_has_nothing_to_note(tmp_path: Path) -> None:
    inspection = inspect(put(tmp_path / "a.ipynb"), SET)
    assert (inspection.refused, inspection.notes) == ("", [])
    wanted = [cell.metadata.get("nbgrader") for cell in problem_sets.release(SET).cells]
    assert [cell.metadata.get("nbgrader") for cell in inspection.notebook.cells] == wanted


def test_what_a_notebook_carries_besides_its_cells_is_left_behind(tmp_path: Path) -> None:
    def carry(notebook: Any) -> None:
        notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "x", "language": "bash"}
        notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="score: 20/20")]
        cell_of(notebook, "step-tests").metadata["nbgrader"]["points"] = 400

    inspection = inspect(put(tmp_path / "a.ipynb", changed(carry)), SET)
    assert inspection.notebook.metadata == {}
    assert inspection.notebook.cells[1].outputs == []
    assert cell_of(inspection.notebook, "step-tests").metadata["nbgrader"]["points"] == 4


def test_missing_copied_changed_and_foreign_cells_are_noted(tmp_path: Path) -> None:
    def spoil(notebook: Any) -> None:
        notebook.cells.remove(cell_of(notebook, "head-tests"))
        copied = nbformat.from_dict(json.loads(json.dumps(cell_of(notebook, "unroll-tests"))))
        copied["id"] = "copied"
        notebook.cells.append(copied)
        cell_of(notebook, "step-tests").source = "assert True"
        cell_of(notebook, "scaled-tests").metadata["nbgrader"]["grade_id"] = "bonus"

    inspection = inspect(put(tmp_path / "a.ipynb", changed(spoil)), SET)
    assert inspection.notes == [
        "cell head-tests, scaled-tests: missing, and counted as not done or put back",
        "cell unroll-tests: there more than once, of which the first counts",
        "cell step-tests: changed, and put back as it was",
        "cell bonus: of no task here, and left alone",
    ]
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in inspection.notebook.cells]
    assert ids.count("unroll-tests") == 1
    assert "bonus" not in ids


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the file is not a notebook that can be read"),
        ("{broken", "the file is not a notebook that can be read"),
        ("[]", "the file is JSON, but no notebook"),
        ('{"nbformat": 4}', "the file is not a notebook that can be read"),
        ('{"nbformat": 4, "cells": [{"cell_type": "code"}]}', "the file is not a notebook that can be read"),
        ('{"nbformat": 4, "cells": [3]}', "the file is not a notebook that can be read"),
        ("[" * 100_000, "the file is not a notebook that can be read"),
        ('{"nbformat": 4, "cells": []}', "the notebook has no cell of ps01: is it another problem set?"),
    ],
)
def test_what_cannot_be_graded_is_refused_with_the_reason(tmp_path: Path, content: str, reason: str) -> None:
    inspection = inspect(put(tmp_path / "a.ipynb", content), SET)
    assert inspection.notebook is None
    assert inspection.refused.startswith(reason)


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    with path.open("wb") as file:
        file.truncate(300 * 2**20)
    assert inspect(path, SET).refused == f"the file has 300 MB, more than {MOST_BYTES // 2**20}"


def test_too_many_and_too_large_cells_are_refused(tmp_path: Path) -> None:
    many = changed(lambda notebook: notebook.cells.extend(nbformat.v4.new_code_cell("1") for _ in range(600)))
    assert "cells, more than 500" in inspect(put(tmp_path / "a.ipynb", many), SET).refused
    large = changed(lambda notebook: notebook.cells.append(nbformat.v4.new_code_cell("x" * 300_000)))
    assert inspect(put(tmp_path / "b.ipynb", large), SET).refused == "a cell has more than 200000 characters"


def test_a_notebook_of_an_old_format_is_brought_up_to_date(tmp_path: Path) -> None:
    old = nbformat.convert(problem_sets.release(SET), 3)
    for sheet in old["worksheets"]:
        for cell, new in zip(sheet["cells"], problem_sets.release(SET).cells, strict=True):
            cell["metadata"] = new["metadata"]
    inspection = inspect(put(tmp_path / "a.ipynb", json.dumps(old)), SET)
    assert inspection.refused == ""
    assert cell_of(inspection.notebook, "step-tests").cell_type == "code"

"""Points that a person gives come into the scores and the feedback."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("nbgrader", reason="needs nbgrader: python3 course.py setup --classroom")

from nbgrader.api import Gradebook

from classroom import grade, manual_grading
from classroom.course_folder import CourseFolder
from course_utils.distributed import workers
from tests.support.sample_class import FULL, TITLES, answered, cell_of, needs_sandbox, scores, with_cell

WHERE = "import socket; print('here it is called', socket.gethostname())"
SCRIPT = "<script>steal()</script>"
ACTIVE = f"""\
from IPython.display import HTML, display
display(HTML("{SCRIPT}"))
display({{"image/png": '"><b onmouseover="steal()">x{SCRIPT}'}}, raw=True)
print("{SCRIPT}")
"""
WORDS = f"Nothing is learned. {SCRIPT} <img src='x' onerror='steal()'> [here](javascript:steal())"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, prepared: Callable[[Path], Path]) -> Path:
    """A class of three, graded."""
    folder = tmp_path_factory.mktemp("class")
    prepared(folder / "grades")
    hostile = with_cell(ACTIVE)
    cell_of(hostile, "saturation").source = WORDS
    for student, work in (("ada", with_cell(WHERE)), ("bob", answered()), ("eve", hostile)):
        path = folder / "ps01" / student / "ps01.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(work), encoding="utf-8")
    assert grade.main(["ps01", str(folder / "ps01")]) == 0
    return folder


def feedback(folder: Path, student: str) -> str:
    return (folder / "grades" / "feedback" / student / "ps01" / "ps01.html").read_text(encoding="utf-8")


def rows_of(page: str) -> list[tuple[str, str]]:
    """Tasks and what the page says of their points."""
    return re.findall(r"<tr><td><a href=\"#[^\"]+\">([^<]+)</a></td><td>\s*([^<]+?)\s*</td></tr>", page)


@pytest.mark.training
@needs_sandbox
def test_feedback_says_what_is_decided_and_shows_the_figure_that_a_question_is_about(graded: Path) -> None:
    page = feedback(graded, "bob")
    points = [f"{n} of {n}" for n in FULL[:4]]
    assert rows_of(page) == list(zip(TITLES.values(), [*points, "not decided yet, 4 possible"], strict=True))
    assert "<b>16 of 16 points</b>; 4 more are not decided yet." in page
    assert page.count('src="data:image/png;base64,') == 1
    assert "Score: 0.0" not in page
    assert "&lt;p&gt;" not in page


def active(page: str) -> list[str]:
    """What of a page would run code of the hostile student's."""
    return re.findall(r"<script>steal|<[^>]*\son\w+\s*=[^>]*steal|href=\W?javascript:", page)


@pytest.mark.training
@needs_sandbox
def test_no_script_of_a_student_runs_in_the_feedback(graded: Path) -> None:
    page = feedback(graded, "eve")
    assert "Nothing is learned." in page
    assert "steal()" in page, "it is there as text"
    assert active(page) == []
    assert len(active(f"{SCRIPT}<img src='x' onerror='steal()'><a href=\"javascript:x\">")) == 3


@pytest.mark.training
@needs_sandbox
def test_points_and_words_by_hand_are_in_the_scores_and_in_the_feedback_of_their_student(
    graded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grades = graded / "grades"
    capsys.readouterr()
    give(grades, "ada", 3.5, "Which states, though?")
    untouched = feedback(graded, "bob")
    assert grade.main(["ps01", str(graded / "ps01")]) == 0
    assert "and in their feedback now: ada\n" in capsys.readouterr().out
    assert scores(grades) == {"ada": (*FULL[:4], 3.5), "bob": FULL, "eve": FULL}
    assert "Which states, though?" in feedback(graded, "ada")
    assert rows_of(feedback(graded, "ada"))[-1] == (TITLES["saturation"], "3.5 of 4")
    assert feedback(graded, "bob") == untouched
    assert grade.main(["ps01", str(graded / "ps01")]) == 0
    assert "feedback now" not in capsys.readouterr().out


@pytest.mark.training
@needs_sandbox
def test_points_by_hand_stay_as_long_as_the_answer_does(graded: Path) -> None:
    grades, path = graded / "grades", graded / "ps01" / "bob" / "ps01.ipynb"
    give(grades, "bob", 2)
    path.write_text(nbformat.writes(with_cell("print('one more cell')")), encoding="utf-8")
    assert grade.main(["ps01", str(graded / "ps01")]) == 0
    assert scores(grades)["bob"] == (*FULL[:4], 2)
    other = answered()
    cell_of(other, "saturation").source = "Other words."
    path.write_text(nbformat.writes(other), encoding="utf-8")
    for _ in range(2):  # the second time nothing is graded, and nothing taken for confirmed
        assert grade.main(["ps01", str(graded / "ps01")]) == 0
        assert scores(grades)["bob"] == FULL
        report = (grades / "report_ps01.md").read_text(encoding="utf-8")
        assert "had 2 points for another answer: give others, or press Resolve" in report


def give(grades: Path, student: str, points: float, comment: str | None = None) -> None:
    """What the formgrader does when a person gives points for the answer in words."""
    with Gradebook(f"sqlite:///{grades / 'gradebook.db'}") as gradebook:
        entry = gradebook.find_grade("saturation", "ps01", "ps01", student)
        entry.manual_score, entry.needs_manual_grade = points, False
        gradebook.find_comment("saturation", "ps01", "ps01", student).manual_comment = comment
        gradebook.db.commit()


@pytest.mark.training
@needs_sandbox
def test_the_formgrader_shows_a_submission_with_fields_for_points(graded: Path) -> None:
    (port,) = workers._free_ports(1)
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=open"]
    command = [sys.executable, "-m", "classroom.manual_grading", str(graded / "grades"), *options]
    with Gradebook(f"sqlite:///{graded / 'grades' / 'gradebook.db'}") as gradebook:
        number = gradebook.find_submission_notebook("ps01", "ps01", "eve").id
    server = subprocess.Popen(
        command, cwd=manual_grading.ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        page = page_of(f"http://127.0.0.1:{port}/formgrader/submissions/{number}/?token=open")
    finally:
        server.terminate()
        server.wait(timeout=300)
    assert len(re.findall('<input class="score[^>]*>', page)) == len(TITLES)
    assert "data:image/png" in page
    assert "Nothing is learned." in page
    assert active(page) == [], "a script would give points to its writer"


def page_of(address: str, seconds: float = 300) -> str:
    """What a server that is starting answers, in the end."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310
                return str(answer.read().decode("utf-8"))
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{error.code}: {error.read()[:500]!r}") from None
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


@pytest.mark.training
@needs_sandbox
def test_nbgraders_own_command_in_the_folder_grades_in_the_sandbox(graded: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-m", "nbgrader", "autograde", "ps01", "--student=ada", "--force"]
    done = subprocess.run(
        command,
        cwd=graded / "grades",
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(graded / "grades" / "autograded" / "ada" / "ps01" / "ps01.ipynb", 4)
    printed = "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", []))
    assert printed == "here it is called sandbox\n"


def test_the_configuration_is_written_once_and_mended(tmp_path: Path) -> None:
    course = CourseFolder(tmp_path, "sqlite://")
    manual_grading.write_config(course)
    path = tmp_path / "nbgrader_config.py"
    first = path.read_text(encoding="utf-8")
    os.utime(path, (1, 1))
    manual_grading.write_config(course)
    assert path.stat().st_mtime == 1
    path.write_text("c.Autograde.autograde_preprocessors = []\n", encoding="utf-8")
    manual_grading.write_config(course)
    assert path.read_text(encoding="utf-8") == first


def test_the_gradebooks_password_is_not_written(tmp_path: Path) -> None:
    manual_grading.write_config(CourseFolder(tmp_path, "postgresql+psycopg://teacher:secret@db/class"))
    assert "secret" not in (tmp_path / manual_grading.CONFIG).read_text(encoding="utf-8")


def test_the_formgrader_opens_in_the_class_s_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manual_grading.write_config(CourseFolder(tmp_path / "grades", "sqlite://"))
    started = []
    monkeypatch.setattr(
        manual_grading, "launch_new_instance", lambda arguments: started.append((Path.cwd(), arguments))
    )
    monkeypatch.chdir(tmp_path)
    assert manual_grading.main(["grades", "--port=9000"]) == 0
    ((where, arguments),) = started
    assert where == tmp_path / "grades"
    assert arguments[-1] == "--port=9000"
    assert f"--ServerApp.root_dir={where}" in arguments
    assert "--ServerApp.default_url=/formgrader/gradebook" in arguments


def test_a_folder_that_nobody_graded_into_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert manual_grading.main([str(tmp_path)]) == 2
    assert "is not a folder that `course.py grade` has graded a class into" in capsys.readouterr().err

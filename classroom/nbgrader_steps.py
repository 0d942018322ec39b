"""The parts that nbgrader is given in place of its own, and its settings.

nbgrader keeps the gradebook, puts test cells back, records scores and writes feedback. What changes:
cells run in the sandbox and tests outside it (`ExecuteInSandbox`), what no machine can decide is left to
a person (`SaveScores`), and feedback has no hidden test in it (`ClearHiddenTests`, nbgrader's own) and says
of each task what it has earned, or that nobody has decided yet (`GetPoints` and templates/).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bleach
from nbconvert.filters import markdown2html
from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearOutput,
    DeduplicateIds,
    GetGrades,
    NbGraderPreprocessor,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.server_extensions import formgrader
from traitlets import Bool, Integer, Unicode
from traitlets.config import Config

from authoring import problem_sets
from classroom import figures, manual_scores
from classroom.runner import judging
from classroom.runner.kernel import KernelEnded, StudentKernel
from classroom.runner.outputs import error_output
from classroom.runner.sandbox import Limits
from classroom.runner.values import BadReply

_SEEN_BY_A_PERSON = "A person looks at this task: {words}."
_UNDECIDED = "needs-a-person"
# What Markdown itself becomes.
_TAGS = (
    {"a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "i", "li"}
    | {"ol", "p", "pre", "s", "span", "strong", "sub", "sup", "ul", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
_ATTRIBUTES = {"*": ["class", "id"], "a": ["href", "title"]}


class ExecuteInSandbox(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a submission's cells in the sandbox, and its tests here."""

    sandboxed = Bool(True, help="False runs students' code as you").tag(config=True)
    cell_seconds = Integer(Limits.cell_seconds, help="for a cell, or a call of a test").tag(config=True)
    notebook_seconds = Integer(Limits.notebook_seconds, help="for all cells together").tag(config=True)
    pictures = Unicode("", help="the folder with the problem sets' figures").tag(config=True)
    memory_mb = Integer(Limits.memory // 2**20, help="of all processes of a submission").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        problem_set = problem_sets.named(resources["nbgrader"]["assignment"])
        tasks = {task.grade_id: task for task in problem_set.tasks if not task.by_hand}
        space = judging.given(problem_set)
        limits = Limits(
            memory=self.memory_mb * 2**20,
            cell_seconds=self.cell_seconds,
            notebook_seconds=self.notebook_seconds,
        )
        if self.pictures:
            figures.put_in(nb, Path(self.pictures) / f"{problem_set.name}.json")
        ended = ""
        try:
            with StudentKernel(limits, sandboxed=self.sandboxed) as kernel:
                for count, cell in enumerate(filter(_is_run, nb.cells), start=1):
                    cell.execution_count = count
                    task = tasks.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
                    if ended:
                        verdict = judging.Verdict("undecided", ended)
                    elif task is None:
                        try:
                            cell.outputs = kernel.run_cell(cell.source)
                        except (KernelEnded, BadReply) as end:
                            ended = str(end)
                            cell.outputs = [error_output("KernelEnded", f"The kernel ended here: {ended}.")]
                        continue
                    else:
                        verdict = judging.judge(problem_set, task, kernel, space)
                        ended = kernel.ended
                    if task is not None:
                        _write(cell, verdict)
        except KernelEnded as end:  # it did not even start
            for cell in nb.cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") in tasks:
                    _write(cell, judging.Verdict("undecided", str(end)))
        return nb, resources


def _is_run(cell: Any) -> bool:
    """Code that is more than a figure to look at."""
    for_eyes = str(cell.metadata.get("nbgrader", {}).get("grade_id")).startswith("shown-")
    return cell.cell_type == "code" and not for_eyes


def _write(cell: Any, verdict: judging.Verdict) -> None:
    """Leave a verdict in a test cell, in the form that nbgrader reads: an error is no points."""
    cell.outputs = []
    if verdict.outcome == "wrong":
        cell.outputs = [error_output("WrongAnswer", verdict.words)]
    elif verdict.outcome == "undecided":
        cell.outputs = [error_output("Undecided", _SEEN_BY_A_PERSON.format(words=verdict.words))]
        cell.metadata.nbgrader[_UNDECIDED] = verdict.words


class SaveScores(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's own, which would record an undecided task as 0, and ask again for points given by hand."""

    graded = Unicode("", help="the folder with notes of what is graded").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        problem_set = problem_sets.named(resources["nbgrader"]["assignment"])
        answers = manual_scores.answers_of(nb)
        self._answers = {task.grade_id: answers.get(task.name) for task in problem_set.tasks}
        found: tuple[Any, Any] = super().preprocess(nb, resources)
        return found

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        grade_id = cell.metadata.nbgrader["grade_id"]
        grade = self.gradebook.find_grade(grade_id, self.notebook_id, self.assignment_id, self.student_id)
        if cell.metadata.nbgrader.pop(_UNDECIDED, None) is not None:
            grade.auto_score = None
            grade.needs_manual_grade = True
        path = manual_scores.points_path(Path(self.graded), self.assignment_id, self.student_id)
        if grade.manual_score is not None and manual_scores.still_hold(
            path, grade, self._answers.get(grade_id)
        ):
            grade.needs_manual_grade = False
        self.gradebook.db.commit()


class GetPoints(GetGrades):  # type: ignore[misc]
    """nbgrader's own, which cannot tell what has earned nothing from what nobody has looked at."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        problem_set = problem_sets.named(resources["nbgrader"]["assignment"])
        self._open: dict[str, bool] = {}
        nb, resources = super().preprocess(nb, resources)
        found = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells}
        tasks = {}
        score, decided = 0.0, 0
        for task in problem_set.tasks:
            earned = float(found[task.grade_id].metadata["nbgrader"]["score"])
            undecided = self._open[task.grade_id]
            tasks[task.grade_id] = {
                "id": task.grade_id,
                "title": task.title,
                "points": task.points,
                "score": _short(earned),
                "open": undecided,
            }
            if not undecided:
                score, decided = score + earned, decided + task.points
        resources["feedback"] = {
            "title": problem_set.title,
            "tasks": tasks,
            "score": _short(score),
            "decided": decided,
            "open": problem_sets.POINTS - decided,
        }
        return nb, resources

    def _get_score(self, cell: Any, resources: Any) -> None:
        super()._get_score(cell, resources)
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        self._open[cell.metadata["nbgrader"]["grade_id"]] = is_open(grade)


def is_open(grade: Any) -> bool:
    """Whether nobody, machine or person, has decided on an entry of the gradebook."""
    return bool(grade.needs_manual_grade) or (grade.auto_score is None and grade.manual_score is None)


def _short(points: float) -> float:
    """4.0 as 4."""
    return int(points) if points == int(points) else round(points, 2)


def harmless_html(markdown: str) -> str:
    """Markdown as HTML in which nothing acts.

    A student's words are read where points are given: a script in them could give points to itself.
    """
    return str(bleach.clean(markdown2html(markdown), tags=_TAGS, attributes=_ATTRIBUTES))


def settings(
    course: Path,
    gradebook: str,
    *,
    sandboxed: bool = True,
    limits: Limits | None = None,
) -> Config:
    """nbgrader's configuration for a folder that holds source/, submitted/ and what comes of them.

    Parameters
    ----------
    course : the folder.
    gradebook : SQLAlchemy's address of the database, such as sqlite:////home/me/grades/gradebook.db.
    """
    c = Config()
    c.CourseDirectory.root = str(course)
    c.CourseDirectory.db_url = gradebook
    # nbgrader's name for the only course: parts of it use no other, and PostgreSQL minds
    c.CourseDirectory.course_id = "default_course"
    c.ClearSolutions.code_stub = {"python": problem_sets.NOT_DONE}
    c.ClearSolutions.text_stub = problem_sets.NOT_WRITTEN
    c.OverwriteCells.add_missing_cells = True
    c.Autograde.sanitize_preprocessors = [
        ClearOutput,
        DeduplicateIds,
        OverwriteKernelspec,
        OverwriteCells,
        CheckCellMetadata,
    ]
    c.Autograde.autograde_preprocessors = [
        ExecuteInSandbox,
        ClearMetadataPreprocessor,
        SaveScores,
        AssignLatePenalties,
        CheckCellMetadata,
    ]
    c.GenerateFeedback.preprocessors = [ClearHiddenTests, GetPoints, CSSHTMLHeaderPreprocessor]
    # ours has a template "feedback", the name that nbgrader asks for; nbgrader's has the formgrader's
    c.HTMLExporter.extra_template_basedirs = [
        str(Path(__file__).resolve().parent / "templates"),
        str(Path(formgrader.__file__).resolve().parent / "templates"),
    ]
    c.HTMLExporter.filters = {"markdown2html": "classroom.nbgrader_steps.harmless_html"}
    c.SaveScores.graded = str(course / "graded")
    c.ExecuteInSandbox.pictures = str(course / "pictures")
    c.ExecuteInSandbox.sandboxed = sandboxed
    if limits is not None:
        c.ExecuteInSandbox.cell_seconds = limits.cell_seconds
        c.ExecuteInSandbox.notebook_seconds = limits.notebook_seconds
        c.ExecuteInSandbox.memory_mb = limits.memory // 2**20
    return c

"""Steps that replace some of nbgrader's own, and its settings.

nbgrader keeps the gradebook, restores test cells, records scores and writes feedback. Different are:
cells run in the sandbox and tests outside it (`ExecuteInSandbox`); undecided tasks go to manual grading
(`SaveScores`); feedback has no hidden test (`ClearHiddenTests`, nbgrader's own), and has for each task its
score, or that nobody has decided yet (`GetScores` and templates/).
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

_FOR_A_PERSON = "A person looks at this task: {0}."
_UNDECIDED = "needs-a-person"
# What Markdown itself is converted to.
_TAGS = (
    {"a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "hr", "i", "li"}
    | {"ol", "p", "pre", "s", "span", "strong", "sub", "sup", "ul", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
)
_ATTRIBUTES = {"*": ["class", "id"], "a": ["href", "title"]}


class ExecuteInSandbox(NbGraderPreprocessor):  # type: ignore[misc]
    """Run a submission's cells in the sandbox, and the tests in this process."""

    sandboxed = Bool(True, help="False runs students' code as you").tag(config=True)
    cell_seconds = Integer(Limits.cell_seconds, help="for a cell, or a call of a test").tag(config=True)
    notebook_seconds = Integer(Limits.notebook_seconds, help="for all cells together").tag(config=True)
    figures = Unicode("", help="the folder with the problem sets' figures").tag(config=True)
    memory_mb = Integer(Limits.memory // 2**20, help="of all processes of a submission").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        problem_set = problem_sets.named(resources["nbgrader"]["assignment"])
        tasks = {task.grade_id: task for task in problem_set.tasks if not task.by_hand}
        given = judging.given_names(problem_set)
        limits = Limits(
            memory=self.memory_mb * 2**20,
            cell_seconds=self.cell_seconds,
            notebook_seconds=self.notebook_seconds,
        )
        if self.figures:
            figures.insert(nb, Path(self.figures) / f"{problem_set.name}.json")
        ended = ""
        try:
            with StudentKernel(limits, sandboxed=self.sandboxed) as kernel:
                for count, cell in enumerate(filter(_is_run, nb.cells), start=1):
                    cell.execution_count = count
                    task = tasks.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
                    if task is not None and ended:
                        _write(cell, judging.Verdict("undecided", ended))
                    elif task is not None:
                        _write(cell, judging.judge(problem_set, task, kernel, given))
                        ended = kernel.ended
                    elif not ended:
                        try:
                            cell.outputs = kernel.run_cell(cell.source)
                        except (KernelEnded, BadReply) as end:
                            ended = str(end)
                            cell.outputs = [error_output("KernelEnded", f"The kernel ended here: {ended}.")]
        except KernelEnded as end:  # it did not start
            for cell in nb.cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") in tasks:
                    _write(cell, judging.Verdict("undecided", str(end)))
        return nb, resources


def _is_run(cell: Any) -> bool:
    """Whether it is code, and not only shows a figure."""
    is_shown = str(cell.metadata.get("nbgrader", {}).get("grade_id")).startswith("shown-")
    return cell.cell_type == "code" and not is_shown


def _write(cell: Any, verdict: judging.Verdict) -> None:
    """Write a verdict into a test cell in nbgrader's form: an error earns no points."""
    cell.outputs = []
    if verdict.outcome == "wrong":
        cell.outputs = [error_output("WrongAnswer", verdict.message)]
    elif verdict.outcome == "undecided":
        cell.outputs = [error_output("Undecided", _FOR_A_PERSON.format(verdict.message))]
        cell.metadata.nbgrader[_UNDECIDED] = verdict.message


class SaveScores(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's own would record an undecided task as 0, and ask again for scores given by a person."""

    graded = Unicode("", help="the folder with the records of what is graded").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        problem_set = problem_sets.named(resources["nbgrader"]["assignment"])
        answers = manual_scores.answer_hashes(nb)
        self._answers = {task.grade_id: answers.get(task.name) for task in problem_set.tasks}
        result: tuple[Any, Any] = super().preprocess(nb, resources)
        return result

    def _add_score(self, cell: Any, resources: Any) -> None:
        super()._add_score(cell, resources)
        grade_id = cell.metadata.nbgrader["grade_id"]
        grade = self.gradebook.find_grade(grade_id, self.notebook_id, self.assignment_id, self.student_id)
        if cell.metadata.nbgrader.pop(_UNDECIDED, None) is not None:
            grade.auto_score = None
            grade.needs_manual_grade = True
        path = manual_scores.scores_path(Path(self.graded), self.assignment_id, self.student_id)
        answer = self._answers.get(grade_id)
        if grade.manual_score is not None and manual_scores.is_still_valid(path, grade, answer):
            grade.needs_manual_grade = False
        self.gradebook.db.commit()


class GetScores(GetGrades):  # type: ignore[misc]
    """nbgrader's own cannot tell a task that has earned nothing from one that is undecided."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        problem_set = problem_sets.named(resources["nbgrader"]["assignment"])
        self._open: dict[str, bool] = {}
        nb, resources = super().preprocess(nb, resources)
        cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells}
        tasks = {}
        score, decided = 0.0, 0
        for task in problem_set.tasks:
            earned = float(cells[task.grade_id].metadata["nbgrader"]["score"])
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
    """Whether neither machine nor person has decided on a grade of the gradebook."""
    return bool(grade.needs_manual_grade) or (grade.auto_score is None and grade.manual_score is None)


def _short(points: float) -> float:
    """4.0 as 4."""
    return int(points) if points == int(points) else round(points, 2)


def sanitize_html(markdown: str) -> str:
    """Markdown as HTML without anything that runs.

    A student's text is read where points are given: a script in it could give points to its author.
    """
    return str(bleach.clean(markdown2html(markdown), tags=_TAGS, attributes=_ATTRIBUTES))


def settings(
    course: Path,
    gradebook: str,
    *,
    sandboxed: bool = True,
    limits: Limits | None = None,
) -> Config:
    """nbgrader's configuration for a class's folder, `course`."""
    c = Config()
    c.CourseDirectory.root = str(course)
    c.CourseDirectory.db_url = gradebook
    # nbgrader's default: parts of nbgrader use no other, which is an error in PostgreSQL
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
    c.GenerateFeedback.preprocessors = [ClearHiddenTests, GetScores, CSSHTMLHeaderPreprocessor]
    # ours has the template "feedback" that nbgrader asks for; nbgrader's own has the formgrader's
    c.HTMLExporter.extra_template_basedirs = [
        str(Path(__file__).resolve().parent / "templates"),
        str(Path(formgrader.__file__).resolve().parent / "templates"),
    ]
    c.HTMLExporter.filters = {"markdown2html": "classroom.nbgrader_steps.sanitize_html"}
    c.SaveScores.graded = str(course / "graded")
    c.ExecuteInSandbox.figures = str(course / "figures")
    c.ExecuteInSandbox.sandboxed = sandboxed
    if limits is not None:
        c.ExecuteInSandbox.cell_seconds = limits.cell_seconds
        c.ExecuteInSandbox.notebook_seconds = limits.notebook_seconds
        c.ExecuteInSandbox.memory_mb = limits.memory // 2**20
    return c

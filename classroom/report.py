"""Writes what a teacher reads: the scores as CSV, and a report of what needs a person."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime

from nbgrader.api import Gradebook, MissingEntry

from authoring.problem_sets import ProblemSet, Task
from classroom.course_folder import CourseFolder
from classroom.ingest import Ingested
from classroom.nbgrader_steps import is_open

Scores = dict[str, float | None]
_STOPPED = "code of theirs was stopped after {0} s; --cell-seconds with more grades it again"
_MANUAL_GRADING = (
    "To read and give points: `python3 course.py formgrader GRADES`, with the folder that this report is in, "
    "and there Manual Grading. Then `course.py grade`, as before, takes them into scores and feedback."
)


def write(
    course: CourseFolder, problem_set: ProblemSet, ingested: Sequence[Ingested], deadline: datetime | None
) -> str:
    """Write scores_ps01.csv and report_ps01.md into the class's folder; returns a summary."""
    rows, for_a_person, notes = [], [], []
    all_scores: list[Scores] = []
    for entry in ingested:
        with Gradebook(course.gradebook) as gradebook:
            scores, undecided = _scores(course, problem_set, entry, gradebook)
        all_scores.append(scores)
        late = _late(entry, deadline)
        decided = [score for score in scores.values() if score is not None]
        time = entry.submission.time
        rows.append(
            {
                "student": entry.student,
                "score": f"{sum(decided):g}" if decided else "",
                "of": sum(task.points for task in problem_set.tasks),
                "complete": "yes" if len(decided) == len(problem_set.tasks) else "no",
                **{name: "" if score is None else f"{score:g}" for name, score in scores.items()},
                "submitted": time.isoformat() if time else "",
                "late": late,
            }
        )
        for_a_person += [f"- {entry.student}: {reason}" for reason in undecided]
        notes += [f"- {entry.student}: {note}" for note in entry.notes]
        notes += [f"- {entry.student}: late by {late}"] if late else []
        record = course.record(problem_set.name, entry.student)
        if record is not None and record.stopped:
            notes.append(f"- {entry.student}: {_STOPPED.format(record.stopped)}")
    csv_path = course.path / f"scores_{problem_set.name}.csv"
    with csv_path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    report = course.path / f"report_{problem_set.name}.md"
    report.write_text(_page(problem_set, for_a_person, notes, all_scores, deadline), encoding="utf-8")
    complete = sum(row["complete"] == "yes" for row in rows)
    return (
        f"{complete} of {len(ingested)} have a score for every task; "
        f"{len(for_a_person)} things need a person.\n"
        f"Scores: {csv_path}\nReport: {report}\nFeedback: {course.path / 'feedback'}"
    )


def _scores(
    course: CourseFolder, problem_set: ProblemSet, entry: Ingested, gradebook: Gradebook
) -> tuple[Scores, list[str]]:
    """A student's points by task, and why there are none where that is so."""
    name = problem_set.name
    scores: Scores = {task.name: None for task in problem_set.tasks}
    if entry.refused:
        return scores, [f"not graded: {entry.refused}"]
    record = course.record(name, entry.student)
    if record is None:
        return scores, ["not graded yet"]
    if record.failed:
        return scores, [f"nbgrader failed: {record.failed.splitlines()[-1][:300]}"]
    undecided = []
    for task in problem_set.tasks:
        try:
            grade = gradebook.find_grade(task.grade_id, name, name, entry.student)
        except MissingEntry:
            undecided.append(f"{task.title}: the gradebook has no entry")
            continue
        if not is_open(grade):
            scores[task.name] = float(grade.score)
            continue
        reason = "an answer in words" if task.by_hand else "could not be decided by a machine"
        if grade.manual_score is not None:
            reason = f"had {grade.manual_score:g} points for another answer: give others, or press Resolve"
        undecided.append(f"{task.title} ({task.points} points): {reason}")
    return scores, undecided


def _late(entry: Ingested, deadline: datetime | None) -> str:
    time = entry.submission.time
    if deadline is None or time is None or time <= deadline:
        return ""
    hours, rest = divmod(int((time - deadline).total_seconds()), 3600)
    return f"{hours} h {rest // 60:02} min"


def _page(
    problem_set: ProblemSet,
    for_a_person: Sequence[str],
    notes: Sequence[str],
    all_scores: Sequence[Scores],
    deadline: datetime | None,
) -> str:
    parts = [f"# {problem_set.title}: what needs a person", "", *(for_a_person or ["Nothing."])]
    parts += ["", _MANUAL_GRADING] if for_a_person else []
    parts += ["", "## What was noticed", "", *(notes or ["Nothing."])]
    parts += ["", f"The deadline was {deadline:%Y-%m-%d %H:%M %Z}."] if deadline else []
    parts += ["", "## How it went, task by task", "", "| task | points | all points | some | none | open |"]
    parts += ["|:--|--:|--:|--:|--:|--:|", *(_row(task, all_scores) for task in problem_set.tasks)]
    titles = {task.name: task.title for task in problem_set.tasks}
    rubrics = [
        f"### {titles[cell.metadata['explain']]}\n\n{_without_markers(cell.source)}"
        for cell in problem_set.cells
        if "explain" in cell.metadata
    ]
    parts += ["", "## Rubrics", "", *rubrics, ""]
    return "\n".join(parts)


def _row(task: Task, all_scores: Sequence[Scores]) -> str:
    """How many have all points of a task, some, and none, and for how many it is undecided."""
    scores = [scores[task.name] for scores in all_scores]
    full, none, undecided = scores.count(task.points), scores.count(0), scores.count(None)
    some = len(scores) - full - none - undecided
    return f"| {task.title} | {task.points} | {full} | {some} | {none} | {undecided} |"


def _without_markers(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.startswith(("### BEGIN", "### END"))).strip()

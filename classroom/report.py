"""What a teacher gets: scores as CSV, and a report of what needs a person."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.api import Gradebook, MissingEntry

from authoring.problem_sets import ProblemSet, Task
from classroom import shard
from classroom.nbgrader_steps import is_open

if TYPE_CHECKING:
    from classroom.grade import Taken
    from classroom.shard import Course


_STOPPED = "code of theirs was stopped after {0} s; --cell-seconds with more grades it again"
_BY_HAND = (
    "To read and give points: `python3 course.py formgrader GRADES`, with the folder that this report is in, "
    "and there Manual Grading. Then `course.py grade`, as before, takes them into scores and feedback."
)


def write(course: Course, problem_set: ProblemSet, taken: Sequence[Taken], deadline: datetime | None) -> str:
    """Write scores_ps01.csv and report_ps01.md into the class's folder; returns a summary."""
    rows, persons, notes = [], [], []
    of_all: list[dict[str, float | None]] = []
    complete = 0
    for entry in taken:
        scores, open_tasks, trouble = _scores(course, problem_set, entry)
        of_all.append(scores)
        late = _late(entry, deadline)
        graded = [score for score in scores.values() if score is not None]
        whole = len(graded) == len(problem_set.tasks)
        complete += whole
        rows.append(
            {
                "student": entry.student,
                "score": f"{sum(graded):g}" if graded else "",
                "of": sum(task.points for task in problem_set.tasks),
                "complete": "yes" if whole else "no",
                **{name: "" if score is None else f"{score:g}" for name, score in scores.items()},
                "submitted": entry.submission.time.isoformat() if entry.submission.time else "",
                "late": late,
            }
        )
        persons += [f"- {entry.student}: {words}" for words in (*trouble, *open_tasks)]
        notes += [f"- {entry.student}: {note}" for note in entry.notes]
        notes += [f"- {entry.student}: late by {late}"] if late else []
        known = shard.noted(course, problem_set.name, entry.student)
        if known is not None and known.stopped:
            notes.append(f"- {entry.student}: {_STOPPED.format(known.stopped)}")
    csv_path = course.folder / f"scores_{problem_set.name}.csv"
    with csv_path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    report = course.folder / f"report_{problem_set.name}.md"
    report.write_text(_page(problem_set, persons, notes, of_all, deadline), encoding="utf-8")
    return (
        f"{complete} of {len(taken)} have a score for every task; {len(persons)} things need a person.\n"
        f"Scores: {csv_path}\nReport: {report}\nFeedback: {course.folder / 'feedback'}"
    )


def _scores(
    course: Course, problem_set: ProblemSet, entry: Taken
) -> tuple[dict[str, float | None], list[str], list[str]]:
    """Points by task, what is open of them, and what went wrong altogether."""
    nothing: dict[str, float | None] = {task.name: None for task in problem_set.tasks}
    if entry.refused:
        return nothing, [], [f"not graded: {entry.refused}"]
    known = shard.noted(course, problem_set.name, entry.student)
    if known is None:
        return nothing, [], ["not graded yet"]
    if known.failed:
        return nothing, [], [f"nbgrader failed: {known.failed.splitlines()[-1][:300]}"]
    scores = dict(nothing)
    open_tasks = []
    with Gradebook(course.gradebook) as gradebook:
        for task in problem_set.tasks:
            try:
                grade = gradebook.find_grade(task.grade_id, problem_set.name, problem_set.name, entry.student)
            except MissingEntry:
                open_tasks.append(f"{task.title}: the gradebook has no entry")
                continue
            if is_open(grade):
                kind = "an answer in words" if task.by_hand else "could not be decided by a machine"
                if grade.manual_score is not None:
                    kind = (
                        f"had {grade.manual_score:g} points for another answer: give others, or press Resolve"
                    )
                open_tasks.append(f"{task.title} ({task.points} points): {kind}")
            else:
                scores[task.name] = float(grade.score)
    return scores, open_tasks, []


def _late(entry: Taken, deadline: datetime | None) -> str:
    time = entry.submission.time
    if deadline is None or time is None or time <= deadline:
        return ""
    hours, rest = divmod(int((time - deadline).total_seconds()), 3600)
    return f"{hours} h {rest // 60:02} min"


def _page(
    problem_set: ProblemSet,
    persons: Sequence[str],
    notes: Sequence[str],
    of_all: Sequence[dict[str, float | None]],
    deadline: datetime | None,
) -> str:
    parts = [f"# {problem_set.title}: what needs a person", "", *(persons or ["Nothing."])]
    parts += ["", _BY_HAND] if persons else []
    parts += ["", "## What was noticed", "", *(notes or ["Nothing."])]
    parts += ["", f"The deadline was {deadline:%Y-%m-%d %H:%M %Z}."] if deadline else []
    parts += ["", "## How it went, task by task", "", "| task | points | all points | some | none | open |"]
    parts += ["|:--|--:|--:|--:|--:|--:|", *(_row(task, of_all) for task in problem_set.tasks)]
    titles = {task.name: task.title for task in problem_set.tasks}
    rubrics = [
        f"### {titles[cell.metadata['explain']]}\n\n{_between(cell.source)}"
        for cell in problem_set.cells
        if "explain" in cell.metadata
    ]
    parts += ["", "## Rubrics", "", *rubrics, ""]
    return "\n".join(parts)


def _row(task: Task, of_all: Sequence[dict[str, float | None]]) -> str:
    """How many have all points of a task, some, none, and how many are open."""
    scores = [scores[task.name] for scores in of_all]
    full, none, still_open = scores.count(task.points), scores.count(0), scores.count(None)
    some = len(scores) - full - none - still_open
    return f"| {task.title} | {task.points} | {full} | {some} | {none} | {still_open} |"


def _between(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(line for line in lines if not line.startswith(("### BEGIN", "### END"))).strip()


def feedback(course: Course, name: str, student: str) -> Path:
    """The page of feedback for a student."""
    return course.folder / "feedback" / student / name / f"{name}.html"

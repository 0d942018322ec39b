"""The problem sets: right answers earn all points, wrong ones lose their own task's and no other's.

The answers are run here as they are, without a kernel: what a kernel and a sandbox do to them is tested in
tests/classroom/runner.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from authoring import problem_sets
from classroom.runner import judging, values
from classroom.runner.kernel import AnswerFailed
from course_utils.answers import NotDoneYet

SETS = problem_sets.find_problem_sets()
FEWEST_WRONG = 5


def answers(problem_set: problem_sets.ProblemSet) -> Any:
    try:
        return importlib.import_module(f"tests.problem_sets.answers.{problem_set.name}")
    except ModuleNotFoundError:
        raise pytest.UsageError(
            f"tests/problem_sets/answers/{problem_set.name}.py is missing: it holds RIGHT, a right answer to "
            "each task with code, written another way, and WRONG, five wrong ones or more (see ps01.py)"
        ) from None


def space_of(problem_set: problem_sets.ProblemSet, **instead: str) -> dict[str, Any]:
    """What a notebook defines: the given cells, and the solutions or what stands instead of them."""
    space = judging.given_names(problem_set)
    for cell in problem_set.cells:
        name = cell.metadata.get("answer")
        if name is not None:
            exec(instead.get(name, cell.source), space)  # noqa: S102
    return space


def failing(problem_set: problem_sets.ProblemSet, space: dict[str, Any]) -> dict[str, Exception]:
    """The tasks whose tests fail, and how."""
    failures: dict[str, Exception] = {}
    for task in problem_set.tasks:
        if not task.by_hand:
            try:
                graded = {name: as_graded(space[name]) for name in task.defines}
                exec(judging.tests_of(problem_set, task), space | graded)  # noqa: S102
            except Exception as error:
                failures[task.name] = error
    return failures


def as_graded(function: Callable[..., object]) -> Callable[..., object]:
    """The function, which must leave its arguments as they are, as the grader asks of it."""

    def called(*arguments: object) -> object:
        before = [values.packed(argument) for argument in arguments]
        result = function(*arguments)
        if [values.packed(argument) for argument in arguments] != before:
            raise AnswerFailed(f"{function.__name__} changed an argument: it must work on a copy")
        return result

    return called


def tasks_to_code(problem_set: problem_sets.ProblemSet) -> list[str]:
    return [task.name for task in problem_set.tasks if not task.by_hand]


@pytest.fixture(params=SETS, ids=lambda problem_set: problem_set.name)
def problem_set(request: pytest.FixtureRequest) -> problem_sets.ProblemSet:
    chosen: problem_sets.ProblemSet = request.param
    return chosen


def test_the_solutions_are_right(problem_set: problem_sets.ProblemSet) -> None:
    assert failing(problem_set, space_of(problem_set)) == {}


def test_an_untouched_notebook_says_that_it_is_not_done(problem_set: problem_sets.ProblemSet) -> None:
    space: dict[str, Any] = {}
    for cell in problem_sets.release(problem_set).cells:
        metadata = cell.metadata.get("nbgrader", {})
        is_shown = metadata.get("grade_id", "").startswith("shown-")
        if cell.cell_type == "code" and not metadata.get("grade") and not is_shown:
            exec(cell.source, space)  # noqa: S102
    failures = failing(problem_set, space)
    assert sorted(failures) == sorted(tasks_to_code(problem_set))
    assert all(isinstance(error, NotDoneYet) for error in failures.values()), failures


def test_a_release_shows_no_solution_and_no_hidden_test(problem_set: problem_sets.ProblemSet) -> None:
    text = "\n".join(cell.source for cell in problem_sets.release(problem_set).cells)
    assert "BEGIN" not in text
    assert "END" not in text
    assert "Rubric" not in text
    for cell in problem_set.cells:
        if "tests" in cell.metadata:
            hidden = cell.source.split(problem_sets.HIDDEN[0])[1].split(problem_sets.HIDDEN[1])[0]
            assert len(hidden.strip().splitlines()) >= 3
            assert hidden.strip() not in text


def test_there_are_enough_answers_to_each_task(problem_set: problem_sets.ProblemSet) -> None:
    given = answers(problem_set)
    assert sorted(given.RIGHT) == sorted(given.WRONG) == sorted(tasks_to_code(problem_set))
    assert {task: len(wrong) for task, wrong in given.WRONG.items() if len(wrong) < FEWEST_WRONG} == {}


def cases(kind: str) -> list[Any]:
    parameters = []
    for each in SETS:
        for task, of_task in getattr(answers(each), kind).items():
            named = of_task if isinstance(of_task, dict) else {"another way": of_task}
            parameters += [
                pytest.param(each, task, code, id=f"{each.name}, {task}: {name}")
                for name, code in named.items()
            ]
    return parameters


@pytest.mark.parametrize(("each", "task", "code"), cases("RIGHT"))
def test_a_right_answer_written_another_way_is_right(
    each: problem_sets.ProblemSet, task: str, code: str
) -> None:
    assert failing(each, space_of(each, **{task: code})) == {}


@pytest.mark.parametrize(("each", "task", "code"), cases("WRONG"))
def test_a_wrong_answer_loses_its_task_and_no_other(
    each: problem_sets.ProblemSet, task: str, code: str
) -> None:
    failures = failing(each, space_of(each, **{task: code}))
    assert list(failures) == [task]
    assert len(str(failures[task])) >= 20, "the message teaches nothing"

"""Runs a task's tests on an answer. The tests run here; the answer runs in its own kernel.

So a submission never sees the tests, and when it patches `assert`, NumPy or the checking functions in its own
Python, the tests do not change. They get plain data back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from authoring.problem_sets import ProblemSet, Task
from classroom.runner.kernel import AnswerFailed, AnswerRaised, KernelEnded, StudentKernel
from classroom.runner.values import BadReply
from course_utils.answers import WrongAnswer

Outcome = Literal["right", "wrong", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """The message is for the student where the answer is wrong, and for a person where it is undecided."""

    outcome: Outcome
    message: str = ""


def given_names(problem_set: ProblemSet) -> dict[str, Any]:
    """What the cells that nobody may change define, for the tests to use."""
    names: dict[str, Any] = {"__name__": f"tests of {problem_set.name}"}
    for cell in problem_set.cells:
        if "given" in cell.metadata:
            exec(compile(cell.source, f"{problem_set.name}, given", "exec"), names)  # noqa: S102
    return names


def tests_of(problem_set: ProblemSet, task: Task) -> str:
    """The task's tests, visible and hidden."""
    (source,) = [cell.source for cell in problem_set.cells if cell.metadata.get("tests") == task.name]
    return str(source)


def judge(problem_set: ProblemSet, task: Task, kernel: StudentKernel, given: dict[str, Any]) -> Verdict:
    """Run a task's tests on the answer that a kernel holds.

    Parameters
    ----------
    given : what `given_names` returned; it is copied, so that no test sees another's names.
    """
    names = dict(given)
    try:
        for name in task.defines:
            names[name] = kernel.fetch(name)
        exec(compile(tests_of(problem_set, task), f"tests of {task.name}", "exec"), names)  # noqa: S102
    except KernelEnded as ended:
        return Verdict("undecided", str(ended))
    except BadReply as bad:
        return Verdict("undecided", f"what came out of the kernel makes no sense ({bad})")
    except AnswerRaised as raised:
        return Verdict("wrong", _in_context(str(raised), names))
    except (WrongAnswer, AnswerFailed) as wrong:
        return Verdict("wrong", str(wrong))
    except Exception as error:  # the tests could not go on with what came back, as in a student's notebook
        message = f"The tests cannot use what came back: {type(error).__name__}: {error}"
        return Verdict("wrong", _in_context(message, names))
    return Verdict("right")


def _in_context(message: str, names: dict[str, Any]) -> str:
    """An error with what was asked for, and the hint: a test sets `what` and `hint` before it calls."""
    what, hint = names.get("what"), names.get("hint")
    asked = f"{what}: " if isinstance(what, str) else ""
    return f"{asked}{message}" + (f"\n  Hint: {hint}" if isinstance(hint, str) else "")

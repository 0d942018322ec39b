"""Questions that the reader answers in the notebook, asked by jupyterquiz.

jupyterquiz (J. M. Shea, MIT licence) draws the questions and checks the answers in the browser, without a
network. This module makes sure that each wrong answer gets a hint, that no hint gives the answer away, that
the stored output is the same each time, and that the questions can be read where scripts do not run: in a
notebook that has not been run yet, on GitHub, in print.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from course_utils import _arguments as arguments
from course_utils.notebook import quiz_page

__all__ = ["choice", "number", "show"]

Question = Mapping[str, Any]

_KINDS = ("multiple_choice", "many_choice", "numeric")
_QUESTION_KEYS = ("question", "type", "answers", "code", "answer_cols", "precision")
_ANSWER_KEYS = ("answer", "code", "value", "range", "type", "correct", "feedback")


def choice(question: str, *, right: str, wrong: Mapping[str, str], praise: str = "Right.") -> dict[str, Any]:
    """Make a multiple-choice question for `show`.

    Parameters
    ----------
    question : the question; HTML, like all texts here.
    right : the one right answer.
    wrong : the wrong answers, each with the hint that it gets; at least one.
    praise : what the right answer gets.

    Examples
    --------
    >>> made = choice("B of (32, 10, 3)?", right="32", wrong={"10": "That is the number of steps."})
    >>> made["answers"][1]
    {'answer': '10', 'correct': False, 'feedback': 'That is the number of steps.'}
    """
    for name, value in (("question", question), ("right", right), ("praise", praise)):
        arguments.text(name, value)
    hints = arguments.mapping("wrong", wrong, of="a wrong answer to its hint")
    for answer, hint in hints.items():
        arguments.text(f"wrong[{answer!r}]", hint)
    answers: list[dict[str, Any]] = [{"answer": right, "correct": True, "feedback": praise}]
    answers += [{"answer": answer, "correct": False, "feedback": hint} for answer, hint in hints.items()]
    made = {"question": question, "type": "multiple_choice", "answers": answers}
    return _checked("the question", made)


def number(
    question: str,
    *,
    right: float,
    hint: str,
    wrong: Mapping[float, str] = MappingProxyType({}),
    praise: str = "Right.",
) -> dict[str, Any]:
    """Make a question for `show` that is answered with a number.

    Parameters
    ----------
    question : the question; HTML, like all texts here.
    right : the right number.
    hint : what any other number gets.
    wrong : numbers that deserve a hint of their own, with that hint.
    praise : what the right number gets.

    Examples
    --------
    >>> made = number("How many numbers are in an array of shape (2, 3)?", right=6, hint="Multiply.")
    >>> made["answers"][0]["value"]
    6
    """
    for name, text in (("question", question), ("hint", hint), ("praise", praise)):
        arguments.text(name, text)
    arguments.number("right", right)
    if not isinstance(wrong, Mapping):
        raise TypeError(
            f"wrong must be a mapping from a number to its hint; got {arguments.described(wrong)}"
        )
    for value, wrong_hint in wrong.items():
        arguments.text(f"wrong[{arguments.number('each key of wrong', value):g}]", wrong_hint)
    answers: list[dict[str, Any]] = [{"value": right, "correct": True, "feedback": praise}]
    answers += [
        {"value": value, "correct": False, "feedback": wrong_hint} for value, wrong_hint in wrong.items()
    ]
    answers.append({"type": "default", "feedback": hint})
    return _checked("the question", {"question": question, "type": "numeric", "answers": answers})


def show(questions: Sequence[Question]) -> None:
    """Show the questions below the cell; a right answer is praised, a wrong one gets its hint.

    Parameters
    ----------
    questions : one dict each, as jupyterquiz wants them. Texts are HTML (write `&lt;` for a less-than sign);
        dollar formulas are not set, so write `<i>x</i><sub>t</sub>` or plain letters.

        - `{"type": "multiple_choice", "question": "...", "answers": [{"answer": "...", "correct": False,
          "feedback": "a hint"}, ...]}` with one right answer; "many_choice" has two or more. `"code"` adds a
          listing to a question or an answer. Answers are shown in random order.
        - `{"type": "numeric", "question": "...", "answers": [{"value": 24, "correct": True},
          {"value": 8, "correct": False, "feedback": "a hint"}, {"type": "default", "feedback": "a hint"}]}`;
          `"range": [low, high]` may stand for `"value"`, and `"precision"` says how many digits count.

    Raises
    ------
    TypeError, ValueError
        A question has no right answer, a wrong answer has no hint, or a hint holds the right answer: says
        which question, and what would do.

    Examples
    --------
    Outside a notebook the questions are only printed:

    >>> right = {"answer": "32", "correct": True}
    >>> wrong = {"answer": "10", "correct": False, "feedback": "That is the number of steps."}
    >>> answers = [wrong, right]
    >>> show([{"type": "multiple_choice", "question": "B of (32, 10, 3)?", "answers": answers}])
    Quiz: run this cell in JupyterLab to answer.
    1. B of (32, 10, 3)?
       - 10
       - 32
    """
    if not isinstance(questions, Sequence) or isinstance(questions, str):
        raise TypeError(f"questions must be a list of questions; got {arguments.described(questions)}")
    if not questions:
        raise ValueError("questions must hold at least one question; got []")
    checked = [_checked(f"questions[{i}]", question) for i, question in enumerate(questions)]
    plain = quiz_page.as_text(checked)
    if get_ipython() is None:
        print(plain)
        return
    display({"text/html": quiz_page.page(checked), "text/plain": plain}, raw=True)


def _checked(name: str, question: object) -> dict[str, Any]:
    entries = arguments.mapping(name, question, of="jupyterquiz's keys, such as 'question' and 'answers'")
    for key in entries:
        arguments.one_of(f"each key of {name}", key, _QUESTION_KEYS)
    for key in ("question", "type", "answers"):
        if key not in entries:
            raise ValueError(f"{name} must have the keys question, type, answers; got {', '.join(entries)}")
    kind = arguments.one_of(f"{name}['type']", entries["type"], _KINDS)
    _html_text(f"{name}['question']", entries["question"])
    if not isinstance(entries["answers"], (list, tuple)):
        raise TypeError(f"{name}['answers'] must be a list; got {arguments.described(entries['answers'])}")
    answers = []
    for i, answer in enumerate(entries["answers"]):
        place = f"{name}['answers'][{i}]"
        answers.append(arguments.mapping(place, answer, of="jupyterquiz's keys, such as 'correct'"))
        for key in answers[-1]:
            arguments.one_of(f"each key of {place}", key, _ANSWER_KEYS)
        _check_answer(place, answers[-1], kind)
    right = [answer for answer in answers if answer.get("correct")]
    _check_counts(name, kind, answers, right)
    for i, answer in enumerate(answers):
        if not answer.get("correct"):
            _check_hint(f"{name}['answers'][{i}]['feedback']", answer.get("feedback"), right)
    return {**entries, "answers": answers}


def _check_answer(place: str, answer: dict[str, Any], kind: str) -> None:
    if kind == "numeric" and answer.get("type") == "default":
        answer.setdefault("correct", False)
        if answer["correct"] is not False:
            raise ValueError(f"{place} is the default, which must not be right; got {answer['correct']!r}")
        return
    if not isinstance(answer.get("correct"), bool):
        raise TypeError(f"{place}['correct'] must be True or False; got {answer.get('correct')!r}")
    if "feedback" in answer and answer["correct"]:
        _html_text(f"{place}['feedback']", answer["feedback"])
    if kind != "numeric":
        if "answer" not in answer and "code" not in answer:
            raise ValueError(f"{place} must have an 'answer' (or 'code') to choose; got {', '.join(answer)}")
        for key in ("answer", "code"):
            if key in answer:
                _html_text(f"{place}[{key!r}]", answer[key])
    elif "value" in answer:
        arguments.number(f"{place}['value']", answer["value"])
    elif "range" in answer:
        low, high = arguments.array(f"{place}['range']", answer["range"], shape=(2,), axes="(low, high)")
        if low >= high:
            raise ValueError(f"{place}['range'] must rise; got {answer['range']!r}: the lower first")
        if "feedback" not in answer:
            raise ValueError(f"{place} has a range, which needs a 'feedback'; got {', '.join(answer)}")
    else:
        raise ValueError(f"{place} must have a 'value', a 'range' or type 'default'; got {', '.join(answer)}")


def _check_counts(name: str, kind: str, answers: list[dict[str, Any]], right: list[dict[str, Any]]) -> None:
    wanted = {"multiple_choice": "exactly 1 right answer", "many_choice": "at least 2 right answers"}.get(
        kind, "at least 1 right answer"
    )
    enough = {"multiple_choice": len(right) == 1, "many_choice": len(right) >= 2}.get(kind, len(right) >= 1)
    if not enough:
        raise ValueError(f"{name}, of type {kind}, must have {wanted} ('correct': True); got {len(right)}")
    if len(right) == len(answers):
        raise ValueError(f"{name} must have a wrong answer too; got {len(answers)} answers, all right")
    if kind == "numeric" and not any(answer.get("type") == "default" for answer in answers):
        raise ValueError(
            f"{name} is numeric and must have a hint for any other number; got {len(answers)} answers"
            " without one: add {'type': 'default', 'feedback': 'a hint'}"
        )


def _check_hint(name: str, hint: object, right: list[dict[str, Any]]) -> None:
    """Refuse a wrong answer's hint that is missing, or that holds a right answer."""
    if hint is None:
        raise ValueError(f"{name} is missing; got a wrong answer without a hint: say what to think of")
    plain_hint = quiz_page.plain(_html_text(name, hint)).casefold()
    for answer in right:
        if _gives_away(plain_hint, answer):
            raise ValueError(
                f"{name} must not hold the right answer; got {arguments.described(hint)}: give a hint instead"
            )


def _gives_away(hint: str, answer: dict[str, Any]) -> bool:
    if "value" in answer or "range" in answer:
        numbers = [float(value) for value in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)", hint)]
        low, high = answer.get("range", (answer.get("value"), answer.get("value")))
        return any(low <= value <= high for value in numbers)
    texts = [quiz_page.plain(answer[key]).casefold() for key in ("answer", "code") if key in answer]
    return any(re.search(rf"(?<![\w.]){re.escape(text)}(?!\w|\.\d)", hint) for text in texts)


def _html_text(name: str, value: object) -> str:
    text = arguments.text(name, value)
    if "$" in text:
        raise ValueError(
            f"{name} must not hold a dollar sign, since quizzes do not set formulas;"
            f" got {arguments.described(text)}: write <i>x</i><sub>t</sub> or plain letters"
        )
    return text

"""Questions that can be asked, hints that do not tell, and errors that name the fault."""

import copy
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.notebook import quiz
from tests.support.quiz_examples import QUESTIONS, TEXT


def changed(question, /, **entries):
    """The questions, with entries of one of them replaced."""
    result = copy.deepcopy(QUESTIONS)
    result[question].update(entries)
    return result


def answer_changed(question, answer, /, **entries):
    result = copy.deepcopy(QUESTIONS)
    result[question]["answers"][answer].update(entries)
    return result


def test_outside_a_notebook_the_questions_are_printed(capsys):
    before = copy.deepcopy(QUESTIONS)
    state = random.getstate()
    assert quiz.show(QUESTIONS) is None
    assert capsys.readouterr().out == TEXT + "\n"
    assert before == QUESTIONS
    assert random.getstate() == state


def test_tuples_and_ranges_will_do(capsys):
    [numeric] = copy.deepcopy(QUESTIONS[2:])
    numeric["answers"][0] = {"range": [15.5, 16.5], "correct": True, "feedback": "Yes."}
    quiz.show((numeric,))
    assert "1. F = 2" in capsys.readouterr().out


BAD = {
    "no list": ({}, TypeError, "questions must be a list of questions; got {}"),
    "text": ("why?", TypeError, "questions must be a list of questions; got 'why?'"),
    "empty": ([], ValueError, "questions must hold at least one question; got []"),
    "question no dict": (["why?"], TypeError, "questions[0] must be a mapping from jupyterquiz's keys"),
    "unknown key": (
        changed(0, hint="x"),
        ValueError,
        "each key of questions[0] must be one of 'question', 'type'",
    ),
    "missing key": (
        [{"type": "numeric", "question": "?"}],
        ValueError,
        "questions[0] must have the keys question, type",
    ),
    "kind": (
        changed(1, type="essay"),
        ValueError,
        "questions[1]['type'] must be one of 'multiple_choice', 'many_choice'",
    ),
    "no question": (changed(0, question=" "), ValueError, "questions[0]['question'] must say something"),
    "formula": (
        changed(0, question="What is $x$?"),
        ValueError,
        "must not hold a dollar sign, since quizzes do not",
    ),
    "formula in a hint": (
        answer_changed(0, 1, feedback="$B$"),
        ValueError,
        "[1]['feedback'] must not hold a dollar",
    ),
    "formula in an answer": (
        answer_changed(0, 0, answer="$T$"),
        ValueError,
        "[0]['answer'] must not hold a dollar",
    ),
    "answers": (changed(0, answers="10"), TypeError, "questions[0]['answers'] must be a list; got '10'"),
    "answer no dict": (changed(0, answers=["10"]), TypeError, "questions[0]['answers'][0] must be a mapping"),
    "answer's key": (
        answer_changed(0, 0, hint="x"),
        ValueError,
        "each key of questions[0]['answers'][0] must be one of",
    ),
    "correct": (
        answer_changed(0, 0, correct="yes"),
        TypeError,
        "['answers'][0]['correct'] must be True or False; got 'yes'",
    ),
    "none right": (
        answer_changed(0, 0, correct=False),
        ValueError,
        "questions[0], of type multiple_choice, must have exactly 1 right answer ('correct': True); got 0",
    ),
    "two right": (
        answer_changed(0, 1, correct=True),
        ValueError,
        "must have exactly 1 right answer ('correct': True); got 2",
    ),
    "one of many right": (changed(0, type="many_choice"), ValueError, "must have at least 2 right answers"),
    "none wrong": (
        changed(0, answers=[{"answer": "10", "correct": True}]),
        ValueError,
        "questions[0] must have a wrong answer too; got 1 answers, all right",
    ),
    "nothing to choose": (
        changed(0, answers=[{"correct": True}]),
        ValueError,
        "questions[0]['answers'][0] must have an 'answer' (or 'code') to choose; got correct",
    ),
    "no hint": (
        changed(0, answers=[{"answer": "10", "correct": True}, {"answer": "3", "correct": False}]),
        ValueError,
        "questions[0]['answers'][1]['feedback'] is missing; got a wrong answer without a hint",
    ),
    "empty hint": (
        answer_changed(0, 1, feedback=""),
        ValueError,
        "['answers'][1]['feedback'] must say something",
    ),
    "telling hint": (
        answer_changed(0, 1, feedback="No, it is <b>10</b>."),
        ValueError,
        "questions[0]['answers'][1]['feedback'] must not hold the right answer; got 'No, it is <b>10</b>.'",
    ),
    "telling hint of many": (
        answer_changed(1, 2, feedback="Take w_h."),
        ValueError,
        "must not hold the right answer",
    ),
    "telling default": (
        answer_changed(2, 2, feedback="It is 16.0"),
        ValueError,
        "[2]['feedback'] must not hold the right",
    ),
    "no default": (
        changed(2, answers=QUESTIONS[2]["answers"][:2]),
        ValueError,
        "questions[2] is numeric and must have a hint for any other number; got 2 answers without one: add",
    ),
    "right default": (
        answer_changed(2, 2, correct=True),
        ValueError,
        "[2] is the default, which must not be right; got True",
    ),
    "value": (
        answer_changed(2, 0, value="16"),
        TypeError,
        "['answers'][0]['value'] must be a finite number; got '16'",
    ),
    "no value": (
        changed(2, answers=[{"correct": True}, QUESTIONS[2]["answers"][2]]),
        ValueError,
        "questions[2]['answers'][0] must have a 'value', a 'range' or type 'default'; got correct",
    ),
    "range": (
        changed(
            2, answers=[{"range": [2, 1], "correct": True, "feedback": "Yes."}, QUESTIONS[2]["answers"][2]]
        ),
        ValueError,
        "['range'] must rise; got [2, 1]: the lower first",
    ),
    "range without a word": (
        changed(2, answers=[{"range": [1, 2], "correct": True}, QUESTIONS[2]["answers"][2]]),
        ValueError,
        "questions[2]['answers'][0] has a range, which needs a 'feedback'",
    ),
}


@pytest.mark.parametrize(("questions", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_questions_are_named(questions, error, message, capsys):
    with pytest.raises(error) as caught:
        quiz.show(questions)
    assert message in str(caught.value)
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    "hint", ["Not 100.", "Not 10.5 or 0.10 or 110.", "Think of T10 or x10.", "The second one, of three."]
)
@pytest.mark.usefixtures("capsys")
def test_a_hint_may_hold_what_only_looks_like_the_answer(hint):
    quiz.show(answer_changed(0, 1, feedback=hint))
    quiz.show(answer_changed(2, 1, feedback=hint.replace("10", "16")))


@given(st.integers(-999, 999), st.text("abc .,(", max_size=8), st.sampled_from(["", ".0", "."]))
def test_a_number_is_found_wherever_it_stands(value, around, end):
    hint = f"{around} {value}{end} {around}"
    questions = answer_changed(2, 0, value=value)
    questions[2]["answers"][1:] = [{"type": "default", "feedback": hint}]
    with pytest.raises(ValueError, match="must not hold the right answer"):
        quiz.show(questions)


def test_choice_and_number_make_the_questions_that_show_takes() -> None:
    made = [
        quiz.choice("Which?", right="this", wrong={"that": "Look again."}, praise="Yes."),
        quiz.number("How many?", right=3, hint="Count.", wrong={4: "One too many."}),
    ]
    assert made == [
        {
            "question": "Which?",
            "type": "multiple_choice",
            "answers": [
                {"answer": "this", "correct": True, "feedback": "Yes."},
                {"answer": "that", "correct": False, "feedback": "Look again."},
            ],
        },
        {
            "question": "How many?",
            "type": "numeric",
            "answers": [
                {"value": 3, "correct": True, "feedback": "Right."},
                {"value": 4, "correct": False, "feedback": "One too many."},
                {"type": "default", "feedback": "Count.", "correct": False},
            ],
        },
    ]
    quiz.show(made)


HINT = {"that": "Look again."}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: quiz.choice("", right="this", wrong=HINT), ValueError, "question must say something"),
        (lambda: quiz.choice("Which?", right=3, wrong=HINT), TypeError, "right must be a text .*got 3"),
        (lambda: quiz.choice("Which?", right="this", wrong={}), ValueError, "wrong must have at least one"),
        (lambda: quiz.choice("Which?", right="this", wrong=["that"]), TypeError, "wrong must be a mapping"),
        (
            lambda: quiz.choice("Which?", right="this", wrong={"that": ""}),
            ValueError,
            r"wrong\['that'\] must",
        ),
        (
            lambda: quiz.choice("Which?", right="this", wrong={"that": "Take this."}),
            ValueError,
            "must not hold the right answer; got 'Take this.': give a hint instead",
        ),
        (
            lambda: quiz.choice("Which?", right="a", wrong={"b": "c"}, praise=""),
            ValueError,
            "praise must say",
        ),
        (lambda: quiz.number("", right=3, hint="Count."), ValueError, "question must say something"),
        (lambda: quiz.number("How many?", right="3", hint="Count."), TypeError, "right must be .*'3'"),
        (lambda: quiz.number("How many?", right=3, hint=""), ValueError, "hint must say something"),
        (lambda: quiz.number("How many?", right=3, hint="Not 3?"), ValueError, "must not hold the right"),
        (
            lambda: quiz.number("How many?", right=3, hint="C", wrong={"a": "b"}),
            TypeError,
            "each key of wrong",
        ),
        (lambda: quiz.number("How many?", right=3, hint="C", wrong={4: None}), TypeError, r"wrong\[4\] must"),
        (
            lambda: quiz.number("How many?", right=3, hint="C", wrong=[4]),
            TypeError,
            "wrong must be a mapping",
        ),
    ],
)
def test_bad_input_to_choice_and_number_is_named(call, error, message) -> None:
    with pytest.raises(error, match=message):
        call()

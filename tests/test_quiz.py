"""course_utils.quiz: a stable output, hints that do not tell, and something to read without scripts."""

import copy
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook_runs import displayed, printed, run_cells

from course_utils import quiz

QUESTIONS = [
    {
        "type": "multiple_choice",
        "question": "An array has shape (32, 10, 3), read as (B, T, F). How many steps are there?",
        "answers": [
            {"answer": "10", "correct": True, "feedback": "Yes: T is the second number."},
            {"answer": "32", "correct": False, "feedback": "That is B, the number of sequences."},
            {"answer": "3", "correct": False, "feedback": "That is F, what is measured at each step."},
        ],
    },
    {
        "type": "many_choice",
        "question": "Which are weights, if <i>a</i> &lt; <i>b</i>?",
        "code": "W_x, W_h, h",
        "answers": [
            {"answer": "<code>W_x</code>", "correct": True},
            {"code": "W_h", "correct": True},
            {"answer": "the state", "correct": False, "feedback": "It changes at every step </script>."},
        ],
    },
    {
        "type": "numeric",
        "question": "F = 2 and H = 8: how many numbers does W<sub>x</sub> hold?",
        "answers": [
            {"value": 16, "correct": True, "feedback": "Yes, F times H."},
            {"value": 10, "correct": False, "feedback": "Not the sum: each input has a weight to each unit."},
            {"type": "default", "feedback": "A table with 2 rows and 8 columns."},
        ],
    },
]
TEXT = """Quiz: run this cell in JupyterLab to answer.
1. An array has shape (32, 10, 3), read as (B, T, F). How many steps are there?
   - 10
   - 3
   - 32
2. Which are weights, if a < b?
   W_x, W_h, h
   - W_x
   - W_h
   - the state
3. F = 2 and H = 8: how many numbers does Wx hold?"""


def changed(question, /, **entries):
    """The questions, with entries of one of them replaced."""
    found = copy.deepcopy(QUESTIONS)
    found[question].update(entries)
    return found


def answer_changed(question, answer, /, **entries):
    found = copy.deepcopy(QUESTIONS)
    found[question]["answers"][answer].update(entries)
    return found


# ---------------------------------------------------------------- in a kernel


@pytest.fixture(scope="module")
def run():
    return run_cells(
        f"import random, course_utils as cu\nquestions = {QUESTIONS!r}",
        "random.seed(5)\nexpected = random.random()",
        "random.seed(5)\nresult = cu.quiz.show(questions)\nprint(result, random.random() == expected)",
        "random.seed(6)\ncu.quiz.show(questions)",
        "cu.quiz.show(questions[:1])",
    )


def page(run, cell=2):
    [found] = displayed(run.cells[cell], "text/html")
    return found


def test_one_display_with_a_page_and_a_text(run):
    assert displayed(run.cells[2], "text/plain") == [TEXT]
    assert len([o for o in run.cells[2].outputs if o["output_type"] == "display_data"]) == 1


def test_the_global_generator_is_where_it_was(run):
    assert printed(run.cells[2]) == "None True\n"


def test_the_output_is_the_same_each_time_and_other_questions_have_another_name(run):
    assert page(run) == page(run, cell=3)
    names = [re.search(r'<div id="(\w+)"', page(run, cell=cell))[1] for cell in (2, 4)]
    assert names[0] != names[1]


def test_jupyterquiz_is_handed_all_questions_and_answers(run):
    script = page(run)
    for words in ("That is F, what is measured", "A table with 2 rows", '"value": 16', "show_questions"):
        assert words in script


def test_the_script_is_closed_once_and_the_page_is_balanced(run):
    assert page(run).count("</script") == 1
    assert r"It changes at every step <\/script>." in page(run)
    outside = re.sub(r"<(script|style)>.*?</\1>", "", page(run), flags=re.DOTALL)
    assert outside.count("<div") == outside.count("</div") == 2


def test_without_scripts_there_is_a_list_without_solutions(run):
    still = re.search(r'<div class="still">(.*?)</div>', page(run), flags=re.DOTALL)[1]
    assert "run this cell" in still
    assert "<li>32</li>" in still
    assert "W<sub>x</sub>" in still
    for told in ("correct", "Yes", "16", "That is"):
        assert told not in still


def test_nothing_is_loaded_from_a_network(run):
    script = page(run)
    assert "var MathJax;" in script  # hides the page's MathJax, for which jupyterquiz would load a script
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", script)
    assert "@import" not in script


def contrast(one, other):
    lights = []
    for colour in (one, other):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        lights.append(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
    return max(lights) / min(lights)


def test_colours_have_contrast(run):
    colours = dict(re.findall(r"(--jq-[\w-]+): (#[0-9a-f]{6});", page(run)))
    text = colours["--jq-text-color"]
    for name in ("multiple-choice-bg", "many-choice-bg", "numeric-bg", "correct-color", "incorrect-color"):
        assert contrast(colours[f"--jq-{name}"], text) >= 5.9, name
    assert contrast(colours["--jq-mc-button-bg"], "#1a1a1a") > 7
    for name in ("correct-color", "incorrect-color"):  # hints are written on white
        assert contrast(colours[f"--jq-{name}"], "#ffffff") >= 5.9


# ---------------------------------------------------------------- outside a notebook


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


@pytest.mark.parametrize(("questions", "error", "words"), BAD.values(), ids=BAD.keys())
def test_bad_questions_are_named(questions, error, words, capsys):
    with pytest.raises(error) as caught:
        quiz.show(questions)
    assert words in str(caught.value)
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
    ("call", "error", "words"),
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
        (lambda: quiz.choice("Which?", right="a", wrong={"b": "c"}, praise=""), ValueError, "feedback"),
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
def test_bad_input_to_choice_and_number_is_named(call, error, words) -> None:
    with pytest.raises(error, match=words):
        call()

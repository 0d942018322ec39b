"""What a task's tests make of an answer, and of submissions that attack them."""

from __future__ import annotations

import pytest

pytest.importorskip("psutil", reason="needs psutil: python3 course.py setup --classroom")

from authoring import problem_sets
from authoring.problem_sets import Task
from classroom.runner.judging import Verdict, given_names, judge
from classroom.runner.kernel import StudentKernel
from tests.support.sample_class import SMALL, needs_sandbox

pytestmark = [pytest.mark.training, needs_sandbox]  # kernels start: not part of `check`

TASK = Task("step", 4, ("step",), "Task 1: One step")
RIGHT = "import numpy as np\ndef step(x, h, W_x, W_h, b): return np.tanh(x @ W_x + h @ W_h + b)\n"
WRONG = "import numpy as np\ndef step(x, h, W_x, W_h, b): return np.tanh(x @ W_x + h @ W_h)\n"
LAZY = "def step(*arguments): return {}\n"
TRICKS = {
    "an object equal to everything": LAZY.format("Equal()")
    + "class Equal:\n    def __eq__(self, other): return True\n    shape = (2, 2)\n"
    "    def __array__(self, *a, **k): raise SystemExit",
    "an array of such objects": "import numpy as np\n"
    "class Equal:\n    def __eq__(self, other): return True\n    def __sub__(self, other): return 0.0\n"
    "def step(*arguments): return np.array([[Equal(), Equal()], [Equal(), Equal()]])",
    "an ndarray of its own kind": "import numpy as np\n"
    "class Yes(np.ndarray):\n    def __ne__(self, other): return np.zeros(self.shape, bool)\n"
    "def step(x, h, *rest): return np.zeros_like(h).view(Yes)",
    "checks patched": WRONG + "import course_utils.answers as a, numpy.testing, builtins\n"
    "a.expect_array = a.expect_value = lambda *x, **k: None\n"
    "numpy.testing.assert_allclose = numpy.array_equal = lambda *x, **k: True\n"
    "a.WrongAnswer = builtins.AssertionError = Warning",
    "numpy patched": WRONG + "np.abs = lambda x: 0 * x",
    "exceptions swallowed": WRONG + "import sys\nsys.excepthook = lambda *a: None\n"
    "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)",
    "a score is printed": WRONG + "print('score: 4/4')\n4.0",
    "the grader's own function replaced": WRONG + '_course_call = lambda *a: \'{"value": {"plain": true}}\'',
}


@pytest.fixture(scope="module")
def problem_set() -> problem_sets.ProblemSet:
    return problem_sets.named("ps01")


def verdict(problem_set: problem_sets.ProblemSet, source: str) -> Verdict:
    with StudentKernel(SMALL) as kernel:
        kernel.run_cell(source)
        return judge(problem_set, TASK, kernel, given_names(problem_set))


def test_a_right_answer_is_right_and_a_wrong_one_is_told_why(problem_set: problem_sets.ProblemSet) -> None:
    assert verdict(problem_set, RIGHT) == Verdict("right")
    result = verdict(problem_set, WRONG)
    assert result.outcome == "wrong"
    assert result.message.startswith("the new state: expected ")
    assert "Hint: Three things are added up" in result.message


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_earns_nothing(problem_set: problem_sets.ProblemSet, trick: str) -> None:
    assert verdict(problem_set, TRICKS[trick]).outcome == "wrong"


@pytest.mark.parametrize(
    "reply", ["'no json'", "'{}'", "42", "'[1]'", '\'{"value": {"array": ["O", [1], "AAAA"]}}\'']
)
def test_a_forged_reply_is_left_to_a_person(problem_set: problem_sets.ProblemSet, reply: str) -> None:
    forge = (
        f"get_ipython().user_expressions = lambda *a: dict(reply=dict(data={{'text/plain': repr({reply})}}))"
    )
    assert verdict(problem_set, f"{RIGHT}\n{forge}").outcome == "undecided"


def test_an_answer_that_fails_in_a_test_gets_its_sizes_and_the_hint(
    problem_set: problem_sets.ProblemSet,
) -> None:
    result = verdict(problem_set, RIGHT.replace("np.tanh(", "np.ones((9, 8)) @ np.tanh("))
    assert result.outcome == "wrong"
    asked, hint = result.message.split("\n")
    assert "step raised ValueError: matmul" in asked
    assert hint.startswith("  Hint: Three things are added up")
    changed = verdict(problem_set, RIGHT.replace("b): ", "b):\n    x *= 1.5\n    "))
    assert changed == Verdict("wrong", "step changed its argument number 1: it must work on a copy")


def test_an_answer_that_ends_the_kernel_is_left_to_a_person(problem_set: problem_sets.ProblemSet) -> None:
    result = verdict(problem_set, "def step(*arguments):\n    import os\n    os._exit(0)")
    assert result == Verdict("undecided", "its process ended in the middle of a cell")

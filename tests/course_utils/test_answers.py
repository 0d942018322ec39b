"""What is accepted, what is refused, and in which words."""

import numpy as np
import pytest

import course_utils as cu
from course_utils.answers import NotDoneYet, WrongAnswer, expect_array, expect_entries, expect_value

HINT = "Think of time."


class Equal:
    """Claims to be equal to everything."""

    shape, dtype = (2,), np.dtype(float)

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __hash__ = None


class Pretends(np.ndarray):
    def __ne__(self, other):
        return np.zeros(self.shape, bool)


class Loud(np.float64):
    def __repr__(self):
        raise RuntimeError("a value was asked what it is")


SEE = "The docstring says what is to be returned."


def refusal(expect, *arguments, hint=HINT, **options):
    with pytest.raises(WrongAnswer) as caught:
        expect(*arguments, "the sums", hint=HINT, **options)
    fault, given = str(caught.value).split("\n")
    assert given == f"  Hint: {hint}"
    assert fault.startswith("the sums: ")
    assert fault.endswith(".")
    return fault.removeprefix("the sums: ")


@pytest.mark.parametrize(
    ("found", "expected", "atol"),
    [
        (np.array([1.0, 2.0]), [1.0, 2.0], None),
        (np.array([1.0, 2.0 + 1e-9]), [1.0, 2.0], 1e-6),
        (np.array([1.0, 2.25]), [1.0, 2.0], 0.25),  # at the tolerance
        (np.array([1, 2], dtype=np.int8), [1, 2], None),
        (np.array([1.0], dtype=np.float32), [1.0], None),
        (np.array([True, False]), [True, False], None),
        (np.array(3.0), 3.0, None),
        (np.zeros((0, 2)), np.zeros((0, 2)), None),
        (np.array([np.inf]), [np.inf], None),
    ],
)
def test_an_array_that_is_right_is_accepted(found, expected, atol):
    expect_array(found, expected, "the sums", hint=HINT, atol=atol)


@pytest.mark.parametrize(
    ("found", "expected", "words"),
    [
        ([1.0], [1.0], "expected a NumPy array of shape (1,), got a list of 1 entries."),
        (None, [1.0], "got None (does the function return its result?)."),
        (2.5, [2.5], "got 2.5, a float."),
        (np.float64(2.5), [2.5], "got 2.5, a float64."),
        (Equal(), [1.0, 2.0], "got an object of type Equal."),
        (np.zeros(1).view(Pretends), [1.0], "got an object of type Pretends."),
        (np.array([Equal(), Equal()]), [1.0, 2.0], "expected floats, got entries of dtype object"),
        (np.array([1, 2]), [1.0, 2.0], "expected floats, got whole numbers (dtype int64)."),
        (np.array([1, 0]), [True, False], "expected truth values, got whole numbers (dtype int64)."),
        (np.array([[1.0]]), [1.0], "expected shape (1,), got shape (1, 1)."),
    ],
)
def test_an_array_of_a_wrong_kind_is_refused_without_the_hint_of_the_values(found, expected, words):
    assert words in refusal(expect_array, found, expected, hint=SEE)


@pytest.mark.parametrize(
    ("found", "expected", "atol", "words"),
    [
        (np.array([1.0, 5.0]), [1.0, 2.0], None, "expected 2 at [1], got 5; 1 of 2 entries differ."),
        (np.array([1.1]), [1.0], 1e-3, "expected 1 at [0], got 1.1."),
        (np.array([[0.0, np.nan]]), [[0.0, 0.0]], 1.0, "expected 0 at [0, 1], got nan; 1 of 2 entries"),
        (np.array([np.nan]), [0.0], None, "expected 0 at [0], got nan."),
        (np.array(2.0), 3.0, None, "expected 3, got 2."),
        (np.array([1 + 1e-8]), [1.0], 1e-9, "expected 1 at [0], got 1.00000001."),
        (np.array([0.1], dtype=np.float32), [0.1], None, "expected 0.1 at [0], got 0.100000001."),
        (np.array([True]), [False], None, "expected False at [0], got True."),
        (np.array([10**9]), [10**9 + 1], None, "expected 1000000001 at [0], got 1000000000."),
    ],
)
def test_an_array_that_is_wrong_is_refused_with_both_sides(found, expected, atol, words):
    assert words in refusal(expect_array, found, expected, atol=atol)


@pytest.mark.parametrize(
    ("found", "expected", "atol"),
    [
        (3, 3, None),
        (np.int64(3), 3, None),
        (np.float64(0.5), 0.5, None),
        (0.5 + 1e-9, 0.5, 1e-6),
        (0.75, 0.5, 0.25),  # at the tolerance
        (np.bool_(True), True, None),
        (np.array(3), 3, None),
        (np.array(0.5), 0.5, None),
        ("ab", "ab", None),
        (None, None, None),
        ((1, (2, "x")), (1, (2, "x")), None),
        ([0.5, 1], [0.5 + 1e-9, 1], 1e-6),
    ],
)
def test_a_value_that_is_right_is_accepted(found, expected, atol):
    expect_value(found, expected, "the sums", hint=HINT, atol=atol)


@pytest.mark.parametrize(
    ("found", "expected", "words"),
    [
        ("3", 3, "expected 3, an int, got '3', a str."),
        (3.0, 3, "expected 3, an int, got 3.0, a float."),
        (1, True, "expected True, a bool, got 1, an int."),
        (True, 1, "expected 1, an int, got True, a bool."),
        (np.array([3]), 3, "expected 3, an int, got an array of shape (1,) and dtype int64."),
        (Equal(), 3, "expected 3, an int, got an object of type Equal."),
        (Loud(2.0), 3, "expected 3, an int, got an object of type Loud."),
        (np.add, 3, "expected 3, an int, got an object of type ufunc."),
        ([1, 2], (1, 2), "expected a tuple of 2 entries, got a list of 2 entries."),
        (None, 3, "got None (does the function return its result?)."),
        ("x" * 100, 3, "got '" + "x" * 56 + "..., a str."),
        ("x" * 59, 3, "got '" + "x" * 56 + "..., a str."),
        ("x" * 58, 3, "got '" + "x" * 58 + "', a str."),  # 60 characters with its quotes
    ],
)
def test_a_value_of_a_wrong_kind_is_refused_without_the_hint_of_the_values(found, expected, words):
    assert words in refusal(expect_value, found, expected, hint=SEE)


@pytest.mark.parametrize(
    ("found", "expected", "atol", "words"),
    [
        (4, 3, None, "expected 3, got 4."),
        ((1, 2, 3), (1, 2), None, "expected (1, 2), got (1, 2, 3)."),
        ((1, "2"), (1, 2), None, "expected (1, 2), got (1, '2')."),
        (0.6, 0.5, 1e-6, "expected 0.5, got 0.6."),
        (0.5 + 1e-8, 0.5, 1e-9, "expected 0.5, got 0.50000001."),
        (float("nan"), 0.5, 1.0, "expected 0.5, got nan."),
        (1 / 3, 2 / 3, None, "expected 0.666667, got 0.333333."),
        (1 / 3 + 1e-7, 1 / 3, None, "expected 0.333333333, got 0.333333433."),
        (1 / 3 + 1e-10, 1 / 3, None, "expected 0.333333333333, got 0.333333333433."),
        (1 / 3 + 1e-14, 1 / 3, None, "expected 0.33333333333333331, got 0.33333333333334331."),
        ("x" * 100, "y", None, "expected 'y', got '" + "x" * 56 + "...."),
    ],
)
def test_a_value_that_is_wrong_is_refused_with_both_sides(found, expected, atol, words):
    assert words in refusal(expect_value, found, expected, atol=atol)


@pytest.mark.parametrize(
    ("found", "entries", "kinds"),
    [((1, 2), 2, (tuple,)), ([1], None, (list,)), ([], 0, (tuple, list)), ((1, 2), 2, (tuple, list))],
)
def test_entries_that_are_right_are_accepted(found, entries, kinds):
    expect_entries(found, entries, "the sums", kinds=kinds)


@pytest.mark.parametrize(
    ("found", "entries", "kinds", "words"),
    [
        ([1, 2], 2, (tuple,), "expected a tuple of 2 entries, got a list of 2 entries."),
        ((1,), 2, (tuple,), "expected a tuple of 2 entries, got a tuple of 1 entries."),
        (
            np.zeros((2, 3)),
            2,
            (tuple, list),
            "expected a tuple or a list of 2 entries, got an array of shape",
        ),
        ((n for n in "ab"), None, (list,), "expected a list, got an object of type generator."),
        (None, 2, (tuple,), "got None (does the function return its result?)."),
    ],
)
def test_entries_of_another_kind_or_number_are_refused(found, entries, kinds, words):
    with pytest.raises(WrongAnswer) as caught:
        expect_entries(found, entries, "the sums", kinds=kinds)
    assert str(caught.value).startswith("the sums: expected ")
    assert words in str(caught.value)
    assert str(caught.value).endswith(f"\n  Hint: {SEE}")


def test_less_than_no_entry_cannot_be_expected():
    with pytest.raises(ValueError, match="entries must be a whole number, at least 0; got -1"):
        expect_entries((), -1, "the sums")


@pytest.mark.parametrize("kinds", [(), (dict,), (tuple, set)])
def test_only_tuples_and_lists_can_be_expected(kinds):
    with pytest.raises(ValueError, match="kinds must be tuple, list or both"):
        expect_entries((), 0, "the sums", kinds=kinds)


@pytest.mark.parametrize(("what", "hint"), [("", HINT), ("the sums", ""), (3, HINT), ("the sums", None)])
@pytest.mark.parametrize("expect", [expect_array, expect_value])
def test_a_test_without_words_is_refused(expect, what, hint):
    with pytest.raises((TypeError, ValueError), match=r"^(what|hint) must (be|say) "):
        expect(np.array([1.0]), [1.0], what, hint=hint)


@pytest.mark.parametrize("atol", [-1e-9, np.inf, np.nan])
@pytest.mark.parametrize("expect", [expect_array, expect_value])
def test_a_tolerance_that_nothing_or_everything_meets_is_refused(expect, atol):
    with pytest.raises(ValueError, match="atol must be a finite number, at least 0; got"):
        expect(np.array([1.0]), [1.0], "the sums", hint=HINT, atol=atol)


def test_what_is_expected_must_be_plain():
    with pytest.raises(TypeError, match="expected must be plain Python values"):
        expect_value({}, {}, "the sums", hint=HINT)


def test_a_notebook_shows_the_message_and_no_traceback():
    assert NotDoneYet("later")._render_traceback_() == ["Not done yet: later"]
    assert WrongAnswer("a\n  Hint: b")._render_traceback_() == ["a", "  Hint: b"]
    assert isinstance(NotDoneYet("x"), NotImplementedError)
    assert isinstance(WrongAnswer("x"), AssertionError)
    assert cu.answers.WrongAnswer is WrongAnswer

"""What is true prints one line, what is false raises and says what was found."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import course_utils as cu
from course_utils import checks
from course_utils.checks import CheckFailed

SENTENCE = "the claim"
arrays = hnp.arrays(np.float64, hnp.array_shapes(max_dims=3, max_side=4), elements=st.floats(-1e6, 1e6))

TRUE_CALLS = {
    "check": lambda: cu.check(True, SENTENCE),
    "check, NumPy's bool": lambda: cu.check(np.float64(1) < 2, SENTENCE),
    "check, array without axes": lambda: cu.check(np.array(True), SENTENCE),
    "check_below": lambda: cu.check_below(1, 2.5, SENTENCE),
    "check_above": lambda: cu.check_above(np.float32(3), 2, SENTENCE),
    "check_close": lambda: cu.check_close([1.0, 2.0], [1.0, 2.0 + 1e-7], SENTENCE, atol=1e-6),
    "check_close, at the tolerance": lambda: cu.check_close(0.0, 0.5, SENTENCE, atol=0.5),
    "check_close, infinities": lambda: cu.check_close([np.inf], [np.inf], SENTENCE, atol=0),
    "check_disjoint": lambda: cu.check_disjoint({"a": [[0, 1], [1, 1]], "b": [[1, 0]]}, SENTENCE),
    "check_disjoint, same numbers in other shapes": lambda: cu.check_disjoint(
        {"a": np.zeros((1, 4)), "b": np.zeros((1, 2, 2)), "c": np.zeros((1, 4, 1))}, SENTENCE
    ),
    "check_disjoint, lengths": lambda: cu.check_disjoint({"a": [[0], [0, 0, 0]], "b": [[0, 0]]}, SENTENCE),
    "check_disjoint, twice in one part": lambda: cu.check_disjoint(
        {"a": ["x", "x"], "b": ["y", "1"]}, SENTENCE
    ),
    "check_equal, tuples": lambda: cu.check_equal((3, 2), (3, 2), SENTENCE),
    "check_equal, text": lambda: cu.check_equal(["a", "b"], np.array(["a", "b"]), SENTENCE),
}

FALSE_CALLS = {
    "check": (lambda: cu.check(False, SENTENCE), "not true here: the claim"),
    "check, array without axes": (lambda: cu.check(np.array(False), SENTENCE), "not true here: the claim"),
    "check, found": (lambda: cu.check(False, SENTENCE, found=0.3), "found: 0.3"),
    "check_below, equal": (lambda: cu.check_below(2, 2, SENTENCE), "found: 2, which is not below 2"),
    "check_below, NaN": (lambda: cu.check_below(np.nan, 2, SENTENCE), "found: nan, which is not below 2"),
    "check_above, equal": (lambda: cu.check_above(2, 2, SENTENCE), "found: 2, which is not above 2"),
    "check_above, NaN": (lambda: cu.check_above(np.nan, 2, SENTENCE), "found: nan, which is not above 2"),
    "check_close, where": (
        lambda: cu.check_close([[0, 0], [0, 3.0]], np.zeros((2, 2)), SENTENCE, atol=1e-6),
        "1 of 4 entries differ by more than 1e-06; the largest difference is 3 at [1, 1]: 3.0 against 0.0",
    ),
    "check_close, sign": (
        lambda: cu.check_close([1.0, -1.0], [1.0, 1.0], SENTENCE, atol=1e-6),
        "the largest difference is 2 at [1]",
    ),
    "check_close, shape": (
        lambda: cu.check_close(np.zeros((2, 1)), np.zeros(2), SENTENCE, atol=1),
        "found: shape (2, 1), expected shape (2,)",
    ),
    "check_close, NaN": (
        lambda: cu.check_close([np.nan], [np.nan], SENTENCE, atol=1),
        "1 of 1 entries differ by more than 1",
    ),
    "check_close, one infinity": (
        lambda: cu.check_close([np.inf, 0], [0, 0], SENTENCE, atol=1),
        "the largest difference is inf at [0]",
    ),
    "check_close, unsigned numbers": (
        lambda: cu.check_close(np.uint8([1]), np.uint8([2]), SENTENCE, atol=0.5),
        "the largest difference is 1 at [0]",
    ),
    "check_disjoint, which": (
        lambda: cu.check_disjoint({"training": [[0, 1], [1, 1]], "test": [[1, 1], [0, 0], [0, 1]]}, SENTENCE),
        "found: 2 of 3 rows of 'test' stand in 'training', too, such as row 0: [1, 1]",
    ),
    "check_disjoint, each pair": (
        lambda: cu.check_disjoint({"a": ["x", "y"], "b": ["z"], "c": ["z", "y"]}, SENTENCE),
        "1 of 2 rows of 'c' stand in 'a', too, such as row 1: 'y'\n"
        "  found: 1 of 2 rows of 'c' stand in 'b', too, such as row 0: 'z'",
    ),
    "check_disjoint, by value": (
        lambda: cu.check_disjoint({"a": np.float32([[[0], [1]]]), "b": [[[-0.0], [1.0]]]}, SENTENCE),
        "1 of 1 rows of 'b' stand in 'a', too",
    ),
    "check_disjoint, ragged": (
        lambda: cu.check_disjoint({"a": [np.int8([1]), [2, 3]], "b": [[2, 3.0]]}, SENTENCE),
        "such as row 0: [2.0, 3.0]",
    ),
    "check_disjoint, words": (
        lambda: cu.check_disjoint({"a": [["to", "be"]], "b": np.array([["to", "be"]])}, SENTENCE),
        "such as row 0: ['to', 'be']",
    ),
    "check_equal, first": (
        lambda: cu.check_equal([1, 5, 6], [1, 2, 3], SENTENCE),
        "2 of 3 entries differ; the first at [1]: 5 against 2",
    ),
    "check_equal, NaN": (lambda: cu.check_equal([np.nan], [np.nan], SENTENCE), "1 of 1 entries differ"),
    "check_equal, shape": (lambda: cu.check_equal((3,), 3, SENTENCE), "shape (1,), expected shape ()"),
    "check_equal, kind": (lambda: cu.check_equal(["1"], [1], SENTENCE), "<U1 values, compared with int64"),
}

BAD_CALLS = {
    "condition, array": (
        lambda: cu.check(np.array([True]), SENTENCE),
        TypeError,
        r"condition must be one truth value \(bool\), got an array of shape \(1,\).*\.all\(\)",
    ),
    "condition, number": (lambda: cu.check(1, SENTENCE), TypeError, "condition must be .* got 1; compare"),
    "condition, number without axes": (
        lambda: cu.check(np.array(1), SENTENCE),
        TypeError,
        r"condition must be .* got array\(1\); compare",
    ),
    "condition, None": (lambda: cu.check(None, SENTENCE), TypeError, "condition must be .* got None"),
    "sentence, empty": (lambda: cu.check(True, " "), ValueError, "sentence must be .* got ' '; say what"),
    "sentence, lines": (lambda: cu.check(True, "a\nb"), ValueError, "sentence must be one line"),
    "sentence, not text": (lambda: cu.check(True, 3), TypeError, "sentence must be text, got 3"),
    "sentence forgotten": (lambda: cu.check_below(1, 2, ""), ValueError, "sentence must be one line"),
    "sentence of above": (lambda: cu.check_above(2, 1, None), TypeError, "sentence must be text, got None"),
    "sentence of close": (lambda: cu.check_close(1, 1, 1e-6, atol=1), TypeError, "sentence must be text"),
    "sentence of equal": (lambda: cu.check_equal(1, 1, []), TypeError, "sentence must be text"),
    "value, array": (
        lambda: cu.check_below(np.zeros(2), 1, SENTENCE),
        TypeError,
        r"value must be one real number, got an array of shape \(2,\); reduce",
    ),
    "value, text": (lambda: cu.check_above("3", 1, SENTENCE), TypeError, "value must be one real number"),
    "bound": (lambda: cu.check_below(1, None, SENTENCE), TypeError, "bound must be .* got None"),
    "atol, negative": (
        lambda: cu.check_close(1, 1, SENTENCE, atol=-1),
        ValueError,
        "atol must be a number of at least 0, got -1.0; try 1e-6",
    ),
    "atol, NaN": (lambda: cu.check_close(1, 1, SENTENCE, atol=np.nan), ValueError, "atol must be .* got nan"),
    "atol, infinite": (
        lambda: cu.check_close(1, 2, SENTENCE, atol=np.inf),
        ValueError,
        "atol must be a number of at least 0, got inf",
    ),
    "nothing to compare": (
        lambda: cu.check_close([], np.zeros(0), SENTENCE, atol=1),
        ValueError,
        "actual and expected must hold at least one number; got none",
    ),
    **{
        f"bound of {name}, {bound}": (
            lambda check=check, bound=bound: check(1, bound, SENTENCE),
            ValueError,
            f"bound must be finite, got {bound}; a check that cannot fail says nothing",
        )
        for name, check in (("below", cu.check_below), ("above", cu.check_above))
        for bound in (np.inf, -np.inf, np.nan)
    },
    "sentence of disjoint": (
        lambda: cu.check_disjoint({"a": [[1]], "b": [[2]]}, ""),
        ValueError,
        "sentence must be one line",
    ),
    "parts, list": (
        lambda: cu.check_disjoint([[1], [2]], SENTENCE),
        TypeError,
        "parts must be a mapping from",
    ),
    "parts, one": (
        lambda: cu.check_disjoint({"a": [[1]]}, SENTENCE),
        ValueError,
        "parts must have at least 2 entries; got a: add the other part",
    ),
    "parts, empty one": (
        lambda: cu.check_disjoint({"a": [[1]], "b": np.zeros((0, 3))}, SENTENCE),
        ValueError,
        r"parts\['b'\] must hold at least one sequence; got none",
    ),
    "parts, text": (
        lambda: cu.check_disjoint({"a": "ab", "b": ["c"]}, SENTENCE),
        TypeError,
        r"parts\['a'\] must be an array or a list of sequences; got 'ab'",
    ),
    "parts, number": (
        lambda: cu.check_disjoint({"a": 3, "b": ["c"]}, SENTENCE),
        TypeError,
        r"parts\['a'\] must be an array or a list of sequences; got 3",
    ),
    "parts, numbers": (
        lambda: cu.check_disjoint({"a": [[1]], "b": np.arange(3)}, SENTENCE),
        TypeError,
        r"parts\['b'\]\[0\] must be a sequence of numbers or a text; got 0",
    ),
    "parts, no axis": (
        lambda: cu.check_disjoint({"a": np.array(3), "b": [[1]]}, SENTENCE),
        TypeError,
        r"parts\['a'\]\[0\] must be a sequence of numbers or a text; got 3",
    ),
    "parts, objects": (
        lambda: cu.check_disjoint({"a": [[1], [None]], "b": [[1]]}, SENTENCE),
        TypeError,
        r"parts\['a'\]\[1\] must be a sequence of numbers or a text; got \[None\]",
    ),
    "actual, text": (
        lambda: cu.check_close("a", 1, SENTENCE, atol=1),
        TypeError,
        "actual must hold real numbers, got 'a'; for text or labels take check_equal",
    ),
    **{
        f"{name}, ragged": (
            call,
            ValueError,
            rf"{name} must be an array whose rows are equally long; got \[\[1\], \[1, 2\]\]: compare",
        )
        for name, call in {
            "actual": lambda: cu.check_close([[1], [1, 2]], 1, SENTENCE, atol=1),
            "expected": lambda: cu.check_equal(1, [[1], [1, 2]], SENTENCE),
            "value": lambda: cu.check_below([[1], [1, 2]], 1, SENTENCE),
            "bound": lambda: cu.check_above(1, [[1], [1, 2]], SENTENCE),
            r"parts\['b'\]\[0\]": lambda: cu.check_disjoint({"a": [[1]], "b": [[[1], [1, 2]]]}, SENTENCE),
        }.items()
    },
    "expected, None": (lambda: cu.check_close(1, None, SENTENCE, atol=1), TypeError, "expected must hold"),
}


@pytest.mark.parametrize("call", TRUE_CALLS.values(), ids=TRUE_CALLS)
def test_a_true_claim_prints_one_stable_line(call, capsys):
    call()
    assert capsys.readouterr().out == "✓ the claim\n"


@pytest.mark.parametrize(("call", "message"), FALSE_CALLS.values(), ids=FALSE_CALLS)
def test_a_false_claim_raises_and_says_what_was_found(call, message, capsys):
    with pytest.raises(CheckFailed) as failure:
        call()
    assert str(failure.value).startswith("not true here: the claim")
    assert message in str(failure.value)
    assert capsys.readouterr().out == ""


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """The results so far. After the test the checks record nothing, as before."""
    monkeypatch.setattr(checks, "_recorded", checks._recorded)
    path = tmp_path / "results.jsonl"
    checks.record_results(path, go_on_after={SENTENCE})
    return lambda: [checks.Result(**json.loads(line)) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("call", "message"), FALSE_CALLS.values(), ids=FALSE_CALLS)
def test_a_failure_is_recorded_and_the_lesson_goes_on(call, message, recorded, capsys):
    call()
    [result] = recorded()
    assert (result.sentence, result.holds) == (SENTENCE, False)
    assert message.removeprefix("not true here: ") in f"{result.sentence}\n  {result.found}"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("call", TRUE_CALLS.values(), ids=TRUE_CALLS)
def test_what_holds_is_recorded_and_printed(call, recorded, capsys):
    call()
    [result] = recorded()
    assert (result.sentence, result.holds, result.found) == (SENTENCE, True, "")
    assert capsys.readouterr().out == f"✓ {SENTENCE}\n"


@pytest.mark.parametrize(
    ("call", "value", "bound"),
    [
        (lambda: cu.check_below(1, 2.5, SENTENCE), 1, 2.5),
        (lambda: cu.check_above(1, 2.5, SENTENCE), 1, 2.5),
        (lambda: cu.check_close([1, 2, 3.0], [1, 2.25, 3], SENTENCE, atol=0.5), 0.25, 0.5),
        (lambda: cu.check_close([1, 2, 3.0], [1, 4, 3], SENTENCE, atol=0.5), 2, 0.5),
        (lambda: cu.check_close([1.0], [[1.0]], SENTENCE, atol=0.5), np.inf, 0.5),
        (lambda: cu.check_equal(1, 1, SENTENCE), None, None),
        (lambda: cu.check(True, SENTENCE, found=3), None, None),
    ],
)
def test_value_and_bound_are_recorded(call, value, bound, recorded):
    call()
    assert (recorded()[0].value, recorded()[0].bound) == (value, bound)


def test_a_failure_that_is_meant_still_raises(recorded):
    with pytest.raises(CheckFailed, match="another claim"):
        cu.check(False, "another claim")
    assert [(result.sentence, result.holds) for result in recorded()] == [("another claim", False)]


@pytest.mark.parametrize(("call", "error", "message"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_failed_check_is_an_assertion_error():
    assert issubclass(CheckFailed, AssertionError)


@pytest.mark.training
def test_a_tensor_without_axes_is_one_truth_value(capsys):
    tf = pytest.importorskip("tensorflow")
    cu.check(tf.reduce_all([True, True]), SENTENCE)
    assert capsys.readouterr().out == f"✓ {SENTENCE}\n"
    with pytest.raises(CheckFailed):
        cu.check(tf.constant(1) > 2, SENTENCE)
    with pytest.raises(TypeError, match=r"got an array of shape \(2,\)"):
        cu.check(tf.constant([True, True]), SENTENCE)


@given(arrays, st.floats(1e-3, 10), st.data())
def test_close_finds_a_single_entry_that_is_off(array, atol, data):
    index = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    off = array.copy()
    off[index] += 3 * atol
    cu.check_close(array, array, SENTENCE, atol=0)
    with pytest.raises(CheckFailed, match=rf"1 of {array.size} entries") as failure:
        cu.check_close(off, array, SENTENCE, atol=atol)
    assert f"at [{', '.join(map(str, index))}]" in str(failure.value)


@given(arrays, arrays)
def test_close_agrees_with_numpy(left, right):
    same = left.shape == right.shape and np.allclose(left, right, rtol=0, atol=1.0)
    try:
        cu.check_close(left, right, SENTENCE, atol=1.0)
    except CheckFailed:
        assert not same
    else:
        assert same


@given(st.lists(st.lists(st.integers(0, 1), max_size=3), min_size=2, max_size=12), st.data())
def test_disjoint_agrees_with_pythons_sets(rows, data):
    cut = data.draw(st.integers(1, len(rows) - 1))
    shared = set(map(tuple, rows[:cut])) & set(map(tuple, rows[cut:]))
    try:
        cu.check_disjoint({"a": rows[:cut], "b": rows[cut:]}, SENTENCE)
    except CheckFailed:
        assert shared
    else:
        assert not shared


@pytest.mark.parametrize(
    "call", [lambda: cu.check(True, SENTENCE, None), lambda: cu.check_close(1, 1, SENTENCE, 0.1)]
)
def test_what_else_is_said_must_be_named(call):
    with pytest.raises(TypeError, match="positional argument"):
        call()

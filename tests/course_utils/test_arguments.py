"""What is right comes back converted, what is wrong is named with a remedy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils import _arguments as arguments

BAD = {
    "whole number above": (
        lambda: arguments.whole_number("n", 9, at_least=1, at_most=8),
        ValueError,
        "n must be a whole number, at least 1, at most 8; got 9",
    ),
    "whole number, bool": (lambda: arguments.whole_number("n", np.True_), TypeError, "a whole number; got"),
    "whole number, True": (lambda: arguments.whole_number("n", True), TypeError, "a whole number; got True"),
    "whole number, float": (lambda: arguments.whole_number("n", 3.0), TypeError, "a whole number; got 3.0"),
    "number, text": (lambda: arguments.number("r", "1"), TypeError, "r must be a finite number; got '1'"),
    "number, NaN": (lambda: arguments.number("r", np.nan), ValueError, "r must be a finite number; got nan"),
    "number, infinite": (lambda: arguments.number("r", -np.inf, below=3), ValueError, "got -inf"),
    "number, array": (lambda: arguments.number("r", [1.0]), TypeError, "got [1.0]"),
    "number, array with axes": (
        lambda: arguments.number("r", np.ones(2)),
        TypeError,
        "an array of shape (2,)",
    ),
    "number, at its open bound": (lambda: arguments.number("r", 1, below=1), ValueError, "below 1; got 1"),
    "number, too large": (lambda: arguments.number("r", 3, at_most=2), ValueError, "at most 2; got 3"),
    "whole number, too long to be shown": (
        lambda: arguments.whole_number("seed", 10**5000, at_most=2**32 - 1),
        ValueError,
        "seed must be a whole number, at most 4294967295; got a value of type int with too many digits",
    ),
    "number, too large for a float": (
        lambda: arguments.number("test_share", 10**400, above=0, below=1),
        ValueError,
        "test_share must be a finite number, above 0, below 1; got 10000000000000000",
    ),
    "text, number": (lambda: arguments.text("t", 3), TypeError, "t must be a text (str); got 3"),
    "text, short": (
        lambda: arguments.text("t", "  hm ", at_least=3),
        ValueError,
        "a text of at least 3 characters; got '  hm '",
    ),
    "flag": (lambda: arguments.flag("log", 1), TypeError, "log must be True or False; got 1"),
    "array, text": (
        lambda: arguments.array("a", ["x"]),
        TypeError,
        "a must hold real numbers; got ['x'] of dtype",
    ),
    "array, complex": (lambda: arguments.array("a", [1j]), TypeError, "real numbers"),
    "array, None": (lambda: arguments.array("a", None), TypeError, "real numbers; got None"),
    "array, ragged": (lambda: arguments.array("a", [[1], [1, 2]]), ValueError, "rows are equally long"),
    "array, one axis": (
        lambda: arguments.array("a", [[1]], ndim=1, axes="(T,)"),
        ValueError,
        "a must have 1 axis (T,); got shape (1, 1)",
    ),
    "array, axes": (
        lambda: arguments.array("a", [1], ndim=2, axes="(time, unit)"),
        ValueError,
        "a must have 2 axes (time, unit); got shape (1,)",
    ),
    "array, shape": (
        lambda: arguments.array("a", np.ones((2, 3)), shape=(None, 4)),
        ValueError,
        "a must have shape (any, 4); got shape (2, 3)",
    ),
    "array, shape of one axis": (
        lambda: arguments.array("a", [1, 2], shape=(3,), axes="(H,)"),
        ValueError,
        "a must have shape (3,) (H,); got shape (2,)",
    ),
    "array, empty": (
        lambda: arguments.array("a", np.ones((2, 0))),
        ValueError,
        "a must hold at least one value; got shape (2, 0)",
    ),
    "array, NaN": (
        lambda: arguments.array("a", [[1, 2], [np.nan, np.inf]]),
        ValueError,
        "a must be finite; got nan at index (1, 0) (2 of 4 are NaN or infinite): see where it comes from",
    ),
    "array, not positive": (
        lambda: arguments.array("a", [1, 0.0], positive=True),
        ValueError,
        "above 0 for a logarithmic axis; got 0 at index 1 (1 of 2 is 0 or below): pass log=False, or leave",
    ),
    "mapping, list": (
        lambda: arguments.mapping("m", [1], of="a to b"),
        TypeError,
        "m must be a mapping from a to b",
    ),
    "mapping, empty": (lambda: arguments.mapping("m", {}, of="a to b"), ValueError, "at least one entry"),
    "mapping, key": (lambda: arguments.mapping("m", {3: 1}, of="a to b"), TypeError, "each key of m"),
    "one of": (lambda: arguments.one_of("k", "c", "ab"), ValueError, "k must be one of 'a', 'b'; got 'c'"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_errors_name_argument_value_and_remedy(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


@given(hnp.arrays(np.float32, hnp.array_shapes(), elements=st.floats(-100, 100, width=32)))
def test_arrays_come_back_as_float64_with_the_same_values(values):
    result = arguments.array("a", values, ndim=values.ndim, shape=values.shape)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, values)


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_whole_number_keeps_exactly_what_lies_between_its_bounds(value, low, high):
    inside = low <= value <= high
    try:
        assert arguments.whole_number("n", value, at_least=low, at_most=high) == value
        assert inside
    except ValueError:
        assert not inside


@given(st.floats(-9, 9), st.floats(-9, 9), st.floats(-9, 9))
def test_open_bounds_leave_the_bound_out(value, low, high):
    try:
        assert arguments.number("r", value, above=low, below=high) == value
        assert low < value < high
    except ValueError:
        assert not low < value < high


def test_long_values_are_cut_in_errors():
    assert len(arguments.described("x" * 500)) == 60
    assert arguments.described("x" * 58) == repr("x" * 58)  # 60 characters with its quotes
    assert arguments.described("x" * 59).endswith("x...")


def test_what_just_fits_is_taken():
    assert arguments.text("t", " a ") == " a "
    assert arguments.text("t", "abc", at_least=3) == "abc"
    assert arguments.described(np.array(3)) == "array(3)"  # no axis: no shape worth saying
    assert arguments.described(np.ones((2, 3))) == "an array of shape (2, 3)"


def test_arrays_are_copies():
    values = np.ones(3)
    arguments.array("a", values)[0] = 7
    assert values[0] == 1

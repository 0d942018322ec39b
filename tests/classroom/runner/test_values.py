"""What goes into a kernel and comes out, and what is not believed."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from classroom.runner.values import BadReply, Opaque, decode, packed
from course_utils.answers import described

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False)
    | st.text(max_size=9)
)
ARRAYS = hnp.arrays(
    st.sampled_from(["<f8", "<f4", "<i8", "|b1", "|u1"]), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)
)
PARTS = PLAIN | ARRAYS
VALUES = st.recursive(
    PARTS, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner), max_leaves=5
)


def same(left, right):
    if isinstance(left, np.ndarray):
        return (
            type(right) is np.ndarray
            and left.dtype == right.dtype
            and left.shape == right.shape
            and left.tobytes() == right.tobytes()
        )
    if isinstance(left, (list, tuple)):
        return type(left) is type(right) and len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@settings(max_examples=200)
@given(VALUES)
def test_a_value_comes_back_as_it_went(value):
    assert same(value, decode(json.dumps(packed(value))))


def test_arrays_that_come_back_can_be_written_to():
    decode(json.dumps(packed(np.zeros(3))))[0] = 1.0


@pytest.mark.parametrize("value", [{}, {1}, object(), np.array(["a"]), np.array([None]), lambda: 1, b"x"])
def test_what_is_no_plain_data_is_not_sent(value):
    with pytest.raises(TypeError, match="cannot be handed to an answer"):
        packed([value])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "3",
        "[]",
        "{}",
        '{"plain": 3}',
        '{"plain": true, "type": "int"}',
        '{"plain": "x", "type": "float"}',
        '{"array": ["<f8", [2], "AAAA"]}',
        '{"array": ["<f8", [-1], ""]}',
        '{"array": ["|O", [0], ""]}',
        '{"array": ["f8,f8", [0], ""]}',
        '{"array": ["nonsense", [0], ""]}',
        '{"array": ["<f8", [true], "AAAAAAAAAAA="]}',
        '{"array": ["<f8", [0], "!"]}',
        '{"list": 3}',
        '{"opaque": 3}',
        '{"list": ' * 20 + "[]" + "}" * 20,
        '{"list": [' * 2000 + "]}" * 2000,
    ],
)
def test_what_is_not_of_the_graders_form_is_refused(text):
    with pytest.raises(BadReply):
        decode(text)


@pytest.mark.parametrize("shape", ["[-1]", "[-1, -1]", "[0, -1]", "[1.0]", str([1] * 17)])
def test_sizes_are_refused_before_numpy_sees_them(shape):
    with pytest.raises(BadReply, match=r"^shape "):
        decode(f'{{"array": ["<f8", {shape}, "{"A" * 10}A="]}}')


def test_a_reply_that_is_too_long_is_not_read(monkeypatch):
    monkeypatch.setattr("classroom.runner.values.MOST_BYTES", 10)
    with pytest.raises(BadReply, match="21 characters are too many"):
        decode('"' + "x" * 19 + '"')


def test_an_opaque_value_is_equal_to_itself_alone():
    result = decode('{"opaque": "Equal\\u0000\\n"}')
    assert isinstance(result, Opaque)
    assert result.type_name == "Equal"
    assert result != Opaque("Equal")
    assert repr(result) == "<an object of type Equal>"
    assert described(result) == "an object of type Equal"

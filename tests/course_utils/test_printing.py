"""What is measured is marked, and what marks it is what nbval leaves out."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbval.plugin import get_sanitize_patterns

import course_utils as cu
from tests.support import ROOT

[(PATTERN, REPLACEMENT)] = get_sanitize_patterns((ROOT / "authoring/nbval_sanitize.cfg").read_text("utf-8"))
SPECS = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "7", "12"]),
    st.sampled_from(["", ","]),
    st.sampled_from(["", ".0f", ".3f", "f", ".0e", ".4e", ".3g", ".1%", ".0%"]),
)


def sanitized(text: str) -> str:
    return re.sub(PATTERN, REPLACEMENT, text)


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0.000432, ".5f", "≈ 0.00043"),
        (np.float32(0.565), ".1%", "≈ 56.5 %"),
        (984, "", "≈ 984"),
        (np.int64(1_038_576), ",", "≈ 1,038,576"),
        (3, ".1f", "≈ 3.0"),
        (0.5, "9.1f", "    ≈ 0.5"),
        (-0.0001, ".2f", "≈ 0.00"),
        (-84.97, ".1f", "≈ -85.0"),
        (1.5e-9, ".1e", "≈ 1.5e-09"),
        (np.inf, ".1f", "≈ inf"),
        ([0.25, 0.5], ".2f", "≈ 0.25, ≈ 0.50"),
        (np.array([3, 18]), "", "≈ 3, ≈ 18"),
    ],
)
def test_the_text(value: object, spec: str, text: str) -> None:
    assert cu.measured(value, spec) == text


@given(st.lists(st.one_of(st.floats(), st.integers(-(10**9), 10**9)), min_size=1, max_size=3), SPECS)
def test_nbval_leaves_out_the_number_and_nothing_else(numbers: list[float], spec: str) -> None:
    text = f"error {cu.measured(numbers, spec)}, 3 of 5 (7.5 %)"
    assert sanitized(text) == f"error{','.join([REPLACEMENT] * len(numbers))}, 3 of 5 (7.5 %)"


@pytest.mark.parametrize("text", ["0.00043 nats", "56.5 %", "≈ about half", "≈0.5", "x ≈ y", "~ 3"])
def test_nbval_compares_what_is_not_marked(text: str) -> None:
    assert sanitized(text) == text


@pytest.mark.parametrize("value", ["0.5", None, True, np.zeros((2, 2)), 1j, ["a"], [[1], [1, 2]]])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match=r"^value must be real numbers of shape \(\) or \(N,\); got "):
        cu.measured(value)


@pytest.mark.parametrize("spec", ["d", "x", "<7.1f", "+.1f", ".1f ", 3])
def test_another_format_is_refused(spec: str) -> None:
    with pytest.raises(ValueError, match=r"^spec must be as \.2f, 8\.1%, \.0e or ,; got "):
        cu.measured(0.5, spec)

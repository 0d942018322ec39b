"""For every test: no figure is left open by an example in a docstring, and what is no test is left alone.

Matplotlib warns at the twenty-first, and warnings are errors here: which test would meet it depends on how
the tests are spread over processes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

collect_ignore = [
    "notebooks/cluster",  # scripts that train
    "notebooks/problem_sets",  # to be filled in: nothing has run, and each task says "not done yet"
    # Their examples load TensorFlow, which `course.py check` must not wait for: tests/test_fast.py runs them.
    "course_utils/fast.py",
    "course_utils/_block_lstm.py",
]


@pytest.fixture(autouse=True)
def close_figures_of_examples(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and isinstance(request.node, pytest.DoctestItem):
        pyplot.close("all")

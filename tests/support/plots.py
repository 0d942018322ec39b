"""Examples of plots: each test module in tests/course_utils/plotting has those of its module's functions.

EXAMPLES is a dict of them; their names begin with the function's. DEFAULTS is a dict from a function's name
to those of its arguments. test_every_plot.py and test_contract.py collect them.
"""

from __future__ import annotations

import matplotlib as mpl

mpl.use("agg")

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import signature
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import plotting
from tests.support import ROOT

FOLDER = ROOT / "tests" / "course_utils" / "plotting"
TITLE = "After three epochs the network beats every answer that has no memory"


@dataclass(frozen=True, eq=False)
class Example:
    """A call of a plot function, and what must be seen then.

    `labels` are the words and units at axes and colour bars, from the first to the last. `drawn` is what
    `plotting.drawn` must find, or a function of the arguments that says so; None stands for what the plot's
    own tests look at. Diagrams and named rows are `wide`: they need the width of a notebook.
    """

    plot: Callable[..., Any]
    arguments: Mapping[str, Any]
    labels: list[str]
    drawn: Mapping[str, Any] | Callable[..., Mapping[str, Any]]
    wide: bool = False

    @property
    def takes_ax(self) -> bool:
        """Whether it draws on axes that it is given; else on several, always of a new figure."""
        return "ax" in signature(self.plot).parameters

    def draw(self, **changed):
        return self.plot(**self.arguments | changed)

    def expected(self):
        return self.drawn(**self.arguments) if callable(self.drawn) else self.drawn


@cache
def collected(name):
    """What all test modules of plots have under a name: EXAMPLES or DEFAULTS."""
    result = {}
    for path in sorted(FOLDER.glob("test_*.py")):
        if path.stem == "test_every_plot":  # it is what collects
            continue
        given = getattr(import_module(f"tests.course_utils.plotting.{path.stem}"), name, {})
        assert not result.keys() & given.keys(), f"{path.name} has {name} that another module has, too"
        result |= given
    return result


def plot_style():
    """For `pytest.fixture(autouse=True)`: the course's style, and no figure left open."""
    plt.close("all")  # those of docstrings' examples
    with mpl.rc_context():
        plotting.use_style()
        yield
    plt.close("all")


def assert_refused(example, changed, error, message):
    """Draw an example with arguments that are good but for some, and see the error name them."""
    with pytest.raises(error) as caught:
        example.draw(**changed)
    assert message in str(caught.value)
    assert not plt.get_fignums()


def points(x, y):
    return np.column_stack([x, y])


def across(baselines):
    """Lines of baselines from the left to the right of the axes."""
    return {name: points([0, 1], [level] * 2) for name, level in baselines.items()}

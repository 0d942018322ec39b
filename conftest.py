"""For every test: it leaves nothing behind for the next one, and what is no test is left alone.

The tests are spread over two processes: each file stays whole, one process takes the notebooks in turn, and
what takes longest comes first, so that no process is left alone with it at the end. Figures that examples in
docstrings leave open are closed: Matplotlib warns at the twenty-first, and warnings are errors here. A test
that leaves the environment changed fails.

What a person has set for Python, Jupyter and IPython reaches no kernel and no test, also where pytest was
started without course.py.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from authoring.cell_timeout import BadLimit, cell_seconds
from authoring.records import run_times
from authoring.setup import ROOT, environment
from authoring.sources import CourseError

# How long an example takes is the machine's affair: a busy one is no error.
settings.register_profile("course", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("course")

collect_ignore = [
    "notebooks/cluster",  # scripts that train
    "notebooks/problem_sets",  # to be filled in: nothing has run, and each task says "not done yet"
    # Their examples load TensorFlow, which `course.py check` must not wait for:
    # tests/course_utils/performance/test_fast.py runs them.
    "course_utils/performance/fast.py",
    "course_utils/performance/block_lstm.py",
]

SLOW = ("training", "browser", "slow")  # markers
IMPORTS_THAT_SET_VARIABLES = {"course_utils", "sklearn", "tensorflow"}

for name in os.environ.keys() - environment().keys():
    del os.environ[name]
os.environ.update(environment())


def pytest_configure(config: pytest.Config) -> None:
    # What the command line says is a float; nbval's own default, 2000, is none.
    if isinstance(config.getoption("nbval_cell_timeout", 0.0), int):
        try:
            config.option.nbval_cell_timeout = cell_seconds()
        except BadLimit as error:
            raise pytest.UsageError(str(error)) from None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    seconds: dict[str, float] = {}
    with suppress(CourseError):  # the sync check reports it
        seconds = run_times.read(ROOT)

    def expected_seconds(path: Path) -> tuple[bool, float]:
        if path.suffix == ".ipynb":
            return True, seconds.get(path.stem, 60)
        slow = sum(any(item.get_closest_marker(name) for name in SLOW) for item in files[path])
        return False, 2 * slow + 0.05 * len(files[path])

    items[:] = [item for path in sorted(files, key=expected_seconds, reverse=True) for item in files[path]]


@pytest.hookimpl(optionalhook=True)  # pytest-xdist asks for it
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class WholeFiles(LoadScopeScheduling):
        """Each file on one process, and the notebooks one after the other: two would fight for the cores."""

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::")[0]
            return "notebooks" if file.endswith(".ipynb") else file

    return WholeFiles(config, log)


@pytest.fixture(autouse=True)
def close_figures_of_examples(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and isinstance(request.node, pytest.DoctestItem):
        pyplot.close("all")


@pytest.fixture(autouse=True)
def environment_as_before() -> Iterator[None]:
    before, missing = _environment(), IMPORTS_THAT_SET_VARIABLES - sys.modules.keys()
    yield
    if missing & sys.modules.keys():
        return
    after = _environment()
    if changed := sorted(name for name in before | after if before.get(name) != after.get(name)):
        os.environ.update(before)
        for name in after.keys() - before.keys():
            del os.environ[name]
        pytest.fail(f"left changed in os.environ: {', '.join(changed)}; let monkeypatch take it back")


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}

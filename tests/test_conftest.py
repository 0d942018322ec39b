"""conftest.py: what a test or an example leaves behind for the next one, in one process."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, settings

from course import PYTEST
from tests.support import ROOT

pytestmark = pytest.mark.slow


def run_pytest(folder: Path, *options: str, **variables: str) -> str:
    shutil.copy(ROOT / "conftest.py", folder)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *options]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=variables)
    return done.stdout + done.stderr


def test_an_example_of_a_property_may_take_as_long_as_a_busy_machine_needs() -> None:
    assert settings().deadline is None
    assert HealthCheck.too_slow in settings().suppress_health_check


def test_examples_leave_no_figure_open(tmp_path: Path) -> None:
    example = "    >>> import matplotlib.pyplot as plt\n    >>> figure = plt.figure()\n"
    examples = [f'def example_{n}():\n    """\n{example}    """\n' for n in range(25)]
    (tmp_path / "examples.py").write_text("\n".join(examples), encoding="utf-8")
    output = run_pytest(tmp_path, "--doctest-modules", "examples.py")
    assert "25 passed" in output, output[-2000:]


def test_a_test_that_leaves_the_environment_changed_fails_and_the_next_one_has_it_as_before(tmp_path):
    (tmp_path / "test_environment.py").write_text(
        """
import os

def test_that_leaves_changes():
    os.environ["ADDED"] = "1"
    os.environ["PATH"] += ":/more"
    del os.environ["HOME"]

def test_next(monkeypatch):
    assert "ADDED" not in os.environ
    assert not os.environ["PATH"].endswith("/more")
    assert os.environ["HOME"]
    monkeypatch.setenv("ADDED", "taken back by monkeypatch")
""",
        encoding="utf-8",
    )
    output = run_pytest(tmp_path, "test_environment.py")
    assert "2 passed, 1 error" in output, output[-2000:]
    assert "left changed in os.environ: ADDED, HOME, PATH; let monkeypatch take it back" in output


def write_notebook(folder: Path, source: str, printed: str = "") -> str:
    cell = nbformat.v4.new_code_cell(source, execution_count=1)
    if printed:
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "a.ipynb")
    return "a.ipynb"


def test_personal_settings_reach_no_kernel_of_nbval_without_course_py(tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    kernel, startup = settings / "kernels" / "python3", settings / "profile_default" / "startup"
    kernel.mkdir(parents=True)
    startup.mkdir(parents=True)
    theirs = {"argv": ["no-such-program"], "display_name": "Mine", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(theirs), encoding="utf-8")
    (startup / "mine.py").write_text("profile = 1", encoding="utf-8")
    (settings / "start.py").write_text("started = 1", encoding="utf-8")
    source = (
        "import os\n"
        "print([name for name in ('profile', 'started') if name in globals()],"
        " sorted(name for name in os.environ if name in ('COURSE_SEED', 'PYTHONHASHSEED', 'JUPYTER_PATH')))"
    )
    notebook = write_notebook(tmp_path, source, "[] []\n")
    output = run_pytest(
        tmp_path,
        *("--nbval", "--nbval-current-env", notebook),
        JUPYTER_PATH=str(settings),
        IPYTHONDIR=str(settings),
        PYTHONSTARTUP=str(settings / "start.py"),
        PYTHONHASHSEED="1",
        COURSE_SEED="7",
    )
    assert "1 passed" in output, output[-2000:]


@pytest.mark.parametrize(
    ("option", "variable", "message"),
    [
        ([], "2", "Timeout of 2 seconds"),
        (["--nbval-cell-timeout=2"], "100", "Timeout of 2 seconds"),
        (
            [],
            "soon",
            "COURSE_CELL_SECONDS must be a whole number of seconds, at least 1; got 'soon': unset it",
        ),
    ],
    ids=["variable", "option", "bad"],
)
def test_one_variable_is_the_time_limit_of_a_cell(
    tmp_path: Path, option: list[str], variable: str, message: str
) -> None:
    notebook = write_notebook(tmp_path, "import time\ntime.sleep(30)")
    options = ["--nbval", "--nbval-current-env", notebook, *option]
    output = run_pytest(tmp_path, *options, COURSE_CELL_SECONDS=variable)
    assert message in output, output[-2000:]
    assert ("Traceback" in output) == (variable != "soon")


def test_files_stay_whole_the_longest_come_first_and_no_two_notebooks_run_at_once(tmp_path: Path) -> None:
    test = """
import os, pathlib, time
import pytest
pytestmark = [pytest.mark.{mark}]
@pytest.mark.parametrize("number", range(6))
def test_it(number):
    with pathlib.Path("log.txt").open("a") as file:
        file.write(f"{name} {{os.getpid()}}\\n")
    time.sleep(0.1)
"""
    for name, mark in (("a", "quick"), ("b", "quick"), ("c", "training"), ("d", "quick")):
        (tmp_path / f"test_{name}.py").write_text(test.format(name=name, mark=mark), encoding="utf-8")
    for name in ("e", "f"):
        sources = ["import pathlib, time", "pathlib.Path('busy').touch(exist_ok=False)", "time.sleep(1)"]
        sources.append("pathlib.Path('busy').unlink()")
        cells = [nbformat.v4.new_code_cell(text, execution_count=n) for n, text in enumerate(sources, 1)]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  quick: is quick\n  training: trains\n")
    distribution = [option for option in PYTEST if option not in ("-m", "pytest")]
    output = run_pytest(tmp_path, *distribution, "--nbval", "--nbval-current-env", ".")
    assert "32 passed" in output, output[-2000:]
    lines = [line.split() for line in (tmp_path / "log.txt").read_text(encoding="utf-8").splitlines()]
    workers = {name: {worker for other, worker in lines if other == name} for name in "abcd"}
    assert {name: len(ran_on) for name, ran_on in workers.items()} == dict.fromkeys("abcd", 1)
    assert lines[0][0] == "c"

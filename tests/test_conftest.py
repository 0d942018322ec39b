"""conftest.py: what a test or an example leaves behind for the next one, in one process."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_pytest(folder: Path, *options: str) -> str:
    shutil.copy(ROOT / "conftest.py", folder)
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_examples_leave_no_figure_open(tmp_path: Path) -> None:
    example = "    >>> import matplotlib.pyplot as plt\n    >>> figure = plt.figure()\n"
    examples = [f'def example_{n}():\n    """\n{example}    """\n' for n in range(25)]
    (tmp_path / "examples.py").write_text("\n".join(examples), encoding="utf-8")
    said = run_pytest(tmp_path, "--doctest-modules", "examples.py")
    assert "25 passed" in said, said[-2000:]


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
    said = run_pytest(tmp_path, "test_environment.py")
    assert "2 passed, 1 error" in said, said[-2000:]
    assert "left changed in os.environ: ADDED, HOME, PATH; let monkeypatch take it back" in said

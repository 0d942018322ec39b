"""conftest.py: many examples with figures, one after the other, in one process."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_examples_leave_no_figure_open(tmp_path: Path) -> None:
    shutil.copy(ROOT / "conftest.py", tmp_path)
    example = "    >>> import matplotlib.pyplot as plt\n    >>> figure = plt.figure()\n"
    examples = [f'def example_{n}():\n    """\n{example}    """\n' for n in range(25)]
    (tmp_path / "examples.py").write_text("\n".join(examples), encoding="utf-8")
    options = ["-q", "--doctest-modules", "-W", "error", "-p", "no:cacheprovider", "examples.py"]
    command = [sys.executable, "-m", "pytest", *options]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "25 passed" in done.stdout, done.stdout[-2000:]

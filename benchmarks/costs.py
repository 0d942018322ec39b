"""What the course itself costs: the import, the set-up. What lessons take, `course.py times` records."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def imports(repeats: int) -> dict[str, float]:
    """Median seconds of a new interpreter that imports the package, and that starts a lesson."""
    programs = {
        "`import course_utils`": "import course_utils",
        "a lesson's start, TensorFlow and all": "import course_utils; course_utils.runtime.start(seed=1)",
    }
    seconds = {}
    for label, program in programs.items():
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
            times.append(time.perf_counter() - start)
        seconds[label] = statistics.median(times)
    return seconds


def cold_set_up() -> float:
    """Seconds of the set-up in a fresh clone, with no package kept from before; it needs the registry."""
    folder = Path(tempfile.mkdtemp(prefix="course-bench-"))
    try:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / "course")], check=True)
        start = time.perf_counter()
        empty = {"UV_CACHE_DIR": str(folder / "uv"), "PIP_CACHE_DIR": str(folder / "pip")}
        subprocess.run(
            [sys.executable, "course.py", "setup"],
            cwd=folder / "course",
            check=True,
            stdout=subprocess.DEVNULL,
            env=os.environ | empty,
        )
        return time.perf_counter() - start
    finally:
        shutil.rmtree(folder, ignore_errors=True)

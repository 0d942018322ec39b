"""Which machine this is, and how much of it other programs use meanwhile."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_STATISTICS, _PROCESSORS = Path("/proc/stat"), Path("/proc/cpuinfo")
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def name() -> str:
    """The processor, the cores that this process may use, the system and Python, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [processor(), f"{cores} cores", f"{platform.system()} {platform.machine()}"]
    return ", ".join([*parts, f"Python {platform.python_version()}"])


def processor() -> str:
    """What the processor calls itself, and which of the wide instructions for floats it has."""
    text = _PROCESSORS.read_text(encoding="utf-8", errors="replace") if _PROCESSORS.exists() else ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    flags = set(" ".join(re.findall(r"^flags\s*:\s*(.+)$", text, re.MULTILINE)).split())
    wide = [word for word in ("avx2", "fma", "avx512f") if word in flags]
    name = model[1].strip() if model else platform.processor() or platform.machine()
    return f"{name} ({', '.join(wide)})" if wide else name


def busy() -> tuple[float, float] | None:
    """CPU seconds that all programs have used, and all there were, since the start; None where unknown."""
    if not _STATISTICS.exists():
        return None
    numbers = [int(word) for word in _STATISTICS.read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]]
    idle = numbers[3] + numbers[4]
    return (sum(numbers) - idle) / _TICKS, sum(numbers) / _TICKS

"""Start a worker's script so that it ends when the runner does.

    python -m course_utils.distributed.worker_process FILE ARGUMENTS

The runner keeps the other end of this process's standard input open. If the runner ends, in any way, that
pipe closes, and this process stops itself, because nothing else would stop it.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
from pathlib import Path


def _end_with_the_runner() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_runner, daemon=True).start()
    script, sys.argv = sys.argv[1], sys.argv[1:]
    sys.path[0] = str(Path(script).resolve().parent)  # as Python sets it for a script
    runpy.run_path(script, run_name="__main__")

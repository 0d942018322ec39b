"""How a contender and the benchmark talk: a line of JSON each way, on standard input and output.

Each contender waits while the others run, so that they can take turns in one run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.work import Work

Epoch = Callable[[NDArray[np.int32]], float | dict[str, float]]
"""Trains on all rows once, in the order given; returns the mean loss of its batches.

What measures itself returns its whole answer.
"""


def serve(prepare: Callable[[Work], tuple[Epoch, int, str]]) -> None:
    """Answer requests until there are no more.

    `prepare` takes the work and returns what runs an epoch, how many parameters are trained, and what
    computes it, as a name with its version.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not be mistaken for an answer

    def answer(**values: Any) -> None:
        print(json.dumps(values), file=answers, flush=True)

    work, epoch = None, None
    for line in sys.stdin:
        request = json.loads(line)
        if "work" in request:
            work = Work(**request["work"])
            epoch, parameters, version = prepare(work)
            answer(parameters=parameters, version=version, digest=work.digest())
        elif work is not None and epoch is not None:
            order = work.order(request["epoch"])
            used, start = time.process_time(), time.perf_counter()
            result = epoch(order)
            seconds, cpu = time.perf_counter() - start, time.process_time() - used
            own = result if isinstance(result, dict) else {"loss": float(result)}
            answer(**{"seconds": seconds, "cpu": cpu} | own)

"""The source's program until it reaches the published error: its graph, its batch, its optimizer.

It takes several minutes, so it can be stopped, and goes on from where it last measured.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks import strings
from benchmarks.contenders.source_graph import Graph
from benchmarks.work import CLASSES, Work

BATCH_SIZE, EVERY = 1000, 50


def main(seed: int, epochs: int, folder: Path) -> None:
    """Train for so many epochs at most; the clock stands still while the error is measured."""
    x, y = strings.all_strings()
    train, test = strings.split(seed)
    graph = Graph(Work("source", strings.TRAINED_ON, strings.BITS, 1, 24, BATCH_SIZE), seed=seed)
    x_train, target = x[train], np.eye(CLASSES, dtype=np.float32)[y[train]]
    some = test[:100_000]  # enough to tell 0.1 %; at the end all are read
    saver, record = tf.compat.v1.train.Saver(), folder / f"source_{seed}.json"
    measured = [[0, 0.0, 1.0]]
    if record.exists():
        measured = json.loads(record.read_text(encoding="utf-8"))
        saver.restore(graph.session, str(record.with_suffix("")))
    epoch, seconds, error = int(measured[-1][0]), *measured[-1][1:]
    while epoch < epochs and error > strings.PUBLISHED_ERROR:
        start = time.perf_counter()
        for _ in range(min(EVERY, epochs - epoch)):
            # The printed program reads its first batch again and again; meant is that it reads all.
            order = np.random.default_rng([seed, epoch]).permutation(len(x_train))
            graph.train(x_train[order], target[order], BATCH_SIZE)
            epoch += 1
        seconds += time.perf_counter() - start
        error = graph.error(x[some], y[some])
        measured.append([epoch, round(seconds, 2), error])
        print(*measured[-1], file=sys.stderr, flush=True)
        saver.save(graph.session, str(record.with_suffix("")), write_meta_graph=False)
        record.write_text(json.dumps(measured), encoding="utf-8")
    result = {"seconds": seconds, "epochs": epoch, "error": graph.error(x[test], y[test])}
    print(json.dumps(result | {"version": f"TensorFlow {tf.__version__}, tf.compat.v1"}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))

"""This course's fastest way, until the source's framing has the published error, or until no mistake is left.

The clock runs from the start of the training, the building of the graph included; it stands still while the
error is measured, after every few epochs, as in the source's program beside this one.
"""

from __future__ import annotations

import json
import sys
import time

import course_utils as cu  # isort: skip  # before TensorFlow
import keras
import numpy as np
import tensorflow as tf

from benchmarks import strings
from benchmarks.work import CLASSES

UNITS, BATCH_SIZE, EVERY = 24, 100, 5


def main(goal: str, seed: int, epochs: int) -> None:
    """Train towards "published error" or "no mistake", for so many epochs at most; print what came of it."""
    cu.runtime.start(seed=seed)
    cu.fast.threads(within=1, between=2)
    x, y = strings.all_strings()
    train, test = strings.split(seed)
    layer = cu.fast.BlockLSTM(UNITS, return_state=True)
    inputs = keras.Input((strings.BITS, 1))
    _, h, c = layer(inputs)
    classes = goal == "published error"
    head = keras.layers.Dense(CLASSES if classes else 1)
    model = keras.Model(inputs, head(h if classes else c))

    def wrong() -> int:
        states = cu.recurrent.states_of_all_strings(layer, strings.BITS)
        scores = (states.h if classes else states.c) @ np.asarray(head.kernel) + np.asarray(head.bias)
        answer = scores.argmax(axis=1) if classes else np.rint(scores[:, 0])
        return int(np.sum(answer[test] != y[test]))

    allowed = int(strings.PUBLISHED_ERROR * len(test)) if classes else 0
    start = time.perf_counter()
    rates = keras.optimizers.schedules.CosineDecay(0.01, epochs * strings.TRAINED_ON // BATCH_SIZE)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True) if classes else "mse"
    model.compile(keras.optimizers.Adam(rates), loss)
    target = y[train] if classes else y[train, None].astype("float32")
    epoch, rng = cu.fast.epoch_in_graph(model, batch_size=BATCH_SIZE), np.random.default_rng(seed)
    seconds, mistakes, done = 0.0, len(test), 0
    while done < epochs and mistakes > allowed:
        for _ in range(min(EVERY, epochs - done)):
            losses = epoch(x[train], target, rng.permutation(strings.TRAINED_ON))
            done += 1
        losses.numpy()
        seconds += time.perf_counter() - start
        mistakes = wrong()
        start = time.perf_counter()
    result = {"seconds": seconds, "epochs": done, "error": mistakes / len(test)}
    print(json.dumps(result | {"version": f"Keras {keras.version()}, TensorFlow {tf.__version__}"}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

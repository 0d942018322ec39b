"""`keras.fit` as it comes: no setting that makes it faster or slower."""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from numpy.typing import NDArray

from benchmarks.contenders.talk import Epoch, serve
from benchmarks.work import BETA_1, BETA_2, CLASSES, EPSILON, LEARNING_RATE, Work


def build(work: Work, layer: keras.layers.Layer) -> keras.Model:
    """The network of the work, with this recurrent layer and the common start weights."""
    inputs = keras.Input((work.steps, work.features))
    model = keras.Sequential([inputs, layer, keras.layers.Dense(CLASSES)])
    adam = keras.optimizers.Adam(LEARNING_RATE, beta_1=BETA_1, beta_2=BETA_2, epsilon=EPSILON)
    model.compile(adam, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.set_weights(work.weights())
    return model


def prepare(work: Work) -> tuple[Epoch, int, str]:
    model = build(work, keras.layers.LSTM(work.units))
    x, y = work.data()

    def epoch(order: NDArray[np.int32]) -> float:
        # The order is given, so that all read the same rows together; Keras' own shuffling costs more.
        fitted = model.fit(x[order], y[order], batch_size=work.batch_size, shuffle=False, verbose=0)
        return float(fitted.history["loss"][0])

    return epoch, model.count_params(), f"Keras {keras.version()}"


if __name__ == "__main__":
    serve(prepare)

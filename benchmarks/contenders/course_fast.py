"""This course's fastest way: `course_utils.performance.fast`."""

from __future__ import annotations

import course_utils as cu  # isort: skip  # before TensorFlow
import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.contenders.keras_fit import build
from benchmarks.contenders.talk import Epoch, serve
from benchmarks.work import Work


def prepare(work: Work) -> tuple[Epoch, int, str]:
    cu.fast.threads(within=1, between=2)
    model = build(work, cu.fast.BlockLSTM(work.units))
    x, y = map(tf.constant, work.data())
    run = cu.fast.epoch_in_graph(model, batch_size=work.batch_size, parts=2)

    def epoch(order: NDArray[np.int32]) -> float:
        return float(tf.reduce_mean(run(x, y, order)))

    return epoch, model.count_params(), f"Keras {keras.version()}, TensorFlow {tf.__version__}"


if __name__ == "__main__":
    serve(prepare)

"""The source tutorial's graph (Monik P., 2016), built with what TensorFlow 2 keeps of TensorFlow 1.

A softmax, its logarithm, and the sum over the batch as loss, as there. Its logarithm of 0 is avoided by
clipping, as the tutorial was in the end. The loss that is reported is the mean, for comparison.
"""

from __future__ import annotations

import os
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")  # tf-keras holds the old cells

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.contenders.talk import Epoch, serve
from benchmarks.work import BETA_1, BETA_2, CLASSES, EPSILON, LEARNING_RATE, Work, gates_in_order

v1 = tf.compat.v1


class Graph:
    """The graph and a session that runs it."""

    def __init__(self, work: Work, seed: int = 0) -> None:
        v1.disable_eager_execution()
        v1.set_random_seed(seed)
        v1.logging.set_verbosity(v1.logging.ERROR)
        self.x = v1.placeholder(tf.float32, [None, work.steps, work.features])
        self.target = v1.placeholder(tf.float32, [None, CLASSES])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cell = v1.nn.rnn_cell.LSTMCell(work.units, state_is_tuple=True)
            outputs, _ = v1.nn.dynamic_rnn(cell, self.x, dtype=tf.float32)
        last = tf.gather(tf.transpose(outputs, [1, 0, 2]), work.steps - 1)
        weight, bias = v1.get_variable("w", [work.units, CLASSES]), v1.get_variable("b", [CLASSES])
        self.prediction = tf.nn.softmax(tf.matmul(last, weight) + bias)
        log = tf.math.log(tf.clip_by_value(self.prediction, 1e-10, 1.0))
        self.loss = -tf.reduce_sum(self.target * log)
        adam = v1.train.AdamOptimizer(LEARNING_RATE, BETA_1, BETA_2, EPSILON)
        self.minimize = adam.minimize(self.loss)
        self.session = v1.Session()
        self.session.run(v1.global_variables_initializer())
        self.variables = [*cell.trainable_variables, weight, bias]

    def start_from(self, work: Work) -> None:
        """Take the common start weights; this cell adds 1 to the forget gate by itself."""
        kernel, recurrent, bias, *dense = work.weights()
        bias = bias - np.repeat(np.array([0, 1, 0, 0], np.float32), work.units)
        joined = gates_in_order(np.concatenate([kernel, recurrent]), "icfo")
        values = [joined, gates_in_order(bias, "icfo"), *dense]
        for variable, value in zip(self.variables, values, strict=True):
            variable.load(value, self.session)

    def train(self, x: NDArray[np.float32], y: NDArray[np.float32], batch_size: int) -> float:
        """One epoch over the rows as they stand; returns the mean loss of a row."""
        total = 0.0
        for i in range(0, len(x), batch_size):
            fed = {self.x: x[i : i + batch_size], self.target: y[i : i + batch_size]}
            total += float(self.session.run([self.minimize, self.loss], fed)[1])
        return total / len(x)

    def error(self, x: NDArray[np.float32], y: NDArray[np.int32]) -> float:
        """The share of rows whose most probable class is not theirs."""
        wrong = 0
        for i in range(0, len(x), 20_000):
            scores = self.session.run(self.prediction, {self.x: x[i : i + 20_000]})
            wrong += int(np.sum(scores.argmax(axis=1) != y[i : i + 20_000]))
        return wrong / len(x)


def prepare(work: Work) -> tuple[Epoch, int, str]:
    graph = Graph(work)
    graph.start_from(work)
    x, y = work.data()
    one_hot = np.eye(CLASSES, dtype=np.float32)[y]
    parameters = sum(int(np.prod(variable.shape.as_list())) for variable in graph.variables)

    def epoch(order: NDArray[np.int32]) -> float:
        return graph.train(x[order], one_hot[order], work.batch_size)

    return epoch, parameters, f"TensorFlow {tf.__version__}, tf.compat.v1"


if __name__ == "__main__":
    serve(prepare)

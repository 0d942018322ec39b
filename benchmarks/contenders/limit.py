"""What the machine needs for the arithmetic alone: the same products and curves, with nothing between them.

The three products of the LSTM, those of many steps joined as if no step waited for another, and as many tanh
as it has sigmoids and tanh; the batch in two halves, side by side. What is left out: additions, Adam, reading
and writing states.
"""

from __future__ import annotations

import time

import course_utils as cu  # isort: skip  # before TensorFlow
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from benchmarks.contenders.talk import Epoch, serve
from benchmarks.work import Work

NUMBERS = 2**19
"""Numbers in a product's larger array: enough that starting it costs little, and few enough for the cache."""


def prepare(work: Work) -> tuple[Epoch, int, str]:
    cu.fast.threads(within=1, between=2)
    joined, gates = work.features + work.units, 4 * work.units
    rng = np.random.default_rng(0)

    def array(*shape: int) -> tf.Tensor:
        return tf.constant(rng.normal(size=shape), tf.float32)

    half = work.rows * work.steps // 2
    rows = min(half, NUMBERS // gates)  # of many steps and batches, as if none had to wait for another
    inputs, changes = ([array(rows, columns) for _ in range(2)] for columns in (joined, gates))
    curved = [array(rows, 5 * work.units) for _ in range(2)]
    weights = array(joined, gates)

    @tf.function  # type: ignore[untyped-decorator]
    def products() -> list[tf.Tensor]:
        results = [tf.matmul(x, weights) for x in inputs]
        results += [tf.matmul(g, weights, transpose_b=True) for g in changes]
        results += [tf.matmul(x, g, transpose_a=True) for x, g in zip(inputs, changes, strict=True)]
        return [part[0, 0] for part in results]

    @tf.function  # type: ignore[untyped-decorator]
    def curves() -> list[tf.Tensor]:
        return [tf.tanh(part)[0, 0] for part in curved]

    def fastest(function) -> float:  # type: ignore[no-untyped-def]
        times = []
        for _ in range(8):
            start = time.perf_counter()
            function()
            times.append(time.perf_counter() - start)
        return min(times)

    times = half / rows

    def epoch(order: NDArray[np.int32]) -> dict[str, float]:
        del order
        seconds = {"products": fastest(products) * times, "curves": fastest(curves) * times}
        return seconds | {"seconds": sum(seconds.values())}

    return epoch, 0, f"TensorFlow {tf.__version__}"


if __name__ == "__main__":
    serve(prepare)

"""Counts a layer's arithmetic, and measures how fast this machine does arithmetic of that kind.

Both give a limit: a program cannot be faster than its matrix products and its transcendental functions alone.
Comparing a program with such a limit is the roofline model (Williams, Waterman and Patterson 2009).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from course_utils import _arguments as arguments

if TYPE_CHECKING:
    import tensorflow as tf

__all__ = ["Speed", "Work", "speed", "work"]

_PRODUCTS = {
    "MatMul": "transpose_a",
    "BatchMatMulV2": "adj_x",
}  # and the attribute that says whether the left one is transposed
_CURVES = {"Sigmoid", "Tanh", "Exp"}
_LOOPS = {"While", "StatelessWhile", "LoopCond"}


class Work(NamedTuple):
    """The arithmetic of a graph."""

    flops: int
    """Additions and multiplications of all matrix products."""
    curves: int
    """Numbers that go through a sigmoid, tanh or exp."""


class Speed(NamedTuple):
    """The measured peak rates of this machine, per second."""

    flops: float
    """Additions and multiplications, in matrix products of one shape."""
    curves: float
    """Numbers that go through tanh."""


def work(function: Callable[..., Any], *inputs: Any) -> Work:
    """Count the arithmetic of a function, from the graph that TensorFlow records of it.

    Parameters
    ----------
    function : takes tensors, or is a Keras layer or model; built already, or its first call builds it.
    inputs : what it is called with: arrays, tensors or `tf.TensorSpec`s, with all sizes known.

    Returns
    -------
    Work
        A product of (n, k) and (k, m) counts as 2 n k m FLOPs. Additions of a bias, and products entry by
        entry, are not counted.

    Raises
    ------
    ValueError
        The graph has a loop, whose rounds it does not tell; a call of another graph; or an unknown size.
    """
    if not callable(function):
        raise TypeError(f"function must be callable; got {arguments.described(function)}")
    import tensorflow as tf

    graph = tf.function(function, autograph=False).get_concrete_function(*inputs).graph
    flops = curves = 0
    for node in graph.get_operations():
        if node.type in _LOOPS:
            raise ValueError(
                f"function must have no loop, whose rounds cannot be counted; got the loop {node.name!r}: "
                "pass unroll=True to a recurrent layer"
            )
        if node.type.endswith("PartitionedCall"):
            raise ValueError(
                f"function must call no other graph; got {node.name!r}: take what its tf.function wraps"
            )
        if node.type in _PRODUCTS:
            left = node.inputs[0].shape
            inner = left[-2] if node.get_attr(_PRODUCTS[node.type]) else left[-1]
            flops += 2 * _known(node, inner) * _known(node, node.outputs[0].shape.num_elements())
        elif node.type in _CURVES:
            curves += _known(node, node.outputs[0].shape.num_elements())
    return Work(flops, curves)


def speed(*, rows: int, inner: int, columns: int, repeats: int = 40) -> Speed:
    """Measure how fast this machine does the matrix products of one layer, and tanh, and nothing else.

    The products are the three of training: (rows, inner) by (inner, columns) on the way forward, and two of
    the same size on the way back. Two of each are independent of each other, so that TensorFlow may run them
    side by side; `course_utils.performance.fast.threads` says whether it does.

    Parameters
    ----------
    rows : rows of a product, such as N T / 2 for all steps of half of the strings. With fewer than 10 000
        or so, to start the graph takes a good part of the time.
    inner : numbers in a row, such as F + H for an LSTM.
    columns : columns of the weights, such as 4 H.
    repeats : times it is measured, at least 1. The fastest counts, for this is a limit: whatever else the
        machine does can only make it slower.

    Returns
    -------
    Speed
        Per second.
    """
    rows = arguments.whole_number("rows", rows, at_least=1)
    inner = arguments.whole_number("inner", inner, at_least=1)
    columns = arguments.whole_number("columns", columns, at_least=1)
    repeats = arguments.whole_number("repeats", repeats, at_least=1)
    import tensorflow as tf

    weights = _numbers(inner, columns, seed=0)
    inputs = [_numbers(rows, inner, seed=n) for n in (1, 2)]
    changes = [_numbers(rows, columns, seed=n) for n in (3, 4)]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def products() -> list[tf.Tensor]:
        results = [tf.matmul(part, weights) for part in inputs]
        results += [tf.matmul(change, weights, transpose_b=True) for change in changes]
        results += [tf.matmul(p, change, transpose_a=True) for p, change in zip(inputs, changes, strict=True)]
        return [product[0, 0] for product in results]  # one entry of each, or TensorFlow would not compute it

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def curves() -> list[tf.Tensor]:
        return [tf.tanh(change)[0, 0] for change in changes]

    flops = 2 * 3 * 2 * rows * inner * columns
    return Speed(flops / _fastest(products, repeats), 2 * rows * columns / _fastest(curves, repeats))


def _fastest(function: Callable[[], Any], repeats: int) -> float:
    """Return the seconds of the fastest of `repeats` calls, after a first one that builds the graph."""
    function()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken)


def _known(node: Any, size: int | None) -> int:
    if size is None:
        raise ValueError(f"inputs must have known sizes only; got one unknown in {node.name!r}")
    return int(size)


def _numbers(*shape: int, seed: int) -> tf.Variable:
    """Return random numbers as a variable: the product of constants would be computed only once."""
    import tensorflow as tf

    return tf.Variable(tf.random.stateless_normal(shape, seed=(seed, 0)))

"""The arithmetic of a graph, against formulas, and what the machine does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.performance import roofline

pytestmark = pytest.mark.training


def products_by_hand(kind, rows, steps, features, units):
    """FLOPs of the products of a layer, from its weights: blocks of columns times what they read."""
    blocks = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}[kind]
    return 2 * rows * steps * (features + units) * blocks * units


@pytest.mark.parametrize(("kind", "curves"), [("SimpleRNN", 1), ("GRU", 3), ("LSTM", 5)])
def test_work_of_a_layer_is_that_of_the_formula(kind, curves):
    rows, steps, features, units = 3, 4, 2, 5
    import keras

    layer = getattr(keras.layers, kind)(units, unroll=True)
    result = roofline.work(layer, np.zeros((rows, steps, features), "float32"))
    assert result.flops == products_by_hand(kind, rows, steps, features, units)
    assert result.curves == rows * steps * curves * units
    assert result == (result.flops, result.curves)


@settings(max_examples=10)
@given(n=st.integers(1, 5), k=st.integers(1, 5), m=st.integers(1, 5), left=st.booleans(), right=st.booleans())
def test_work_of_a_product_whichever_way_it_is_turned(n, k, m, left, right):
    import tensorflow as tf

    a, b = tf.zeros((k, n) if left else (n, k)), tf.zeros((m, k) if right else (k, m))

    def product(a, b):
        return tf.matmul(a, b, transpose_a=left, transpose_b=right)

    assert roofline.work(product, a, b) == (2 * n * k * m, 0)
    many = [tf.stack([part] * 7) for part in (a, b)]
    assert roofline.work(product, *many) == (7 * 2 * n * k * m, 0)


def test_work_adds_up_what_is_done():
    import tensorflow as tf

    x, w = tf.zeros((3, 3)), tf.zeros((3, 3))
    once = roofline.work(lambda x, w: tf.sigmoid(x @ w), x, w)
    twice = roofline.work(lambda x, w: tf.exp(tf.tanh(x @ w) @ w), x, w)
    assert once == (54, 9)
    assert twice == (108, 18)
    assert roofline.work(lambda x: x + 1, x) == (0, 0)


def refused_work():
    """Function, input, and the error that names what is wrong."""
    import keras
    import tensorflow as tf

    yield 3, tf.zeros(2), TypeError, "function must be callable; got 3"
    yield keras.layers.LSTM(2), tf.zeros((1, 3, 1)), ValueError, "no loop.*unroll=True"
    graph = tf.function(lambda x: x @ x)
    yield graph, tf.zeros((2, 2)), ValueError, "call no other graph.*tf.function wraps"
    yield tf.tanh, tf.TensorSpec((None, 2)), ValueError, "inputs must have known sizes only"
    yield lambda x: x @ tf.transpose(x), tf.TensorSpec((2, None)), ValueError, "inputs must have known sizes"


def test_work_refuses_what_it_cannot_count():
    for function, example, error, message in refused_work():
        with pytest.raises(error, match=message):
            roofline.work(function, example)


def test_speed_is_work_by_time(monkeypatch):
    """The fastest of the runs counts, and the first, which builds the graph, does not."""
    clock = iter([0.0, 5.0, 5.0, 5.5, 6.0, 8.0, 0.0, 1.0, 1.0, 1.25, 2.0, 4.0])
    monkeypatch.setattr(roofline.time, "perf_counter", lambda: next(clock))
    result = roofline.speed(rows=6, inner=3, columns=4, repeats=3)
    assert result.flops == 2 * (3 * 2 * 6 * 3 * 4) / 0.5
    assert result.curves == 2 * 6 * 4 / 0.25


def test_speed_runs_all_products_each_time(monkeypatch):
    """None is left out as unused, or computed once for all calls because it is constant."""
    graphs = []
    monkeypatch.setattr(roofline, "_fastest", lambda function, _: graphs.append(function) or 1.0)
    roofline.speed(rows=6, inner=3, columns=4)
    products, curves = (graph.get_concrete_function().graph.get_operations() for graph in graphs)
    shapes = sorted(tuple(node.outputs[0].shape) for node in products if node.type == "MatMul")
    assert shapes == [(3, 4), (3, 4), (6, 3), (6, 3), (6, 4), (6, 4)]
    assert [tuple(n.outputs[0].shape) for n in curves if n.type == "Tanh"] == [(6, 4)] * 2
    assert not [n for n in [*products, *curves] if n.type == "Const" and n.outputs[0].shape.rank == 2]


def test_speed_of_this_machine_is_above_nothing():
    assert min(roofline.speed(rows=10, inner=3, columns=4, repeats=2)) > 0


@pytest.mark.parametrize("name", ["rows", "inner", "columns", "repeats"])
def test_speed_names_bad_arguments(name):
    with pytest.raises(ValueError, match=f"{name} must be a whole number, at least 1; got 0"):
        roofline.speed(**{"rows": 1, "inner": 1, "columns": 1} | {name: 0})

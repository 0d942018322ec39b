"""The start of every lesson: seeds, deterministic operations, plot style, versions."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from course_utils._arguments import described, whole_number

__all__ = ["SEED_VARIABLE", "GraphCosts", "graph_costs", "start", "versions"]

SEED_VARIABLE = "COURSE_SEED"
_LARGEST_SEED = 2**32 - 1


def start(*, seed: int) -> int:
    """Seed Python, NumPy, TensorFlow and Keras, make operations deterministic, set the plot style.

    Called once, in a lesson's first cell. Everything random in the lesson follows from the
    seed that is returned: hand it on as ``seed=`` or to ``np.random.default_rng``.

    Parameters
    ----------
    seed : the lesson's own seed, a whole number from 0 to 2**32 - 1. The environment
        variable COURSE_SEED, if set, takes its place; so a sweep over seeds can show that
        what a lesson teaches does not hang on one of them.

    Returns
    -------
    int
        The seed in force.

    Raises
    ------
    TypeError, ValueError
        `seed` or COURSE_SEED is not such a number.
    """
    seed = whole_number("seed", seed, at_least=0, at_most=_LARGEST_SEED)
    text = os.environ.get(SEED_VARIABLE, "")
    if text:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(
                f"{SEED_VARIABLE} must be a whole number of at least 0, got {text!r}; unset it or set 1"
            )
        seed = whole_number(SEED_VARIABLE, int(text), at_least=0, at_most=_LARGEST_SEED)

    # Imported here: the package must load in a moment, and TensorFlow takes seconds.
    import keras
    import tensorflow as tf

    from course_utils import plotting

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    plotting.use_style()
    return seed


class GraphCosts(NamedTuple):
    """What a graph costs; unpacks as `build, run, operations = ...`."""

    build: float
    """Seconds to build it, once."""
    run: float
    """Seconds to run it, the median of several runs after a first one that does not count."""
    operations: int
    """Operations of the graph; those of a loop's body count once, however often it runs."""


def graph_costs(function: Callable[..., Any], *inputs: Any, repeats: int = 5) -> GraphCosts:
    """Measure how long TensorFlow takes to build the graph of a function, and to run it.

    Parameters
    ----------
    function : takes tensors, made of TensorFlow operations. Its Python code runs once, when it is built.
    inputs : the tensors for it; their shapes are part of the graph.
    repeats : runs that are timed, at least 1.

    Raises
    ------
    TypeError, ValueError
        `function` cannot be called, or `repeats` is not such a number.
    """
    if not callable(function):
        raise TypeError(f"function must be callable; got {described(function)}")
    repeats = whole_number("repeats", repeats, at_least=1)
    import tensorflow as tf

    start = time.perf_counter()
    graph = tf.function(function, autograph=False).get_concrete_function(*inputs)
    build = time.perf_counter() - start
    runs = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        graph(*inputs)
        runs.append(time.perf_counter() - start)
    # The inside of a loop is a function of its own, in the graph's library.
    definition = graph.graph.as_graph_def()
    operations = len(definition.node) + sum(len(inner.node_def) for inner in definition.library.function)
    return GraphCosts(build, statistics.median(runs[1:]), operations)


def versions() -> dict[str, str]:
    """Versions of Python and of the packages at the heart of the course.

    Returns
    -------
    dict
        Name to version, Python first; read from what is installed, nothing is imported.

    Examples
    --------
    >>> list(versions())
    ['python', 'tensorflow', 'keras', 'numpy', 'matplotlib', 'jupyterlab', 'nbval']
    """
    found = {"python": platform.python_version()}
    for package in ("tensorflow", "keras", "numpy", "matplotlib", "jupyterlab", "nbval"):
        names = ("tensorflow", "tensorflow-cpu") if package == "tensorflow" else (package,)
        found[package] = next((v for v in map(_version, names) if v), "not installed")
    return found


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""

"""The start of every lesson: seeds, deterministic operations, plot style, versions."""

from __future__ import annotations

import cProfile
import importlib.metadata
import os
import platform
import pstats
import re
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from course_utils import _settings
from course_utils._arguments import described, whole_number

__all__ = ["SEED_VARIABLE", "GraphCosts", "Part", "graph_costs", "profile", "seconds", "start", "versions"]

SEED_VARIABLE = "COURSE_SEED"
_LARGEST_SEED = 2**32 - 1
# How cProfile names a function of C: <built-in method builtins.len>, <method 'append' of 'list' objects>.
_BUILT_IN = re.compile(r"<(?:built-in )?(?:method )?'?(?:\w+\.)*(\w+)\b.*>")


def start(*, seed: int) -> int:
    """Seed Python, NumPy, TensorFlow and Keras, make operations deterministic, set the plot style.

    A person's own settings of Keras, TensorFlow, Matplotlib and IPython change nothing from here on.
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
    RuntimeError
        A setting is in force that changes results, and that cannot be changed any more; says what to unset.
    """
    seed = whole_number("seed", seed, at_least=0, at_most=_LARGEST_SEED)
    text = os.environ.get(SEED_VARIABLE, "")
    if text:
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(_LARGEST_SEED))):
            raise ValueError(
                f"{SEED_VARIABLE} must be a whole number, at least 0, at most {_LARGEST_SEED}; "
                f"got {described(text)}: unset it or set 1"
            )
        seed = whole_number(SEED_VARIABLE, int(text), at_least=0, at_most=_LARGEST_SEED)

    _settings.require_usual()
    # Imported here, because TensorFlow takes seconds to load.
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
    """
    if not callable(function):
        raise TypeError(f"function must be callable; got {described(function)}")
    repeats = whole_number("repeats", repeats, at_least=1)
    import tensorflow as tf

    start = time.perf_counter()
    graph = tf.function(function, autograph=False).get_concrete_function(*inputs)
    build = time.perf_counter() - start
    run = seconds(lambda: graph(*inputs), repeats=repeats)
    # The body of a loop is a separate function in the graph's library.
    definition = graph.graph.as_graph_def()
    operations = len(definition.node) + sum(len(inner.node_def) for inner in definition.library.function)
    return GraphCosts(build, run, operations)


def seconds(function: Callable[[], Any], *, repeats: int = 5) -> float:
    """Return how long a call takes: the median of several, after a first one that does not count.

    Parameters
    ----------
    function : takes nothing, and returns when its work is done.
    repeats : calls that are timed, at least 1.

    Examples
    --------
    >>> 0.01 < seconds(lambda: time.sleep(0.01), repeats=3) < 1
    True
    """
    if not callable(function):
        raise TypeError(f"function must be callable; got {described(function)}")
    repeats = whole_number("repeats", repeats, at_least=1)
    taken = []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


class Part(NamedTuple):
    """The part of one function in a call."""

    calls: int
    """How often it was called."""
    share: float
    """Its own part of the whole time, from 0 to 1, without what it called."""


def profile(function: Callable[..., Any], *inputs: Any, **options: Any) -> dict[str, Part]:
    """Return which functions run in a call, how often, and each one's own share of the time.

    Parameters
    ----------
    function : is called twice; the first call does not count, because it builds things.
    inputs, options : what it is called with.

    Returns
    -------
    dict
        A function's name, without its module, to its part; the largest share first. Functions of the same
        name count as one. Python's `cProfile` measures, and makes each call of a function slower.

    Examples
    --------
    >>> profile(sorted, [3, 1, 2])["sorted"].calls
    1
    """
    if not callable(function):
        raise TypeError(f"function must be callable; got {described(function)}")
    function(*inputs, **options)
    profiler = cProfile.Profile()
    profiler.runcall(function, *inputs, **options)
    totals: dict[str, tuple[int, float]] = {}
    # By (file, line, name): calls, calls that are not recursive, own seconds, seconds in all, callers.
    for (_, _, name), (_, calls, own, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        short = _BUILT_IN.sub(r"\1", name)
        before, seconds_before = totals.get(short, (0, 0.0))
        totals[short] = before + calls, seconds_before + own
    total = sum(own for _, own in totals.values())
    ordered = sorted(totals.items(), key=lambda entry: -entry[1][1])
    return {name: Part(calls, own / total) for name, (calls, own) in ordered}


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the course is built on.

    Returns
    -------
    dict
        Name to version, Python first; read from what is installed, nothing is imported.

    Examples
    --------
    >>> list(versions())
    ['python', 'tensorflow', 'keras', 'numpy', 'matplotlib', 'jupyterlab', 'nbval']
    """
    result = {"python": platform.python_version()}
    for package in ("tensorflow", "keras", "numpy", "matplotlib", "jupyterlab", "nbval"):
        names = ("tensorflow", "tensorflow-cpu") if package == "tensorflow" else (package,)
        result[package] = next((v for v in map(_version, names) if v), "not installed")
    return result


def _version(distribution: str) -> str:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""

"""One seed for everything, in fresh interpreters as a lesson's kernel is."""

import os
import subprocess
import sys
import time
from importlib.metadata import version

import pytest

from course_utils import runtime

DRAWS = """
import course_utils as cu
seed = cu.runtime.start(seed=3)
import random, keras, matplotlib.pyplot as plt, numpy as np, tensorflow as tf
model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1)])
model.compile("adam", "mse")
x = np.ones((20, 3, 1)); losses = model.fit(x, x[:, 0], verbose=0, epochs=2).history["loss"]
random_numbers = random.random(), float(np.random.rand()), float(tf.random.normal(())), losses
from tensorflow.python.framework import config
assert config.is_op_determinism_enabled()
print(seed, random_numbers, plt.rcParams["figure.constrained_layout.use"])
"""


def draws(**variables):
    environment = {
        k: v for k, v in os.environ.items() if k != runtime.SEED_VARIABLE and not k.startswith("TF_")
    }
    done = subprocess.run(
        [sys.executable, "-c", DRAWS], capture_output=True, text=True, check=True, env=environment | variables
    )
    return done.stdout, done.stderr


@pytest.mark.training
def test_start_seeds_everything_quietly():
    first, noise = draws()
    assert noise == ""
    assert first.startswith("3 ")
    assert first.endswith(" True\n"), "the plot style is not set"
    assert draws()[0] == first
    other, _ = draws(COURSE_SEED="4")
    assert other.startswith("4 ")
    assert other.split(" ", 1)[1] != first.split(" ", 1)[1]


@pytest.mark.parametrize(
    ("seed", "error", "message"),
    [
        (-1, ValueError, "seed must be a whole number, at least 0.*got -1"),
        (2**32, ValueError, "seed must be .* at most .*got 4294967296"),
        (1.0, TypeError, "seed must be a whole number.*got 1.0"),
        (True, TypeError, "seed must be a whole number.*got True"),
        (None, TypeError, "seed must be a whole number.*got None"),
    ],
)
def test_a_bad_seed_is_named(seed, error, message):
    with pytest.raises(error, match=message):
        runtime.start(seed=seed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("abc", "'abc': unset it or"),
        ("-1", "'-1'"),
        ("4294967296", "at most .*; got 4294967296"),
        ("9" * 5000, r"at most 4294967295; got '9{56}\.\.\.: unset"),
    ],
)
def test_a_bad_course_seed_is_named(text, message, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", text)
    with pytest.raises(ValueError, match=f"COURSE_SEED must be .*{message}"):
        runtime.start(seed=1)


def test_versions_are_those_installed():
    result = runtime.versions()
    assert result["python"] == ".".join(map(str, sys.version_info[:3]))
    assert result["numpy"] == version("numpy")
    assert "not installed" not in result.values()
    assert result["tensorflow"].startswith("2.")


@pytest.mark.training
def test_graph_costs_count_operations_and_take_time():
    import tensorflow as tf

    def steps(x, count):
        for _ in range(count):
            x = tf.tanh(x)
        return x

    few = runtime.graph_costs(lambda x: steps(x, 2), tf.zeros((2, 3)), repeats=2)
    many = runtime.graph_costs(lambda x: steps(x, 12), tf.zeros((2, 3)), repeats=2)
    assert many.operations - few.operations == 10
    assert min(*few[:2], *many[:2]) > 0
    build, run, operations = few
    assert (build, run, operations) == (few.build, few.run, few.operations)


@pytest.mark.training
def test_graph_costs_count_the_inside_of_a_loop_once():
    import tensorflow as tf

    def loop(body, times):
        counted = tf.while_loop(lambda i, _: i < times, lambda i, x: (i + 1, body(x)), (0, tf.zeros(3)))
        return counted[1]

    short, long, bigger = [
        runtime.graph_costs(lambda body=body, times=times: loop(body, times), repeats=1).operations
        for body, times in ((tf.tanh, 3), (tf.tanh, 300), (lambda x: tf.tanh(tf.tanh(tf.tanh(x))), 3))
    ]
    assert short == long
    assert bigger - short == 2


@pytest.mark.parametrize(
    ("function", "repeats", "error", "message"),
    [
        (3, 1, TypeError, "function must be callable; got 3"),
        (len, 0, ValueError, "repeats must be a whole number, at least 1; got 0"),
    ],
)
def test_graph_costs_name_bad_arguments(function, repeats, error, message):
    with pytest.raises(error, match=message):
        runtime.graph_costs(function, repeats=repeats)


def test_seconds_is_the_median_and_leaves_the_first_call_out(monkeypatch):
    clock = iter([0.0, 100.0, 0.0, 1.0, 0.0, 5.0, 0.0, 2.0])
    monkeypatch.setattr(runtime.time, "perf_counter", lambda: next(clock))
    calls = []
    assert runtime.seconds(lambda: calls.append(1), repeats=3) == 2.0
    assert len(calls) == 4


def test_seconds_names_bad_arguments():
    with pytest.raises(TypeError, match="function must be callable; got 3"):
        runtime.seconds(3)
    with pytest.raises(ValueError, match="repeats must be a whole number, at least 1; got 0"):
        runtime.seconds(print, repeats=0)


def test_profile_counts_calls_and_shares_the_time():
    def slow(seconds):
        time.sleep(seconds)

    def several(times, *, seconds):
        for _ in range(times):
            slow(seconds)
        return [].append(len("abc"))

    result = runtime.profile(several, 3, seconds=0.2)
    assert {name: result[name].calls for name in ("several", "slow", "sleep", "append", "len")} == {
        "several": 1, "slow": 3, "sleep": 3, "append": 1, "len": 1,
    }  # fmt: skip
    assert next(iter(result)) == "sleep"  # what took most, without what it called
    assert result["sleep"].share > result["slow"].share, "what it called is not its own"
    shares = [part.share for part in result.values()]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_profile_leaves_the_first_call_out():
    calls = []

    def first_is_special(value):
        calls.append(value)
        return sorted(calls) if len(calls) == 1 else max(calls)

    result = runtime.profile(first_is_special, 5)
    assert calls == [5, 5]
    assert "max" in result
    assert "sorted" not in result


def test_profile_adds_up_functions_of_one_name():
    class One:
        def same(self):
            return 1

    class Other:
        def same(self):
            return 2

    assert runtime.profile(lambda: (One().same(), Other().same()))["same"].calls == 2


def test_profile_names_a_bad_argument():
    with pytest.raises(TypeError, match="function must be callable; got 3"):
        runtime.profile(3)

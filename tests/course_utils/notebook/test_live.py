"""A bar for a person who watches, and nothing for a builder or a test."""

import os
import subprocess
import sys

import pytest

from course_utils.notebook import live

FIT = """
import course_utils as cu
cu.runtime.start(seed=1)
import keras, numpy as np
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=7, verbose=0, callbacks=cu.live.progress())
"""


def output_of_a_fit(**variables):
    environment = {k: v for k, v in os.environ.items() if k != live.SESSION_VARIABLE} | variables
    done = subprocess.run(
        [sys.executable, "-c", FIT], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout + done.stderr


@pytest.mark.training
def test_a_person_sees_the_epochs_and_nobody_else_sees_anything():
    assert output_of_a_fit() == ""
    seen = output_of_a_fit(JPY_SESSION_NAME="01_unrolled.ipynb")
    assert "/7 [" in seen
    assert seen.splitlines()[-1].strip() == "", "the bar should go away at the end"


def test_a_kernel_is_watched_where_jupyter_names_its_notebook(monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    assert not live.watched()
    assert live.progress() == []
    monkeypatch.setenv("JPY_SESSION_NAME", "01_unrolled.ipynb")
    assert live.watched()

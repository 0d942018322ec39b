"""`import course_utils`: cheap, quiet, and without TensorFlow."""

import json
import os
import subprocess
import sys

import pytest

import course_utils

PROBE = """
import json, sys
import {module}
print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))
"""


def fresh_import(module):
    """The packages that an import loads in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(module=module)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_the_package_loads_neither_tensorflow_nor_matplotlib():
    loaded = fresh_import("course_utils")
    assert not {"tensorflow", "keras", "matplotlib", "IPython", "ipywidgets"} & set(loaded)


@pytest.mark.parametrize("module", course_utils.MODULES.values())
def test_no_module_loads_tensorflow(module):
    assert not {"tensorflow", "keras"} & set(fresh_import(f"course_utils.{module}"))


def test_every_public_name_is_there():
    for name in course_utils.__all__:
        assert getattr(course_utils, name) is not None
    assert dir(course_utils) == sorted(course_utils.__all__)
    assert course_utils.MODULES.keys() <= set(course_utils.__all__)


def test_an_unknown_name_is_named():
    with pytest.raises(AttributeError, match=r"has no attribute 'plots'; it has .*plotting"):
        _ = course_utils.plots


def start_up_settings(**variables):
    names = ("KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS")
    environment = {k: v for k, v in os.environ.items() if k not in names} | variables
    code = f"import course_utils, os; print([os.environ[n] for n in {names}])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.strip()


def test_importing_sets_tensorflows_start_up():
    assert start_up_settings() == "['tensorflow', '3', '0']"
    mine = {"KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "0", "TF_ENABLE_ONEDNN_OPTS": "1"}
    assert start_up_settings(**mine) == "['tensorflow', '3', '1']"

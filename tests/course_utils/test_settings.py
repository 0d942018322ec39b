"""A person's own settings change nothing, or are refused in one sentence.

The list is in CONTRIBUTING.md. Three kernels run the same cells: one with no settings, one with variables and
files, one with what an IPython profile and start-up files do before the first cell. They must say the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

import course
from authoring.execute import clean_outputs, kernel_manager
from course_utils import _settings, runtime
from tests.support import ROOT

# --- what course.py leaves out, for a tool and all that it starts ---

LEFT_OUT = """
COLUMNS COURSE_SEED FORCE_COLOR IPYTHONDIR JPY_SESSION_NAME JUPYTERLAB_DIR JUPYTERLAB_SETTINGS_DIR
JUPYTER_CONFIG_DIR JUPYTER_CONFIG_PATH JUPYTER_DATA_DIR JUPYTER_NO_CONFIG JUPYTER_PATH JUPYTER_PLATFORM_DIRS
JUPYTER_PREFER_ENV_PATH LINES PYTEST_ADDOPTS PYTEST_PLUGINS PYTHONDEVMODE PYTHONDONTWRITEBYTECODE
PYTHONHASHSEED PYTHONHOME PYTHONINSPECT PYTHONIOENCODING PYTHONOPTIMIZE PYTHONPATH PYTHONSAFEPATH
PYTHONSTARTUP PYTHONUTF8 PYTHONWARNINGS
"""
LET_THROUGH = """
CUDA_VISIBLE_DEVICES COURSE_CELL_SECONDS COURSE_GRADEBOOK JUPYTER_TOKEN LC_ALL MKL_NUM_THREADS
NPY_DISABLE_CPU_FEATURES OMP_NUM_THREADS OPENBLAS_CORETYPE PIP_INDEX_URL TF_ENABLE_ONEDNN_OPTS
TF_NUM_INTRAOP_THREADS UV_DEFAULT_INDEX XLA_FLAGS
"""


@pytest.mark.parametrize("name", LEFT_OUT.split())
def test_course_py_leaves_a_setting_out(name, monkeypatch):
    monkeypatch.setenv(name, "mine")
    assert course.environment().get(name) != "mine"


@pytest.mark.parametrize("name", LET_THROUGH.split())
def test_course_py_lets_through_what_is_set_on_purpose(name, monkeypatch):
    monkeypatch.setenv(name, "mine")
    assert course.environment()[name] == "mine"


def test_jupyters_folders_are_where_students_code_cannot_read():
    """The sandbox shows it .venv; a server's token and what was typed in a kernel lie in these."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"):
        folder = Path(course.environment()[name])
        assert folder.is_relative_to(ROOT / ".jupyter")
        assert not any(
            folder.is_relative_to(ROOT / shown) for shown in (".venv", "course_utils", "classroom")
        )


def test_a_seed_is_for_learn_alone(monkeypatch, capsys):
    started = []

    class Tool:
        def __init__(self, command, **options):
            started.append((command[2], options["env"].get("COURSE_SEED")))

        def wait(self):
            return 0

    monkeypatch.setenv("COURSE_SEED", "7")
    monkeypatch.setattr(subprocess, "Popen", Tool)
    monkeypatch.setattr(course.signal, "signal", lambda *_: None)
    course.learn()
    assert "COURSE_SEED" not in capsys.readouterr().out
    course.test()
    course.check()
    assert started == [("jupyterlab", "7"), ("pytest", None), ("pytest", None)]
    assert capsys.readouterr().out.count("COURSE_SEED is set and left out of account") == 2


@pytest.mark.parametrize("optimize", ["1", "2"])
def test_the_list_of_tasks_is_whole_in_a_terminal_without_docstrings_and_letters(optimize):
    variables = {"PYTHONOPTIMIZE": optimize, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "course.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, env=os.environ | variables)
    assert b"course.py learn       open the course in JupyterLab\n" in done.stdout.replace(b"\r", b"")
    assert b"None" not in done.stdout


def test_what_a_step_of_the_set_up_says_is_shown_in_any_terminal(tmp_path):
    says = "import sys; sys.stdout.buffer.write('\u2713 \u00e9'.encode() + bytes([255])); sys.exit(1)"
    (tmp_path / "try.py").write_text(
        f"import course, runpy, sys\nfrom authoring import setup as own\n"
        f"course.set_up = lambda: own.run_step(1, 'a try', [sys.executable, '-c', {says!r}], quiet=True)\n"
        f"sys.modules['__main__'].__dict__.update(vars(course), set_up=course.set_up)\n"
        f"exec(open({str(ROOT / 'course.py')!r}, encoding='utf-8').read().split('if __name__')[-1]"
        f".split(chr(10), 1)[1].replace('    ', '').replace('main(', 'course.main('))\n",
        encoding="utf-8",
    )
    variables = {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(tmp_path / "try.py"), "setup"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | variables,
    )
    assert done.returncode == 1
    assert "The set-up could not finish step 1 (a try)" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def jupyter_of_a_person(tmp_path_factory):
    """A home folder and variables, with a kernel and a configuration that would not do."""
    home = tmp_path_factory.mktemp("home")
    kernel = {"argv": ["no-such-program"], "display_name": "Mine", "language": "python"}
    configuration = {"KernelSpecManager": {"allowed_kernelspecs": ["another"]}}
    for folder in (home / ".local/share/jupyter", home / "path"):
        (folder / "kernels/python3").mkdir(parents=True)
        (folder / "kernels/python3/kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
    for folder in (home / ".jupyter", home / "configuration"):
        folder.mkdir()
        (folder / "jupyter_config.json").write_text(json.dumps(configuration), encoding="utf-8")
    return {
        "HOME": str(home),
        "JUPYTER_PATH": str(home / "path"),
        "JUPYTER_CONFIG_DIR": str(home / "configuration"),
        "JUPYTER_PREFER_ENV_PATH": "0",
        "PYTHONOPTIMIZE": "2",
    }


def test_jupyter_finds_our_kernel_and_no_configuration_of_a_person(jupyter_of_a_person, monkeypatch):
    for name, value in jupyter_of_a_person.items():
        monkeypatch.setenv(name, value)

    assert course.environment()["JUPYTER_PREFER_ENV_PATH"] == "1"  # ours first, also if root owns .venv
    command = [sys.executable, "-m", "jupyter", "kernelspec", "list", "--json"]
    output = subprocess.check_output(command, env=course.environment(), stderr=subprocess.PIPE)
    result = json.loads(output)["kernelspecs"]  # none, where the person's configuration is read
    assert Path(result["python3"]["resource_dir"]).is_relative_to(sys.prefix)


# --- what course_utils puts aside, in any Jupyter ---


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("KERAS_BACKEND", "jax", "tensorflow"),
        ("KERAS_BACKEND", "", "tensorflow"),
        ("KERAS_HOME", "mine", str(_settings.OURS)),
        ("KERAS_MAX_EPOCHS", "1", None),
        ("KERAS_NNX_ENABLED", "1", None),
        ("MATPLOTLIBRC", "mine", str(_settings.OURS / "matplotlibrc")),
        ("TF_CPP_MIN_LOG_LEVEL", "0", "3"),
        ("TF_CPP_MAX_VLOG_LEVEL", "3", None),
        ("TF_DETERMINISTIC_OPS", "0", None),
        ("TF_USE_LEGACY_KERAS", "1", None),
        ("TF_XLA_FLAGS", "--tf_xla_auto_jit=2", None),
        ("XLA_FLAGS", "--xla_gpu_cuda_data_dir=/usr/lib/cuda --xla_cpu_enable_fast_math=true", ""),
        ("XLA_FLAGS", "--xla_cpu_max_isa=AVX2 --xla_new_flag=1", "--xla_cpu_max_isa=AVX2"),
        ("XLA_FLAGS", "flags.txt", ""),
        # on purpose
        ("XLA_FLAGS", "--xla_cpu_max_isa=SSE4_2", "--xla_cpu_max_isa=SSE4_2"),
        ("TF_ENABLE_ONEDNN_OPTS", "1", "1"),
        ("TF_NUM_INTRAOP_THREADS", "1", "1"),
        ("TF_NUM_INTEROP_THREADS", "1", "1"),
        ("TF_CONFIG", "{}", "{}"),
        ("OMP_NUM_THREADS", "1", "1"),
        ("OPENBLAS_CORETYPE", "Nehalem", "Nehalem"),
        ("NPY_DISABLE_CPU_FEATURES", "X86_V3", "X86_V3"),
        ("MPLBACKEND", "agg", "agg"),  # outside a kernel, a script's own affair
    ],
)
def test_a_variable_is_put_aside_or_kept(name, value, wanted):
    variables = {name: value}
    assert _settings.put_aside(variables, {}) == []
    assert variables.get(name) == wanted


def test_without_settings_tensorflow_starts_quietly_and_without_onednn():
    variables = {}
    _settings.put_aside(variables, {})
    assert variables["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert variables["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert "XLA_FLAGS" not in variables


def test_the_course_reads_a_keras_json_of_its_own():
    wanted = {"backend": "tensorflow", "floatx": "float32", "epsilon": 1e-7}
    wanted["image_data_format"] = "channels_last"
    assert json.loads((_settings.OURS / "keras.json").read_text(encoding="utf-8")) == wanted


def test_a_matplotlibrc_at_home_is_not_read(tmp_path):
    """One that is broken would make Matplotlib say so on stderr, in a lesson's first cell."""
    (tmp_path / "matplotlib").mkdir()
    (tmp_path / "matplotlib/matplotlibrc").write_text("no line of this kind\nfont.size: 40", encoding="utf-8")
    code = "import course_utils, matplotlib; print(matplotlib.rcParams['font.size'])"
    for name in ("XDG_CONFIG_HOME", "MPLCONFIGDIR", "MATPLOTLIBRC"):
        folder = tmp_path / "matplotlib" if name != "XDG_CONFIG_HOME" else tmp_path
        kept = {k: v for k, v in os.environ.items() if k not in ("MPLCONFIGDIR", "MATPLOTLIBRC")}
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=kept | {name: str(folder)},
        )
        assert (done.stdout, done.stderr) == ("10.0\n", "")


# --- what is refused ---


def test_python_without_assertions_is_refused():
    code = "import course_utils as cu; cu.runtime.start(seed=1)"
    variables = os.environ | {"PYTHONOPTIMIZE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=variables
    )
    assert "PYTHONOPTIMIZE=1, under which no `assert` is looked at: unset PYTHONOPTIMIZE" in done.stderr


@pytest.mark.training
def test_what_was_read_before_course_utils_came_is_refused(monkeypatch):
    import keras

    variables = {"TF_XLA_FLAGS": "x", "TF_CPP_MAX_VLOG_LEVEL": "1", "TF_CLI_CONFIG_FILE": "terraform's"}
    variables["KERAS_MAX_EPOCHS"] = "1"
    assert _settings.put_aside(variables, {"tensorflow": object()}) == ["TF_XLA_FLAGS"]
    monkeypatch.setattr(_settings, "too_late", ["TF_XLA_FLAGS"])
    with pytest.raises(RuntimeError, match="has read TF_XLA_FLAGS: unset that or import course_utils first"):
        runtime.start(seed=1)
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(
        RuntimeError, match=r"Keras runs on jax, .*unset KERAS_BACKEND or import course_utils"
    ):
        runtime.start(seed=1)


# --- the same cells in three kernels ---

CELLS = {
    "start": """
import course_utils as cu
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
import warnings

print(cu.runtime.start(seed=3))
""",
    "keras": """
c = keras.config
print(c.backend(), c.floatx(), c.epsilon(), c.image_data_format(), c.max_epochs(), c.max_steps_per_epoch())
print(keras.layers.Dense(2).compute_dtype, keras.layers.Conv2D(2, 2).data_format)
""",
    "training": """
model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(2), keras.layers.Dense(1)])
model.compile("adam", "mse")
x = np.ones((20, 3, 1))
print(model.fit(x, x[:, 0], verbose=0, epochs=2, batch_size=5).history["loss"])
""",
    "xla": "print(tf.function(lambda x: 2 * x, jit_compile=True)(tf.ones(3)).numpy())",
    "figure": """
figure, axes = plt.subplots()
axes.plot([0, 1000], label="a line")
axes.legend()
cu.plotting.show(axes, alt="A straight line from the lower left to the upper right")
""",
    "plain figure": "plt.plot([0, 1]);",
    "last expression": "np.arange(3) / 3\nsum([[1, 2], [3]], [])",
    "numbers": "[1 / 3, np.float64(1 / 3)]",
    "array": "print(np.array([1 / 3, 1e-9]))",
    "warning": """
try:
    warnings.warn_explicit("", ResourceWarning, "file", 1)
    print("left out")
except ResourceWarning:
    print("raised")
""",
    "letters": 'print("\u2713")',
}

IPYTHON = """
c = get_config()
c.InteractiveShell.ast_node_interactivity = "all"
c.PlainTextFormatter.float_precision = "%.1f"
c.InteractiveShellApp.exec_lines = ["from numpy import *"]
"""
STARTUP = """
import matplotlib
matplotlib.use("agg")
matplotlib.rcParams["axes.facecolor"] = "red"
import keras
keras.config.dtype_policy()  # made from floatx, and kept
import numpy
numpy.set_printoptions(precision=1)
"""
KERAS = {"floatx": "float64", "epsilon": 0.1, "image_data_format": "channels_first"}


@pytest.fixture(scope="module")
def kernels(tmp_path_factory):
    """Each kernel's outputs, by the name of the cell."""
    folder = tmp_path_factory.mktemp("kernels")

    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    broken = "no line of this kind\naxes.facecolor: red\nfont.size: 30\nbackend: agg\n"
    write(folder / "variables" / "matplotlibrc", broken)
    keras_json = write(folder / "keras" / "keras.json", json.dumps(KERAS | {"epsilon": 0, "backend": "jax"}))
    write(folder / "startup home" / ".keras" / "keras.json", json.dumps(KERAS))
    write(folder / "ipython" / "profile_default" / "ipython_config.py", IPYTHON)
    write(folder / "ipython" / "profile_default" / "startup" / "mine.py", STARTUP)
    variables = {
        "KERAS_BACKEND": "jax",
        "KERAS_HOME": str(Path(keras_json).parent),
        "KERAS_MAX_EPOCHS": "1",
        "LC_ALL": "C",
        "MPLBACKEND": "no_such_backend",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
        "PYTHONUTF8": "0",
        "PYTHONWARNINGS": "error",
        "TF_CPP_MAX_VLOG_LEVEL": "1",
        "TF_CPP_MIN_LOG_LEVEL": "0",
        "TF_USE_LEGACY_KERAS": "1",
        "TF_XLA_FLAGS": "--no_such_flag",
        "XLA_FLAGS": "--no_such_flag --xla_gpu_cuda_data_dir=/usr/lib/cuda",
    }
    startup = {
        "HOME": str(folder / "startup home"),
        "IPYTHONDIR": str(folder / "ipython"),
        "KERAS_MAX_EPOCHS": "1",
        "MATPLOTLIBRC": write(folder / "rc", "font.size: 40"),
        "PYTHONSTARTUP": write(folder / "start.py", "import numpy\nnumpy.set_printoptions(suppress=True)"),
        # Keras is imported before course_utils can say so.
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }
    settings = {"none": {}, "variables": variables, "startup": startup}
    return {name: run(folder / name, given) for name, given in settings.items()}


def run(folder: Path, settings: dict[str, str]) -> dict[str, Any]:
    """Run the cells in a kernel that a person starts, without what pytest and course_utils have set."""
    folder.mkdir(exist_ok=True)
    ours = re.compile(r"(KERAS|PYTEST|PYTHON|TF|XLA)_?.*|MATPLOTLIBRC|MPL.*|XDG_.*")
    kept = {name: value for name, value in os.environ.items() if not ours.fullmatch(name)}
    usual = {"HOME": str(folder), "IPYTHONDIR": str(folder), "PYTHONPATH": str(ROOT)}
    usual["MPLCONFIGDIR"] = str(folder.parent)  # for the list of fonts, which takes seconds to make
    environment = kept | usual | settings
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in CELLS.values()])
    place = {"metadata": {"path": str(folder)}}
    client = nbclient.NotebookClient(
        notebook, km=kernel_manager(), timeout=600, startup_timeout=180, resources=place, allow_errors=True
    )
    client.execute(cleanup_kc=True, env=environment)
    clean_outputs(notebook)
    return {name: cell.outputs for name, cell in zip(CELLS, notebook.cells, strict=True)}


@pytest.mark.training
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("settings", ["variables", "startup"])
def test_a_cell_says_the_same_under_a_persons_settings(kernels, settings, cell):
    result, wanted = kernels[settings][cell], kernels["none"][cell]
    assert wanted
    assert not [
        output for output in wanted if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert result == wanted

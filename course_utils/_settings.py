"""Keeps personal settings, in variables and files, from changing what a lesson computes.

`put_aside` runs when the package is imported, before Keras, TensorFlow and Matplotlib read their settings.
`require_usual` runs at the start of a lesson: it resets what can still be reset, and raises an error for the
rest. CONTRIBUTING.md, "A person's own settings", lists each setting and what happens to it.
"""

from __future__ import annotations

import builtins
import logging
import os
import sys
import warnings
from collections.abc import Container, MutableMapping
from pathlib import Path
from typing import Any

OURS = Path(__file__).resolve().parent / "defaults"
"""Holds the keras.json and the matplotlibrc that are read in place of a person's."""

INLINE = "module://matplotlib_inline.backend_inline"

# Processor instructions, number of threads, and which machine this is. Lessons hold under any value of
# these, and a person may set them on purpose.
_KEPT = {"TF_CONFIG", "TF_ENABLE_ONEDNN_OPTS", "TF_NUM_INTEROP_THREADS", "TF_NUM_INTRAOP_THREADS"}
# Any other flag may change results, and one that TensorFlow does not know ends the kernel.
_KEPT_XLA_FLAG = "--xla_cpu_max_isa="

# Log level 2 would show a false alarm of tf.data, which TensorFlow 2.21 raises under
# deterministic operations. Without oneDNN, results depend less on the processor.
_FIXED = {
    "KERAS_BACKEND": "tensorflow",
    "KERAS_HOME": str(OURS),
    "MATPLOTLIBRC": str(OURS / "matplotlibrc"),
    "PYTHONIOENCODING": "utf-8",  # workers print UTF-8, which their runner reads
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
_BUILT_IN_BUT_IPYTHONS = {"exit", "open", "quit"}

too_late: list[str] = []
"""Variables of TensorFlow's that were set, and that it had read before they could be put aside."""


def put_aside(
    variables: MutableMapping[str, str] = os.environ, loaded: Container[str] = sys.modules
) -> list[str]:
    """Set or remove variables that Keras, TensorFlow and Matplotlib read when they are imported.

    Returns
    -------
    list
        The names of those that TensorFlow has read already, and that may change results.
    """
    removed = [
        name
        for name in variables
        if name.startswith(("KERAS_", "TF_")) and name not in _KEPT and name not in _FIXED
    ]
    for name in removed:
        del variables[name]
    variables.update(_FIXED)
    variables.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    flags = variables.get("XLA_FLAGS", "").split()
    if any(not flag.startswith(_KEPT_XLA_FLAG) for flag in flags):
        variables["XLA_FLAGS"] = " ".join(flag for flag in flags if flag.startswith(_KEPT_XLA_FLAG))
    if variables.pop("PYTHONWARNINGS", ""):
        _usual_warnings()
    if shell() is not None:
        variables["MPLBACKEND"] = INLINE
        # Otherwise it warns of a broken line in the working folder's matplotlibrc, which is read before all
        # others, and on a slow machine of building its list of fonts.
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
    if "tensorflow" not in loaded:
        return []
    # `require_usual` sets again what Keras' variables change; those for logs and Terraform change nothing.
    return [
        name for name in removed if name.startswith("TF_") and not name.startswith(("TF_CPP_", "TF_CLI_"))
    ]


def require_usual() -> None:
    """Reset what a person's files may have changed since the import.

    Raises
    ------
    RuntimeError
        Something cannot be changed any more. The message says what to unset.
    """
    again = "then restart the kernel"
    if sys.flags.optimize:
        raise RuntimeError(
            f"Python runs with PYTHONOPTIMIZE={sys.flags.optimize}, under which no `assert` is looked at: "
            f"unset PYTHONOPTIMIZE (or leave -O out), {again}."
        )
    import keras

    if keras.config.backend() != "tensorflow":
        raise RuntimeError(
            f"Keras runs on {keras.config.backend()}, because it was imported before course_utils, and the "
            f"course needs TensorFlow: unset KERAS_BACKEND or import course_utils first, {again}."
        )
    if too_late:
        raise RuntimeError(
            f"TensorFlow was imported before course_utils, and has read {', '.join(too_late)}: "
            f"unset that or import course_utils first, {again}."
        )
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy("float32")
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)
    _usual_display()


def shell() -> Any:
    """Return the kernel's IPython; None outside a kernel, and in IPython's terminal."""
    ipython = sys.modules.get("IPython")
    kernel_shell = None if ipython is None else ipython.get_ipython()
    return kernel_shell if hasattr(kernel_shell, "kernel") else None


def _usual_warnings() -> None:
    """Set the filters that Python has when PYTHONWARNINGS is not set."""
    warnings.resetwarnings()
    for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
        warnings.simplefilter("ignore", category)
    warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")


def _usual_display() -> None:
    """Undo how IPython's profile and start-up files change what a cell shows."""
    import numpy as np

    np.set_printoptions(
        edgeitems=3,
        floatmode="maxprec",
        formatter=None,
        infstr="inf",
        legacy=False,
        linewidth=75,
        nanstr="nan",
        precision=8,
        sign="-",
        suppress=False,
        threshold=1000,
    )
    ipython = shell()
    if ipython is None:
        return
    ipython.ast_node_interactivity = "last_expr"
    text = ipython.display_formatter.formatters["text/plain"]
    for name in ("float_precision", "max_seq_length", "max_width", "newline", "pprint"):
        setattr(text, name, text.trait_defaults(name))
    # `from pylab import *` there gives `sum`, `round` and others another meaning.
    for name in vars(builtins).keys() & ipython.user_ns.keys() - _BUILT_IN_BUT_IPYTHONS:
        if not name.startswith("_"):
            del ipython.user_ns[name]
    if "matplotlib" in sys.modules and sys.modules["matplotlib"].get_backend(auto_select=False) != INLINE:
        ipython.enable_matplotlib("inline")

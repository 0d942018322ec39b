"""Seeded data, plots, checks and a quiet start, shared by the lessons.

`import course_utils as cu` is fast: modules load when they are first used, and import TensorFlow and
Keras only in functions that need them, such as `cu.runtime.start`. Import the package before TensorFlow,
which reads its start-up settings from the environment: see `_settings`.

Every public function checks its arguments. It raises TypeError for a value of the wrong type and ValueError
for any other that it cannot use; the message names the argument, the value it got and what to pass instead.
A docstring has a "Raises" section only for other errors, or where there is more to say.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from course_utils import _settings
from course_utils.checks import check, check_above, check_below, check_close, check_disjoint, check_equal
from course_utils.printing import measured

if TYPE_CHECKING:
    from course_utils import answers, checks, datasets, plotting, printing, runtime, sequences
    from course_utils.distributed import tf_config as cluster
    from course_utils.distributed import workers
    from course_utils.notebook import live, quiz, scripts, widgets
    from course_utils.performance import fast, roofline
    from course_utils.training import baselines, recurrent
    from course_utils.training import ensemble as many_networks

# Now, because TensorFlow, Keras and Matplotlib read their settings while they are imported.
_settings.too_late += _settings.put_aside()

# Where the modules are that lessons call `cu.NAME`.
MODULES = {
    "answers": "answers",
    "baselines": "training.baselines",
    "checks": "checks",
    "cluster": "distributed.tf_config",
    "datasets": "datasets",
    "fast": "performance.fast",
    "live": "notebook.live",
    "many_networks": "training.ensemble",
    "plotting": "plotting",
    "printing": "printing",
    "quiz": "notebook.quiz",
    "recurrent": "training.recurrent",
    "roofline": "performance.roofline",
    "runtime": "runtime",
    "scripts": "notebook.scripts",
    "sequences": "sequences",
    "widgets": "notebook.widgets",
    "workers": "distributed.workers",
}
__all__ = [
    "answers",
    "baselines",
    "check",
    "check_above",
    "check_below",
    "check_close",
    "check_disjoint",
    "check_equal",
    "checks",
    "cluster",
    "datasets",
    "fast",
    "live",
    "many_networks",
    "measured",
    "plotting",
    "printing",
    "quiz",
    "recurrent",
    "roofline",
    "runtime",
    "scripts",
    "sequences",
    "widgets",
    "workers",
]


def __getattr__(name: str) -> ModuleType:
    if name in MODULES:
        return importlib.import_module(f"{__name__}.{MODULES[name]}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

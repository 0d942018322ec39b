"""What the lessons share: seeded data, plots, checks, and a quiet start.

`import course_utils as cu` is cheap: modules load when they are first used, and
TensorFlow only when `cu.runtime.start` is called. The package must be imported before
TensorFlow, because TensorFlow reads its start-up settings from the environment: see `_settings`.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from course_utils import _settings
from course_utils.checks import (
    check,
    check_above,
    check_below,
    check_close,
    check_disjoint,
    check_equal,
)
from course_utils.printing import measured

if TYPE_CHECKING:
    from course_utils import (
        answers,
        baselines,
        checks,
        cluster,
        datasets,
        fast,
        live,
        many_networks,
        plotting,
        printing,
        quiz,
        recurrent,
        roofline,
        runtime,
        scripts,
        sequences,
        widgets,
        workers,
    )

# Now, because TensorFlow, Keras and Matplotlib read their settings while they are imported.
_settings.too_late += _settings.put_aside()

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
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__

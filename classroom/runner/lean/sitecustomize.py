"""Read by Python when a student's kernel starts: Keras does not find what it needs for parts nobody uses.

Keras imports scikit-learn and Matplotlib if they are there, for wrappers and galleries: a third of the time
that `import tensorflow` takes. A submission that imports them itself gets them.
"""

import sys
from importlib.abc import MetaPathFinder

_LEFT_OUT = {"matplotlib", "sklearn"}


class _NotForKeras(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):  # noqa: ARG002
        if name in _LEFT_OUT:
            frame = sys._getframe(1)
            while frame is not None and "importlib" in frame.f_code.co_filename:
                frame = frame.f_back
            if frame is not None and frame.f_globals.get("__name__", "").startswith("keras."):
                raise ModuleNotFoundError(f"{name} is left out for Keras in this sandbox", name=name)


sys.meta_path.insert(0, _NotForKeras())

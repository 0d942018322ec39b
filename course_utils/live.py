"""What a person sees while something trains, and what a stored notebook does not keep.

A bar that moves is different at each run. So it is there only while somebody watches: a notebook that is
built or tested leaves nothing behind.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras.callbacks import Callback

__all__ = ["SESSION_VARIABLE", "progress", "watched"]

SESSION_VARIABLE = "JPY_SESSION_NAME"


def watched() -> bool:
    """Whether this kernel belongs to a notebook that somebody has open in Jupyter.

    Jupyter's server hands the notebook's path to the kernel in the variable JPY_SESSION_NAME. Kernels that a
    builder or a test starts have none.
    """
    return bool(os.environ.get(SESSION_VARIABLE))


def progress() -> list[Callback]:
    """Keras callbacks for `fit(..., callbacks=cu.live.progress())`: a bar while somebody watches.

    Returns
    -------
    list of keras.callbacks.Callback
        tqdm's callback, whose bar goes away when training ends; make a new one for each `fit`.
        Empty if nobody watches.

    Examples
    --------
    >>> progress() if not watched() else []
    []
    """
    if not watched():
        return []
    # Imported here, because it imports Keras.
    from tqdm.keras import TqdmCallback

    return [TqdmCallback(verbose=0, leave=False)]

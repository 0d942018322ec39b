"""Shows progress while something trains, and keeps it out of stored notebooks.

A progress bar differs from run to run. So it is shown only if the notebook is open in Jupyter, and leaves no
output in a notebook that is built or tested. Of a figure that is drawn again and again, the last is stored.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

from IPython.display import DisplayHandle, display

from course_utils import _arguments as arguments
from course_utils.plotting import canvas

if TYPE_CHECKING:
    from keras.callbacks import Callback

__all__ = ["SESSION_VARIABLE", "Board", "progress", "watched"]

SESSION_VARIABLE = "JPY_SESSION_NAME"


def watched() -> bool:
    """Return whether this kernel belongs to a notebook that somebody has open in Jupyter.

    Jupyter's server hands the notebook's path to the kernel in the variable JPY_SESSION_NAME. Kernels that a
    builder or a test starts have none.
    """
    return bool(os.environ.get(SESSION_VARIABLE))


def progress() -> list[Callback]:
    """Return Keras callbacks for `fit(..., callbacks=cu.live.progress())`: a bar while somebody watches.

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


class Board:
    """Context manager for a figure that is redrawn while something trains; the last one is stored.

    While somebody watches, `update` draws the figure in place, at most once in `seconds`. Whether or not
    somebody watches, the end of the `with` block shows the last frame, as `cu.plotting.show` does: one
    ordinary figure with an alternative text, and nothing else, is what a notebook keeps. After an error in
    the block nothing more is drawn.

    Parameters
    ----------
    draw : takes what `update` is given, draws, and returns the figure or axes.
    alt : what is to be seen in the last frame, in a sentence of at least 30 characters.
    seconds : shortest time from one frame to the next, at least 0, so that drawing takes a small part of
        the time. The last frame is always drawn.

    Examples
    --------
    In a loop of one's own:

    >>> from course_utils import plotting
    >>> def draw(losses):
    ...     return plotting.training_curves({"loss": losses}, ylabel="loss", title="It falls")
    >>> losses = []
    >>> with Board(draw, alt="The loss, which falls from epoch to epoch") as board:
    ...     for epoch in range(3):
    ...         losses.append(0.5**epoch)
    ...         board.update(losses)
    {'image/png': ..., 'text/plain': 'The loss, which falls from epoch to epoch'}

    Under Keras, within the same `with` block, a callback does it, such as
    ``keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: board.update(...))``.
    """

    def __init__(self, draw: Callable[..., Any], *, alt: str, seconds: float = 1.0) -> None:
        if not callable(draw):
            raise TypeError(f"draw must be a function that returns a figure; got {arguments.described(draw)}")
        self._draw = draw
        self._alt = arguments.text("alt", alt, at_least=canvas.SHORTEST_ALT)
        self._seconds = arguments.number("seconds", seconds, at_least=0)
        self._latest: tuple[tuple[Any, ...], dict[str, Any]] | None = None
        self._handle: DisplayHandle | None = None
        self._next_frame = 0.0

    def update(self, *values: Any, **named: Any) -> None:
        """Take new values; draw them if somebody watches and the last frame is older than `seconds`.

        The last frame shows lists and arrays as they are at the end of the block.
        """
        self._latest = (values, named)
        if watched() and time.monotonic() >= self._next_frame:
            self._show()
            self._next_frame = time.monotonic() + self._seconds

    def __enter__(self) -> Board:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._show()

    def _show(self) -> None:
        if self._latest is None:
            raise ValueError("update must be called at least once in the block; got no call: nothing to draw")
        values, named = self._latest
        with canvas.no_figure_left():
            drawn = self._draw(*values, **named)
            if drawn is None:
                raise TypeError(
                    "draw must return the figure or axes it drew on; got None: end it with `return ax`"
                )
            bundle, metadata = canvas.picture(drawn, self._alt)
        if self._handle is not None:
            self._handle.update(bundle, raw=True, metadata=metadata)
        elif watched():
            self._handle = display(bundle, raw=True, metadata=metadata, display_id=True)
        else:
            display(bundle, raw=True, metadata=metadata)

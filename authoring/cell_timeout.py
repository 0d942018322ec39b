"""How long a cell may take, where notebooks are built and tested."""

from __future__ import annotations

import os

CELL_VARIABLE = "COURSE_CELL_SECONDS"
CELL_SECONDS = 120


class BadLimit(ValueError):
    """COURSE_CELL_SECONDS is no number of seconds; the message says what would do."""


def cell_seconds() -> int:
    """The limit for one cell: COURSE_CELL_SECONDS, if set, takes the place of 120 seconds.

    Raises
    ------
    BadLimit
        COURSE_CELL_SECONDS is no whole number from 1 on.
    """
    text = os.environ.get(CELL_VARIABLE, "")
    if not text:
        return CELL_SECONDS
    if not (text.isascii() and text.isdigit() and int(text) >= 1):
        raise BadLimit(
            f"{CELL_VARIABLE} must be a whole number of seconds, at least 1; got {text!r}: unset it"
        )
    return int(text)

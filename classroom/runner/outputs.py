"""The outputs of a student's cells, as a notebook stores them: text and images only.

A teacher opens them in a browser, where points are given, too: a script in HTML could give points to its
author.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import nbformat

TOO_SLOW = "CellTooSlow"
_CUT_OFF = "\n[cut off here: the cells of this notebook printed more than {size:.0f} kB]\n"
_PNG = b"\x89PNG\r\n"


def error_output(name: str, message: str) -> Any:
    """An error as a notebook stores it, without a traceback."""
    lines = message.split("\n")
    return nbformat.v4.new_output("error", ename=name, evalue=lines[0], traceback=lines)


def cut_off(outputs: list[Any] | None, most: int) -> None:
    """Add a note that the outputs, if they are kept, end here since there are more than `most` bytes."""
    if outputs is not None:
        note = _CUT_OFF.format(size=most / 1000)
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=note))


def add_message(outputs: list[Any], message: dict[str, Any]) -> None:
    """Add an output; text of the same stream as the last output is joined to it."""
    made = nbformat.v4.output_from_msg(message)
    if made.output_type in ("display_data", "execute_result"):
        made.data = {
            kind: data for kind, data in made.data.items() if _is_text(kind, data) or _is_png(kind, data)
        }
        made.metadata = {}
    last = outputs[-1] if outputs else None
    if made.output_type == "stream" and last is not None and last.get("name") == made.name:
        last.text += made.text
    else:
        outputs.append(made)


def _is_text(kind: str, data: object) -> bool:
    return kind == "text/plain" and isinstance(data, str)


def _is_png(kind: str, data: object) -> bool:
    """Whether it really is an image: a page would contain anything that only claims to be one unchanged."""
    if kind != "image/png" or not isinstance(data, str):
        return False
    try:
        return base64.b64decode("".join(data.split()), validate=True).startswith(_PNG)
    except (binascii.Error, ValueError):
        return False

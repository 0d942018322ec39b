"""The batches that the tasks of `course_utils.sequences` return."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class SequenceBatch(NamedTuple):
    """Input sequences and their targets; unpacks as `x, y = ...`."""

    x: NDArray[np.float32]
    """Inputs, float32, shape (B, T, F)."""
    y: NDArray[np.float32]
    """Targets, float32: (B, T, C) where every step has one, (B, C) where the sequence has one."""


class PaddedBatch(NamedTuple):
    """Sequences of different lengths in one array, and their targets; unpacks as `x, lengths, y = ...`."""

    x: NDArray[np.float32]
    """Inputs, float32, shape (B, T, F); 0 in each row from its length on."""
    lengths: NDArray[np.int64]
    """How many steps of each row are real, int64, shape (B,), each from 1 to T."""
    y: NDArray[np.float32]
    """Targets, float32, shape (B, C), one of each sequence; (B, T, C) where every step has one."""


class EchoBatch(NamedTuple):
    """Bits, their echo, and which of its labels can be known; unpacks as `x, y, known = ...`."""

    x: NDArray[np.int8]
    """Bits, int8, shape (B, length // B)."""
    y: NDArray[np.int8]
    """Labels, int8, shape (B, length // B): the bit of some steps before."""
    known: NDArray[np.bool_]
    """Bool, same shape: False where the label cannot be known from its row."""

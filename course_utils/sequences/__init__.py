"""Seeded sequences for the course's tasks, whose answers and trivial baselines are known exactly.

Every function takes `seed` and draws from a private generator: the same seed gives the same data, whatever
ran before, and NumPy's and Python's global generators are left alone. Arrays are (B, T, F): batch, time step,
feature.

- Numbers: `changes`, `digit_sums`.
- Bits: `all_bit_strings`, `bit_strings`, `first_bit`, `echo_series`.
- Memory: `three_questions`, `adding_problem`, `copy_memory`, `matched_strings`.
"""

from __future__ import annotations

from course_utils.sequences.batches import EchoBatch, PaddedBatch, SequenceBatch
from course_utils.sequences.bits import all_bit_strings, bit_strings, echo_series, first_bit
from course_utils.sequences.memory import adding_problem, copy_memory, matched_strings, three_questions
from course_utils.sequences.numbers import changes, digit_sums

__all__ = [
    "EchoBatch",
    "PaddedBatch",
    "SequenceBatch",
    "adding_problem",
    "all_bit_strings",
    "bit_strings",
    "changes",
    "copy_memory",
    "digit_sums",
    "echo_series",
    "first_bit",
    "matched_strings",
    "three_questions",
]

"""Real data that needs no network: handwritten digits, speech, and English text.

They come from scikit-learn, from the folder `data` here, and from Python's own documentation. Arrays
are (B, T, F): batch, time step, feature. Shorter sequences are padded at their ends, and a mask is True at
the real steps. Random choices come from a private generator that `seed` starts.
"""

from __future__ import annotations

from course_utils.datasets.digits import DigitRows, digits_as_rows, drawn_digits
from course_utils.datasets.letters import LetterRows, rejoined, text_without_spaces
from course_utils.datasets.vowels import Utterances, japanese_vowels

__all__ = [
    "DigitRows",
    "LetterRows",
    "Utterances",
    "digits_as_rows",
    "drawn_digits",
    "japanese_vowels",
    "rejoined",
    "text_without_spaces",
]

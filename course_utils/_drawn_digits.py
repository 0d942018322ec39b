"""Ten digits drawn by hand, in the size of scikit-learn's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# 0 to 9, side by side, as somebody drew them who had looked at a few of the training images
_DRAWN_DIGITS = """
...##... ...##... ..###... ..####.. ....#... ..#####. ...#.... ..####.. ...##... ...##...
..####.. ...##... ..####.. ..#.##.. ...##... ..##.... ..##.... ..####.. ..#.##.. ..####..
..#..#.. ..###... ....##.. ....##.. ..##.... .##..... ..#..... ....##.. ..#.##.. ..#..#..
.##..##. ...##... ....#... ...##... .##..#.. .####... ..#..... ....##.. ..###... ..####..
.##..##. ...##... ...##... ....##.. .######. ....##.. ..####.. ..#####. ...##... .....#..
..#..##. ...##... ...#.... .....#.. ..####.. ....##.. ..#..##. ...##... ..#.##.. .....#..
..####.. ...##... ..####.. ....##.. ....#... ...##... ..##.##. ...#.... ..#.##.. ....##..
...##... ...###.. ..#####. ..###... ....#... ..###... ...###.. ...#.... ...##... ..###...
"""


def drawn_digits() -> NDArray[np.float32]:
    """The digits 0 to 9 as a person draws them: what a rule without learning may compare with.

    Returns
    -------
    array
        float32, shape (10, 8, 8), 0 for white and 1 for black.

    Examples
    --------
    >>> drawn_digits()[1, 2].tolist()
    [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    """
    rows = [
        [[pixel == "#" for pixel in digit] for digit in line.split()] for line in _DRAWN_DIGITS.split("\n")
    ]
    return np.array([row for row in rows if row], dtype=np.float32).transpose(1, 0, 2)

"""Handwritten digits as sequences of rows: scikit-learn's, and ten drawn by hand for comparison."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from course_utils import _arguments as arguments

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


class DigitRows(NamedTuple):
    """Images read as sequences, row by row, in two parts that share no image."""

    x_train: NDArray[np.float32]
    """Images to train on, float32 from 0 to 1, shape (B, 8, 8): a row of pixels is a time step."""
    y_train: NDArray[np.int64]
    """Their digits, shape (B,)."""
    x_test: NDArray[np.float32]
    """Images to test on."""
    y_test: NDArray[np.int64]
    """Their digits."""


def digits_as_rows(*, seed: int, test_share: float = 0.25) -> DigitRows:
    """Return handwritten digits of 8 rows of 8 pixels: T = 8 time steps of F = 8 features.

    Always answering with the commonest digit is right for about 10 %.

    Parameters
    ----------
    seed : draws which images are in which part; at least 0.
    test_share : the part of the 1797 images that is for testing, between 0 and 1. Each digit has its share.

    Returns
    -------
    DigitRows
        Pixels are divided by 16, the largest value: 0 is white, 1 is black.

    References
    ----------
    E. Alpaydin and C. Kaynak (1998), "Optical Recognition of Handwritten Digits", UCI Machine Learning
    Repository, CC BY 4.0; its test set, as `sklearn.datasets.load_digits` ships it.

    Examples
    --------
    >>> x_train, y_train, x_test, y_test = digits_as_rows(seed=0)
    >>> x_train.shape, x_test.shape
    ((1347, 8, 8), (450, 8, 8))
    """
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    share = arguments.number("test_share", test_share, above=0, below=1)
    # imported here, because it takes a second
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, digits = load_digits(return_X_y=True)
    x = (images / 16).astype(np.float32).reshape(-1, 8, 8)
    count = round(share * len(x) + 0.499)  # rounded up, as scikit-learn does
    if not 10 <= count <= len(x) - 10:
        raise ValueError(
            f"test_share must leave each part at least 10 of {len(x)} images; got {share}: try 0.25"
        )
    x_train, x_test, y_train, y_test = train_test_split(
        x,
        digits.astype(np.int64),
        test_size=count,
        stratify=digits,
        random_state=int(generator.integers(2**32)),
    )
    return DigitRows(x_train, y_train, x_test, y_test)


def drawn_digits() -> NDArray[np.float32]:
    """Return the digits 0 to 9 as a person draws them, for a rule without learning to compare with.

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

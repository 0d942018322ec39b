"""Real data that needs no network: handwritten digits, speech, and English text.

They come from scikit-learn, from this package's `data` folder, and from Python's own documentation. Arrays
are (B, T, F): batch, time step, feature. What is shorter than the longest is padded at its end, and a mask
tells the real steps from the padding. What is drawn at random comes from a private generator made of `seed`.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils._drawn_digits import drawn_digits
from course_utils._topics import python_topics, sentences_by_topic

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

_FIRST_LETTER = ord("a")


class Utterances(NamedTuple):
    """Spoken utterances of different lengths, padded with zeros at their ends."""

    x: NDArray[np.float32]
    """Features, float32, shape (B, T, F)."""
    lengths: NDArray[np.int64]
    """Frames of each utterance, shape (B,)."""
    mask: NDArray[np.bool_]
    """True at the frames that are real, shape (B, T)."""
    speaker: NDArray[np.int64]
    """Who speaks, from 0, shape (B,)."""


class LetterRows(NamedTuple):
    """Letters without spaces in rows of one length, and a label for each letter."""

    letters: NDArray[np.int32]
    """1 for a to 26 for z, 0 where there is none; shape (B, T)."""
    ends_word: NDArray[np.int32]
    """1 where a word ends, so that a space follows; 0 elsewhere; shape (B, T)."""
    mask: NDArray[np.bool_]
    """True where there is a letter, shape (B, T)."""
    topic: NDArray[np.str_]
    """The topic that a row comes from, shape (B,)."""


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
    """Handwritten digits, 8 rows of 8 pixels: T = 8 time steps of F = 8 features.

    Always answering with the commonest digit is right for about 10 %.

    Parameters
    ----------
    seed : draws which images are in which part; at least 0.
    test_share : the part of the 1797 images that is for testing, between 0 and 1. Each digit has its share.

    Returns
    -------
    DigitRows
        Pixels are divided by 16, the largest value: 0 is white, 1 is black.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

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
    # imported here: the package must load in a moment
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, digits = load_digits(return_X_y=True)
    x = (images / 16).astype(np.float32).reshape(-1, 8, 8)
    count = round(share * len(x) + 0.499)  # as scikit-learn rounds a share: up
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


def japanese_vowels() -> tuple[Utterances, Utterances]:
    """Nine men say /ae/: who is it? Utterances of 7 to 29 frames, F = 12 features each.

    A frame is 12 LPC cepstrum coefficients of 25.6 ms of speech, one frame every 6.4 ms. Always naming the
    speaker who is commonest in the test set is right for 88 of 370, about 24 %.

    Returns
    -------
    tuple
        `train`, `test`: 270 utterances, 30 a speaker, and 370 that were recorded on other occasions, 24 to 88
        a speaker. Both are padded to T = 29 frames. The split is that of the authors.

    References
    ----------
    M. Kudo, J. Toyama and M. Shimbo (1999), "Japanese Vowels", UCI Machine Learning Repository, CC BY 4.0.
    See data/README.md in this package.

    Examples
    --------
    >>> train, test = japanese_vowels()
    >>> train.x.shape, test.x.shape, int(train.lengths.min()), int(train.lengths.max())
    ((270, 29, 12), (370, 29, 12), 7, 26)
    """
    file = importlib.resources.files("course_utils").joinpath("data/japanese_vowels.npz")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        frames = (stored["millionths"] / 1e6).astype(np.float32)
        lengths = stored["lengths"].astype(np.int64)
        speaker = stored["speakers"].astype(np.int64) - 1
        trained = int(stored["sizes"][0])
    mask = np.arange(lengths.max()) < lengths[:, None]
    x = np.zeros((*mask.shape, frames.shape[1]), dtype=np.float32)
    x[mask] = frames
    everything = Utterances(x, lengths, mask, speaker)
    return _part(everything, slice(trained)), _part(everything, slice(trained, None))


def _part(utterances: Utterances, rows: slice) -> Utterances:
    x, lengths, mask, speaker = utterances
    return Utterances(x[rows], lengths[rows], mask[rows], speaker[rows])


def text_without_spaces(
    *, seed: int, row_length: int = 60, test_share: float = 0.15, topics: Mapping[str, str] | None = None
) -> tuple[LetterRows, LetterRows]:
    """English with its spaces taken out: where do the words end?

    The text is the prose of Python's own documentation, in the letters a to z. Each paragraph is cut into
    rows; its last row is padded. Whole topics are for testing, and no sentence occurs twice, so that none is
    in both parts. About 79 % of the letters do not end a word.

    Parameters
    ----------
    seed : draws the topics for testing; at least 0.
    row_length : letters in a row, T, at least 2.
    test_share : the part of the text that is for testing, at least; between 0 and 0.5. A topic of more than
        a tenth of the text is never for testing, so that the part is never much larger either.
    topics : topic to text; by default `pydoc_data.topics` of the running Python. Its text, and so the
        number of rows, differs a little from one version of Python to the next.

    Returns
    -------
    tuple
        `train`, `test`: LetterRows.

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    References
    ----------
    The Python Software Foundation, "The Python Language Reference" and "The Python Standard Library", in the
    form that Python's `help()` shows; the PSF licence.

    Examples
    --------
    >>> train, test = text_without_spaces(seed=0)
    >>> set(train.topic) & set(test.topic)
    set()
    """
    generator = np.random.default_rng(arguments.whole_number("seed", seed, at_least=0))
    length = arguments.whole_number("row_length", row_length, at_least=2)
    share = arguments.number("test_share", test_share, above=0, below=0.5)
    source = (
        python_topics() if topics is None else arguments.mapping("topics", topics, of="a topic to its text")
    )
    paragraphs = {
        topic: [" ".join(sentences) for sentences in found]
        for topic, found in sentences_by_topic(source).items()
    }
    sizes = {topic: sum(map(len, found)) for topic, found in paragraphs.items()}
    candidates = [topic for topic in sorted(sizes) if sizes[topic] <= sum(sizes.values()) / 10]
    test: list[str] = []
    for index in generator.permutation(len(candidates)):
        if sum(sizes[topic] for topic in test) < share * sum(sizes.values()):
            test.append(candidates[index])
    train = [topic for topic in sizes if topic not in test]
    if not test or not train:
        raise ValueError(
            f"topics must hold prose in topics of which none has over a tenth of it; got {len(sizes)} topics "
            "with prose: pass more of them, or none for Python's own"
        )
    return _letter_rows(paragraphs, train, length), _letter_rows(paragraphs, sorted(test), length)


def _letter_rows(paragraphs: Mapping[str, list[str]], topics: list[str], length: int) -> LetterRows:
    letters, ends, names = [], [], []
    for topic in topics:
        for paragraph in paragraphs[topic]:
            words = paragraph.split(" ")
            codes = np.frombuffer("".join(words).encode("ascii"), dtype=np.uint8).astype(np.int32)
            labels = np.zeros(len(codes), dtype=np.int32)
            labels[np.cumsum([len(word) for word in words]) - 1] = 1
            rows = -(-len(codes) // length)
            padding = (0, rows * length - len(codes))
            letters.append(np.pad(codes - (_FIRST_LETTER - 1), padding).reshape(rows, length))
            ends.append(np.pad(labels, padding).reshape(rows, length))
            names += [topic] * rows
    codes = np.concatenate(letters)
    return LetterRows(codes, np.concatenate(ends), codes > 0, np.array(names))


def rejoined(letters: ArrayLike, ends_word: ArrayLike) -> str:
    """Return a row's letters as text, with a space after each letter that ends a word.

    Parameters
    ----------
    letters : 1 for a to 26 for z; 0, which is padding, is left out. Shape (T,).
    ends_word : where a space follows: booleans, or 0 and 1. Shape (T,).

    Raises
    ------
    TypeError, ValueError
        Says which argument, the value it got and what would do.

    Examples
    --------
    >>> rejoined([1, 3, 1, 20, 0], [1, 0, 0, 1, 0])
    'a cat '
    """
    codes = arguments.array("letters", letters, ndim=1, axes="(T,)")
    spaces = arguments.array("ends_word", ends_word, shape=codes.shape, axes="(T,)")
    for name, values, largest in (("letters", codes, 26), ("ends_word", spaces, 1)):
        arguments.refuse_where(
            name,
            values,
            ~np.isin(values, np.arange(largest + 1)),
            wanted=f"whole numbers from 0 to {largest}",
            fault="something else",
            remedy="pass a row of LetterRows, or labels made by argmax",
        )
    return "".join(
        chr(_FIRST_LETTER - 1 + int(code)) + " " * int(space)
        for code, space in zip(codes, spaces, strict=True)
        if code
    )

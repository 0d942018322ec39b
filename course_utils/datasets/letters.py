"""English text without its spaces, for labelling where words end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from course_utils import _arguments as arguments
from course_utils.datasets.topics import python_topics, sentences_by_topic

_FIRST_LETTER = ord("a")


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


def text_without_spaces(
    *, seed: int, row_length: int = 60, test_share: float = 0.15, topics: Mapping[str, str] | None = None
) -> tuple[LetterRows, LetterRows]:
    """Return English text without its spaces; a label says of each letter whether a word ends there.

    The text is the prose of Python's own documentation, in the letters a to z. Each paragraph is cut into
    rows; its last row is padded. Whole topics are for testing, and no sentence occurs twice, so the parts
    share none. About 79 % of the letters do not end a word.

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
    for topic, prose in source.items():
        arguments.text(f"topics[{topic!r}]", prose, at_least=0)
    paragraphs = {
        topic: [" ".join(sentences) for sentences in texts]
        for topic, texts in sentences_by_topic(source).items()
    }
    sizes = {topic: sum(map(len, texts)) for topic, texts in paragraphs.items()}
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

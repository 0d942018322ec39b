"""Speech of nine men as sequences of frames."""

from __future__ import annotations

import importlib.resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


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


def japanese_vowels() -> tuple[Utterances, Utterances]:
    """Return utterances of /ae/ by nine men, 7 to 29 frames of F = 12 features, labelled with the speaker.

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
    See datasets/data/README.md in this package.

    Examples
    --------
    >>> train, test = japanese_vowels()
    >>> train.x.shape, test.x.shape, int(train.lengths.min()), int(train.lengths.max())
    ((270, 29, 12), (370, 29, 12), 7, 26)
    """
    file = importlib.resources.files("course_utils").joinpath("datasets/data/japanese_vowels.npz")
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

"""Make course_utils/datasets/data/japanese_vowels.npz: `python -m authoring.dataset_scripts.japanese_vowels`.

The recordings are those of the UCI Machine Learning Repository. The `aeon` package carries them as text. Its
wheel is fetched with pip and read as a zip file: aeon is not installed, and the course does not depend on it.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from authoring.sources import REPOSITORY

PACKAGE = "aeon==1.6.0"
MEMBER = "aeon/datasets/data/JapaneseVowels/JapaneseVowels_{}.ts"
TARGET = REPOSITORY / "course_utils" / "datasets" / "data" / "japanese_vowels.npz"
PARTS = ("TRAIN", "TEST")
DECIMALS = 6  # of each number in the text: a whole number of millionths holds it exactly


def fetch(folder: Path) -> Path:
    """Let pip download the package's wheel into a folder, without its dependencies."""
    options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), PACKAGE], check=True
    )
    return next(folder.glob("*.whl"))


def parse(text: str) -> tuple[list[NDArray[np.int32]], list[int]]:
    """Read the `.ts` text: of each utterance the frames in millionths, shape (T, F), and the speaker, 1 to 9.

    After the line `@data` an utterance is a line: the values of feature 0 over time, separated by commas,
    then a colon, those of feature 1, and so on; the speaker comes last.
    """
    lines = text.splitlines()
    rows = [line for line in lines[lines.index("@data") + 1 :] if line]
    frames, speakers = [], []
    for row in rows:
        *features, speaker = row.split(":")
        values = np.array([[float(number) for number in feature.split(",")] for feature in features])
        frames.append(np.rint(values.T * 10**DECIMALS).astype(np.int32))
        speakers.append(int(speaker))
    return frames, speakers


def packed(parts: Iterable[tuple[list[NDArray[np.int32]], list[int]]]) -> dict[str, NDArray[np.generic]]:
    """All utterances end to end, the training ones first, as few and small arrays."""
    utterances, speakers, sizes = [], [], []
    for frames, names in parts:
        utterances += frames
        speakers += names
        sizes.append(len(frames))
    return {
        "millionths": np.concatenate(utterances),
        "lengths": np.array([len(frames) for frames in utterances], dtype=np.uint8),
        "speakers": np.array(speakers, dtype=np.uint8),
        "sizes": np.array(sizes, dtype=np.uint16),
    }


def regenerate(folder: Path) -> dict[str, NDArray[np.generic]]:
    """The arrays of the data file, made anew from the package."""
    with zipfile.ZipFile(fetch(folder)) as wheel:
        return packed(parse(wheel.read(MEMBER.format(part)).decode("utf-8")) for part in PARTS)


def as_file(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    """The arrays as a compressed .npz file."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        stored = as_file(regenerate(Path(folder)))
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(stored)
    print(f"{TARGET.relative_to(REPOSITORY).as_posix()}: {len(stored) / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

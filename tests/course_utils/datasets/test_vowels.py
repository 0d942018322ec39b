"""The vowels are those of their authors, masks say what is real, and a wheel carries the data."""

import importlib.resources
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from course_utils import datasets
from tests.support import ROOT


@pytest.fixture(scope="module")
def vowels():
    return datasets.japanese_vowels()


def test_the_vowels_are_those_that_their_authors_describe(vowels):
    train, test = vowels
    assert train.x.shape == (270, 29, 12)
    assert test.x.shape == (370, 29, 12)
    assert train.x.dtype == np.float32
    assert np.bincount(train.speaker).tolist() == [30] * 9
    assert np.bincount(test.speaker).tolist() == [
        31,
        35,
        88,
        44,
        29,
        24,
        40,
        50,
        29,
    ]  # their file size_ae.test
    lengths = np.concatenate([train.lengths, test.lengths])
    assert (lengths.min(), lengths.max()) == (7, 29)
    # the first frame of the first utterance, as ae.train has it
    np.testing.assert_allclose(train.x[0, 0, :4], [1.860936, -0.207383, 0.261557, -0.214562], atol=1e-6)
    assert train.lengths[0] == 20


def test_masks_are_true_up_to_the_length_and_all_else_is_zero(vowels):
    for part in vowels:
        for x, length, mask in zip(part.x, part.lengths, part.mask, strict=True):
            assert mask.tolist() == [True] * length + [False] * (29 - length)
            assert np.all(np.any(x[:length] != 0, axis=1))
            assert not np.any(x[length:])


def test_the_data_file_has_a_licence_beside_it():
    folder = importlib.resources.files("course_utils").joinpath("datasets/data")
    notes = folder.joinpath("README.md").read_text(encoding="utf-8")
    assert "creativecommons.org/licenses/by/4.0" in notes
    assert "10.24432/C5NS47" in notes
    with folder.joinpath("japanese_vowels.npz").open("rb") as stream:
        assert len(stream.read()) < 400_000


@pytest.mark.slow
def test_a_wheel_carries_the_data(tmp_path):
    source = tmp_path / "source"
    for path in [
        ROOT / "pyproject.toml",
        ROOT / "README.md",
        ROOT / "LICENSE",
        *ROOT.glob("course_utils/**/*"),
    ]:
        if path.is_file() and "__pycache__" not in path.parts:
            target = source / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path)]
    command = [sys.executable, "-m", "pip", "wheel", *options, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    data = {f"course_utils/datasets/data/{name}" for name in ("japanese_vowels.npz", "README.md")}
    defaults = {f"course_utils/defaults/{name}" for name in ("keras.json", "matplotlibrc")}
    assert data | defaults | {"course_utils/py.typed", "course_utils/plotting/heatmaps.py"} <= names

"""The text is read rightly, and the file that is kept is what the package gives."""

import io

import numpy as np
import pytest

from authoring.dataset_scripts import japanese_vowels
from authoring.dataset_scripts.japanese_vowels import as_file, packed, parse

TEXT = """#A comment
@problemName JapaneseVowels
@data
1.860936,-0.5:0.25,0.1:3
1,2,3:4,5,6:1
"""


def test_an_utterance_is_read_frame_by_frame():
    frames, speakers = parse(TEXT)
    assert speakers == [3, 1]
    assert frames[0].tolist() == [[1860936, 250000], [-500000, 100000]]
    assert frames[1].tolist() == [[1000000, 4000000], [2000000, 5000000], [3000000, 6000000]]


def test_packed_and_stored_arrays_hold_all_utterances_in_order():
    arrays = packed([parse(TEXT), parse(TEXT)])
    assert arrays["lengths"].tolist() == [2, 3, 2, 3]
    assert arrays["sizes"].tolist() == [2, 2]
    assert arrays["millionths"].shape == (10, 2)
    with np.load(io.BytesIO(as_file(arrays)), allow_pickle=False) as stored:
        assert set(stored) == set(arrays)
        for name, array in arrays.items():
            np.testing.assert_array_equal(stored[name], array)
            assert stored[name].dtype == array.dtype


@pytest.mark.network
def test_the_file_that_is_kept_is_what_the_package_gives(tmp_path):
    wanted = japanese_vowels.regenerate(tmp_path)
    with np.load(japanese_vowels.TARGET, allow_pickle=False) as stored:
        assert set(stored) == set(wanted)
        for name, array in wanted.items():
            np.testing.assert_array_equal(stored[name], array)

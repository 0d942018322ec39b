"""Letters and labels give the text back, and its parts share nothing."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import datasets
from course_utils.datasets.topics import python_topics, sentences_by_topic


@pytest.fixture(scope="module")
def text():
    return datasets.text_without_spaces(seed=3)


def text_of(rows, topic):
    chosen = rows.topic == topic
    pairs = zip(rows.letters[chosen], rows.ends_word[chosen], strict=True)
    return "".join(datasets.rejoined(letters, ends) for letters, ends in pairs)


# ---------------------------------------------------------------- contract


def test_bad_arguments_of_the_text_are_named():
    with pytest.raises(ValueError, match="row_length must be a whole number, at least 2; got 1"):
        datasets.text_without_spaces(seed=0, row_length=1)
    with pytest.raises(TypeError, match="topics must be a mapping from a topic to its text"):
        datasets.text_without_spaces(seed=0, topics="Some text.")
    with pytest.raises(ValueError, match=r"topics must hold prose .*; got 0 topics with prose: pass more"):
        datasets.text_without_spaces(seed=0, topics={"heading": "Only a heading"})


@pytest.mark.parametrize(
    ("letters", "ends", "message"),
    [
        ([27], [0], "letters must be whole numbers from 0 to 26; got 27 at index 0"),
        ([1, 2.5], [0, 0], "letters must be whole numbers from 0 to 26; got 2.5 at index 1"),
        ([1], [0.3], "ends_word must be whole numbers from 0 to 1; got 0.3 at index 0"),
        ([1, 2], [1], "ends_word must have shape (2,)"),
    ],
)
def test_rejoined_names_bad_arguments(letters, ends, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        datasets.rejoined(letters, ends)


# ---------------------------------------------------------------- independent truth


def test_letters_and_labels_give_the_text_back(text):
    wanted = sentences_by_topic(python_topics())
    train, test = text
    assert set(train.topic) | set(test.topic) == set(wanted)
    for rows in text:
        for topic in np.unique(rows.topic):
            sentences = [s for paragraph in wanted[topic] for s in paragraph]
            assert text_of(rows, topic) == " ".join(sentences) + " "


def test_no_topic_and_no_sentence_is_in_both_parts(text):
    train, test = text
    assert not set(train.topic) & set(test.topic)
    sentences = sentences_by_topic(python_topics())
    of_part = [
        Counter(s for topic in np.unique(rows.topic) for paragraph in sentences[topic] for s in paragraph)
        for rows in text
    ]
    assert not of_part[0].keys() & of_part[1].keys()
    assert max(*of_part[0].values(), *of_part[1].values()) == 1
    whole = "".join(text_of(train, topic) for topic in np.unique(train.topic))
    long = [s for s in of_part[1] if len(s.split()) >= 12]
    assert len(long) > 100
    assert not [s for s in long if s in whole]


def test_the_test_part_has_the_share_it_should():
    for seed in range(5):
        train, test = datasets.text_without_spaces(seed=seed)
        share = test.mask.sum() / (test.mask.sum() + train.mask.sum())
        assert 0.14 < share < 0.26  # at least 15 % with the spaces, and less than a large topic more


def test_labels_and_masks_fit_the_letters(text):
    for rows in text:
        assert rows.letters.shape == rows.ends_word.shape == rows.mask.shape == (len(rows.topic), 60)
        np.testing.assert_array_equal(rows.mask, rows.letters > 0)
        assert np.all(np.diff(rows.mask.astype(int), axis=1) <= 0), "padding stands at the end only"
        assert rows.mask[:, 0].all()
        assert not np.any(rows.ends_word[~rows.mask])
        assert 0.77 < 1 - rows.ends_word[rows.mask].mean() < 0.81


# ---------------------------------------------------------------- properties


words = st.lists(st.text("abcxyz", min_size=1, max_size=9), min_size=5, max_size=30)


@given(words, words, st.integers(2, 40))
def test_any_text_comes_back(first, second, row_length):
    # a sentence for each of many topics, so that none is too large a part
    topics = {f"t{n:02}": f"Topic {'abcdefghijkl'[n]} has {' '.join(first)}." for n in range(12)}
    topics["t12"] = f"Last of all comes {' '.join(second)}."
    train, test = datasets.text_without_spaces(seed=0, row_length=row_length, topics=topics)
    assert train.letters.shape[1] == row_length
    for rows in (train, test):
        for topic in np.unique(rows.topic):
            assert text_of(rows, topic) == topics[topic].lower().replace(".", " ")

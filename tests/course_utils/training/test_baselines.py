"""The counts are those of a loop in plain Python, and bad input is named."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils import datasets
from course_utils.datasets import LetterRows
from course_utils.training import baselines

PAST = [(k, 0) for k in range(4)]
AROUND = [(0, 0), (0, 1), (1, 1), (1, 2)]


def rows_of(letters, ends):
    letters = np.array(letters, np.int32)
    return LetterRows(
        letters, np.array(ends, np.int32) * (letters > 0), letters > 0, np.full(len(letters), "t")
    )


def by_loop(train, letters, windows):
    """The same labels, window by window, with dictionaries."""

    def window(row, t, before, after):
        return tuple(int(row[i]) if 0 <= i < len(row) else 0 for i in range(t - before, t + after + 1))

    p0 = train.ends_word[train.mask].sum() / train.mask.sum()
    p = {(b, t): p0 for b in range(len(letters)) for t in range(len(letters[0]))}
    for before, after in windows:
        seen, ended = Counter(), Counter()
        for b, t in zip(*np.nonzero(train.mask), strict=True):
            key = window(train.letters[b], t, before, after)
            seen[key] += 1
            ended[key] += int(train.ends_word[b, t])
        for b, t in p:
            key = window(letters[b], t, before, after)
            p[b, t] = (ended[key] + 2 * p[b, t]) / (seen[key] + 2)
    return np.array([[p[b, t] > 0.5 for t in range(len(letters[0]))] for b in range(len(letters))])


tables = st.integers(1, 4).flatmap(
    lambda rows: st.lists(st.lists(st.integers(1, 3), min_size=6, max_size=6), min_size=rows, max_size=rows)
)


@given(tables, tables, st.integers(0, 2**24), st.sampled_from([PAST, AROUND]))
def test_counts_by_a_loop_in_plain_python(trained, asked, bits, windows):
    ends = [[bits >> (6 * b + t) & 1 for t in range(6)] for b in range(len(trained))]
    train = rows_of(trained, ends)
    result = baselines.window_counts(train, asked, windows=windows)
    np.testing.assert_array_equal(result, by_loop(train, asked, windows))


def test_padding_is_not_counted():
    train = rows_of([[1, 0, 0, 0]], [[1, 0, 0, 0]])
    assert baselines.window_counts(train, [[1, 2]], windows=[(0, 0)]).tolist() == [[1, 1]]


def test_a_window_never_seen_leaves_the_narrower_ones_answer():
    train = rows_of([[1, 2, 1, 2, 1]], [[0, 1, 0, 1, 0]])
    assert baselines.window_counts(train, [[3, 2, 3]], windows=[(0, 0), (1, 1)]).tolist() == [[0, 1, 0]]


def test_more_letters_and_letters_on_both_sides_help():
    train, test = datasets.text_without_spaces(seed=1)

    def right(windows):
        output = baselines.window_counts(train, test.letters, windows=windows)
        return np.mean((output == test.ends_word)[test.mask])

    assert right(PAST[:1]) < right(PAST) < right(AROUND)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"train": [[1]]}, TypeError, "train must be LetterRows; got"),
        ({"letters": [1, 2]}, ValueError, "letters must have 2 axes"),
        ({"letters": [[27]]}, ValueError, "letters must be whole numbers from 0 to 26; got 27"),
        ({"windows": []}, ValueError, "windows must have at least one pair"),
        ({"windows": [(-1, 0)]}, ValueError, "before must be a whole number, at least 0"),
        ({"windows": [(12, 0)]}, ValueError, "before must be a whole number, at least 0, at most 11; got 12"),
        ({"windows": [(6, 6)]}, ValueError, "after must be a whole number, at least 0, at most 5; got 6"),
    ],
)
def test_bad_arguments_are_named(change, error, message):
    good = {"train": rows_of([[1, 2]], [[0, 1]]), "letters": [[1]], "windows": [(0, 0)]}
    arguments = good | change
    with pytest.raises(error) as caught:
        baselines.window_counts(arguments.pop("train"), arguments.pop("letters"), **arguments)
    assert message in str(caught.value)

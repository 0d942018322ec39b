"""The data are those of their sources, parts share nothing, masks say what is real."""

import importlib.resources
import random
import re
import subprocess
import sys
import zipfile
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits

from course_utils import datasets
from course_utils.datasets.topics import python_topics, sentences_by_topic
from tests.support import ROOT

SEEDED = {"digits_as_rows": datasets.digits_as_rows, "text_without_spaces": datasets.text_without_spaces}


@pytest.fixture(params=SEEDED.values(), ids=SEEDED.keys())
def seeded(request):
    return request.param


@pytest.fixture(scope="module")
def vowels():
    return datasets.japanese_vowels()


@pytest.fixture(scope="module")
def text():
    return datasets.text_without_spaces(seed=3)


def arrays_of(data):
    """The arrays of a split, whether it is one tuple or two."""
    return [a for part in data for a in (part if isinstance(part, tuple) else [part])]


def text_of(rows, topic):
    chosen = rows.topic == topic
    pairs = zip(rows.letters[chosen], rows.ends_word[chosen], strict=True)
    return "".join(datasets.rejoined(letters, ends) for letters, ends in pairs)


# ---------------------------------------------------------------- contract


def test_same_seed_same_data_other_seed_other_data(seeded):
    first, again, other = (arrays_of(seeded(seed=seed)) for seed in (3, 3, 4))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(a.shape != b.shape or np.any(a != b) for a, b in zip(first, other, strict=True))


def test_global_generators_are_neither_read_nor_moved(seeded):
    state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
    seeded(seed=3)
    assert random.getstate() == state
    assert all(np.array_equal(a, b) for a, b in zip(np.random.get_state(), numpy_state, strict=True))  # noqa: NPY002


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"seed": -1}, ValueError, "seed must be a whole number, at least 0; got -1"),
        ({"seed": None}, TypeError, "seed must be a whole number, at least 0; got None"),
        ({"test_share": 0}, ValueError, "test_share must be a finite number, above 0"),
        ({"test_share": "half"}, TypeError, "test_share must be a finite number, above 0"),
    ],
)
def test_bad_arguments_are_named(seeded, arguments, error, words):
    with pytest.raises(error) as caught:
        seeded(**{"seed": 0} | arguments)
    assert words in str(caught.value)


@pytest.mark.parametrize("share", [0.001, 9 / 1797, 1787.6 / 1797, 0.999])
def test_a_part_of_too_few_digits_is_refused(share):
    with pytest.raises(ValueError, match=r"at least 10 of 1797 images; got 0\.\d*: try 0\.25"):
        datasets.digits_as_rows(seed=0, test_share=share)


@pytest.mark.parametrize(("share", "count"), [(9.1 / 1797, 10), (1787 / 1797, 1787), (0.25, 450), (0.3, 540)])
def test_a_share_of_the_digits_is_rounded_up(share, count):
    assert len(datasets.digits_as_rows(seed=0, test_share=share).x_test) == count


@pytest.mark.parametrize(
    ("load", "bound"), [(datasets.digits_as_rows, 1), (datasets.text_without_spaces, 0.5)]
)
def test_the_whole_or_more_is_no_share(load, bound):
    for share in (bound, bound + 0.1):
        with pytest.raises(ValueError, match=f"test_share must be .* above 0, below {bound}; got {share}"):
            load(seed=0, test_share=share)


def test_bad_arguments_of_the_text_are_named():
    with pytest.raises(ValueError, match="row_length must be a whole number, at least 2; got 1"):
        datasets.text_without_spaces(seed=0, row_length=1)
    with pytest.raises(TypeError, match="topics must be a mapping from a topic to its text"):
        datasets.text_without_spaces(seed=0, topics="Some text.")
    with pytest.raises(ValueError, match=r"topics must hold prose .*; got 0 topics with prose: pass more"):
        datasets.text_without_spaces(seed=0, topics={"heading": "Only a heading"})


@pytest.mark.parametrize(
    ("letters", "ends", "words"),
    [
        ([27], [0], "letters must be whole numbers from 0 to 26; got 27 at index 0"),
        ([1, 2.5], [0, 0], "letters must be whole numbers from 0 to 26; got 2.5 at index 1"),
        ([1], [0.3], "ends_word must be whole numbers from 0 to 1; got 0.3 at index 0"),
        ([1, 2], [1], "ends_word must have shape (2,)"),
    ],
)
def test_rejoined_names_bad_arguments(letters, ends, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        datasets.rejoined(letters, ends)


# ---------------------------------------------------------------- independent truth: digits


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_the_two_parts_of_the_digits_are_all_of_them_each_once(share):
    x_train, y_train, x_test, y_test = datasets.digits_as_rows(seed=1, test_share=share)
    assert x_train.dtype == np.float32
    assert len(x_test) == pytest.approx(share * 1797, abs=1)
    raw = load_digits()
    wanted = Counter(
        (image.tobytes(), int(digit)) for image, digit in zip(raw.images, raw.target, strict=True)
    )
    images = np.concatenate([x_train, x_test]).astype(np.float64) * 16
    digits = np.concatenate([y_train, y_test])
    assert Counter((i.tobytes(), int(d)) for i, d in zip(images, digits, strict=True)) == wanted
    for digit, count in Counter(raw.target).items():
        assert np.sum(y_test == digit) == pytest.approx(share * count, abs=1)


def test_the_drawn_digits_resemble_the_mean_of_their_class_most():
    drawn = datasets.drawn_digits()
    assert drawn.shape == (10, 8, 8)
    assert set(np.unique(drawn)) == {0, 1}
    raw = load_digits()
    means = np.array([raw.images[raw.target == digit].mean(axis=0).ravel() for digit in range(10)])
    resemblance = np.corrcoef(drawn.reshape(10, 64), means)[:10, 10:]
    np.testing.assert_array_equal(resemblance.argmax(axis=0), np.arange(10))


# ---------------------------------------------------------------- independent truth: vowels


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


# ---------------------------------------------------------------- independent truth: text


def test_letters_and_labels_give_the_text_back(text):
    wanted = sentences_by_topic(python_topics())
    train, test = text
    assert set(train.topic) | set(test.topic) == set(wanted)
    for rows in text:
        for topic in np.unique(rows.topic):
            sentences = [s for paragraph in wanted[topic] for s in paragraph]
            assert text_of(rows, topic) == " ".join(sentences) + " "


def test_each_sentence_stands_in_the_documentation():
    raw = {topic: " ".join(re.findall("[a-z]+", text.lower())) for topic, text in python_topics().items()}
    for topic, paragraphs in sentences_by_topic(python_topics()).items():
        for sentence in (s for paragraph in paragraphs for s in paragraph):
            assert f" {sentence} " in f" {raw[topic]} "


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


def test_code_grammar_headings_and_repetitions_are_left_out():
    topics = {
        "b": "The heading\n****\n\nNames refer to objects, always.  Names are bound by these things:\n\n"
        '   name ::= "a"\n\n   >>> x = 1\n\n* The bullet counts as a paragraph here.\n\nNo verb.',
        "a": "Names refer to objects, always.",
    }
    assert sentences_by_topic(topics) == {
        "a": [["names refer to objects always"]],
        "b": [["names are bound by these things"], ["the bullet counts as a paragraph here"]],
    }


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

"""The digits are those of scikit-learn, each once, in parts of the share that was asked for."""

from collections import Counter

import numpy as np
import pytest

from course_utils import datasets


@pytest.mark.parametrize("share", [0.001, 9 / 1797, 1787.6 / 1797, 0.999])
def test_a_part_of_too_few_digits_is_refused(share):
    with pytest.raises(ValueError, match=r"at least 10 of 1797 images; got 0\.\d*: try 0\.25"):
        datasets.digits_as_rows(seed=0, test_share=share)


@pytest.mark.parametrize(("share", "count"), [(9.1 / 1797, 10), (1787 / 1797, 1787), (0.25, 450), (0.3, 540)])
def test_a_share_of_the_digits_is_rounded_up(share, count):
    assert len(datasets.digits_as_rows(seed=0, test_share=share).x_test) == count


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_the_two_parts_of_the_digits_are_all_of_them_each_once(share):
    x_train, y_train, x_test, y_test = datasets.digits_as_rows(seed=1, test_share=share)
    assert x_train.dtype == np.float32
    assert len(x_test) == pytest.approx(share * 1797, abs=1)
    from sklearn.datasets import load_digits

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
    from sklearn.datasets import load_digits

    raw = load_digits()
    means = np.array([raw.images[raw.target == digit].mean(axis=0).ravel() for digit in range(10)])
    resemblance = np.corrcoef(drawn.reshape(10, 64), means)[:10, 10:]
    np.testing.assert_array_equal(resemblance.argmax(axis=0), np.arange(10))

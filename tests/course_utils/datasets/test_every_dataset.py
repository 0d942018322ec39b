"""What holds for every seeded data set: same seed, same parts; a bad share or seed is named."""

import random

import numpy as np
import pytest

from course_utils import datasets

SEEDED = {"digits_as_rows": datasets.digits_as_rows, "text_without_spaces": datasets.text_without_spaces}


@pytest.fixture(params=SEEDED.values(), ids=SEEDED.keys())
def seeded(request):
    return request.param


def arrays_of(data):
    """The arrays of a split, whether it is one tuple or two."""
    return [a for part in data for a in (part if isinstance(part, tuple) else [part])]


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
    ("arguments", "error", "message"),
    [
        ({"seed": -1}, ValueError, "seed must be a whole number, at least 0; got -1"),
        ({"seed": None}, TypeError, "seed must be a whole number, at least 0; got None"),
        ({"test_share": 0}, ValueError, "test_share must be a finite number, above 0"),
        ({"test_share": "half"}, TypeError, "test_share must be a finite number, above 0"),
    ],
)
def test_bad_arguments_are_named(seeded, arguments, error, message):
    with pytest.raises(error) as caught:
        seeded(**{"seed": 0} | arguments)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("load", "bound"), [(datasets.digits_as_rows, 1), (datasets.text_without_spaces, 0.5)]
)
def test_the_whole_or_more_is_no_share(load, bound):
    for share in (bound, bound + 0.1):
        with pytest.raises(ValueError, match=f"test_share must be .* above 0, below {bound}; got {share}"):
            load(seed=0, test_share=share)

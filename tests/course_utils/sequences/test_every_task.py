"""What holds for every seeded task: same seed, same data; generators are left alone; bad input is named."""

import random
from inspect import signature

import numpy as np
import pytest

from course_utils import sequences

EXAMPLES = {
    "adding_problem": {"batch_size": 8, "steps": 9},
    "bit_strings": {"batch_size": 8, "steps": 9},
    "changes": {"batch_size": 8, "steps": 9},
    "copy_memory": {"batch_size": 8, "delay": 9, "symbols": 10, "classes": 8},
    "digit_sums": {"batch_size": 8, "longest": 9},
    "echo_series": {"length": 60, "lag": 3, "batch_size": 5},
    "first_bit": {"batch_size": 8, "steps": 9},
    "three_questions": {"batch_size": 8, "steps": 9},
}
SIZES = [(name, size) for name, sizes in EXAMPLES.items() for size in sizes]


@pytest.fixture(params=EXAMPLES)
def make(request):
    """A function of a seed that returns all arrays of a task's batch."""

    def arrays(seed, convert=int):
        sizes = {name: convert(size) for name, size in EXAMPLES[request.param].items()}
        parts = getattr(sequences, request.param)(**sizes, seed=seed)
        return [a for part in parts for a in (part.values() if isinstance(part, dict) else [part])]

    return arrays


def assert_equal(batch, other):
    for array, same in zip(batch, other, strict=True):
        np.testing.assert_array_equal(array, same)


def test_every_seeded_task_has_an_example():
    functions = {name: getattr(sequences, name) for name in sequences.__all__}
    assert EXAMPLES.keys() == {name for name, f in functions.items() if "seed" in signature(f).parameters}


def test_same_seed_same_data_other_seed_other_data(make):
    first = make(3)
    assert_equal(first, make(3))
    assert np.any(first[0] != make(4)[0])


def test_global_generators_are_neither_read_nor_moved(make):
    batches = []
    for seed in (1, 2):
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002
        state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002
        batches.append(make(3))
        assert random.getstate() == state
        assert_equal(np.random.get_state(), numpy_state)  # noqa: NPY002
    assert_equal(*batches)


def test_arrays_share_no_memory(make):
    arrays = make(3)
    assert not any(np.shares_memory(a, b) for n, a in enumerate(arrays) for b in arrays[:n])


def test_numpy_integers_will_do(make):
    assert_equal(make(np.uint32(2**32 - 1), np.int8), make(2**32 - 1))


@pytest.mark.parametrize(("name", "size"), SIZES)
@pytest.mark.parametrize("value", [0, -3, 2.0, "7", True, None])
def test_a_bad_size_is_named(name, size, value):
    error = ValueError if type(value) is int else TypeError
    with pytest.raises(error, match=rf"^{size} must be .*; got {value!r}"):
        getattr(sequences, name)(**EXAMPLES[name] | {size: value}, seed=0)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize(
    ("seed", "error"), [(-1, ValueError), (None, TypeError), (np.random.default_rng(0), TypeError)]
)
def test_a_bad_seed_is_named(name, seed, error):
    with pytest.raises(error, match=r"seed must be a whole number, at least 0; got (-1|None|Generator)"):
        getattr(sequences, name)(**EXAMPLES[name], seed=seed)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_seed_must_be_passed_by_name(name):
    with pytest.raises(TypeError, match="positional argument"):
        getattr(sequences, name)(*EXAMPLES[name].values(), 0)

"""Where the names of lines stand."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.plotting.labels import _apart


@settings(max_examples=200)
@given(st.lists(st.tuples(st.floats(-0.2, 1.2), st.sampled_from([0.05, 0.1])), min_size=1, max_size=8))
def test_labels_are_moved_apart_and_keep_their_order(labels):
    wanted, sizes = [y for y, _ in labels], [size for _, size in labels]
    result = _apart(wanted, sizes)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    for i, j in itertools.pairwise(order):
        assert result[j] - result[i] >= (sizes[i] + sizes[j]) / 2 - 1e-9
    if sum(sizes) <= 1:
        assert min(y - s / 2 for y, s in zip(result, sizes, strict=True)) >= -1e-9
        assert max(y + s / 2 for y, s in zip(result, sizes, strict=True)) <= 1 + 1e-9

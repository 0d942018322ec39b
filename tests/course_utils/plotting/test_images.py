"""Each image is where it belongs, on one scale, and bad input is named."""

import numpy as np
import pytest

from course_utils import plotting
from tests.support.plots import TITLE, Example, plot_style

SHORT = "Above: written. Below: drawn"
style = pytest.fixture(autouse=True)(plot_style)

IMAGES = np.random.default_rng(0).random((2, 6, 8, 5))
EXAMPLES = {
    "image_rows": Example(
        plotting.image_rows,
        {"images": {"written": IMAGES[0], "drawn": IMAGES[1]}, "title": TITLE},
        labels=["written", "drawn"],
        drawn={"written": IMAGES[0], "drawn": IMAGES[1]},
    )
}


def test_images_stand_in_the_rows_and_places_they_were_given():
    images = {"a": np.random.default_rng(0).random((4, 3, 5)), "b": np.arange(60.0).reshape(4, 3, 5)}
    axes = plotting.image_rows(images, title=SHORT)
    assert axes.shape == (2, 4)
    for line, (name, row) in zip(axes, images.items(), strict=True):
        assert line[0].get_ylabel() == name
        for ax, image in zip(line, row, strict=True):
            np.testing.assert_array_equal(ax.images[0].get_array(), image)
            assert ax.images[0].get_clim() == (0.0, 59.0)
            assert ax.images[0].get_cmap().name == "gray_r"


def test_the_title_is_whole_and_inside_the_figure():
    axes = plotting.image_rows({"a": np.eye(8)[None].repeat(10, axis=0)}, title=SHORT)
    figure = axes[0, 0].figure
    figure.draw_without_rendering()
    (title,) = [text for text in figure.texts if text.get_text()]
    assert title.get_text().replace("\n", " ") == SHORT
    box = title.get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1
    assert box.y0 >= max(ax.get_window_extent().y1 for ax in axes.ravel())


def test_equal_pixels_are_white():
    axes = plotting.image_rows({"a": np.zeros((1, 2, 2))}, title=SHORT)
    assert axes[0, 0].images[0].get_clim() == (0, 1)


@pytest.mark.parametrize(
    ("images", "title", "error", "message"),
    [
        ({}, SHORT, ValueError, "images must have at least one entry"),
        ({"a": np.zeros((2, 2))}, SHORT, ValueError, r"images\['a'\] must have 3 axes \(N, height, width\)"),
        ({"a": np.zeros((1, 2, 2)), "b": np.zeros((2, 2, 2))}, SHORT, ValueError, "one shape in every row"),
        ({"a": np.zeros((21, 2, 2))}, SHORT, ValueError, "at most 20 in a row to be seen; got 21"),
        ({"a": np.zeros((1, 2, 2))}, " ", ValueError, "title must say something"),
    ],
)
def test_bad_arguments_are_named(images, title, error, message):
    with pytest.raises(error, match=message):
        plotting.image_rows(images, title=title)

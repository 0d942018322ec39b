"""README's pictures are the notebooks' figures, found by their alt text."""

import base64
from pathlib import Path

import pytest

from authoring.build import main
from authoring.figures import picture_problems, refresh_pictures, stored_figures
from authoring.sync import problems
from tests.support.sample_course import ALT, PNG, change_text, make_course


@pytest.fixture
def course(tmp_path: Path) -> Path:
    make_course(tmp_path)
    change_text(tmp_path / "README.md", "The end.", f"![{ALT}](docs/line.png)\n\nThe end.")
    return tmp_path


def test_a_missing_or_old_picture_is_found_and_mended(course: Path) -> None:
    picture = course / "docs" / "line.png"
    for spoil in (lambda: None, lambda: picture.write_bytes(b"old"), picture.unlink):
        spoil()
        assert len(picture_problems(course)) == 1
        assert "docs/line.png" in problems(course)[0]
        assert "`python3 course.py notebooks`" in picture_problems(course)[0]
        assert refresh_pictures(course) == ["docs/line.png"]
        assert picture_problems(course) == problems(course) == []
        assert picture.read_bytes() == base64.b64decode(PNG)
    assert refresh_pictures(course) == []


def test_the_build_writes_the_pictures(course: Path) -> None:
    assert main([], course) == 0
    assert (course / "docs" / "line.png").read_bytes() == base64.b64decode(PNG)


def test_an_alt_text_that_no_figure_has_is_named(course: Path) -> None:
    change_text(course / "README.md", ALT, "Something else")
    assert refresh_pictures(course) == []
    assert "no notebook's figure has its alt text, 'Something else'" in picture_problems(course)[0]
    assert main([], course) == 1


def test_other_images_are_left_alone(tmp_path: Path) -> None:
    make_course(tmp_path)
    change_text(tmp_path / "README.md", "The end.", "![A badge](https://example.org/badge.png)")
    assert picture_problems(tmp_path) == []
    assert set(stored_figures(tmp_path)) == {ALT}

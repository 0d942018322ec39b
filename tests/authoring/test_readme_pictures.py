"""README's pictures are the notebooks' figures, found by their alt text."""

import base64
from pathlib import Path

import pytest

from authoring.build import main
from authoring.course import Course
from authoring.generated import refresh, stale
from authoring.readme_pictures import stored_figures
from authoring.sync import problems
from tests.support.sample_course import ALT, PNG, change_text, make_course


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_course(tmp_path)
    change_text(tmp_path / "README.md", "The end.", f"![{ALT}](docs/line.png)\n\nThe end.")
    return tmp_path


def test_a_missing_or_old_picture_is_found_and_fixed(root: Path) -> None:
    picture = root / "docs" / "line.png"
    for spoil in (lambda: None, lambda: picture.write_bytes(b"old"), picture.unlink):
        spoil()
        (problem,) = stale(Course(root))
        assert problem.startswith("docs/line.png is ")
        assert problem.endswith("Fix it with `python3 course.py notebooks`.")
        assert problems(Course(root)) == [problem]
        assert refresh(Course(root)) == ["docs/line.png"]
        assert problems(Course(root)) == []
        assert picture.read_bytes() == base64.b64decode(PNG)
    assert refresh(Course(root)) == []


def test_the_build_writes_the_pictures(root: Path) -> None:
    assert main([], root) == 0
    assert (root / "docs" / "line.png").read_bytes() == base64.b64decode(PNG)


def test_an_alt_text_that_no_figure_has_is_named_and_the_other_pictures_are_written(root: Path) -> None:
    change_text(root / "README.md", "![", "![Something else](docs/other.png)\n\n![")
    assert refresh(Course(root)) == ["docs/line.png"]
    (problem,) = stale(Course(root))
    assert "docs/other.png, but no notebook's figure has its alt text, 'Something else'" in problem
    assert main([], root) == 1


def test_other_images_are_left_alone(tmp_path: Path) -> None:
    make_course(tmp_path)
    change_text(tmp_path / "README.md", "The end.", "![A badge](https://example.org/badge.png)")
    assert stale(Course(tmp_path)) == []
    assert set(stored_figures(Course(tmp_path))) == {ALT}

"""What the texts of lessons and problem sets have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring.sources import CourseError, link_lessons


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    for name, title in (("00_start_here", "Start"), ("07_echo", 'The "echo"'), ("08_echo_again", "Again")):
        (tmp_path / f"{name}.py").write_text(f"# %% [markdown]\n# # {{{{number}}}} · {title}\n")
    return tmp_path


def test_a_reference_is_a_link_with_number_and_title(lessons: Path) -> None:
    assert link_lessons("{{Lesson:echo}} of {{lesson:start_here}}", lessons, "here", folder="../") == (
        '[Lesson 07](../07_echo.ipynb "The &quot;echo&quot;") of [lesson 00](../00_start_here.ipynb "Start")'
    )
    assert link_lessons("{{echo}} {lesson:echo}", lessons, "here") == "{{echo}} {lesson:echo}"


def test_the_number_follows_the_file(lessons: Path) -> None:
    (lessons / "07_echo.py").rename(lessons / "09_echo.py")
    assert link_lessons("{{lesson:echo}}", lessons, "here").startswith("[lesson 09](09_echo.ipynb ")


@pytest.mark.parametrize("name", ["07_echo", "gone", "ech", "again"])
def test_a_reference_to_no_lesson_is_refused(lessons: Path, name: str) -> None:
    with pytest.raises(CourseError) as caught:
        link_lessons(f"see {{{{lesson:{name}}}}}", lessons, "cell 3")
    assert str(caught.value) == (
        f"cell 3: {{{{lesson:{name}}}}} is no lesson; there are echo, echo_again, start_here."
    )

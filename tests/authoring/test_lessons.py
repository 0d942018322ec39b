"""Finding lessons, reading openings, and the words when something is not right."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring.course import Course
from authoring.lessons import LessonError, parse_bullets, parse_opening, read_notebook
from tests.support.sample_course import change_text, good_lesson, make_course, markdown

OPENING = """\
# 03 · Counting

Count bits
in a row.

**You will be able to**

- count
- tell why
  it is hard

**Needs:** NumPy;
lesson 01.

**Run time:** {{run_time}}"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def test_an_opening_is_taken_apart_however_it_is_wrapped() -> None:
    opening = parse_opening(OPENING)
    assert (opening.number, opening.title, opening.summary) == ("03", "Counting", "Count bits in a row.")
    assert opening.abilities == ("count", "tell why it is hard")
    assert (opening.needs, opening.run_time) == ("NumPy; lesson 01.", "{{run_time}}")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# 03 · Counting", "# Counting", "'# Counting' where its heading should be"),
        ("Count bits\nin a row.\n\n", "", "where its summary should be"),
        ("**You will be able to**", "You can", "'You can' where what one will be able to do should be"),
        ("- count\n- tell why\n  it is hard\n\n", "", "where the list of abilities should be"),
        ("**Needs:** NumPy;\nlesson 01.\n\n", "", "where what it needs should be"),
        ("\n\n**Run time:** {{run_time}}", "", "'nothing' where its run time should be"),
        ("{{run_time}}", "{{run_time}}\n\nMore.", "goes on with 'More.'"),
    ],
)
def test_a_part_missing_from_an_opening_is_named_with_an_example(old: str, new: str, message: str) -> None:
    assert old in OPENING
    with pytest.raises(LessonError) as caught:
        parse_opening(OPENING.replace(old, new))
    assert message in str(caught.value)
    assert "`" in str(caught.value)


def test_bullets_are_joined_over_lines() -> None:
    assert parse_bullets("Text\n- one\n  more\n* two\nText") == ["one more", "two"]


def test_lessons_are_found_in_order_with_their_notebooks(root: Path) -> None:
    lessons = Course(root).lessons
    assert [(lesson.number, lesson.label) for lesson in lessons] == [
        ("00", "00 · Start here"),
        ("01", "01 · An echo | a memory"),
    ]
    assert lessons[1].notebook == root / "notebooks" / "01_echo.ipynb"
    by_number = Course(root).by_number
    assert by_number(["1"]) == by_number(["echo", "01_echo", "01"]) == [lessons[1]]
    with pytest.raises(LessonError, match=r"There is no lesson 7\. The course has: 00_start_here, 01_echo\."):
        by_number(["7"])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("02-b.py", good_lesson("02", "B"), "not named as a lesson is"),
        ("02_b.py", good_lesson("02", "B").replace("{{number}}", "02"), "write `# {{number}} · B`"),
        ("02_b.py", markdown("# B"), "lessons/02_b.py: the opening is not whole"),
        ("02_b.py", "", "must begin with the markdown cell of its opening"),
        ("02_b.py", "# %%\nx = 1", "must begin with the markdown cell of its opening"),
        ("02_b.py", good_lesson("02", "B") + "\n# %% [raw]\n# r", "is a raw cell"),
        ("02_b.py", good_lesson("02", "B") + "\n# %% Heading\nx = 1", "carries ['title'] in its `# %%` line"),
        ("01_b.py", good_lesson("01", "B"), "lessons/01_b.py and lessons/01_echo.py have one number"),
        ("02_echo.py", good_lesson("02", "B"), "lessons/01_echo.py and lessons/02_echo.py have one name"),
        (
            "02_b.py",
            good_lesson("02", "B").replace("Think.", "See lesson 01."),
            "lessons/02_b.py cell 24 says 'lesson 01', and numbers change: write {{lesson:its_name}}",
        ),
        (
            "02_b.py",
            good_lesson("02", "B").replace("Python; nothing else", "{{lesson:echo}}; {{lesson:later}}"),
            "lessons/02_b.py needs 'later', which is no lesson before it",
        ),
    ],
)
def test_what_is_wrong_with_a_lesson_is_said(root: Path, name: str, text: str, message: str) -> None:
    (root / "lessons" / name).write_text(text, encoding="utf-8")
    with pytest.raises(LessonError) as caught:
        _ = Course(root).lessons
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"cells": [', '"cells": ['[:-1]),
        ('"id": "', '"name": "'),
        ('"execution_count": 1,', ""),
        ('"cells"', '"sells"'),
    ],
    ids=["not JSON", "no ids", "no execution count", "no cells"],
)
def test_what_is_not_a_notebook_is_refused_by_name(root: Path, old: str, new: str) -> None:
    path = root / "notebooks" / "01_echo.ipynb"
    change_text(path, old, new)
    with pytest.raises(LessonError, match=r"^notebooks/01_echo\.ipynb is not a notebook: "):
        read_notebook(path)

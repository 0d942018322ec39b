"""The text of a problem set, the rules for it, and the two notebooks made from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring import problem_sets
from authoring.problem_sets import ProblemSetError, find_problem_sets, named, read, release, source

TEXT = (problem_sets.SETS / "ps01_unrolled.py").read_text(encoding="utf-8")


def written(folder: Path, text: str = TEXT, name: str = "ps01_unrolled.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_tasks_of_a_set_are_read_with_what_their_answers_define() -> None:
    result = read(problem_sets.SETS / "ps01_unrolled.py")
    assert (result.name, result.title) == ("ps01", "Problem set 01 · Unrolled by hand")
    assert [(task.name, task.points, task.defines) for task in result.tasks] == [
        ("step", 4, ("step",)),
        ("unroll", 5, ("unroll",)),
        ("head", 4, ("head",)),
        ("scaled", 3, ("scaled",)),
        ("saturation", 4, ()),
    ]
    assert [task.by_hand for task in result.tasks] == [False] * 4 + [True]


def test_the_sets_are_found_by_name() -> None:
    assert [each.name for each in find_problem_sets()] == sorted(each.name for each in find_problem_sets())
    assert named("ps01").name == "ps01"
    with pytest.raises(ProblemSetError, match="There is no problem set 'ps99': take one of ps01"):
        named("ps99")


def test_the_source_has_all_and_the_release_what_a_student_may_see() -> None:
    both = source(named("ps01")), release(named("ps01"))
    for notebook in both:
        assert [cell.metadata.get("nbgrader") for cell in notebook.cells] == [
            cell.metadata.get("nbgrader") for cell in both[0].cells
        ]
        assert [cell.id for cell in notebook.cells] == [f"ps01-{n:02}" for n in range(1, 20)]
    step = [cell.source for notebook in both for cell in notebook.cells if cell.id == "ps01-04"]
    assert "return np.tanh(x @ W_x + h @ W_h + b)" in step[0]
    assert step[1].endswith('"""\n    raise cu.answers.NotDoneYet("put your code in place of this line")')
    tests = [cell.source for notebook in both for cell in notebook.cells if cell.id == "ps01-05"]
    assert tests[0].startswith(tests[1])
    assert "default_rng" in tests[0]
    assert "default_rng" not in tests[1]
    message = [cell.source for notebook in both for cell in notebook.cells if cell.id == "ps01-19"]
    assert "**Rubric.**" in message[0]
    assert message[1] == "*Not done yet: put your words in place of this line.*"


def test_given_and_test_cells_are_locked_and_answers_are_not() -> None:
    for cell in release(named("ps01")).cells:
        output = cell.metadata.get("nbgrader")
        if output:
            assert output["locked"] is not output["solution"]
            assert cell.metadata.get("editable", True) is not output["locked"]
            assert cell.metadata["deletable"] is False


def test_points_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    text = TEXT.replace("points=3", "points=4").replace("(3 points)", "(4 points)")
    with pytest.raises(ProblemSetError, match="the points add up to 21; they must add up to 20"):
        read(written(tmp_path, text))


def test_a_task_has_the_title_of_its_heading() -> None:
    titles = [task.title for task in named("ps01").tasks]
    assert titles[0] == "Task 1: One step"
    assert [title[:8] for title in titles] == [f"Task {n}: " for n in range(1, 6)]


RULES = {
    "no name of a problem set": (None, None, "ps1.py", "is no name of a problem set"),
    "no heading": ("# # Problem set 01", "# # Set 01", None, "the first cell must begin `# Problem set 01"),
    "points of a heading": ("points=3", "points=4", None, "a heading `## Task 1: ... (4 points)` before it"),
    "no heading of a task": (
        "## Task 1: One",
        "## One",
        None,
        "a heading `## Task 1: ... (4 points)` before it",
    ),
    "a long line": (
        "import numpy as np",
        "import numpy as np" + " " * 60 + "#" * 40,
        None,
        "and may have 100: import",
    ),
    "no points": ("points=3", "", None, "tests and explain have points, a whole number; got None"),
    "points of an answer": ('answer="step"', 'answer="step" points=2', None, "have points, a whole number"),
    "points that are no number": ("points=3", 'points="3"', None, "a whole number; got '3'"),
    "an unknown word": ('given="bugs"', 'givn="bugs"', None, "says 'givn': it may say given, shown, answer"),
    "two kinds": ('given="bugs"', 'given="bugs" shown="x"', None, "is said to be given and shown"),
    "a bad name": ('given="bugs"', 'given="the bugs"', None, "given needs a name like step_by_hand"),
    "two answers": ('answer="head"', 'answer="step"', None, "there is an answer 'step' before it already"),
    "tests without an answer": ('tests="head"', 'tests="had"', None, "there is no answer 'had' before"),
    "an answer without tests": ('tests="head"', 'tests="step"', None, "the answer 'head' has no tests"),
    "no solution": (
        "    ### BEGIN SOLUTION\n    return states",
        "    return states",
        None,
        "must have one line",
    ),
    "no hidden tests": (
        "### BEGIN HIDDEN TESTS\nfor seed, (B, F, H)",
        "for seed, (B, F, H)",
        None,
        "must have one line `### BEGIN HIDDEN TESTS`",
    ),
    "an answer that defines nothing": (
        "def head(states, W_y, b_y):",
        "for _ in ():",
        None,
        "the answer defines no name that a test could use",
    ),
    "an answer that is no Python": ("def head(", "def head((", None, "cell 10 is not Python: "),
    "words as code": ("# %% [markdown] explain", "# %% explain", None, "is a code cell, which cannot be"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_text_that_breaks_a_rule_is_refused_with_its_place(tmp_path: Path, rule: str) -> None:
    old, new, name, message = RULES[rule]
    assert old is None or old in TEXT
    text = TEXT if old is None or new is None else TEXT.replace(old, new, 1)
    path = written(tmp_path, text, name or "ps01_unrolled.py")
    with pytest.raises(ProblemSetError) as caught:
        read(path)
    assert message in str(caught.value)
    assert path.name in str(caught.value)


def test_two_sets_of_one_number_are_refused(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, name="ps01_again.py")
    with pytest.raises(ProblemSetError, match=r"2 files of .* begin with ps01: rename one"):
        find_problem_sets(tmp_path)


def test_a_set_is_found_beside_one_that_is_broken(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "ps02_broken.py").write_text("# %% [markdown]\n# no heading\n", encoding="utf-8")
    assert named("ps01", tmp_path).name == "ps01"
    with pytest.raises(ProblemSetError, match="ps02_broken"):
        named("ps02", tmp_path)


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemSetError, match="There is no problem set in"):
        find_problem_sets(tmp_path)

"""What becomes of a submission whose kernel cannot be spoken to."""

from __future__ import annotations

from typing import Any

import pytest

from authoring import problem_sets
from classroom.runner.judging import Verdict
from classroom.runner.kernel import KernelEnded
from classroom.runner.values import BadReply

parts = pytest.importorskip(
    "classroom.nbgrader_steps", reason="needs nbgrader: python3 course.py setup --classroom"
)


class Broken:
    """A kernel that fails at the answer of the second task."""

    ended = ""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __enter__(self) -> Broken:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run_cell(self, source: str) -> list[Any]:
        if source.startswith("def unroll("):
            raise self.error
        return []


@pytest.mark.parametrize("error", [KernelEnded("it is gone"), BadReply("nonsense")], ids=["ended", "bad"])
def test_what_was_judged_before_stays_and_the_rest_is_left_to_a_person(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(parts, "StudentKernel", lambda *_, **__: Broken(error))
    monkeypatch.setattr(parts.judging, "judge", lambda *_: Verdict("right"))
    notebook = problem_sets.source(problem_sets.named("ps01"))
    executed, _ = parts.ExecuteInSandbox().preprocess(notebook, {"nbgrader": {"assignment": "ps01"}})
    named = [(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell) for cell in executed.cells]
    outputs = {
        grade_id: [output.ename for output in cell.outputs]
        for grade_id, cell in named
        if "-tests" in grade_id
    }
    undecided = ["Undecided"]
    assert outputs == {
        "step-tests": [],
        "unroll-tests": undecided,
        "head-tests": undecided,
        "scaled-tests": undecided,
    }


def test_words_keep_their_form_and_lose_what_acts() -> None:
    html = parts.sanitize_html(
        "## A *b*\n\n- $x_t < 3$ and `c`\n\n| d |\n|--:|\n| 1 |\n\n"
        "[e](https://example.org) [f](javascript:g())\n"
    )
    for kept in (
        "<h2",
        "<em>b</em>",
        "<li>",
        "$x_t &lt; 3$",
        "<code>c</code>",
        "<td>1</td>",
        'href="https://ex',
    ):
        assert kept in html
    assert "javascript" not in html
    hostile = parts.sanitize_html("<script>g()</script> <img src=x onerror='g()'> <b onclick='g()'>h</b>")
    assert "<script" not in hostile
    assert "<img" not in hostile
    assert "<b>h</b>" in hostile

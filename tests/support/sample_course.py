"""A course of two small lessons that obeys every rule, for the tests of authoring/ to break in one way each.

Its notebooks are not run: `pretend_to_run` stores what the cells would print. That takes
milliseconds and needs no kernel; what a kernel does is tested in tests/authoring/test_execute.py.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat

from authoring.course import Course
from authoring.generated import refresh
from authoring.readme import BEGIN, END
from authoring.records.machine_runs import MACHINES, RECORDS, Record, Result
from authoring.records.provenance import Provenance
from authoring.records.seed_sweeps import SWEEPS, Sweep
from authoring.render import render_notebook

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
RUN_TIMES = {
    "start_here": {"seconds": 3.2, "slowest_cell": 0.5},
    "echo": {"seconds": 23.4, "slowest_cell": 5.0},
}
ALT = "A line that rises from zero to one in 3 steps"


def opening(title: str) -> str:
    return f"""\
# %% [markdown]
# # {{{{number}}}} · {title}
#
# Repeat what was heard
# some steps ago.
#
# **You will be able to**
#
# - write an echo
# - say why an echo
#   needs a memory
#
# **Needs:** Python; nothing else.
#
# **Run time:** {{{{run_time}}}}
"""


def good_lesson(number: str, title: str) -> str:
    """The text of a lesson that breaks no rule."""
    parts = [
        opening(title),
        markdown("{{previous_and_next}}\n\n{{syllabus}}"),
        code("import course_utils as cu\nimport keras\n\ncu.runtime.start(seed=3)"),
        markdown("## An echo\n\nWhat comes back after one step?"),
        code(f"def echo_{number}(bits, lag):\n    return [0] * lag + bits[:-lag]"),
    ]
    for lag in (1, 2, 3, 4):
        parts += [
            markdown(f"And after {lag}?"),
            code(
                f'cu.check(echo_{number}([1] * 9, {lag})[0] == 0, "an echo of lag {lag} begins with silence")'
            ),
        ]
    parts += [
        markdown("How well is it learnt?"),
        code("history = model.fit(x, y, epochs=2, verbose=0)\nprint(history)", tag="nbval-ignore-output"),
        markdown("The loss falls."),
        code('cu.check(history[-1] < 0.1, "the loss falls below `0.1`")'),
        markdown("What does it look like?"),
        code(f'display(figure, metadata={{"image/png": {{"alt": "{ALT}"}}}})'),
        markdown("It rises."),
        code('cu.check(line[-1] > line[0], "the line rises")'),
        markdown("## What you now know\n\n- **the loss falls** below 0.1.\n- the line\n  rises"),
        markdown("## Exercises"),
    ]
    for n in (1, 2, 3):
        hint = "<details><summary>Hint</summary>\n\nThink.\n\n</details>"
        parts.append(markdown(f"### Exercise {n}: another echo\n\nWrite it.\n\n{hint}"))
    parts.append(markdown("## Solutions"))
    for n in (1, 2, 3):
        parts.append(markdown(f"### Solution {n}"))
        parts.append(code(f'cu.check(True, "solution {n} is right")', tag="solution"))
    parts.append(markdown("## Sources\n\nHallstrom (2016)."))
    return "\n".join(parts)


def markdown(text: str) -> str:
    return "# %% [markdown]\n" + "".join(f"# {line}".rstrip() + "\n" for line in text.split("\n"))


def code(text: str, tag: str = "") -> str:
    return "# %%" + (f' tags=["{tag}"]' if tag else "") + f"\n{text}\n"


def make_course(root: Path) -> Path:
    """Write the course: two lessons, their notebooks, all that is on record of them, and a README."""
    for folder in ("lessons", "notebooks"):
        (root / folder).mkdir(parents=True)
    (root / "lessons" / "00_start_here.py").write_text(good_lesson("00", "Start here"), encoding="utf-8")
    (root / "lessons" / "01_echo.py").write_text(good_lesson("01", "An echo | a memory"), encoding="utf-8")
    (root / "lessons" / "run_times.json").write_text(json.dumps(RUN_TIMES))
    (root / "README.md").write_text(f"# Course\n\n{BEGIN}\n{END}\n\nThe end.\n", encoding="utf-8")
    write_notebooks(root)
    sweep_all(root)
    run_as_all_machines(root)
    refresh(Course(root))
    return root


def write_notebooks(root: Path) -> None:
    course = Course(root)
    for lesson in course.lessons:
        notebook = render_notebook(lesson, course)
        pretend_to_run(notebook)
        lesson.notebook.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")


def sweep_all(root: Path) -> None:
    """Record that every check held in each of 20 seeds."""
    course = Course(root)
    sweeps = {
        name: replace(Sweep.to_do(notebook), seeds=tuple(range(1, 21)))
        for name, notebook in course.notebooks.items()
    }
    SWEEPS.write(root, course.lessons, sweeps)


def run_as_all_machines(root: Path) -> None:
    """Record that every lesson is the same as each machine."""
    course = Course(root)
    results = dict.fromkeys(MACHINES, Result("a processor", (), (), "", 3, 1, {}))
    records = {name: Record(Provenance.of(notebook), results) for name, notebook in course.notebooks.items()}
    RECORDS.write(root, course.lessons, records)


def pretend_to_run(notebook: Any) -> None:
    """Store a line for each cu.check and an image for each display, with execution counts."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
        for call in (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            if name in ("cu.check", "cu.check_above"):
                cell.outputs.append(stream(f"✓ {ast.literal_eval(call.args[-1])}\n"))
            elif name == "display":
                alt = ast.literal_eval(call.keywords[0].value)
                cell.outputs.append(display({"image/png": PNG, "text/plain": "<Figure>"}, alt))
            elif name == "print":
                cell.outputs.append(stream("[0.3, 0.05]\n"))


def stream(text: str, name: str = "stdout") -> Any:
    return nbformat.v4.new_output("stream", name=name, text=text)


def display(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> Any:
    return nbformat.v4.new_output("display_data", data=data, metadata=metadata or {})


def change_notebook(path: Path, change: Callable[[Any], object]) -> None:
    """Let a function change a stored notebook, and store it again."""
    notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
    change(notebook)
    path.write_text(nbformat.v4.writes(notebook) + "\n", encoding="utf-8")


def change_text(path: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")

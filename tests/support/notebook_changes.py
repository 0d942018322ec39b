"""Changes of the good notebook of sample_course.py, each a function of the notebook as nbformat has it."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable
from typing import Any

import nbformat

from tests.support.sample_course import stream

Change = Callable[[Any], object]

# Positions among the code cells of the good lesson.
SETUP, DEFINITION, CHECK, UNCOMPARED, BOUND, FIGURE, CLAIM, SOLUTION = 0, 1, 2, 6, 7, 8, 9, 10


def code(nb: Any, position: int) -> Any:
    return [cell for cell in nb.cells if cell.cell_type == "code"][position]


def prose(nb: Any, start: str) -> Any:
    (result,) = [cell for cell in nb.cells if cell.cell_type == "markdown" and cell.source.startswith(start)]
    return result


def source(position: int, old: str, new: str) -> Change:
    """A change of one code cell's source."""

    def change(nb: Any) -> None:
        cell = code(nb, position)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def adding(line: str, position: int = DEFINITION) -> Change:
    """A change that adds a line to one code cell."""
    return lambda nb: code(nb, position).update(source=f"{code(nb, position).source}\n{line}")


def text(start: str, old: str, new: str) -> Change:
    """A change of the markdown cell that begins with `start`."""

    def change(nb: Any) -> None:
        cell = prose(nb, start)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def output(position: int, *outputs: Any) -> Change:
    return lambda nb: code(nb, position).outputs.extend(outputs)


def tags(position: int, *names: str) -> Change:
    return lambda nb: code(nb, position).metadata.update(tags=list(names))


def no_outputs(position: int) -> Change:
    return lambda nb: code(nb, position).update(outputs=[])


def more(prose_cells: int = 0, code_cells: int = 0) -> Change:
    """A change that adds cells behind the first check."""

    def change(nb: Any) -> None:
        place = nb.cells.index(code(nb, CHECK)) + 1
        nb.cells[place:place] = [nbformat.v4.new_markdown_cell("Text.") for _ in range(prose_cells)]
        nb.cells[place:place] = [nbformat.v4.new_code_cell("y = 1") for _ in range(code_cells)]
        for count, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), start=1):
            cell.execution_count = count

    return change


def words_in_sight(number: int, outputs: int = 0) -> Change:
    """A change after which a reader sees so many words before the solutions, and so many more in outputs."""

    def change(nb: Any) -> None:
        end = nb.cells.index(prose(nb, "## Solutions"))
        texts = [cell.source for cell in nb.cells[:end]]
        texts += [o.text for cell in nb.cells[:end] for o in cell.get("outputs", ()) if "text" in o]
        seen = re.sub(r"<details>.*?</details>", "", " ".join(texts), flags=re.DOTALL)
        more_words = number - sum(any(map(str.isalnum, word)) for word in seen.split())
        prose(nb, "What does it look like?").source += " word" * more_words
        code(nb, CHECK).outputs.append(stream("- word " * outputs + "\n"))

    return change


def folded_words(number: int) -> Change:
    """A change that fills the notebook with words in sight, and adds some that a reader must unfold."""

    def change(nb: Any) -> None:
        words_in_sight(4000)(nb)
        prose(nb, "What does it").source += f"\n\n<details>\n{'word ' * number}\n</details>"
        code(nb, DEFINITION).source += "\n#" + " a" * 45
        code(nb, DEFINITION).metadata["tags"] = ["hide-input"]

    return change


def exercises(number: int) -> Change:
    """A change after which there are so many exercises, each with its solution."""

    def change(nb: Any) -> None:
        for n in range(number + 1, 4):
            nb.cells.remove(prose(nb, f"### Exercise {n}"))
            nb.cells.remove(prose(nb, f"### Solution {n}"))
            nb.cells.remove(code(nb, -1))
        for n in range(4, number + 1):
            solution = copy.deepcopy(code(nb, -1))
            solution.outputs, solution.execution_count = (
                [stream(f"✓ {n} is right\n")],
                solution.execution_count + 1,
            )
            task = nbformat.v4.new_markdown_cell(f"### Exercise {n}: more\n<details>Hint</details>")
            nb.cells.insert(nb.cells.index(prose(nb, "## Solutions")), task)
            nb.cells[-1:-1] = [nbformat.v4.new_markdown_cell(f"### Solution {n}"), solution]

    return change


def uncompared(*positions: int) -> Change:
    """A change that adds the tag to cells."""
    return lambda nb: [
        code(nb, position).metadata.setdefault("tags", []).append("nbval-ignore-output")
        for position in positions
    ]


def median_of(lines: int) -> Change:
    """A change after which most code cells have so many lines."""

    def change(nb: Any) -> None:
        for cell in nb.cells:
            if cell.cell_type == "code":
                missing = lines - len(cell.source.splitlines())
                cell.source += "\nx = 1" * missing

    return change


def runtime_last(nb: Any) -> None:
    code(nb, SETUP).source = "import course_utils as cu\nimport keras"
    code(nb, DEFINITION).source += "\ncu.runtime.start(seed=3)"


def big(size: int) -> Change:
    """A change that stores so many bytes of image, a third more in base64."""
    image = base64.b64encode(b"\0" * size).decode()
    return lambda nb: code(nb, FIGURE).outputs[0].data.update({"image/png": image})

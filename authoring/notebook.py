"""A stored notebook, as the lint rules and the records see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from authoring.lessons import parse_bullets, read_notebook

CHECK_MARK = "✓ "
UNCOMPARED = "nbval-ignore-output"


@dataclass(frozen=True)
class Cell:
    """One cell; `position` counts from 1, as a reader does."""

    position: int
    kind: str
    source: str
    tags: tuple[str, ...]
    outputs: tuple[Mapping[str, Any], ...] = ()
    execution_count: int | None = None

    @property
    def where(self) -> str:
        return f"cell {self.position}"

    @cached_property
    def checks(self) -> list[str]:
        """The sentences of the checks whose lines are stored here."""
        return lines_marked(CHECK_MARK, self.outputs)

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed code; empty for what is not plain Python, which another rule reports."""
        try:
            return ast.parse(self.source)
        except SyntaxError:
            return ast.Module(body=[], type_ignores=[])

    def shown_texts(self) -> Iterator[str]:
        """The text of the outputs as a reader sees it: of several forms of one output, the plain one."""
        for output in self.outputs:
            text = (
                output["text"]
                if output["output_type"] == "stream"
                else output.get("data", {}).get("text/plain", "")
            )
            if not any(kind.startswith("image/") for kind in output.get("data", {})):
                yield text

    def texts(self) -> Iterator[str]:
        """All stored text of the outputs: no images, whose base64 letters spell anything."""
        for output in self.outputs:
            if output["output_type"] == "stream":
                yield output["text"]
            for kind, content in output.get("data", {}).items():
                if not kind.startswith("image/") or kind == "image/svg+xml":
                    yield str(content)


@dataclass
class Block:
    """A markdown heading with its text, and the code cells up to the next heading."""

    level: int
    heading: str
    where: str
    lines: list[str] = field(default_factory=list)
    code: list[Cell] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, eq=False)
class Notebook:
    """A stored notebook, and what its rules must know of the others."""

    path: Path
    cells: tuple[Cell, ...]
    metadata: Mapping[str, Any]
    defined_elsewhere: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"notebooks/{self.path.name}"

    @property
    def root(self) -> Path:
        return self.path.parent.parent

    @cached_property
    def code(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "code"]

    @cached_property
    def prose(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.kind == "markdown"]

    @cached_property
    def checks(self) -> list[str]:
        return [sentence for cell in self.code for sentence in cell.checks]

    @cached_property
    def claims(self) -> list[str]:
        """The lines of what you now know, as plain text."""
        blocks = self.section("What you now know")
        return [plain(claim) for block in blocks for claim in parse_bullets(block.text)]

    def code_and_next(self) -> Iterator[tuple[Cell, Cell | None]]:
        """Each code cell with the code cell after it."""
        yield from zip(self.code, [*self.code[1:], None], strict=False)

    @cached_property
    def definitions(self) -> set[str]:
        """The functions and classes that the cells define."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return {node.name for cell in self.code for node in cell.tree.body if isinstance(node, kinds)}

    @cached_property
    def blocks(self) -> list[Block]:
        """The notebook cut at its markdown headings."""
        blocks = [Block(0, "", "cell 1")]
        for cell in self.cells:
            if cell.kind == "code":
                blocks[-1].code.append(cell)
                continue
            fenced = False
            for line in cell.source.splitlines():
                fenced ^= line.startswith("```")
                heading = None if fenced else re.match(r"(#+) +(.+)", line)
                if heading:
                    blocks.append(Block(len(heading[1]), heading[2].strip(), cell.where))
                else:
                    blocks[-1].lines.append(line)
        return blocks

    def section(self, heading: str) -> list[Block]:
        """The blocks of one `## heading`, its own first; empty if there is no such heading."""
        blocks: list[Block] = []
        for block in self.blocks:
            if blocks and block.level <= 2:
                break
            if blocks or (block.level == 2 and block.heading == heading):
                blocks.append(block)
        return blocks


def plain(sentence: str) -> str:
    """A sentence without its emphasis and its full stop."""
    return " ".join(sentence.replace("**", "").replace("`", "").split()).removesuffix(".")


def lines_marked(mark: str, outputs: Iterable[Mapping[str, Any]]) -> list[str]:
    """What stands behind the mark, in the printed lines that begin with it."""
    printed = "".join(o["text"] for o in outputs if o["output_type"] == "stream" and o["name"] == "stdout")
    return [line.removeprefix(mark).strip() for line in printed.splitlines() if line.startswith(mark)]


def load(path: Path) -> Notebook:
    stored = read_notebook(path)
    cells = tuple(
        Cell(
            position=position,
            kind=cell.cell_type,
            source=cell.source,
            tags=tuple(cell.metadata.get("tags", ())),
            outputs=tuple(cell.get("outputs", ())),
            execution_count=cell.get("execution_count"),
        )
        for position, cell in enumerate(stored.cells, start=1)
    )
    return Notebook(path, cells, stored.metadata)


def load_all(paths: Iterable[Path]) -> list[Notebook]:
    """Notebooks, each with the names that the others define."""
    notebooks = [load(path) for path in paths]
    return [
        replace(
            notebook,
            defined_elsewhere={
                name: other.name for other in notebooks if other is not notebook for name in other.definitions
            },
        )
        for notebook in notebooks
    ]

"""Rule for numbers in prose: what was measured is not typed, since another machine would measure another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from authoring.lint.measured import EXACT_COMMENT
from authoring.lint.rules import Finding, rule
from authoring.notebook import Cell, Notebook
from authoring.readme import GENERATED

# A number that looks measured: it has a fraction, a unit, or a word before it that says how near it is.
_LOOKS_MEASURED = re.compile(
    r"""
    (?<![\w.,·^/-])
    (?P<near>(?i:about|around|near|nearly|roughly|only|under|over)[ ])?
    (?P<number>\d+(?:[ ]\d{3})*(?:\.\d+)?(?:e-?\d+)?)(?![\w^]|\.\d)
    (?P<unit>[ ]?%|[ ](?:times|nats|ms|s|MB|GFLOP/s)\b)?
    """,
    re.VERBOSE,
)
# Questions, code, comments without a reason, formulas, links, versions.
_NOT_PROSE = re.compile(
    r"""
    \*\*Predict.*?(?=\n\n|\Z) | ```.*?``` | `[^`\n]*` | <!--(?![ ]exact:[ ]\S).*?-->
    | \$\$.*?\$\$ | \$[^$\n]*\$ | \]\([^)\n]*\) | https?://\S+
    | \bdoi\ \S+ | \b(?:TensorFlow|Keras|Python|NumPy)[ ]\d[\d.]*
    """,
    re.DOTALL | re.VERBOSE,
)
# Lines that make no claim of their own: the run time (it is generated), headings, a reason given.
_NO_CLAIM = re.compile(r"\*\*Run time:\*\*|<!-- exact: \S.*-->|^#+ ")
_TEXTS = {"alt", "title"}


@rule
def no_measured_number_typed(notebook: Notebook) -> Iterator[Finding]:
    """A fraction, a share or a rough number in prose, a title or an alt text stands in code or a check."""
    in_checks = {number for sentence in notebook.checks for number in _numbers(sentence, all_of_them=True)}
    in_code = _literals(cell.tree for cell in notebook.code)
    sources = {block.where for block in notebook.section("Sources")}
    for cell in notebook.prose:
        if cell.where not in sources:
            for line in _NOT_PROSE.sub(" ", GENERATED.sub("", cell.source)).splitlines():
                if not _NO_CLAIM.search(line):
                    yield from _findings(cell, line, in_code | in_checks)
    for cell, following in notebook.code_and_next():
        limits = {0.0, 1.0}  # of what a share, a loss or a gate can be
        checked = [call for near in (cell, following) if near for call in _checks(near)]
        for text in _titles_and_alts(cell):
            yield from _findings(cell, text, _literals(checked) | limits)


def _findings(cell: Cell, text: str, known: set[float]) -> Iterator[Finding]:
    for number in _numbers(text):
        if not any(abs(number - other) < 1e-9 * max(1, abs(number)) for other in known):
            yield Finding(
                cell.where,
                f"{number:g} stands in {text.strip()[:60]!r}, and in no code",
                "let code print it, as cu.measured(...), or check it; "
                "where it is none, say why in `<!-- exact: ... -->` on its line (in code: `# exact: ...`)",
            )


def _numbers(text: str, all_of_them: bool = False) -> list[float]:
    """The numbers in a text that look measured; shares as such, 0.5 for 50 %."""
    return [
        float(match["number"].replace(" ", "")) / (100 if "%" in (match["unit"] or "") else 1)
        for match in _LOOKS_MEASURED.finditer(text)
        if all_of_them or match["near"] or match["unit"] or "." in match["number"] or "e" in match["number"]
    ]


def _literals(trees: Iterable[ast.AST]) -> set[float]:
    """The numbers that code holds; a 5 may be told as 5 %."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    values = {
        node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    }
    return {float(value) for value in values} | {value / 100 for value in values}


def _checks(cell: Cell) -> list[ast.Call]:
    calls = [node for node in ast.walk(cell.tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func).startswith("cu.check")]


def _titles_and_alts(cell: Cell) -> Iterator[str]:
    """The constant parts of the titles and alt texts in a cell's code, save where a reason is given."""
    lines = cell.source.splitlines()
    parts = [part for text in map(_title_or_alt, ast.walk(cell.tree)) if text for part in ast.walk(text)]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            near = lines[max(0, part.lineno - 2) : part.end_lineno]
            if not any(map(EXACT_COMMENT.search, near)):
                yield part.value


def _title_or_alt(node: ast.AST) -> ast.AST | None:
    """What a keyword argument, an assignment or an entry of a dictionary with such a name is given."""
    if isinstance(node, ast.keyword) and node.arg in _TEXTS:
        return node.value
    if isinstance(node, ast.Assign) and any(getattr(target, "id", "") in _TEXTS for target in node.targets):
        return node.value
    if isinstance(node, ast.Dict):
        named = [getattr(key, "value", "") in _TEXTS for key in node.keys]
        return ast.Tuple(
            [value for value, is_one in zip(node.values, named, strict=True) if is_one], ast.Load()
        )
    return None

"""Rules for the code that a notebook's cells hold."""

from __future__ import annotations

import ast
import io
import itertools
import re
import statistics
import tokenize
from collections.abc import Iterator

from authoring.lint.rules import WHOLE, Finding, rule
from authoring.notebook import CHECK_MARK, UNCOMPARED, Cell, Notebook

MOST_LINES = 25
MOST_MEDIAN_LINES = 6
MOST_CHARACTERS = 100
ALLOWED_TAGS = {UNCOMPARED, "solution", "hide-input"}
SETUP = "cu.runtime.start"

# Keras draws a bar for each of them unless told not to, callbacks or no.
_METHODS_WITH_A_BAR = {"fit", "evaluate", "predict"}
_NBVAL_MARKER = re.compile(r"#+\s*((?:NBVAL|PYTEST_VALIDATE)_\w+)")


@rule
def short_cells(notebook: Notebook) -> Iterator[Finding]:
    """A code cell has at most 25 lines."""
    for cell in notebook.code:
        if _lines(cell) > MOST_LINES:
            yield Finding(
                cell.where, f"{_lines(cell)} lines of at most {MOST_LINES}", "split it: one idea a cell"
            )


@rule
def short_median(notebook: Notebook) -> Iterator[Finding]:
    """Half of the code cells have at most 6 lines, empty ones left out."""
    written = [[line for line in cell.source.splitlines() if line.strip()] for cell in notebook.code]
    median = statistics.median(map(len, written)) if written else 0
    if median > MOST_MEDIAN_LINES:
        yield Finding(
            WHOLE,
            f"the median code cell has {median:g} lines of at most {MOST_MEDIAN_LINES}",
            "split the long ones",
        )


@rule
def short_lines(notebook: Notebook) -> Iterator[Finding]:
    """A line of code has at most 100 characters: a longer one is cut off on a page."""
    for cell in notebook.code:
        longest = max(cell.source.splitlines(), key=len, default="")
        if len(longest) > MOST_CHARACTERS:
            yield Finding(
                cell.where,
                f"`{longest[:40]}…` has {len(longest)} characters of at most {MOST_CHARACTERS}",
                "break it, or give a part a name",
            )


@rule
def plain_python(notebook: Notebook) -> Iterator[Finding]:
    """No magics, no shell lines: nbval lets a failing one pass."""
    for cell in notebook.code:
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            line = cell.source.splitlines()[(error.lineno or 1) - 1 :][:1]
            yield Finding(
                cell.where,
                f"{''.join(line)!r} is not plain Python",
                "call a Python function in place of a magic or shell line",
            )
        if any("get_ipython" in (_name(node), getattr(node, "name", "")) for node in ast.walk(cell.tree)):
            yield Finding(
                cell.where, "get_ipython() is a magic in other words", "call a Python function in its place"
            )


@rule
def quiet_keras(notebook: Notebook) -> Iterator[Finding]:
    """fit, evaluate and predict get verbose=0, and nothing gets another: a bar differs each time."""
    barless = {name for cell in notebook.code for name in _imported_from("sklearn", cell)}
    barless |= {name for cell in notebook.code for name in _made_by(barless, cell)}
    for cell in notebook.code:
        for call in (node for node in ast.walk(cell.tree) if isinstance(node, ast.Call)):
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            verbose = given.get("verbose")
            has_bar = (
                isinstance(call.func, ast.Attribute)
                and call.func.attr in _METHODS_WITH_A_BAR
                and not barless & {_name(node) for node in ast.walk(call.func.value)}
            )
            # What `**settings` holds, only the outputs can tell: see no_progress_left.
            forgotten = has_bar and verbose is None and None not in given
            if forgotten or (verbose is not None and not _is_zero(verbose)):
                yield Finding(
                    cell.where, f"`{_shortened(call)}` prints a bar that differs each time", "pass verbose=0"
                )


@rule
def no_trailing_semicolon(notebook: Notebook) -> Iterator[Finding]:
    """No line ends with a semicolon, which hides nothing from nbval."""
    for cell in notebook.code:
        if not cell.tree.body:
            continue
        tokens = list(tokenize.generate_tokens(io.StringIO(cell.source).readline))
        line_ends = (tokenize.NEWLINE, tokenize.COMMENT)
        for token, following in itertools.pairwise(tokens):
            if token.type == tokenize.OP and token.string == ";" and following.type in line_ends:
                yield Finding(
                    cell.where, f"{token.line.strip()!r} ends with a semicolon", "assign the value to `_`"
                )


@rule
def allowed_tags(notebook: Notebook) -> Iterator[Finding]:
    """Only the tags that the course uses, none that lets a cell go untested."""
    for cell in notebook.cells:
        for tag in cell.tags:
            if tag not in ALLOWED_TAGS:
                yield Finding(
                    cell.where, f"the tag {tag!r} is not among {', '.join(sorted(ALLOWED_TAGS))}", "remove it"
                )


@rule
def no_nbval_comments(notebook: Notebook) -> Iterator[Finding]:
    """No comment steers nbval: what is not compared is seen by its tag."""
    for cell in notebook.code:
        if match := _NBVAL_MARKER.search(cell.source):
            yield Finding(
                cell.where,
                f"the comment {match[1]} steers nbval",
                f"remove it (or tag the cell {UNCOMPARED})",
            )


@rule
def checks_are_called(notebook: Notebook) -> Iterator[Finding]:
    """Only cu.check prints a check's line, no cell by itself."""
    for cell in notebook.code:
        if CHECK_MARK.strip() in cell.source:
            yield Finding(
                cell.where,
                f"the code holds {CHECK_MARK.strip()!r}",
                "let cu.check(condition, sentence) print it",
            )


@rule
def set_up_once(notebook: Notebook) -> Iterator[Finding]:
    """The first code cell calls cu.runtime.start(seed=...), and no other does."""
    calls = [
        (cell, node)
        for cell in notebook.code
        for node in ast.walk(cell.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == SETUP
    ]
    if len(calls) != 1:
        yield Finding(
            WHOLE,
            f"{SETUP}(seed=...) is called {len(calls)} times",
            "call it once, in the first code cell",
        )
        return
    cell, call = calls[0]
    if cell is not notebook.code[0]:
        yield Finding(
            cell.where, f"{SETUP} is called here", f"call it in the first code cell, {notebook.code[0].where}"
        )
    if not any(keyword.arg == "seed" for keyword in call.keywords):
        yield Finding(cell.where, f"{SETUP} gets no seed", f"write {SETUP}(seed=3), or another number")


@rule
def course_utils_first(notebook: Notebook) -> Iterator[Finding]:
    """course_utils is imported before TensorFlow and Keras, whose start-up it quiets."""
    for cell in notebook.code:
        for package in _imported_packages(cell):
            if package == "course_utils":
                return
            if package in ("tensorflow", "keras"):
                yield Finding(
                    cell.where,
                    f"{package} is imported before course_utils",
                    "begin with `import course_utils as cu`",
                )
                return
    yield Finding(WHOLE, "course_utils is not imported", "begin with `import course_utils as cu`")


@rule
def defined_once(notebook: Notebook) -> Iterator[Finding]:
    """No function or class is defined in two lessons."""
    for name in sorted(notebook.definitions & set(notebook.defined_elsewhere)):
        other = notebook.defined_elsewhere[name]
        yield Finding(
            WHOLE,
            f"{name} is defined here and in {other}",
            "move it to course_utils, or name what is different about it",
        )


def _lines(cell: Cell) -> int:
    return len(cell.source.splitlines())


def _name(node: ast.AST) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value == 0


def _shortened(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 60 else text[:59] + "…"


def _imported_from(package: str, cell: Cell) -> Iterator[str]:
    """The names that a cell imports from a package, as it calls them."""
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == package:
            yield from (alias.asname or alias.name for alias in node.names)


def _made_by(makers: set[str], cell: Cell) -> Iterator[str]:
    """The names that a cell gives to what these functions and classes return."""
    for node in ast.walk(cell.tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and _name(node.value.func) in makers
        ):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _imported_packages(cell: Cell) -> list[str]:
    """The packages that a cell imports, in the order of its lines."""
    imports: list[tuple[int, str]] = []
    for node in ast.walk(cell.tree):
        if isinstance(node, ast.Import):
            imports += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports.append((node.lineno, node.module))
    return [name.split(".")[0] for _, name in sorted(imports, key=lambda item: item[0])]

"""Rules for what is stored in a notebook beside its inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from authoring.execute import WIDGET_VIEW
from authoring.lint.rules import WHOLE, Finding, rule
from authoring.notebook import Cell, Notebook

MOST_BYTES = 1_500_000
SHORTEST_ALT_TEXT = 30

# Not preceded by a letter or a dot, so that an address such as https://example.org/home/ may stand.
_MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:home|Users|root|tmp|private|var/folders)/|\b[A-Za-z]:[\\/]+Users\b"
    r"|site-packages|dist-packages|ipykernel_\d"
)
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+|\b0x7f[0-9a-fA-F]{6,}")
_LEFT_BY_PROGRESS = re.compile("━|[\r\b]|" + r"\bEpoch \d+/\d+")


@rule
def execution_counts(notebook: Notebook) -> Iterator[Finding]:
    """The execution counts run 1..n, as they do after one run from top to bottom."""
    for expected, cell in enumerate(notebook.code, start=1):
        counts = [cell.execution_count]
        counts += [o["execution_count"] for o in cell.outputs if o["output_type"] == "execute_result"]
        wrong = [count for count in counts if count != expected]
        if wrong:
            yield Finding(
                cell.where, f"the execution count is {wrong[0]} where {expected} should be", "build it again"
            )


@rule
def no_stderr(notebook: Notebook) -> Iterator[Finding]:
    """Nothing is stored that was written to stderr."""
    for cell in notebook.code:
        for output in cell.outputs:
            if output["output_type"] == "stream" and output["name"] == "stderr":
                yield Finding(cell.where, f"stderr says {_excerpt(output['text'])}", "remove what causes it")


@rule
def no_error(notebook: Notebook) -> Iterator[Finding]:
    """No cell ends in an error."""
    for cell in notebook.code:
        for output in cell.outputs:
            if output["output_type"] == "error":
                yield Finding(
                    cell.where,
                    f"it ended with {output['ename']}",
                    "to show an error, catch it and print its words",
                )


@rule
def no_widget_state(notebook: Notebook) -> Iterator[Finding]:
    """No state or view of a widget is stored: its model ids are random."""
    if "widgets" in notebook.metadata:
        yield Finding(
            WHOLE,
            "the metadata holds widget state",
            "build it again with `python3 course.py notebooks`",
        )
    for cell in notebook.code:
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.outputs):
            yield Finding(
                cell.where, "a widget view is stored", "build it again with `python3 course.py notebooks`"
            )


@rule
def no_progress_left(notebook: Notebook) -> Iterator[Finding]:
    """No progress bar or epoch count stays behind in the stored outputs."""
    for cell, text in _output_texts(notebook):
        if match := _LEFT_BY_PROGRESS.search(text):
            yield Finding(
                cell.where, f"{match[0]!r} was left by a progress bar", "pass verbose=0 or clear the bar"
            )


@rule
def no_machine_path(notebook: Notebook) -> Iterator[Finding]:
    """No path of anyone's machine stands in an output or a source."""
    for cell, text in _all_texts(notebook):
        match = _MACHINE_PATH.search(text)
        path = match[0] if match else next((p for p in _own_paths(notebook) if p in text), None)
        if path:
            yield Finding(
                cell.where,
                f"{path!r} is the path of a machine",
                "print a name, or a path inside the repository",
            )


@rule
def no_memory_address(notebook: Notebook) -> Iterator[Finding]:
    """No memory address stands in an output or a source."""
    for cell, text in _all_texts(notebook):
        if match := _ADDRESS.search(text):
            yield Finding(
                cell.where,
                f"{match[0]!r} is a memory address",
                "assign what the cell ends with to `_`, or print a part of it",
            )


@rule
def small_file(notebook: Notebook) -> Iterator[Finding]:
    """The file has at most 1.5 MB."""
    size = notebook.path.stat().st_size
    if size > MOST_BYTES:
        yield Finding(
            WHOLE,
            f"the file has {size / 1e6:.2f} MB of at most {MOST_BYTES / 1e6} MB",
            "draw fewer points, or fewer figures",
        )


@rule
def figures_have_alt_text(notebook: Notebook) -> Iterator[Finding]:
    """Every figure has an alt text of at least 30 characters."""
    for cell in notebook.code:
        for output in cell.outputs:
            for kind in _images(output.get("data", {})):
                alt = output.get("metadata", {}).get(kind, {}).get("alt", "")
                if len(alt.strip()) < SHORTEST_ALT_TEXT:
                    yield Finding(
                        cell.where,
                        f"a figure has the alt text {alt!r}",
                        f"say in at least {SHORTEST_ALT_TEXT} characters what it shows, "
                        f'with metadata={{"{kind}": {{"alt": ...}}}}',
                    )


@rule
def figures_are_checked(notebook: Notebook) -> Iterator[Finding]:
    """Beside every figure, in its cell or the next code cell, a check says what it shows."""
    for cell, following in notebook.code_and_next():
        drawn = any(_images(output.get("data", {})) for output in cell.outputs)
        if drawn and not cell.checks and not (following and following.checks):
            yield Finding(
                cell.where, "no check stands beside this figure", "assert what it shows with cu.check(...)"
            )


def _images(data: dict[str, object]) -> list[str]:
    return [kind for kind in data if kind.startswith("image/")]


def _output_texts(notebook: Notebook) -> Iterator[tuple[Cell, str]]:
    for cell in notebook.code:
        for text in cell.texts():
            yield cell, text


def _all_texts(notebook: Notebook) -> Iterator[tuple[Cell, str]]:
    for cell in notebook.cells:
        yield cell, cell.source
    yield from _output_texts(notebook)


def _own_paths(notebook: Notebook) -> set[str]:
    root = notebook.root.resolve()
    return {str(root), root.as_posix()}


def _excerpt(text: str) -> str:
    return repr(text.strip()[:80])

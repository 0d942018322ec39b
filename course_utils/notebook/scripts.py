"""Shows a file beside a notebook, or some of its functions, as code."""

from __future__ import annotations

import ast
from pathlib import Path

from IPython.display import display

from course_utils import _arguments as arguments

__all__ = ["show"]

_LANGUAGES = {".py": "python", ".sh": "bash", ".yml": "yaml"}


def show(script: str | Path, *functions: str) -> None:
    """Display a file's text with syntax colours, so that the code shown is the code that runs.

    Parameters
    ----------
    script : a text file that ends in .py, .sh or .yml.
    functions : of a Python file, the names of functions or classes at its top level, to show these only, in
        this order. None: all of the file.
    """
    if not isinstance(script, (str, Path)):
        raise TypeError(f"script must be the path of a file; got {arguments.described(script)}")
    path = Path(script)
    if path.suffix not in _LANGUAGES:
        raise ValueError(f"script must end in {', '.join(_LANGUAGES)}; got {str(script)!r}")
    if not path.is_file():
        raise ValueError(f"script must be a file; got {str(script)!r}, and there is none at this place")
    text = path.read_text(encoding="utf-8")
    if functions:
        text = "\n\n".join(_definition(text, name, path) for name in functions)
    text = text.strip()
    fenced = f"```{_LANGUAGES[path.suffix]}\n{text}\n```"
    display({"text/markdown": fenced, "text/plain": text}, raw=True)


def _definition(text: str, name: str, path: Path) -> str:
    if path.suffix != ".py":
        raise ValueError(f"functions are those of a Python file; got {name!r} of {path.name}")
    definitions = {
        node.name: node for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    if name not in definitions:
        raise ValueError(f"functions must be among {', '.join(definitions)} of {path.name}; got {name!r}")
    node = definitions[name]
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    # Whole lines, to keep the comments at their ends.
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])

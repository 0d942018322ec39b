"""Rules for numbers that differ between machines: each is marked where it is printed, and none is typed.

What is measured is followed from name to name through the code of a notebook, roughly: a name is measured
once anything measured went into it, a function once what it returns is. Keys of dictionaries, shapes and
names of layers are not.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from authoring.lint.rules import Finding, rule
from authoring.notebook import UNCOMPARED, Cell, Notebook

MARK = "cu.measured"
# On the line of a print or the one above it: why its numbers are the same on each machine.
EXACT_COMMENT = re.compile(r"#.*\bexact: \S")

# What trains, and what looks at a clock, at the processor or at texts that come with Python.
_PACKAGES = {"keras", "sklearn", "tensorflow", "time"}
_PARTS_OF_THE_COURSE = {
    "cu.datasets.text_without_spaces",
    *(
        f"cu.{name}"
        for name in ("fast", "live", "many_networks", "recurrent", "roofline", "runtime", "workers")
    ),
}
_METHODS_THAT_TRAIN = {"evaluate", "fit", "predict", "train_on_batch"}
# What is the same on each machine, though it belongs to something trained.
_EXACT_ATTRIBUTES = {"count_params", "dtype", "keys", "layers", "name", "ndim", "shape", "size"}
_EXACT_CALLS = {MARK, "len", "type", "isinstance", "cu.runtime.start", "cu.runtime.versions"}
_PASS_ON = {"format", "join", "rjust"}  # methods of text whose arguments are what is printed


@rule
def measured_numbers_are_marked(notebook: Notebook) -> Iterator[Finding]:
    """What training, a clock or the processor has a part in is printed through cu.measured."""
    reader = _Reader()
    for cell in notebook.code:
        for node in reader.unmarked_in(cell):
            if UNCOMPARED not in cell.tags:
                yield Finding(
                    cell.where,
                    f"`{ast.unparse(node)}` is printed, and may be another on another machine",
                    "write cu.measured(...), or say in a comment `# exact: ` why it is not",
                )


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self.measured: set[str] = set()  # names
        self.dictionaries: set[str] = set()
        self.modules: set[str] = set()
        self.unmarked: list[ast.expr] = []
        self.lines: list[str] = []

    def unmarked_in(self, cell: Cell) -> list[ast.expr]:
        """The printed expressions of the next cell that are measured and not marked."""
        self.unmarked, self.lines = [], cell.source.splitlines()
        self.visit(cell.tree)
        return self.unmarked

    def is_measured(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.measured
        if isinstance(node, ast.Attribute):
            if ast.unparse(node) in _PARTS_OF_THE_COURSE or node.attr in _METHODS_THAT_TRAIN:
                return True
            return self.is_measured(node.value) and node.attr not in _EXACT_ATTRIBUTES
        if isinstance(node, ast.Call) and ast.unparse(node.func) in _EXACT_CALLS:
            return False
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            self._bind_generators(node.generators)
            values = [node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return any(map(self.is_measured, values))
        if isinstance(node, ast.Call) and _attribute(node.func) in _EXACT_ATTRIBUTES:
            return False
        return any(map(self.is_measured, ast.iter_child_nodes(node)))

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._bind(target, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.generic_visit(node)
        if self.is_measured(node.value):
            self._mark(node.target)

    def visit_For(self, node: ast.For) -> None:
        self._bind_element(node.target, node.iter)
        self.generic_visit(node)

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars is not None:
                self._bind(item.optional_vars, item.context_expr)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(alias, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self._import(alias, node.module or "")

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        outside = set(self.measured)
        self.measured -= {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        self.generic_visit(node)
        returns = [part for part in ast.walk(node) if isinstance(part, ast.Return)]
        is_measured = any(map(self.is_measured, returns))
        self.measured = outside | ({node.name} if is_measured else set())

    visit_ClassDef = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> None:
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if ast.unparse(node.func) in ("print", "display"):
            # Lines count from 1: this is the line above the call, and all of the call's.
            near = self.lines[max(0, node.lineno - 2) : node.end_lineno]
            if not any(map(EXACT_COMMENT.search, near)):
                for argument in given:
                    self._look(argument)
            return
        self.generic_visit(node)
        # What a method is handed goes into its object: `losses.append(loss)`.
        if isinstance(node.func, ast.Attribute) and any(map(self.is_measured, given)):
            self._mark(node.func)

    def _look(self, node: ast.AST) -> None:
        """Note the smallest printed expressions that are measured and not marked."""
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            self._bind_generators(node.generators)
            self._look(node.elt)
        elif isinstance(node, ast.Call) and _attribute(node.func) in _PASS_ON:
            for argument in node.args:
                self._look(argument)
        elif isinstance(node, ast.JoinedStr | ast.FormattedValue | ast.Starred | ast.Tuple | ast.List):
            for child in ast.iter_child_nodes(node):
                self._look(child)
        elif isinstance(node, ast.expr) and self.is_measured(node):
            self.unmarked.append(node)

    def _import(self, alias: ast.alias, module: str) -> None:
        name = alias.asname or alias.name.split(".")[0]
        self.modules.add(name)
        if module.split(".")[0] in _PACKAGES:
            self.measured.add(name)

    def _bind_generators(self, generators: list[ast.comprehension]) -> None:
        for generator in generators:
            self._bind_element(generator.target, generator.iter)

    def _bind_element(self, target: ast.expr, value: ast.expr) -> None:
        """Take in `for target in value`: the keys of a dictionary are exact, whatever it holds."""
        call = value if isinstance(value, ast.Call) else None
        name = ast.unparse(call.func) if call else ""
        if call and name == "sorted":
            self._bind_element(target, call.args[0])
        elif isinstance(value, ast.Name) and value.id in self.dictionaries:
            self._unmark(target)
        elif call and isinstance(target, ast.Tuple) and name == "zip":
            for part, argument in zip(target.elts, call.args, strict=False):
                self._bind_element(part, argument)
        elif call and isinstance(target, ast.Tuple) and name == "enumerate":
            self._unmark(target.elts[0])
            self._bind_element(target.elts[1], call.args[0])
        elif (
            call
            and isinstance(target, ast.Tuple)
            and isinstance(call.func, ast.Attribute)
            and name.endswith(".items")
        ):
            self._unmark(target.elts[0])
            self._bind(target.elts[1], call.func.value)
        else:
            self._bind(target, value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        """Take in `target = value`, part by part where both are written as tuples."""
        if (
            isinstance(target, ast.Tuple)
            and isinstance(value, ast.Tuple)
            and len(target.elts) == len(value.elts)
        ):
            for part, element in zip(target.elts, value.elts, strict=True):
                self._bind(part, element)
            return
        if self.is_measured(value):
            self._mark(target)
        else:
            self._unmark(target)
        if isinstance(target, ast.Name) and isinstance(value, ast.Dict | ast.DictComp):
            self.dictionaries.add(target.id)

    def _mark(self, target: ast.AST) -> None:
        """All of a thing is measured once a part of it is."""
        if isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._mark(part)
        elif isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
            self._mark(target.value)
        elif isinstance(target, ast.Name) and target.id not in self.modules:
            self.measured.add(target.id)

    def _unmark(self, target: ast.AST) -> None:
        self.measured -= {
            node.id
            for node in ast.walk(target)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }


def _attribute(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else ""

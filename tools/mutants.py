"""Changes course_utils in many small ways, one at a time, and lists those that no test notices.

Cosmic Ray makes the changes. By itself it makes them in the files that one works on, has one test command for
all modules, and starts Python anew each time: here a copy is changed, and a fork that has imported most runs
the tests.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SECONDS = 100  # a test that runs longer counts as failed
# Tests that are not called after their module. Those of plots follow from the plot contract.
SEQUENCES = "sequences tasks_of_memory echo_series"
TESTS = {
    **dict.fromkeys(["_batches", "_tasks_of_bits", "_tasks_of_memory", "_tasks_of_numbers"], SEQUENCES),
    **dict.fromkeys(["_topics", "_drawn_digits"], "datasets"),
    **dict.fromkeys(["_diagrams_of_windows", "_plots_of_bits"], "plots_of_windows plotting"),
    **dict.fromkeys(["_worker", "_worker_process"], "workers"),
    "_block_lstm": "fast_layer",
    "_curves": "plots_over_time plots_of_functions plotting",
    "_steps_of_many": "many_networks",
    "fast": "fast fast_layer",
    "live": "live live_board",
}
# One change for each operator, and the neighbours of each comparison. No `|`, which stands in types.
OPERATORS = re.compile(
    r"core/(AddNot|Exception|Number|RemoveDecorator|Zero|Replace(And|Or|True|False|Break|Continue)With"
    r"|ReplaceUnaryOperator_Delete|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Div"
    r"|Mod_FloorDiv|Pow_Mul|RShift_LShift|BitAnd_BitOr)|ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Lt_LtE"
    r"|Lt_GtE|LtE_Lt|LtE_Gt|Gt_GtE|Gt_LtE|GtE_Gt|GtE_Lt|Is_IsNot|IsNot_Is)$)"
)
# How thick or large something is drawn is a matter of taste, and no claim.
LOOK = re.compile(r"(size|width|alpha|zorder|pad|scale|shrink\w|rounding|nbins)\W*[=:]\s*[-(\[\d., ]*$")


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, operator and text of each changed module."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    lines, tree = source.splitlines(), get_ast(source)
    for name in filter(OPERATORS.match, operator_names()):
        operator = get_operator(name)()
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for n, ((row, column), _) in enumerate(places):
            before, after = lines[row - 1][:column], lines[row - 1][column + 1 :]
            is_look = "Number" in name and LOOK.search(before)
            is_star = "Mul" in name and not after.startswith(" ")  # of `*, keyword` and of `*args`
            if not is_look and not is_star:
                yield row, name.removeprefix("core/"), mutate_code(source, operator, n)


def pass_in(folder: Path, tests: list[str]) -> bool:
    """Tell whether the tests pass in a folder with a copy of the course."""
    if not (child := os.fork()):
        os.setsid()
        os.chdir(folder)
        sys.path.insert(0, str(folder))
        for stream in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), stream)
        import hypothesis
        import pytest

        hypothesis.settings.register_profile("busy", deadline=None)  # too late is not wrong
        hypothesis.settings.load_profile("busy")
        no_plugins = [f"-pno:{name}" for name in ("nbval", "xdist", "cacheprovider")]
        options = ["-x", "-oaddopts=", "--doctest-modules", "--hypothesis-seed=0", *no_plugins]
        os._exit(pytest.main([*options, "-Wignore::pytest.PytestAssertRewriteWarning", *tests]))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main(modules: list[str]) -> None:
    for name in ("hypothesis.extra.numpy", "matplotlib.pyplot", "pytest"):
        importlib.import_module(name)  # so that no fork has to

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        shutil.copytree(".", copy, ignore=shutil.ignore_patterns(".venv", ".git", ".hypothesis", "answers"))
        for module in modules:
            path = copy / f"course_utils/{module}.py"
            default = module.lstrip("_") + (" plotting" if "plots" in module else "")
            names = TESTS.get(module, default).split()
            tests = [f"course_utils/{module}.py", *(f"tests/test_{name}.py" for name in names)]
            if not pass_in(copy, tests):
                print(f"{module}: its tests fail before any change")
                continue
            sys.dont_write_bytecode = True  # a change within one second would be taken for the one before
            source, killed, left = path.read_text(), 0, []
            lines = source.splitlines()
            for row, operator, text in mutants(source):
                path.write_text(text)
                if pass_in(copy, tests):
                    changed = text.splitlines()[row - 1].strip()
                    left.append(f"  {row} {operator}: {lines[row - 1].strip()} -> {changed}")
                    print(left[-1], flush=True)
                else:
                    killed += 1
            path.write_text(source)
            print(f"{module}: {killed + len(left)} mutants, {killed} killed", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Changes modules in many small ways, one at a time, and lists the changes that no test notices.

`python -m authoring.mutation_testing 10 course_utils/checks.py` tries one change in ten.

Cosmic Ray makes the changes. By itself it would make them in the files that one works on, with one test
command for all modules and a new Python for each: here a copy is changed, and a fork that has imported most
runs the tests. pyproject.toml says which changes are tried, and which tests a module has.
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
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

CONFIG = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutants"]


def mutants(source: str) -> Iterator[tuple[int, str, str]]:
    """Line, operator and text of each changed module."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names

    lines, tree = source.splitlines(), get_ast(source)
    for name in filter(re.compile(CONFIG["operators"]).match, operator_names()):
        operator = get_operator(name)()
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for n, ((row, column), _) in enumerate(places):
            before, after = lines[row - 1][:column], lines[row - 1][column + 1 :]
            is_look = re.search(CONFIG["looks"], before)
            is_star = "Mul" in name and not after.startswith(" ")  # of `*, keyword` and of `*args`
            if not is_look and not is_star:
                yield row, name, mutate_code(source, operator, n)


def tests_of(module: Path, source: str) -> list[str]:
    """The tests of a module, which its path names; of a plot, its part of what all plots must do, too."""
    own = Path("tests", module.parent, f"test_{module.stem}.py")
    default = str(own if own.exists() else own.parent)
    tests = [str(module), *CONFIG["tests"].get(str(module), default).split()]
    if module.parent.name != "plotting":
        return tests
    names = [module.stem, *re.findall(r"^def ([a-z]\w+)", source, flags=re.MULTILINE)]
    return [*tests, "tests/course_utils/plotting/test_every_plot.py", "-k", " or ".join(names)]


def pass_in(folder: Path, tests: list[str]) -> bool:
    """Tell whether the tests pass in a folder with a copy of the course; those without an end do not."""
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
        os._exit(pytest.main([*CONFIG["pytest"], *tests]))
    end = time.monotonic() + CONFIG["seconds"]
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def main(one_in: int, modules: list[str]) -> None:
    for name in ("hypothesis.extra.numpy", "matplotlib.pyplot", "pytest"):
        importlib.import_module(name)  # so that no fork has to
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        shutil.copytree(".", copy, ignore=shutil.ignore_patterns(".venv", ".git", ".hypothesis"))
        for module in modules:
            path = copy / module
            source = path.read_text(encoding="utf-8")
            tests = tests_of(Path(module), source)
            if not pass_in(copy, tests):
                print(f"{module}: its tests fail, or take too long, before any change", flush=True)
                continue
            sys.dont_write_bytecode = True  # a change within one second would be taken for the one before
            count = killed = 0
            for row, operator, text in islice(mutants(source), None, None, one_in):
                path.write_text(text, encoding="utf-8")
                noticed = not pass_in(copy, tests)
                count, killed = count + 1, killed + noticed
                if not noticed:
                    was, now = (lines.splitlines()[row - 1].strip() for lines in (source, text))
                    print(f"  {row} {operator}: {was} -> {now}", flush=True)
            path.write_text(source, encoding="utf-8")
            print(f"{module}: {killed} of {count} noticed", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

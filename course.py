"""The one door to the course. Alone it lists its tasks; it needs Python and git, nothing else.

It sets `.venv` up when that is needed (authoring/setup.py), and hands each task to the real tool inside.
Standard library only; the checks themselves live in tests/ and authoring/.
"""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # PYTHONSAFEPATH leaves it out

from authoring.setup import BIN, DOOR, PYTHON, ROOT, UV, Stop, environment, set_up, set_up_classroom

PYTEST = ["-m", "pytest", "-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]
FOLDERS = ("tests", "course_utils")


def run(*arguments: str, **extra: str) -> int:
    """Run a tool inside .venv and return its exit code. Ctrl-C is left to the tool."""
    if "COURSE_SEED" in os.environ and "COURSE_SEED" not in extra:
        print("COURSE_SEED is set and left out of account: only `learn` takes it.", flush=True)
    path = str(BIN) + os.pathsep + os.environ.get("PATH", "")
    variables = environment(PATH=path, JUPYTER_CONFIG_PATH=str(ROOT / "authoring" / "jupyter"), **extra)
    tool = subprocess.Popen([str(PYTHON), *arguments], cwd=ROOT, env=variables)
    signal.signal(signal.SIGINT, lambda *_: None)  # the terminal sends it to the tool as well
    signal.signal(signal.SIGTERM, lambda *_: tool.terminate())
    return tool.wait()


def learn(*options: str) -> int:
    """open the course in JupyterLab"""
    flags = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        flags.append("--no-browser")
        print("No display here: open the address below that starts with http:// in a browser.", flush=True)
    where = ["--ServerApp.root_dir=notebooks", "--LabApp.default_url=/lab/tree/00_start_here.ipynb"]
    seed = {k: v for k, v in os.environ.items() if k == "COURSE_SEED"}
    return run("-m", "jupyterlab", *where, *flags, *options, **seed)


def test(*options: str) -> int:
    """everything: lint, unit tests, sync, notebook lint, all notebooks through strict nbval, the browser"""
    return run(*PYTEST, "--nbval", *options)


def check(*options: str) -> int:
    """what needs no training: lint, sync, notebook lint, unit tests (`check tests/x.py`: only these)"""
    folders = () if any((ROOT / each.split("::")[0]).exists() for each in options) else FOLDERS
    return run(*PYTEST, "-m", "not training and not browser and not slow and not network", *folders, *options)


def fix(*options: str) -> int:
    """format and lint the code, make pages anew, build the notebooks whose lessons changed"""
    if options:
        raise Stop(f"fix takes no options, got {' '.join(options)}")
    commands = ("ruff format .", "ruff check --fix .", "benchmarks --page", "authoring.build")
    codes = [run("-m", *command.split()) for command in commands]
    return next(filter(None, codes), 0)


def notebooks(*numbers: str) -> int:
    """build the notebooks whose lessons changed (`notebooks 01`: that one; `--all`: every one)"""
    return run("-m", "authoring.build", *numbers)


def times(*numbers: str) -> int:
    """measure how long each lesson takes, for the tables (`times 01`: that one), on a machine at rest"""
    return run("-m", "authoring.times", *numbers)


def seeds(*options: str) -> int:
    """run lessons under other seeds and record which checks hold (`seeds 03 --seeds 20 --jobs 2`)"""
    return run("-m", "authoring.seeds", *options)


def machines(*options: str) -> int:
    """run lessons as other processors would and record what differs (`machines 03`)"""
    return run("-m", "authoring.machines", *options)


def refutations(*options: str) -> int:
    """measure what lessons claim in a second way, under 5 seeds (`refutations 03 --jobs 2`)"""
    return run("-m", "authoring.refutations", *options)


def long_runs(*numbers: str) -> int:
    """run what lessons tell but have no time for, where it is due (`long_runs 07`: that lesson's anyhow)"""
    return run("-m", "authoring.long_runs", *numbers)


def bench(*options: str) -> int:
    """measure how fast the course trains beside other frameworks (`--quick`: a short form; see `--help`)"""
    return run("-m", "benchmarks", *options)


def lock(*options: str) -> int:
    """renew the exact versions from pyproject.toml (`--upgrade`: the newest that it allows)"""
    if not (UV.exists() and PYTHON.exists()):  # it needs no more of .venv, which may be from the lock before
        set_up()
    return run("-m", "authoring.lock", *options)


def grade(*options: str) -> int:
    """grade a class: `grade ps01 SUBMISSIONS`; a teacher's, see classroom/README.md"""
    set_up_classroom()
    return run("-m", "classroom.grade", f"--from={Path.cwd()}", *options)


def formgrader(*options: str) -> int:
    """give points by hand in a browser: `formgrader GRADES`, the folder that `grade` made"""
    set_up_classroom()
    return run("-m", "classroom.manual_grading", f"--from={Path.cwd()}", *options)


def setup(*options: str) -> int:
    """only set up .venv (`setup --classroom`: with what grading needs)"""
    if options not in ((), ("--classroom",)):
        raise Stop(f"setup takes --classroom or nothing, got {' '.join(options)}")
    if options:
        set_up_classroom()
    return 0


_FOR_AUTHORS = (test, check, fix, notebooks, times, seeds, machines, refutations, long_runs, bench, lock)
TASKS = {task.__name__: task for task in (learn, *_FOR_AUTHORS, grade, formgrader, setup)}


def listing() -> str:
    """Every task with its docstring, read from the file: under PYTHONOPTIMIZE=2 functions have none."""
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    docs = {node.name: ast.get_docstring(node) for node in tree.body if isinstance(node, ast.FunctionDef)}
    return "\n".join(f"  {DOOR} {name:11} {docs[name]}" for name in TASKS)


def main(arguments: list[str]) -> int:
    """List the tasks, or set up and run one; returns the exit code."""
    if not arguments or arguments[0] not in TASKS:
        print("The RNN course. Tasks:\n")
        print(listing())
        if not arguments or arguments[0] in ("help", "-h", "--help"):
            return 0
        print(f"\nThere is no task {arguments[0]!r}: take one of these.", file=sys.stderr)
        return 2
    try:
        task = TASKS[arguments[0]]
        if task is not lock:
            set_up()
        return task(*arguments[1:])
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
    except OSError as error:
        print(f"\nA file cannot be used: {error}. See to the disk and its rights.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The same command takes it up again.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # PYTHONIOENCODING=ascii
    sys.exit(main(sys.argv[1:]))

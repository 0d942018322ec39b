"""course.py, the one door: what it refuses, when it sets up, and what it hands over to."""

import ast
import os
import re
import signal
import subprocess
import sys

import pytest

import course
from authoring.setup import Stop
from tests.support import ROOT


def door(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "course.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


# --- what it needs ---


@pytest.mark.parametrize("name", ["course.py", "authoring/__init__.py", "authoring/setup.py"])
def test_it_needs_the_standard_library_only_and_parses_under_old_pythons(name):
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))
    names = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)} - {"authoring.setup"}
    assert {each.split(".")[0] for each in names} <= sys.stdlib_module_names


def test_it_is_found_from_another_folder_and_under_a_safe_path(tmp_path):
    (tmp_path / "authoring").mkdir()
    (tmp_path / "authoring" / "setup.py").write_text("raise SystemExit('the wrong one')")
    for variables in ({"PYTHONSAFEPATH": "1"}, {"PYTHONPATH": str(tmp_path)}):
        command = [sys.executable, str(ROOT / "course.py")]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **variables},
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_a_wrong_python_ends_in_one_sentence_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert course.main(["check"]) == 1
    printed = capsys.readouterr().err
    assert "needs Python 3.11 to 3.13" in printed
    assert printed.count("\n") == 2


# --- the tasks ---


def test_alone_it_lists_every_task_with_a_line_each():
    done = door()
    assert done.returncode == 0
    for name, task in course.TASKS.items():
        assert re.search(rf"course\.py {name} +{re.escape(task.__doc__)}\n", done.stdout)
    assert {"learn", "test", "check", "notebooks"} <= set(course.TASKS)


def test_an_unknown_task_is_named():
    done = door("tset")
    assert done.returncode == 2
    assert "There is no task 'tset': take one of these." in done.stderr


HANDED_OVER = {
    "test": ["-m", "pytest", "-n", "2", "--dist", "loadscope", "--no-loadscope-reorder", "--nbval", "-x"],
    "check": [
        *course.PYTEST,
        "-m",
        "not training and not browser and not slow and not network",
        "tests",
        "course_utils",
        "-x",
    ],
    "notebooks": ["-m", "authoring.build", "-x"],
    "times": ["-m", "authoring.times", "-x"],
    "refutations": ["-m", "authoring.refutations", "-x"],
    "seeds": ["-m", "authoring.seeds", "-x"],
    "machines": ["-m", "authoring.machines", "-x"],
    "long_runs": ["-m", "authoring.long_runs", "-x"],
    "bench": ["-m", "benchmarks", "-x"],
}


def test_every_task_that_only_hands_over_is_in_the_table():
    others = {"learn", "fix", "lock", "grade", "formgrader", "setup"}
    assert course.TASKS.keys() - others == HANDED_OVER.keys()


@pytest.mark.parametrize("task", HANDED_OVER)
def test_a_task_hands_over_and_gives_back_the_exit_code(task, monkeypatch):
    calls = []
    monkeypatch.setattr(course, "set_up", lambda: calls.append("set up"))
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(list(arguments)) or 5)
    assert course.main([task, "-x"]) == 5
    assert calls == ["set up", HANDED_OVER[task]]


@pytest.mark.parametrize(("display", "flag"), [("", True), (":0", False)])
def test_learn_prints_the_address_where_there_is_no_display(display, flag, monkeypatch, capsys):
    calls = []
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(arguments) or 0)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", display) if display else monkeypatch.delenv("DISPLAY", raising=False)
    course.learn("--port", "9999")
    assert calls[0][:2] == ("-m", "jupyterlab")
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in calls[0]
    assert calls[0][-2:] == ("--port", "9999")
    assert ("--no-browser" in calls[0]) is flag
    assert ("No display here" in capsys.readouterr().out) is flag


@pytest.mark.skipif(os.name == "nt", reason="Windows has no root")
@pytest.mark.parametrize(("user", "flag"), [(0, True), (1000, False)])
def test_learn_serves_the_notebooks_also_to_root_and_on_wayland(user, flag, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(arguments) or 6)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert course.learn() == 6
    assert ("--allow-root" in calls[0]) is flag
    assert "--no-browser" not in calls[0]
    assert "--ServerApp.root_dir=notebooks" in calls[0]


@pytest.mark.parametrize("word", ["help", "-h", "--help"])
def test_asked_for_help_it_lists_the_tasks_and_that_is_no_mistake(word, capsys):
    assert course.main([word]) == 0
    printed = capsys.readouterr()
    assert "The RNN course. Tasks:" in printed.out
    assert printed.err == ""


def test_run_uses_the_environments_python_and_spares_bytecode(monkeypatch):
    seen, handlers = {}, {}

    class Tool:
        def __init__(self, command, **options):
            seen.update(options, command=command)

        def wait(self):
            handlers[signal.SIGTERM](signal.SIGTERM, None)
            return 3

        def terminate(self):
            seen["terminated"] = True

    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(subprocess, "Popen", Tool)
    monkeypatch.setattr(course.signal, "signal", handlers.__setitem__)
    assert course.run("-m", "pytest") == 3
    assert seen["command"] == [str(course.PYTHON), "-m", "pytest"]
    assert seen["env"]["PATH"].startswith(str(course.BIN) + os.pathsep)
    assert seen["env"]["JUPYTER_CONFIG_PATH"] == str(ROOT / "authoring" / "jupyter")
    assert seen["cwd"] == ROOT
    assert "PYTHONDONTWRITEBYTECODE" not in seen["env"]
    assert seen["terminated"]
    assert handlers[signal.SIGINT](signal.SIGINT, None) is None


@pytest.mark.parametrize("missing", ["", "UV", "PYTHON"])
def test_the_lock_is_renewed_with_the_environment_that_stands(missing, tmp_path, monkeypatch):
    calls = []
    for name in ("UV", "PYTHON"):
        monkeypatch.setattr(course, name, tmp_path / name)
        if name != missing:
            (tmp_path / name).touch()
    monkeypatch.setattr(course, "set_up", lambda: calls.append("set up"))
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(list(arguments)) or 5)
    assert course.main(["lock", "--upgrade"]) == 5
    assert calls == ["set up"] * bool(missing) + [["-m", "authoring.lock", "--upgrade"]]


@pytest.mark.parametrize(
    ("options", "folders"),
    [
        (["tests/test_course.py"], []),
        (["tests/test_course.py::test_an_unknown_task_is_named", "-x"], []),
        (["-k", "lock"], ["tests", "course_utils"]),
        (["tests/no_such_file.py"], ["tests", "course_utils"]),  # pytest says that it is not found
    ],
)
def test_check_runs_only_the_tests_that_are_named(options, folders, monkeypatch):
    calls = []
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(list(arguments)) or 0)
    assert course.check(*options) == 0
    assert calls == [HANDED_OVER["check"][: -len(course.FOLDERS) - 1] + folders + options]


@pytest.mark.parametrize("code", [1, -9])
def test_fix_runs_every_tool_and_gives_back_the_first_failure(code, monkeypatch):
    calls, codes = [], iter([0, code, 0, 2])
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(list(arguments)) or next(codes))
    assert course.fix() == code
    assert calls == [
        ["-m", "ruff", "format", "."],
        ["-m", "ruff", "check", "--fix", "."],
        ["-m", "benchmarks", "--page"],
        ["-m", "authoring.build"],
    ]
    with pytest.raises(Stop, match="fix takes no options, got --all"):
        course.fix("--all")


def test_setup_refuses_what_it_does_not_know():
    with pytest.raises(Stop, match="setup takes --classroom or nothing, got --clasroom"):
        course.setup("--clasroom")


# --- what ends in a sentence ---


def test_ctrl_c_in_the_set_up_is_a_sentence(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "set_up", interrupted)
    assert course.main(["setup"]) == 1
    assert "Stopped. The same command takes it up again." in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_a_sentence(monkeypatch, capsys):
    def refused():
        raise PermissionError(13, "Permission denied", ".venv/course.stamp")

    monkeypatch.setattr(course, "set_up", refused)
    assert course.main(["setup"]) == 1
    printed = capsys.readouterr().err
    assert "Permission denied" in printed
    assert ".venv/course.stamp" in printed
    assert "See to the disk and its rights." in printed

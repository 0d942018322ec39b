"""course.py, the one door: what it refuses, when it sets up, and what it hands over to."""

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

import course

ROOT = Path(course.__file__).resolve().parent
SOURCE = (ROOT / "course.py").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
Usage = namedtuple("Usage", "total used free")


def door(*arguments, **variables):
    return subprocess.run(
        [sys.executable, "course.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


@pytest.fixture
def empty_course(tmp_path, monkeypatch):
    """A course folder without a .venv, with the real pyproject and lock; the steps are recorded, not run."""
    (tmp_path / "classroom").mkdir()
    for name in ("pyproject.toml", "requirements.lock", "classroom/requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, path in {"ROOT": tmp_path, "VENV": tmp_path / ".venv"}.items():
        monkeypatch.setattr(course, name, path)
    steps = []

    def record(number, text, command, quiet=False, of=4):  # noqa: ARG001
        (tmp_path / ".venv").mkdir(exist_ok=True)
        steps.append([str(part) for part in command])

    monkeypatch.setattr(course, "step", record)
    return tmp_path, steps


# --- what it needs ---


def test_it_needs_the_standard_library_only_and_parses_under_old_pythons():
    tree = ast.parse(SOURCE, feature_version=(3, 7))
    names = {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_supported_pythons_pass(version):
    course.supported_python(version, PROJECT)


@pytest.mark.parametrize("version", [(3, 8, 0), (3, 10, 13), (3, 14, 0)])
def test_another_python_is_refused_in_a_sentence(version):
    with pytest.raises(
        course.Stop, match=rf"needs Python 3\.11 to 3\.13, and this is 3\.{version[1]}: install"
    ):
        course.supported_python(version, PROJECT)


def test_a_wrong_python_ends_in_one_sentence_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 10, 13))
    assert course.main(["check"]) == 1
    said = capsys.readouterr().err
    assert "needs Python 3.11 to 3.13" in said
    assert said.count("\n") == 2


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
    "test": ["-m", "pytest", "-n", "2", "--dist", "loadscope", "--nbval", "-x"],
    "check": [
        *course.PYTEST,
        "-m",
        "not training and not browser and not network",
        "tests",
        "course_utils",
        "-x",
    ],
    "notebooks": ["-m", "tools.build", "-x"],
    "times": ["-m", "tools.times", "-x"],
    "seeds": ["-m", "tools.seeds", "-x"],
    "bench": ["-m", "benchmarks", "-x"],
    "lock": ["-m", "tools.lock", "-x"],
}


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
    assert "PYTHONDONTWRITEBYTECODE" not in seen["env"]
    assert seen["terminated"]
    assert handlers[signal.SIGINT](signal.SIGINT, None) is None


# --- the set-up ---


def test_the_set_up_runs_once_and_again_only_when_the_lock_changed(empty_course):
    folder, steps = empty_course
    course.set_up()
    assert len(steps) == 4
    assert steps[0][-3:] == ["venv", "--clear", str(folder / ".venv")]
    assert "--require-hashes" in steps[1]
    assert {"--compile-bytecode", "--require-hashes", "requirements.lock"} <= set(steps[2])
    course.set_up()
    assert len(steps) == 4
    (folder / "requirements.lock").write_text("uv==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
    course.set_up()
    assert len(steps) == 8


def test_what_grading_needs_is_added_once_and_again_only_when_a_lock_changed(empty_course, monkeypatch):
    folder, steps = empty_course
    course.set_up()
    steps.clear()
    calls = []
    monkeypatch.setattr(course, "run", lambda *arguments: calls.append(arguments) or 7)
    assert course.grade("ps01", "submissions") == 7
    assert course.formgrader("grades") == 7
    assert calls == [
        ("-m", "classroom.grade", f"--from={Path.cwd()}", "ps01", "submissions"),
        ("-m", "classroom.by_hand", f"--from={Path.cwd()}", "grades"),
    ]
    assert len(steps) == 1
    assert steps[0][-2:] == ["-r", str(Path("classroom") / "requirements.lock")]
    assert "--require-hashes" in steps[0]
    assert course.setup("--classroom") == 0
    assert len(steps) == 1
    (folder / "classroom" / "requirements.lock").write_text("new", encoding="utf-8")
    course.grade()
    assert len(steps) == 2
    course.set_up()
    assert course.setup() == 0
    assert len(steps) == 2


def test_setup_refuses_what_it_does_not_know():
    with pytest.raises(course.Stop, match="setup takes --classroom or nothing, got --clasroom"):
        course.setup("--clasroom")


@pytest.mark.parametrize(
    ("name", "old", "new", "anew"),
    [
        ("pyproject.toml", "line-length = 110", "line-length = 111", False),
        ("pyproject.toml", '"numpy', '"numpy ', True),
        ("pyproject.toml", 'packages = ["course_utils"]', "packages = []", True),
        ("requirements.lock", "\nnumpy==", "\n# numpy==", True),
    ],
)
def test_the_environment_is_built_anew_for_what_is_installed_alone(empty_course, name, old, new, anew):
    folder, _ = empty_course
    before = course.fingerprint()
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (course.fingerprint() != before) is anew


def test_uv_is_installed_in_the_locks_version_with_its_hashes(empty_course):
    folder, _ = empty_course
    course.set_up()
    lines = (folder / ".venv" / "uv.txt").read_text(encoding="utf-8").splitlines()
    lock = (folder / "requirements.lock").read_text(encoding="utf-8")
    assert re.fullmatch(r"uv==[\d.]+ \\", lines[0])
    assert lines[0] in lock
    assert len(lines) > 10
    assert all(line.startswith("    --hash=sha256:") for line in lines[1:])


def test_a_set_up_that_was_cut_off_is_done_anew_by_the_next_call(empty_course, monkeypatch):
    _, steps = empty_course
    record = course.step

    def cut(number, *rest, **options):
        if number == 3:
            raise KeyboardInterrupt
        record(number, *rest, **options)

    monkeypatch.setattr(course, "step", cut)
    with pytest.raises(KeyboardInterrupt):
        course.set_up()
    monkeypatch.setattr(course, "step", record)
    steps.clear()
    course.set_up()
    assert len(steps) == 4


def test_ctrl_c_in_the_set_up_is_a_sentence(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "set_up", interrupted)
    assert course.main(["setup"]) == 1
    assert "Stopped. The same command takes it up again." in capsys.readouterr().err


def test_too_little_disk_is_said_before_anything_is_made(empty_course, monkeypatch):
    _, steps = empty_course
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**9))
    with pytest.raises(course.Stop, match=r"needs 4 GB of free disk in .*: free some and run it again"):
        course.set_up()
    assert steps == []


def test_a_folder_that_cannot_be_written_is_a_sentence(monkeypatch, capsys):
    def refused():
        raise PermissionError(13, "Permission denied", ".venv/course.stamp")

    monkeypatch.setattr(course, "set_up", refused)
    assert course.main(["setup"]) == 1
    said = capsys.readouterr().err
    assert "Permission denied" in said
    assert ".venv/course.stamp" in said
    assert "See to the disk and its rights." in said


def failing(said):
    return [sys.executable, "-c", f"print({said!r}); raise SystemExit(1)"]


def test_a_missing_venv_module_is_named(capsys):
    with pytest.raises(course.Stop, match=r"venv module is missing: install it .*python3-venv"):
        course.step(1, "a virtual environment", failing("No module named ensurepip"), quiet=True)
    assert capsys.readouterr().out.startswith("[1/4] a virtual environment")


def test_a_disk_that_ran_full_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**6))
    with pytest.raises(course.Stop, match="The disk is full"):
        course.step(3, "the packages", failing("No space left on device"), quiet=True)


def test_without_a_network_the_set_up_ends_in_a_sentence(tmp_path):
    for name in ("course.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
    done = subprocess.run(
        [sys.executable, "course.py", "setup"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**kept, **unreachable},
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "The set-up could not finish step 2 (the installer uv). Most often the package registry"
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / ".venv" / "course.stamp").exists()

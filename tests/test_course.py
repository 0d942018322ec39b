"""course.py, the one door: what it refuses, when it sets up, and what it hands over to."""

import ast
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest

import course
from tests.support import ROOT

SOURCE = (ROOT / "course.py").read_text(encoding="utf-8")
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
FILES = ("pyproject.toml", "requirements.lock")
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

    def record(number, text, command, quiet=False, of=4):
        (tmp_path / ".venv").mkdir(exist_ok=True)
        record.said.append((number, of, text, quiet))
        steps.append([str(part) for part in command])

    record.said = []
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
    "notebooks": ["-m", "authoring.build", "-x"],
    "times": ["-m", "authoring.times", "-x"],
    "seeds": ["-m", "authoring.seeds", "-x"],
    "machines": ["-m", "authoring.machines", "-x"],
    "long_runs": ["-m", "authoring.long_runs", "-x"],
    "bench": ["-m", "benchmarks", "-x"],
}


def test_every_task_that_only_hands_over_is_in_the_table():
    others = {"learn", "lock", "grade", "formgrader", "setup"}
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


def test_a_tool_gets_no_variable_that_misleads_it(monkeypatch):
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "KEPT"):
        monkeypatch.setenv(name, "0")
    found = course.environment(ADDED="2")
    assert {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME"}.isdisjoint(found)
    assert (found["PYTHONUTF8"], found["KEPT"], found["ADDED"]) == ("1", "0", "2")


@pytest.mark.parametrize("word", ["help", "-h", "--help"])
def test_asked_for_help_it_lists_the_tasks_and_that_is_no_mistake(word, capsys):
    assert course.main([word]) == 0
    said = capsys.readouterr()
    assert "The RNN course. Tasks:" in said.out
    assert said.err == ""


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


# --- the home folder of the tools ---


def test_a_home_that_can_be_written_to_is_left_alone(empty_course, monkeypatch):
    folder, _ = empty_course
    monkeypatch.setenv("HOME", str(folder))
    assert course.home() == {}
    assert course.environment()["HOME"] == str(folder)
    assert not (folder / ".venv").exists()


def unusable_homes(folder):
    (folder / "a file").touch()
    (folder / "read-only").mkdir(mode=0o500)
    return [folder / "missing", folder / "a file", folder / "read-only"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has its own variables for it")
@pytest.mark.parametrize("number", range(3))
def test_without_a_home_the_tools_get_one_in_the_environment(number, empty_course, monkeypatch):
    folder, _ = empty_course
    home = unusable_homes(folder)[number]
    if home.name == "read-only" and os.geteuid() == 0:
        pytest.skip("root may write into every folder")
    monkeypatch.setenv("HOME", str(home))
    assert course.environment()["HOME"] == str(folder / ".venv" / "home")
    assert (folder / ".venv" / "home").is_dir()
    monkeypatch.setattr(course, "VENV", folder / "a file")
    with pytest.raises(course.Stop, match=r"Neither your home folder .* nor .* can be written to: set HOME"):
        course.environment()


@pytest.mark.skipif(os.name == "nt", reason="Windows has its own variables for it")
def test_another_persons_home_in_the_environment_is_not_taken(empty_course, monkeypatch):
    folder, _ = empty_course
    monkeypatch.setenv("HOME", str(folder / "missing"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(course.Stop, match=r"nor .*home can be written to"):
        course.home()


# --- the set-up ---


def test_the_set_up_runs_once_and_again_only_when_the_lock_changed(empty_course):
    folder, steps = empty_course
    course.set_up()
    assert len(steps) == 4
    uv, python = str(course.UV), str(course.PYTHON)
    # not the Python of an environment that this one may be in: that one may go
    assert steps[0] == [sys._base_executable, "-m", "venv", "--clear", str(folder / ".venv")]
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "1"]
    assert steps[1] == [*pip, "--require-hashes", "-r", str(folder / ".venv" / "uv.txt")]
    install = [uv, "pip", "install", "--python", python]
    assert steps[2] == [*install, "--compile-bytecode", "--require-hashes", "-r", "requirements.lock"]
    assert steps[3] == [*install, "--no-deps", "--no-build-isolation", "-e", "."]
    # the third one takes long, and shows how far it is
    assert [(number, of, quiet) for number, of, _, quiet in course.step.said] == [
        (1, 4, True),
        (2, 4, True),
        (3, 4, False),
        (4, 4, True),
    ]
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
        ("-m", "classroom.manual_grading", f"--from={Path.cwd()}", "grades"),
    ]
    assert len(steps) == 1
    assert steps[0][-2:] == ["-r", str(Path("classroom") / "requirements.lock")]
    assert "--require-hashes" in steps[0]
    assert course.step.said[-1] == (1, 1, "the packages that grading needs", False)
    assert course.setup("--classroom") == 0
    assert len(steps) == 1
    (folder / "classroom" / "requirements.lock").write_text("new", encoding="utf-8")
    course.grade()
    assert len(steps) == 2
    course.set_up()
    assert course.setup() == 0
    assert len(steps) == 2


def test_setup_installs_what_grading_needs_only_when_asked(empty_course):
    folder, steps = empty_course
    course.set_up()
    assert course.setup() == 0
    assert len(steps) == 4
    assert course.setup("--classroom") == 0
    assert len(steps) == 5
    # a new .venv has lost it
    edited = (folder / "requirements.lock").read_text(encoding="utf-8") + "# edited\n"
    (folder / "requirements.lock").write_text(edited, encoding="utf-8")
    course.set_up()
    assert course.setup("--classroom") == 0
    assert len(steps) == 10


def test_a_lock_that_is_taken_back_after_a_set_up_was_cut_off_is_set_up_again(empty_course, monkeypatch):
    folder, steps = empty_course
    course.set_up()
    lock, record = folder / "requirements.lock", course.step
    before = lock.read_text(encoding="utf-8")
    lock.write_text(before + "# edited\n", encoding="utf-8")

    def cut(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "step", cut)
    with pytest.raises(KeyboardInterrupt):
        course.set_up()
    monkeypatch.setattr(course, "step", record)
    lock.write_text(before, encoding="utf-8")
    steps.clear()
    course.set_up()
    assert len(steps) == 4


def test_setup_refuses_what_it_does_not_know():
    with pytest.raises(course.Stop, match="setup takes --classroom or nothing, got --clasroom"):
        course.setup("--clasroom")


@pytest.mark.parametrize(
    ("name", "old", "new", "anew"),
    [
        ("pyproject.toml", "line-length = 110", "line-length = 111", False),
        ("pyproject.toml", '"numpy', '"numpy ', True),
        ("pyproject.toml", 'include = ["course_utils*"]', "include = []", True),
        ("pyproject.toml", "setuptools>=77", "setuptools>=78", True),
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


def test_the_environment_is_built_anew_for_another_python_and_in_another_folder(empty_course, monkeypatch):
    folder, steps = empty_course
    course.set_up()
    monkeypatch.setattr(sys, "version", sys.version.replace("3.", "3.9", 1))
    course.set_up()
    assert len(steps) == 8
    before = course.fingerprint()
    moved = folder.with_name("moved")
    shutil.copytree(folder, moved)
    monkeypatch.setattr(course, "ROOT", moved)
    assert course.fingerprint() != before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("mask", "used"), [(0o077, 0o022), (0o027, 0o022), (0o002, 0o002)])
def test_what_the_set_up_makes_can_be_read_by_others(mask, used, empty_course, monkeypatch):
    folder, _ = empty_course
    record, masks = course.step, []

    def look(*arguments, **options):
        record(*arguments, **options)
        mask = os.umask(0)
        os.umask(mask)
        masks.append(mask)

    monkeypatch.setattr(course, "step", look)
    before = os.umask(mask)
    try:
        course.set_up()
        course.set_up_classroom()
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert masks == [used] * 5
    for stamp in ("course.stamp", "classroom.stamp"):
        assert (folder / ".venv" / stamp).stat().st_mode & 0o777 == 0o666 & ~used


@pytest.mark.parametrize("letter", [os.pathsep, "$", "{", "}"])
def test_a_folder_whose_name_the_tools_misread_is_refused_before_anything_is_made(
    letter, empty_course, monkeypatch
):
    folder, steps = empty_course
    moved = folder.rename(folder.with_name(f"a{letter}b")) if os.name != "nt" or letter in "${}" else folder
    monkeypatch.setattr(course, "ROOT", moved)
    with pytest.raises(course.Stop, match=r"b has '.' in its name, which Python's tools misread: move"):
        course.set_up()
    assert steps == []
    assert sorted(moved.iterdir()) == sorted(moved / name for name in ("classroom", *FILES))


@pytest.mark.skipif(os.name == "nt", reason="Windows allows few of these in a name")
def test_a_course_in_a_folder_of_any_other_name_is_installed_and_imported(tmp_path):
    """The part of the set-up where a folder's name matters, for real: a bare environment, and step 4."""
    folder = tmp_path / "a %20b?c[d]#e'f\"g é"
    (folder / "course_utils").mkdir(parents=True)
    (folder / "course_utils" / "__init__.py").touch()
    for name in ("course.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    code = """if True:
        import course, sys
        from pathlib import Path
        uv, packages = sys.argv[1:]
        course.step(1, "bare", [sys.executable, "-m", "venv", "--without-pip", course.VENV], quiet=True)
        # lends it setuptools, which the build needs
        next(course.VENV.glob("lib/*/site-packages")).joinpath("lent.pth").write_text(packages)
        install = [uv, *course.INSTALL[1:5], "--no-deps", "--no-build-isolation", "-e", "."]
        course.step(4, "itself", install, quiet=True)
        sys.exit(course.run("-P", "-c", "import course_utils; print(course_utils.__file__)"))
    """
    done = subprocess.run(
        [sys.executable, "-c", code, course.UV, Path(pytest.__file__).parent.parent],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith(str(folder / "course_utils" / "__init__.py"))


# --- two set-ups at once ---

SECONDS = 120  # no test waits longer, also on a busy machine
# The real step runs a program that waits for a file named "go" and then says which set-up it belongs to.
SLOW = f"""
import sys, time
from pathlib import Path
print("the tool runs", flush=True)
until = time.monotonic() + {SECONDS}
while not Path("go").exists():
    if time.monotonic() > until:
        sys.exit("nobody said go")
    time.sleep(0.02)
with open("log", "a") as log:
    print(sys.argv[1], file=log)
"""
SET_UP = f"""
import sys
import course
step = course.step
def slow(number, text, command, quiet=False, of=4):
    course.VENV.mkdir(exist_ok=True)
    step(number, text, [sys.executable, "-c", {SLOW!r}, sys.argv[1]])
course.step = slow
sys.exit(course.main(["setup"]))
"""


@pytest.fixture
def start_set_up(tmp_path):
    """Starts a set-up in a folder, and waits until it has printed some words."""
    for name in ("course.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    running = []

    def start(name, words):
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", SET_UP, name], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        limit = threading.Timer(SECONDS, process.kill)  # then there is no next line
        limit.start()
        try:
            line = next(line for line in process.stdout if words in line or "the tool runs" in line)
            assert words in line, f"{name} did not wait"
        finally:
            limit.cancel()
        return process

    yield start
    (tmp_path / "go").touch()
    for process in running:
        process.communicate(timeout=SECONDS)


WAITS = "Another set-up of this folder is at work: waiting until it is done."


def test_a_second_set_up_waits_for_the_first_and_has_nothing_left_to_do(start_set_up, tmp_path):
    first = start_set_up("first", "the tool runs")
    second = start_set_up("second", WAITS)
    (tmp_path / "go").touch()
    assert "[4/4]" in first.communicate(timeout=SECONDS)[0]
    assert "the tool runs" not in second.communicate(timeout=SECONDS)[0]
    assert (first.returncode, second.returncode) == (0, 0)
    assert (tmp_path / "log").read_text().split() == ["first"] * 4


@pytest.mark.skipif(os.name == "nt", reason="on Windows a program that is left behind holds no lock")
def test_a_killed_set_up_leaves_nothing_locked_once_its_tool_has_ended(start_set_up, tmp_path):
    first = start_set_up("first", "the tool runs")
    first.kill()
    first.wait(timeout=SECONDS)
    second = start_set_up("second", WAITS)
    time.sleep(0.5)
    assert second.poll() is None, "it did not wait for what the first set-up had started"
    (tmp_path / "go").touch()
    assert "[4/4]" in second.communicate(timeout=SECONDS)[0]
    assert (tmp_path / "log").read_text().split() == ["first"] + ["second"] * 4


@pytest.mark.parametrize(
    ("error", "taken"),
    [
        (BlockingIOError(errno.EAGAIN, "held"), False),
        (PermissionError(errno.EACCES, "held"), False),
        (OSError(errno.EDEADLK, "held"), False),
        (OSError(errno.ENOLCK, "a file system without locks"), True),
        (None, True),
    ],
)
@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_what_the_system_says_of_a_lock_is_understood(platform, error, taken, tmp_path, monkeypatch):
    asked = []

    def answer(*arguments):
        asked.append(arguments)
        if error:
            raise error

    msvcrt = SimpleNamespace(LK_NBLCK="at once", locking=answer)
    fcntl = SimpleNamespace(LOCK_EX=2, LOCK_NB=4, flock=answer)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setitem(sys.modules, "fcntl", fcntl)
    monkeypatch.setattr(sys, "platform", platform)
    with (tmp_path / "lock").open("ab") as file:
        assert course.try_to_take(file) is taken
        assert asked == [(file.fileno(), "at once", 1) if platform == "win32" else (file, 6)]


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


@pytest.mark.parametrize(
    ("code", "said", "hashes", "words"),
    [
        (
            1,
            "no version of x==9",
            True,
            r"the lines above say why\. The package registry answers, but has not",
        ),
        (1, "Retrying after connection broken by", True, "the package registry cannot be reached"),
        (2, "error sending request", True, "the package registry cannot be reached"),
        (1, "invalid pyproject.toml", False, r"step 3 \(the packages\): the lines above say why\.$"),
        (2, "anything", False, r"the lines above say why\.$"),
    ],
)
def test_the_network_is_blamed_only_where_it_may_be_at_fault(code, said, hashes, words, capfd):
    command = [sys.executable, "-c", f"print({said!r}); raise SystemExit({code})"]
    with pytest.raises(course.Stop, match=words) as stop:
        course.step(3, "the packages", command + ["--require-hashes"] * hashes, quiet=True)
    assert said in capfd.readouterr().out
    assert ("network" in str(stop.value)) is ("reached" in words)


def test_a_step_runs_in_the_courses_folder_with_the_tools_variables(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "misleading")
    code = "import os; print(os.getcwd(), os.environ.get('PYTHONPATH'))"
    course.step(1, "some work", [sys.executable, "-c", code])
    assert f"{ROOT} None" in capfd.readouterr().out


@pytest.mark.parametrize("quiet", [False, True])
def test_a_step_that_went_well_prints_what_its_tool_says_only_when_that_is_wanted(quiet, capfd):
    course.step(2, "some work", [sys.executable, "-c", "print('at work')"], quiet=quiet, of=7)
    assert capfd.readouterr().out == "[2/7] some work\n" + "at work\n" * (not quiet)


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
        "The set-up could not finish step 2 (the installer uv): the lines above say why. Most often the"
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert not (tmp_path / ".venv" / "course.stamp").exists()

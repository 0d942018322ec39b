"""The steps of a set-up for real: what they print, what a failure is called, and two set-ups at once."""

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

import pytest

from authoring import setup
from tests.support import ROOT

Usage = namedtuple("Usage", "total used free")


def copy_course(folder, *more):
    """Copy what a set-up needs."""
    for name in ("course.py", "authoring/__init__.py", "authoring/setup.py", "pyproject.toml", *more):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)


@pytest.mark.skipif(os.name == "nt", reason="Windows allows few of these in a name")
def test_a_course_in_a_folder_of_any_other_name_is_installed_and_imported(tmp_path):
    """The part of the set-up where a folder's name matters, for real: a bare environment, and step 4."""
    folder = tmp_path / "a %20b?c[d]#e'f\"g é"
    (folder / "course_utils").mkdir(parents=True)
    (folder / "course_utils" / "__init__.py").touch()
    copy_course(folder, "README.md", "LICENSE")
    code = """if True:
        import course, sys
        from authoring import setup
        from pathlib import Path
        uv, packages = sys.argv[1:]
        setup.run_step(1, "bare", [sys.executable, "-m", "venv", "--without-pip", setup.VENV], quiet=True)
        # lends it setuptools, which the build needs
        next(setup.VENV.glob("lib/*/site-packages")).joinpath("lent.pth").write_text(packages)
        install = [uv, *setup.INSTALL[1:5], "--no-deps", "--no-build-isolation", "-e", "."]
        setup.run_step(4, "itself", install, quiet=True)
        sys.exit(course.run("-P", "-c", "import course_utils; print(course_utils.__file__)"))
    """
    done = subprocess.run(
        [sys.executable, "-c", code, setup.UV, Path(pytest.__file__).parent.parent],
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
from authoring import setup
step = setup.run_step
def slow(number, text, command, quiet=False, of=4):
    setup.VENV.mkdir(exist_ok=True)
    step(number, text, [sys.executable, "-c", {SLOW!r}, sys.argv[1]])
setup.run_step = slow
sys.exit(course.main(["setup"]))
"""


@pytest.fixture
def start_set_up(tmp_path):
    """Starts a set-up in a folder, and waits until it has printed some words."""
    copy_course(tmp_path, "requirements.lock")
    running = []

    def start(name, message):
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", SET_UP, name], cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )
        running.append(process)
        limit = threading.Timer(SECONDS, process.kill)  # then there is no next line
        limit.start()
        try:
            line = next(line for line in process.stdout if message in line or "the tool runs" in line)
            assert message in line, f"{name} did not wait"
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
        assert setup.try_to_take(file) is taken
        assert asked == [(file.fileno(), "at once", 1) if platform == "win32" else (file, 6)]


def failing(output):
    return [sys.executable, "-c", f"print({output!r}); raise SystemExit(1)"]


def test_a_missing_venv_module_is_named(capsys):
    with pytest.raises(setup.Stop, match=r"venv module is missing: install it .*python3-venv"):
        setup.run_step(1, "a virtual environment", failing("No module named ensurepip"), quiet=True)
    assert capsys.readouterr().out.startswith("[1/4] a virtual environment")


def test_a_disk_that_ran_full_is_named(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**6))
    with pytest.raises(setup.Stop, match="The disk is full"):
        setup.run_step(3, "the packages", failing("No space left on device"), quiet=True)


@pytest.mark.parametrize(
    ("code", "output", "hashes", "message"),
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
def test_the_network_is_blamed_only_where_it_may_be_at_fault(code, output, hashes, message, capfd):
    command = [sys.executable, "-c", f"print({output!r}); raise SystemExit({code})"]
    with pytest.raises(setup.Stop, match=message) as stop:
        setup.run_step(3, "the packages", command + ["--require-hashes"] * hashes, quiet=True)
    assert output in capfd.readouterr().out
    assert ("network" in str(stop.value)) is ("reached" in message)


def test_a_step_runs_in_the_courses_folder_with_the_tools_variables(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "misleading")
    code = "import os; print(os.getcwd(), os.environ.get('PYTHONPATH'))"
    setup.run_step(1, "some work", [sys.executable, "-c", code])
    assert f"{ROOT} None" in capfd.readouterr().out


@pytest.mark.parametrize("quiet", [False, True])
def test_a_step_that_went_well_prints_what_its_tool_says_only_when_that_is_wanted(quiet, capfd):
    setup.run_step(2, "some work", [sys.executable, "-c", "print('at work')"], quiet=quiet, of=7)
    assert capfd.readouterr().out == "[2/7] some work\n" + "at work\n" * (not quiet)


@pytest.mark.slow
def test_without_a_network_the_set_up_ends_in_a_sentence(tmp_path):
    copy_course(tmp_path, "requirements.lock")
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

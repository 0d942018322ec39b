"""When .venv is set up and when it is not, what is refused, and what a tool gets as its environment."""

import os
import re
import shutil
import sys
from collections import namedtuple
from pathlib import Path

import pytest

import course
from authoring import setup
from tests.support import ROOT

PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
FILES = ("pyproject.toml", "requirements.lock")
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def empty_course(tmp_path, monkeypatch):
    """A course folder without a .venv, with the real pyproject and lock; the steps are recorded, not run."""
    (tmp_path / "classroom").mkdir()
    for name in ("pyproject.toml", "requirements.lock", "classroom/requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, path in {"ROOT": tmp_path, "VENV": tmp_path / ".venv"}.items():
        monkeypatch.setattr(setup, name, path)
    commands = []

    def record(number, text, command, quiet=False, of=4):
        (tmp_path / ".venv").mkdir(exist_ok=True)
        record.steps.append((number, of, text, quiet))
        commands.append([str(part) for part in command])

    record.steps = []
    monkeypatch.setattr(setup, "run_step", record)
    return tmp_path, commands


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 1), (3, 13, 9)])
def test_supported_pythons_pass(version):
    setup.supported_python(version, PROJECT)


@pytest.mark.parametrize("version", [(3, 8, 0), (3, 10, 13), (3, 14, 0)])
def test_another_python_is_refused_in_a_sentence(version):
    with pytest.raises(
        setup.Stop, match=rf"needs Python 3\.11 to 3\.13, and this is 3\.{version[1]}: install"
    ):
        setup.supported_python(version, PROJECT)


def test_a_tool_gets_no_variable_that_misleads_it(monkeypatch):
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "KEPT"):
        monkeypatch.setenv(name, "0")
    variables = setup.environment(ADDED="2")
    assert {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONHOME"}.isdisjoint(variables)
    assert (variables["PYTHONUTF8"], variables["KEPT"], variables["ADDED"]) == ("1", "0", "2")


def test_a_home_that_can_be_written_to_is_left_alone(empty_course, monkeypatch):
    folder, _ = empty_course
    monkeypatch.setenv("HOME", str(folder))
    assert setup.home_variables() == {}
    assert setup.environment()["HOME"] == str(folder)
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
    assert setup.environment()["HOME"] == str(folder / ".venv" / "home")
    assert (folder / ".venv" / "home").is_dir()
    monkeypatch.setattr(setup, "VENV", folder / "a file")
    with pytest.raises(setup.Stop, match=r"Neither your home folder .* nor .* can be written to: set HOME"):
        setup.environment()


@pytest.mark.skipif(os.name == "nt", reason="Windows has its own variables for it")
def test_another_persons_home_in_the_environment_is_not_taken(empty_course, monkeypatch):
    folder, _ = empty_course
    monkeypatch.setenv("HOME", str(folder / "missing"))
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(setup.Stop, match=r"nor .*home can be written to"):
        setup.home_variables()


def test_the_set_up_runs_once_and_again_only_when_the_lock_changed(empty_course):
    folder, steps = empty_course
    setup.set_up()
    assert len(steps) == 4
    uv, python = str(setup.UV), str(setup.PYTHON)
    # not the Python of an environment that this one may be in: that one may go
    assert steps[0] == [sys._base_executable, "-m", "venv", "--clear", str(folder / ".venv")]
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "1"]
    assert steps[1] == [*pip, "--require-hashes", "-r", str(folder / ".venv" / "uv.txt")]
    install = [uv, "pip", "install", "--python", python]
    assert steps[2] == [*install, "--compile-bytecode", "--require-hashes", "-r", "requirements.lock"]
    assert steps[3] == [*install, "--no-deps", "--no-build-isolation", "-e", "."]
    # the third one takes long, and shows how far it is
    assert [(number, of, quiet) for number, of, _, quiet in setup.run_step.steps] == [
        (1, 4, True),
        (2, 4, True),
        (3, 4, False),
        (4, 4, True),
    ]
    setup.set_up()
    assert len(steps) == 4
    (folder / "requirements.lock").write_text("uv==1.0 \\\n    --hash=sha256:00\n", encoding="utf-8")
    setup.set_up()
    assert len(steps) == 8


def test_what_grading_needs_is_added_once_and_again_only_when_a_lock_changed(empty_course, monkeypatch):
    folder, steps = empty_course
    setup.set_up()
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
    assert setup.run_step.steps[-1] == (1, 1, "the packages that grading needs", False)
    assert course.setup("--classroom") == 0
    assert len(steps) == 1
    (folder / "classroom" / "requirements.lock").write_text("new", encoding="utf-8")
    course.grade()
    assert len(steps) == 2
    setup.set_up()
    assert course.setup() == 0
    assert len(steps) == 2


def test_setup_installs_what_grading_needs_only_when_asked(empty_course):
    folder, steps = empty_course
    setup.set_up()
    assert course.setup() == 0
    assert len(steps) == 4
    assert course.setup("--classroom") == 0
    assert len(steps) == 5
    # a new .venv has lost it
    edited = (folder / "requirements.lock").read_text(encoding="utf-8") + "# edited\n"
    (folder / "requirements.lock").write_text(edited, encoding="utf-8")
    setup.set_up()
    assert course.setup("--classroom") == 0
    assert len(steps) == 10


def test_a_lock_that_is_taken_back_after_a_set_up_was_cut_off_is_set_up_again(empty_course, monkeypatch):
    folder, steps = empty_course
    setup.set_up()
    lock, record = folder / "requirements.lock", setup.run_step
    before = lock.read_text(encoding="utf-8")
    lock.write_text(before + "# edited\n", encoding="utf-8")

    def cut(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup, "run_step", cut)
    with pytest.raises(KeyboardInterrupt):
        setup.set_up()
    monkeypatch.setattr(setup, "run_step", record)
    lock.write_text(before, encoding="utf-8")
    steps.clear()
    setup.set_up()
    assert len(steps) == 4


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
    before = setup.fingerprint()
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert (setup.fingerprint() != before) is anew


def test_the_environment_is_built_anew_for_another_python_and_in_another_folder(empty_course, monkeypatch):
    folder, steps = empty_course
    setup.set_up()
    monkeypatch.setattr(sys, "version", sys.version.replace("3.", "3.9", 1))
    setup.set_up()
    assert len(steps) == 8
    before = setup.fingerprint()
    moved = folder.with_name("moved")
    shutil.copytree(folder, moved)
    monkeypatch.setattr(setup, "ROOT", moved)
    assert setup.fingerprint() != before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize(("mask", "used"), [(0o077, 0o022), (0o027, 0o022), (0o002, 0o002)])
def test_what_the_set_up_makes_can_be_read_by_others(mask, used, empty_course, monkeypatch):
    folder, _ = empty_course
    record, masks = setup.run_step, []

    def look(*arguments, **options):
        record(*arguments, **options)
        mask = os.umask(0)
        os.umask(mask)
        masks.append(mask)

    monkeypatch.setattr(setup, "run_step", look)
    before = os.umask(mask)
    try:
        setup.set_up()
        setup.set_up_classroom()
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
    monkeypatch.setattr(setup, "ROOT", moved)
    with pytest.raises(setup.Stop, match=r"b has '.' in its name, which Python's tools misread: move"):
        setup.set_up()
    assert steps == []
    assert sorted(moved.iterdir()) == sorted(moved / name for name in ("classroom", *FILES))


def test_uv_is_installed_in_the_locks_version_with_its_hashes(empty_course):
    folder, _ = empty_course
    setup.set_up()
    lines = (folder / ".venv" / "uv.txt").read_text(encoding="utf-8").splitlines()
    lock = (folder / "requirements.lock").read_text(encoding="utf-8")
    assert re.fullmatch(r"uv==[\d.]+ \\", lines[0])
    assert lines[0] in lock
    assert len(lines) > 10
    assert all(line.startswith("    --hash=sha256:") for line in lines[1:])


def test_a_set_up_that_was_cut_off_is_done_anew_by_the_next_call(empty_course, monkeypatch):
    _, steps = empty_course
    record = setup.run_step

    def cut(number, *rest, **options):
        if number == 3:
            raise KeyboardInterrupt
        record(number, *rest, **options)

    monkeypatch.setattr(setup, "run_step", cut)
    with pytest.raises(KeyboardInterrupt):
        setup.set_up()
    monkeypatch.setattr(setup, "run_step", record)
    steps.clear()
    setup.set_up()
    assert len(steps) == 4


def test_too_little_disk_is_said_before_anything_is_made(empty_course, monkeypatch):
    _, steps = empty_course
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 10**12, 10**9))
    with pytest.raises(setup.Stop, match=r"needs 4 GB of free disk in .*: free some and run it again"):
        setup.set_up()
    assert steps == []

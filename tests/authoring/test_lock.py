"""The lock, its export, and everything that installs from them."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from authoring import lock

ROOT = lock.ROOT
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
ENVIRONMENTS = [ROOT / "environment.yml", ROOT / ".binder" / "environment.yml"]


@pytest.fixture
def copy(tmp_path):
    (tmp_path / "classroom").mkdir()
    for name in ("pyproject.toml", "requirements.txt", *lock.LOCKS):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_lock_and_its_export_are_not_stale():
    assert lock.problems() == []


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("pyproject.toml", "keras>=3.15", "keras>=3.14", "classroom/requirements.lock was not made from"),
        ("pyproject.toml", '"nbval>=0.11",', "", "classroom/requirements.lock was not made from"),
        ("pyproject.toml", ">=3.11,<3.14", ">=3.10,<3.14", "classroom/requirements.lock was not made from"),
        ("requirements.txt", "\nnumpy==", "\nnumpy==1.0 #", "requirements.txt is not the export"),
        ("requirements.lock", "\nnumpy==", "\nnumpy==1.0 #", "requirements.txt is not the export"),
        ("requirements.lock", "\nnumpy==", "\n# https://x.invalid\nnumpy==", "names an address, https://x"),
        ("pyproject.toml", "nbgrader>=0.9.6", "nbgrader>=0.9.5", "classroom/requirements.lock was not made"),
        ("classroom/requirements.lock", "\nnumpy==", "\nnumpy==1.0 #", "requirements.lock has no numpy=="),
        (
            "requirements.lock",
            "\nnumpy==",
            "\nnumpy==1.0 ; python_full_version < '3.12'\nnumpy==",
            "requirements.lock has several versions of numpy, so that stored outputs may differ",
        ),
        (
            "classroom/requirements.lock",
            "\nnbgrader==",
            "\nnbgrader==0.9 ; python_full_version < '3.12'\nnbgrader==",
            "classroom/requirements.lock has several versions of nbgrader, so that",
        ),
    ],
)
def test_what_is_stale_is_found_and_the_mending_command_named(copy, file, old, new, message):
    edit(copy / file, old, new)
    result = lock.problems(copy)
    assert sum(message in problem for problem in result) == 1
    assert all(problem.endswith("renew it with: python3 course.py lock") for problem in result)


def test_other_edits_of_pyproject_leave_the_lock_fresh(copy):
    edit(copy / "pyproject.toml", "line-length = 110", "line-length = 100")
    assert lock.problems(copy) == []


def test_a_package_that_may_differ_between_pythons_is_let_through_by_name():
    two = "{0}==1.0 ; python_full_version < '3.12'\n{0}==2.0 ; python_full_version >= '3.12'\n"
    assert lock.MAY_DIFFER
    assert lock.differing("".join(map(two.format, lock.MAY_DIFFER))) == []
    assert lock.differing(two.format("zeta") + two.format("numpy") + "alpha==1\n") == ["numpy", "zeta"]


def test_every_locked_package_has_an_exact_version_and_hashes():
    blocks = re.split(r"\n(?=[A-Za-z0-9])", LOCK)[1:]
    assert len(blocks) == len(lock.export(LOCK).splitlines()) - 1 > 100
    for block in blocks:
        requirement = Requirement(block.split("\n")[0].rstrip(" \\"))
        assert [s.operator for s in requirement.specifier] == ["=="], block
        assert "--hash=sha256:" in block


def test_the_heart_of_the_course_is_locked_as_promised():
    versions = {}
    for line in lock.export(LOCK).splitlines()[1:]:
        requirement = Requirement(line)
        versions[requirement.name] = str(requirement.specifier).removeprefix("==")
    assert versions["tensorflow"] == versions["tensorflow-cpu"]
    assert versions["tensorflow"] in SpecifierSet("==2.21.*")
    assert versions["keras"] in SpecifierSet("<3.16")
    assert {"jupyter", "jupyterlab", "numpy", "matplotlib", "nbval"} <= versions.keys()


def test_an_empty_lock_is_refused():
    with pytest.raises(ValueError, match="names no package; renew it with"):
        lock.export("# nothing\n")


def test_an_unknown_option_is_named(capsys):
    assert lock.main(["--upgarde"]) == 2
    assert "got --upgarde" in capsys.readouterr().err


# --- renewing ---


@pytest.fixture
def renewed(copy, monkeypatch):
    """Renews the copy's locks with a made-up uv that leaves them as they are; the commands that it got."""
    commands, run = [], subprocess.run

    def record(command, cwd, check):
        commands.append(command)
        assert cwd == copy
        return run([sys.executable, "-c", ""], check=check)

    def renew(**options):
        monkeypatch.setattr(subprocess, "run", record)
        lock.renew(copy, **options)
        return commands

    return renew


def test_uv_is_told_the_lowest_python_of_pyproject_whatever_python_runs(copy, renewed):
    edit(copy / "pyproject.toml", ">=3.11,<3.14", ">= 3.12, <3.14")
    commands = renewed()
    assert [command[command.index("--output-file") + 1] for command in commands] == [*lock.LOCKS]
    for command in commands:
        assert command[command.index("--python-version") + 1] == "3.12"
        assert {"--universal", "--generate-hashes", "--extra=notebooks"} <= set(command)
        assert "--upgrade" not in command
    assert ["--extra=classroom" in command for command in commands] == [False, True]
    assert ["--constraint" in command for command in commands] == [False, True]


def test_newer_versions_are_taken_in_both_locks_when_that_is_asked(renewed):
    assert all("--upgrade" in command for command in renewed(upgrade=True))


def test_the_option_upgrade_is_handed_on(monkeypatch):
    asked = []
    monkeypatch.setattr(lock, "renew", lambda **options: asked.append(options))
    assert lock.main([]) == lock.main(["--upgrade"]) == 0
    assert asked == [{"upgrade": False}, {"upgrade": True}]


def test_what_was_renewed_is_not_stale(copy, renewed):
    edit(copy / "pyproject.toml", "keras>=3.15,", "keras>=3.14,")
    (copy / "requirements.txt").unlink()
    for name in lock.LOCKS:  # as uv leaves them: without the stamp
        path = copy / name
        path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[1], encoding="utf-8")
    renewed()
    assert lock.problems(copy) == []


def test_a_project_without_a_lowest_python_is_refused():
    with pytest.raises(SystemExit, match=r"requires-python must say from which Python on.*got '<3.14'"):
        lock.lowest_python('[project]\nrequires-python = "<3.14"')
    assert lock.lowest_python('[project]\nrequires-python = "<4, >=3.9"') == "3.9"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (1, "no versions satisfy all that pyproject.toml asks for"),
        (2, "most often the package registry cannot be reached"),
        (101, "the lines above say why"),
    ],
)
def test_the_network_is_blamed_only_where_it_may_be_at_fault(code, message, copy, monkeypatch):
    before = (copy / "requirements.lock").read_bytes()
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], code))
    with pytest.raises(SystemExit, match=rf"requirements.lock was not renewed: .*{message}\.?") as stop:
        lock.renew(copy)
    assert ("registry" in str(stop.value)) is (code == 2)
    assert (copy / "requirements.lock").read_bytes() == before


def test_uv_says_by_its_exit_code_that_no_versions_fit(copy, monkeypatch, capfd):
    edit(copy / "pyproject.toml", '"numpy>=2.1,<2.5",', '"numpy>=2.1,<2.5", "numpy>=3",')
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(SystemExit, match="no versions satisfy all"):
        lock.renew(copy)
    assert "numpy>=2.1,<2.5 and numpy>=3" in capfd.readouterr().err


def other_pythons():
    """The other supported Pythons that this machine has, by name or under pyenv; one of each version."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    result = {}
    for minor in (11, 12, 13):
        programs = [shutil.which(f"python3.{minor}"), *pyenv.glob(f"3.{minor}.*/bin/python")]
        for program in filter(None, programs):
            asked = [program, "-c", f"import sys; sys.exit(sys.version_info[:2] != (3, {minor}))"]
            # a name that pyenv made may lead nowhere
            if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
                result[f"3.{minor}"] = str(program)
    result.pop(f"3.{sys.version_info[1]}", None)
    return result


@pytest.mark.network
@pytest.mark.skipif(os.name == "nt", reason="makes links")
def test_the_lock_is_the_same_under_every_python(copy, tmp_path, monkeypatch):
    others = other_pythons()
    if not others:
        pytest.skip("this machine has one supported Python only")
    packages = tmp_path / "packages"  # uv alone
    (packages / "bin").mkdir(parents=True)
    uv = importlib.import_module("uv")
    (packages / "uv").symlink_to(Path(uv.__file__).parent)
    (packages / "bin" / "uv").symlink_to(uv.find_uv_bin())
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(packages)]))
    files = {}
    for version, python in {"": sys.executable, **others}.items():
        code = "from pathlib import Path; from authoring import lock; lock.renew(Path.cwd())"
        done = subprocess.run([python, "-c", code], cwd=copy, capture_output=True, text=True, check=False)
        if "cannot be reached" in done.stderr:
            pytest.skip("the package registry cannot be reached")
        assert done.returncode == 0, done.stderr
        files[version] = {name: (copy / name).read_text() for name in ("requirements.txt", *lock.LOCKS)}
    for version in others:
        assert files[version] == files[""], f"Python {version} makes another lock"


# --- what installs from it ---


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.parent.name + "/" + path.name)
def test_the_conda_environments_are_thin(path):
    environment = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    python = next(d for d in environment["dependencies"] if str(d).startswith("python="))
    supported = re.search(r'requires-python = "(.*)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert python.split("=")[1] in SpecifierSet(supported.group(1))
    pip = [d["pip"] for d in environment["dependencies"] if isinstance(d, dict)]
    assert pip == ([["-r requirements.txt", "-e ."]] if path.parent == ROOT else [])


def test_binder_installs_the_lock_and_the_course():
    script = (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")
    assert "--require-hashes -r requirements.lock" in script
    assert "-e ." in script
    executable = (ROOT / ".binder" / "postBuild").stat().st_mode & 0o111
    assert executable or os.name == "nt", "Binder runs postBuild only if it is executable"


def test_the_devcontainer_uses_the_one_door():
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert settings["postCreateCommand"] == "python3 course.py setup"


PLATFORMS = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
]


@pytest.mark.network
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_there_is_a_wheel_of_everything_for_each_platform(platform, python, tmp_path):
    command = [sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--only-binary", ":all:"]
    command += ["--require-hashes", "--requirements", str(Path(ROOT, "requirements.lock"))]
    command += ["--python-platform", platform, "--python-version", python, "--target", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "error sending request" in done.stderr.lower() or "failed to fetch" in done.stderr.lower():
        pytest.skip("the package registry cannot be reached")
    assert done.returncode == 0, done.stderr

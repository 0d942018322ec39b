"""The command that runs a student's code under bubblewrap and prlimit.

Mounted read-only are the system's programs and libraries, Python, the virtual environment and course_utils.
There is an empty home, a small /tmp in memory, and one folder with the kernel's sockets; no network, and
neither the gradebook, nor the problem sets' sources, nor other students' work.

Linux does not limit root's processes: so where the grader is root, the student's code runs under a user
number that nobody else has. Memory is watched from outside as well (`guard.py`), since a limit on address
space holds for each process alone.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import course_utils
from classroom.runner.scratch_folders import scratch_folder
from classroom.runner.user_numbers import unused_user_number

NEEDED = ("bwrap", "prlimit", "setpriv")
INSTALL = "install them with: apt-get install bubblewrap util-linux"
_WITHOUT = (
    "To grade without one, which lets a submission read and change all that you can: --without-sandbox."
)
HOME = "/tmp/home"  # noqa: S108
_LEAN = Path(__file__).resolve().parent / "lean"


class SandboxMissing(RuntimeError):
    """This machine has no sandbox; the message says how to get one."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Sizes are in bytes, times in seconds."""

    memory: int = 4 * 2**30
    """Of all its processes together."""
    processes: int = 128
    """Threads count, too: TensorFlow starts some for each core."""
    file: int = 64 * 2**20
    disk: int = 256 * 2**20
    """Of /tmp, which is in memory, and the only place to write to."""
    cell_seconds: int = 30
    """For a cell of the student's, and for a call that a test makes."""
    notebook_seconds: int = 300
    output: int = 2**20
    """Of all cells together. Output beyond it is cut off, with a line that says so."""


def require_programs() -> None:
    """Check that the programs of the sandbox are installed.

    Raises
    ------
    SandboxMissing
        The message has the command that installs it.
    """
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        raise SandboxMissing(
            f"Students' code runs in a sandbox, which needs {' and '.join(missing)}: {INSTALL}. {_WITHOUT}"
        )


def require() -> None:
    """Check that the sandbox works, by starting Python in one.

    Raises
    ------
    SandboxMissing
        A program is missing, or this machine forbids what it does. The message says what would help.
    """
    require_programs()
    if os.geteuid() == 0 and (folder := _unreadable()):
        raise SandboxMissing(
            f"Students' code runs under a user of its own, who may not read {folder}: allow it with "
            f"chmod -R go+rX {shlex.quote(str(folder))}"
        )
    with scratch_folder() as folder, unused_user_number() as number:
        trial = subprocess.run(
            command([sys.executable, "-c", "import course_utils"], folder, Limits(), number),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if trial.returncode != 0:
        raise SandboxMissing(
            f"The sandbox does not start on this machine: {trial.stderr.strip()[-300:]}\n"
            "It needs Linux namespaces, which a container or a setting of the system may forbid: grade "
            f"outside of a container or as root, or allow them (see `man bwrap`). {_WITHOUT}"
        )


def command(arguments: Sequence[str], folder: Path, limits: Limits, number: int) -> list[str]:
    """The command that runs `arguments` in the sandbox.

    Parameters
    ----------
    arguments : a command; its program must exist inside.
    folder : mounted at the same path; it can be written to.
    limits : what the command may use.
    number : the user to run as, where the grader is root.
    """
    wrap = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    wrap += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "sandbox"]
    wrap += ["--proc", "/proc", "--dev", "/dev"]
    wrap += ["--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/tmp"]  # noqa: S108
    wrap += ["--perms", "0777", "--dir", HOME]
    for path in _SYSTEM:
        is_link = Path(path).is_symlink()
        wrap += ["--symlink", str(Path(path).readlink()), path] if is_link else ["--ro-bind", path, path]
    made: set[Path] = set()
    for path in (*_etc(), *_python(), str(folder)):
        # bubblewrap might make the parent folder for its owner alone
        parent = Path(path).parent
        exists = len(parent.parts) == 1 or str(parent) == "/tmp" or _in_system(parent)  # noqa: S108
        if parent not in made and not exists:
            wrap += ["--dir", str(parent)]
            made.add(parent)
        wrap += ["--bind" if path == str(folder) else "--ro-bind", path, path]
    wrap += ["--clearenv"]
    for name, value in _environment().items():
        wrap += ["--setenv", name, value]
    wrap += ["--chdir", "/tmp"]  # noqa: S108
    if os.geteuid() == 0:
        drop = [f"--reuid={number}", f"--regid={number}", "--clear-groups"]
        # bubblewrap sets that, too: this is for the case that a later one does not
        drop += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        inside = ["setpriv", *drop]
    else:
        wrap += ["--unshare-user"]
        inside = []
    inside += ["prlimit", f"--nproc={limits.processes}", f"--fsize={limits.file}", "--core=0"]
    # More address space than memory: TensorFlow alone maps 1.7 GB. `Guard` counts the memory held.
    inside += [f"--as={limits.memory + 4 * 2**30}", "--nofile=1024"]
    return [*wrap, "--", *inside, *arguments]


# Nothing else of the system is mounted. Links into /usr, as on most systems, stay links.
_SYSTEM = tuple(path for path in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64") if Path(path).exists())


def _etc() -> list[str]:
    wanted = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
    return [path for path in wanted if Path(path).exists()]


def _python() -> list[str]:
    """The interpreter, the environment with its packages, and course_utils, where they are not in /usr."""
    package = Path(course_utils.__file__).resolve().parent
    folders = [Path(sys.base_prefix), Path(sys.prefix), Path(sysconfig.get_path("purelib")), package, _LEAN]
    mounted: list[str] = []
    for folder in folders:
        if not _in_system(folder) and not any(folder.is_relative_to(other) for other in mounted):
            mounted.append(str(folder))
    return mounted


def _unreadable() -> Path | None:
    """The first mounted folder that other users may not read completely, or None.

    The course's own have the umask of the person who cloned it. Python would report nothing: a package whose
    files cannot be read is imported as an empty one.
    """
    package = Path(course_utils.__file__).resolve().parent
    for folder in map(Path, _python()):
        contents = folder.rglob("*") if folder in (package, _LEAN) else ()
        for path in (folder, *contents):
            needed = 0o005 if path.is_dir() else 0o004
            if path.stat().st_mode & needed != needed and "__pycache__" not in path.parts:
                return folder
    return None


def _in_system(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in (*_SYSTEM, "/proc", "/dev"))


def _environment() -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.prefix) / 'bin'}:/usr/bin:/bin",
        "HOME": HOME,
        "TMPDIR": "/tmp",  # noqa: S108
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{_LEAN}{os.pathsep}{Path(course_utils.__file__).resolve().parent.parent}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "IPYTHONDIR": f"{HOME}/.ipython",
        "JUPYTER_CONFIG_DIR": f"{HOME}/.jupyter",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "JOBLIB_MULTIPROCESSING": "0",
    }

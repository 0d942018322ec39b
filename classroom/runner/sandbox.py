"""Where a student's code runs: under bubblewrap and prlimit, with no network and next to no files.

Inside there are the system's programs and libraries, Python, the virtual environment and course_utils, all
read-only; an empty home and a small /tmp in memory; and one folder with the kernel's sockets. The
gradebook, the problem sets' sources and other students' work are not there at all.

The limit on processes is the kernel's own, which spares root: so when the grader is root, the student's
code runs under a number that nobody else has. Memory is watched from outside as well (`Guard`), since a limit
on address space holds for each process alone.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

import course_utils
from classroom.locks import own_folder, own_number

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
    """What one submission may use. Sizes are bytes, times seconds."""

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
    """Of all cells together. What goes over is cut off, and said."""


def require_programs() -> None:
    """Refuse to go on where a program is missing that the sandbox is made of.

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
    """Refuse to go on where the sandbox does not work: Python is started in one, once.

    Raises
    ------
    SandboxMissing
        A program is missing, or this machine forbids what it does. The message says what would help.
    """
    require_programs()
    if os.geteuid() == 0 and (private := _private()):
        raise SandboxMissing(
            f"Students' code runs under a user of its own, who may not read {private}: allow it with "
            f"chmod -R go+rX {shlex.quote(str(private))}"
        )
    with own_folder() as folder, own_number() as number:
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
    """The command that runs `arguments` in the sandbox, where `folder` can be written to.

    Parameters
    ----------
    arguments : a command, whose program is seen inside the sandbox.
    folder : seen inside at the same path.
    limits : what it may use.
    number : the user that it runs as, where the grader is root; processes are counted by it.
    """
    words = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "sandbox"]
    words += ["--proc", "/proc", "--dev", "/dev"]
    words += ["--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/tmp"]  # noqa: S108
    words += ["--perms", "0777", "--dir", HOME]
    for path in _SYSTEM:
        words += ["--symlink", str(Path(path).readlink()), path] if Path(path).is_symlink() else _bound(path)
    seen: set[Path] = set()
    for path in (*_etc(), *_python(), str(folder)):
        # bubblewrap might make the folder above for its owner alone.
        parent = Path(path).parent
        there = len(parent.parts) == 1 or str(parent) == "/tmp" or _inside_system(parent)  # noqa: S108
        if parent not in seen and not there:
            words += ["--dir", str(parent)]
            seen.add(parent)
        words += ["--bind" if path == str(folder) else "--ro-bind", path, path]
    words += ["--clearenv"]
    for name, value in _environment().items():
        words += ["--setenv", name, value]
    words += ["--chdir", "/tmp"]  # noqa: S108
    if os.geteuid() == 0:
        drop = [f"--reuid={number}", f"--regid={number}", "--clear-groups"]
        # bubblewrap sets that, too, so its absence is not seen: a second lock, in case it once does not
        drop += ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]
        inside = ["setpriv", *drop]
    else:
        words += ["--unshare-user"]
        inside = []
    inside += ["prlimit", f"--nproc={limits.processes}", f"--fsize={limits.file}", "--core=0"]
    # Of addresses more than of memory: TensorFlow alone maps 1.7 GB. `Guard` counts what is held.
    inside += [f"--as={limits.memory + 4 * 2**30}", "--nofile=1024"]
    return [*words, "--", *inside, *arguments]


# The rest of the system is not shown. Where these are links into /usr, as on most systems, they stay so.
_SYSTEM = tuple(path for path in ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64") if Path(path).exists())


def _bound(path: str) -> list[str]:
    return ["--ro-bind", path, path]


def _etc() -> list[str]:
    wanted = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")
    return [path for path in wanted if Path(path).exists()]


def _python() -> list[str]:
    """The interpreter, the environment with its packages, and course_utils, where they are not in /usr."""
    package = Path(course_utils.__file__).resolve().parent
    places = [Path(sys.base_prefix), Path(sys.prefix), Path(sysconfig.get_path("purelib")), package, _LEAN]
    kept: list[str] = []
    for place in places:
        if not _inside_system(place) and not any(place.is_relative_to(other) for other in kept):
            kept.append(str(place))
    return kept


def _private() -> Path | None:
    """The first of the folders seen inside that others may not read, or may not all of.

    The course's own come with the umask of who cloned it. Python would say nothing: a package whose files
    cannot be read is an empty one.
    """
    package = Path(course_utils.__file__).resolve().parent
    for place in map(Path, _python()):
        ours = place.rglob("*") if place in (package, _LEAN) else ()
        for path in (place, *ours):
            needed = 0o005 if path.is_dir() else 0o004
            if path.stat().st_mode & needed != needed and "__pycache__" not in path.parts:
                return place
    return None


def _inside_system(path: Path) -> bool:
    return any(path.is_relative_to(place) for place in (*_SYSTEM, "/proc", "/dev"))


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


class Guard:
    """Watches a sandbox from outside, and ends all of it when its memory or its time is used up.

    To be used with `with`; afterwards `reason` says why it was ended, or is empty.
    """

    def __init__(self, process: int, limits: Limits, *, every: float = 0.2) -> None:
        self.process, self.limits, self.every = process, limits, every
        self.reason = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Guard:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def end(self, reason: str) -> None:
        """End every process in the sandbox, for a reason that is kept."""
        self.reason = self.reason or reason
        end_all(self.process)

    def _watch(self) -> None:
        passed = 0.0
        while not self._over.wait(self.every):
            passed += self.every
            if memory_of(self.process) > self.limits.memory:
                self.end(f"it used more than {self.limits.memory / 2**30:g} GB of memory")
            elif passed > self.limits.notebook_seconds:
                self.end(f"it ran for more than {self.limits.notebook_seconds} s in all")
            if self.reason:
                return


class Stopwatch:
    """How long a cell runs, without the time in which others on a busy machine kept its process waiting.

    What its own sandbox uses of the processors meanwhile is no excuse: the processes of a fork bomb keep each
    other waiting, and it would get the more time, the more there are.

    Parameters
    ----------
    process : bubblewrap's, or the kernel's where there is no sandbox.
    kernel : the kernel's.
    """

    def __init__(self, process: int, kernel: int) -> None:
        self._process, self._kernel = process, kernel
        self._began, self._waited = time.monotonic(), _waited(kernel)
        self._looked = 0.0
        self._used: float | None = None

    def has_passed(self, seconds: float) -> bool:
        """Whether it has run for so long. Looks a few times a second, no more."""
        now = time.monotonic()
        if now - self._began < seconds or now - self._looked < 0.2:
            return False
        self._looked = now
        if now - self._began - (_waited(self._kernel) - self._waited) >= seconds:
            return True
        used = _sum_of(self._process, lambda part: sum(part.cpu_times()[:4]))
        if self._used is None:
            self._used = used
        return used - self._used >= seconds


def first_in(process: int) -> int:
    """The process that was started in a sandbox: the first child of bubblewrap's only child."""
    try:
        for _ in range(2):
            process = min(psutil.Process(process).children(), key=lambda child: child.create_time()).pid
    except (psutil.Error, ValueError):
        pass
    return process


def _waited(process: int) -> float:
    """Seconds that a process was ready to run while others did; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def memory_of(process: int) -> int:
    """Bytes of memory that a process and all below it hold."""
    return int(_sum_of(process, lambda part: part.memory_info().rss))


def _sum_of(process: int, ask: Callable[[psutil.Process], float]) -> float:
    """What a process and all below it answer, without those that are gone by then."""
    total = 0.0
    try:
        parent = psutil.Process(process)
        for part in (parent, *parent.children(recursive=True)):
            try:
                total += ask(part)
            except psutil.Error:
                continue
    except psutil.Error:
        return 0.0
    return total


def end_all(process: int) -> None:
    """Kill all below a process; bubblewrap, which that is, then ends by itself.

    The first process in a sandbox takes all others with it, and is gone when all of them are. Killed
    before it, bubblewrap would leave the waiting for that to others.
    """
    try:
        family = psutil.Process(process).children(recursive=True)
    except psutil.Error:
        return
    for part in family:
        try:
            part.kill()
        except psutil.Error:
            continue

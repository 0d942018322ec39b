"""Students' code in its cage, hostile code most of all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from authoring import problem_sets
from classroom.runner.kernel import AnswerFailed, KernelEnded, StudentKernel
from classroom.runner.sandbox import Limits
from classroom.runner.values import Opaque
from tests.support.sample_class import SMALL, needs_sandbox

pytestmark = [pytest.mark.training, needs_sandbox]  # kernels start: not part of `check`


@pytest.fixture(scope="module")
def shared() -> Iterator[StudentKernel]:
    """One for all tests that leave nothing in it but names."""
    with StudentKernel(replace(SMALL, notebook_seconds=3600)) as started:
        yield started


@pytest.fixture
def kernel() -> Iterator[StudentKernel]:
    with StudentKernel(SMALL) as started:
        yield started


def text_of(outputs: list[dict]) -> str:  # type: ignore[type-arg]
    """All text and errors that a cell left."""
    return "".join(o.get("text", "") + o.get("ename", "") + o.get("evalue", "") for o in outputs)


def ran(kernel: StudentKernel, source: str) -> str:
    return text_of(kernel.run_cell(source))


def running(kernel: StudentKernel) -> list[str]:
    """The processes that name this kernel's folder, which nobody else has: bubblewrap, it and its forks."""
    return [line for line in command_lines() if str(kernel._folder) in line]


def command_lines() -> list[str]:
    return [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]


# ---------------------------------------------------------------- what it is for


def test_cells_run_and_their_outputs_come_back(shared: StudentKernel) -> None:
    assert ran(shared, "a = 2\nprint('one')\nprint('two')") == "one\ntwo\n"
    (result,) = shared.run_cell("a + 1")
    assert (result.output_type, result.data) == ("execute_result", {"text/plain": "3"})
    assert "ZeroDivisionError" in ran(shared, "1 / 0")
    assert ran(shared, "print(a)") == "2\n"


def test_functions_are_called_with_plain_data_and_give_it_back(shared: StudentKernel) -> None:
    shared.run_cell(
        "import numpy as np\n"
        "def same(value, times=1): return [value] * times\n"
        "def shape(array): return type(array).__name__, array.shape, str(array.dtype)\n"
        "def thing(): return {1: 2}\n"
        "number = np.float64(0.5)\n"
    )
    same = shared.fetch("same")
    array = np.arange(6.0).reshape(2, 3)
    for value in (1, -0.25, float("inf"), True, None, "é", (1, [2.5, "x"]), np.int64(3)):
        (back,) = same(value)
        assert back == value
        assert type(back) is type(value)
    np.testing.assert_array_equal(same(array, times=2)[1], array)
    assert shared.fetch("shape")(array) == ("ndarray", (2, 3), "float64")
    thing = shared.fetch("thing")()
    assert isinstance(thing, Opaque)
    assert thing.type_name == "dict"
    assert shared.fetch("number") == 0.5
    with pytest.raises(TypeError, match="a value of type dict cannot be handed to an answer"):
        same({})


def test_built_in_names_that_a_student_has_redefined_change_nothing(kernel: StudentKernel) -> None:
    kernel.run_cell("list = str = type = len = exec = 3\ndef f(x): return [x, 'a', (2.5,)]")
    assert kernel.fetch("f")(1) == [1, "a", (2.5,)]


def test_what_goes_wrong_in_a_function_is_told(kernel: StudentKernel) -> None:
    kernel.run_cell("def f(x): return 1 / x\ndef slow():\n    while True: pass\nimport course_utils as cu")
    kernel.run_cell("def undone(): raise cu.answers.NotDoneYet('later')\ndef other(): return undone()")
    kernel.run_cell("def taint(x, y):\n    y -= 1\n    return x")
    with pytest.raises(AnswerFailed, match="f raised ZeroDivisionError: division by zero"):
        kernel.fetch("f")(0)
    with pytest.raises(AnswerFailed, match="undone is not done yet"):
        kernel.fetch("undone")()
    with pytest.raises(AnswerFailed, match="other uses undone, which is not done yet"):
        kernel.fetch("other")()
    with pytest.raises(AnswerFailed, match="taint changed its argument number 2: it must work on a copy"):
        kernel.fetch("taint")(np.zeros(2), np.ones(2))
    with pytest.raises(AnswerFailed, match="g is not defined"):
        kernel.fetch("g")
    with pytest.raises(AnswerFailed, match="slow was stopped: it ran for more than 3 s"):
        kernel.fetch("slow")()
    assert kernel.fetch("f")(4) == 0.25


def test_keras_is_imported_without_what_it_does_not_need_and_a_student_gets_it() -> None:
    seen = "print(sorted({'sklearn', 'matplotlib'} & set(sys.modules)))"
    with StudentKernel(Limits()) as large:
        assert ran(large, f"import sys, keras\n{seen}") == "[]\n"
        assert "['matplotlib', 'sklearn']\n" in ran(large, f"import sklearn, matplotlib.pyplot\n{seen}")
        assert "Dense" in ran(large, "print(keras.layers.Dense(3))")


# ---------------------------------------------------------------- the cage


def test_there_is_no_network(shared: StudentKernel) -> None:
    printed = ran(shared, "import socket\nsocket.create_connection(('127.0.0.1', 22), timeout=1)")
    assert "OSError" in printed or "ConnectionRefusedError" in printed
    interfaces = ran(
        shared, "import os\nprint(sorted(os.listdir('/sys/class/net')) if os.path.exists('/sys') else [])"
    )
    assert interfaces == "[]\n"
    assert "Network is unreachable" in ran(
        shared, "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))"
    )


def test_nothing_of_the_grader_is_there(shared: StudentKernel, tmp_path: Path) -> None:
    secret = tmp_path / "gradebook.db"
    secret.write_text("all grades", encoding="utf-8")
    places = [secret, problem_sets.SETS, Path(__file__), problem_sets.ROOT / "course.py", Path("/etc/passwd")]
    shown = ran(shared, f"import os\nprint([os.path.exists(path) for path in {[str(p) for p in places]!r}])")
    assert shown == f"{[False] * len(places)}\n"
    names = ran(shared, "print(sorted(name for name in os.environ if 'KEY' in name or 'TOKEN' in name))")
    assert names == "[]\n"
    home = "print([name for name in os.listdir(os.path.expanduser('~')) if name[0] != '.'])"
    assert ran(shared, home) == "[]\n"


def test_files_cannot_be_changed(shared: StudentKernel) -> None:
    shown = ran(
        shared,
        "import course_utils, numpy, os, sys\n"
        "for path in (course_utils.__file__, numpy.__file__, sys.executable, '/usr/bin/env'):\n"
        "    try: open(path, 'a')\n"
        "    except OSError as error: print('refused')\n",
    )
    assert shown == "refused\n" * 4


def test_it_sees_no_other_process(shared: StudentKernel) -> None:
    shown = ran(
        shared, "import os\nprint(max(int(name) for name in os.listdir('/proc') if name.isdigit()) < 100)"
    )
    assert shown == "True\n"


# ---------------------------------------------------------------- what it may use


def test_a_large_file_and_a_full_disk_are_refused(kernel: StudentKernel) -> None:
    assert "File too large" in ran(kernel, "open('/tmp/a', 'wb').write(b'0' * 3_000_000)")
    source = "for n in range(20): open(f'/tmp/{n}', 'wb').write(b'0' * 1_000_000)"
    assert "No space left on device" in ran(kernel, source)
    assert ran(kernel, "print('still here')") == "still here\n"


def test_a_memory_bomb_ends_the_kernel_and_nothing_else(kernel: StudentKernel) -> None:
    source = "import time\nheld = []\nwhile True:\n    held.append(b'x' * 50_000_000)\n    time.sleep(0.05)"
    with pytest.raises(KernelEnded, match=r"it used more than 0\.68\d* GB of memory"):
        kernel.run_cell(source)


def test_a_fork_bomb_is_contained_and_leaves_nothing_running() -> None:
    with StudentKernel(SMALL) as kernel:
        bomb = "import os\nwhile True:\n    try: os.fork()\n    except BaseException: pass"
        with pytest.raises(KernelEnded):
            kernel.run_cell(bomb)
        assert len(running(kernel)) <= SMALL.processes + 2, "bubblewrap's own two come on top"
    assert running(kernel) == []


def test_an_endless_loop_is_interrupted_and_the_next_cell_runs(kernel: StudentKernel) -> None:
    printed = ran(kernel, "while True: pass")
    assert "KeyboardInterrupt" in printed
    assert "The cell was stopped after 3 s." in printed
    assert ran(kernel, "print('next')") == "next\n"


DEAF = {
    "ignored": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
    "caught": "import time\nwhile True:\n    try: time.sleep(9)\n    except BaseException: pass",
}


@pytest.mark.parametrize("how", DEAF)
def test_one_that_ignores_interrupts_is_ended(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classroom.runner.kernel.INTERRUPT_SECONDS", 1)
    with StudentKernel(SMALL) as kernel:
        with pytest.raises(KernelEnded, match="did not stop when it was interrupted"):
            kernel.run_cell(DEAF[how])
        assert kernel.ended
    assert running(kernel) == []


@pytest.mark.parametrize(
    "source", ["import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
)
def test_a_kernel_that_ends_itself_is_noticed(kernel: StudentKernel, source: str) -> None:
    with pytest.raises(KernelEnded, match="its process ended"):
        kernel.run_cell(source)


def test_a_flood_of_lines_is_cut(kernel: StudentKernel) -> None:
    printed = ran(kernel, "for n in range(200_000): print('x' * 1000)")
    assert printed.count("cut off here: the cells of this notebook printed more than 50 kB") == 1
    assert len(printed) < 2 * SMALL.output + 1000
    assert kernel.run_cell("print('more')") == []
    assert kernel.fetch("n") >= 0


def test_a_line_of_200_mb_is_cut() -> None:
    limits = Limits(cell_seconds=20, output=50_000)
    with StudentKernel(limits) as kernel:
        before = psutil.Process().memory_info().rss
        printed = ran(kernel, "print('x' * 200_000_000)")
        assert "cut off here" in printed
        assert psutil.Process().memory_info().rss - before < 200_000_000
        assert ran(kernel, "a = 5\nprint('next')") == "next\n", "the connection was not opened again"
        assert kernel.fetch("a") == 5


LATE = """
import time
publish = get_ipython().kernel._publish_status
def late(status, *more, **named):
    if status == "idle":
        time.sleep(1)
    if status != "idle" or {says}:
        publish(status, *more, **named)
get_ipython().kernel._publish_status = late
"""


def test_a_kernel_that_is_late_to_be_idle_is_not_said_to_print_too_much(
    kernel: StudentKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classroom.runner.kernel.GRACE_SECONDS", 0.1)
    kernel.run_cell(LATE.replace("{says}", "True"))
    assert ran(kernel, "print('one')") == "one\n"
    assert ran(kernel, "print('two')") == "two\n"


def test_a_kernel_that_never_says_that_it_is_idle_is_given_up(
    kernel: StudentKernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classroom.runner.kernel.IDLE_SECONDS", 1)
    monkeypatch.setattr("classroom.runner.connection.START_SECONDS", 3)
    with pytest.raises(KernelEnded, match="its outputs do not come over any more"):
        kernel.run_cell(LATE.replace("{says}", "False"))


def test_nothing_is_left_behind(kernel: StudentKernel) -> None:
    folder = kernel._folder
    command = f"sleep 600.{time.time_ns()}"  # nobody else's
    kernel.run_cell(f"import subprocess\nsubprocess.Popen({command.split()}, start_new_session=True)")
    assert command_lines().count(command) == 1
    kernel.__exit__(None, None, None)
    assert command not in command_lines()
    assert running(kernel) == []
    assert not folder.exists()

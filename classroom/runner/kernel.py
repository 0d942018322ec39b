"""A student's kernel, an ipykernel in the sandbox: runs cells, and calls the functions that they define."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

from classroom.runner import in_kernel, sandbox, values
from classroom.runner.connection import KernelConnection
from classroom.runner.guard import Guard, Stopwatch, end_all, first_in
from classroom.runner.outputs import TOO_SLOW, cut_off, error_output
from classroom.runner.sandbox import Limits
from classroom.runner.scratch_folders import scratch_folder
from classroom.runner.user_numbers import unused_user_number

GRACE_SECONDS = 3
# Long, since a busy machine may be in the middle of 200 MB of output.
INTERRUPT_SECONDS = 10
IDLE_SECONDS = 60
_IN_KERNEL = Path(in_kernel.__file__).read_text(encoding="utf-8")
# `exec` is a name that the student may have given something else.
_ASK = """\
_course_names = {{}}
__import__("builtins").exec({source!r}, _course_names)
_course_reply = _course_names["reply_to"]{arguments!r}
"""


class KernelEnded(Exception):
    """The kernel is gone, or had to be ended: what comes after cannot be graded by a machine."""


class AnswerFailed(Exception):
    """A student's function raised an error, is missing or took too long; the message says so."""


class AnswerRaised(AnswerFailed):
    """A student's function was called, and raised an error or took too long."""


class StudentKernel:
    """Context manager for a kernel that runs one submission.

    Parameters
    ----------
    limits : what the notebook may use.
    sandboxed : False runs the kernel as you, with all that you may do.
    """

    def __init__(self, limits: Limits, *, sandboxed: bool = True) -> None:
        self.limits, self.sandboxed = limits, sandboxed
        self.ended = ""
        """Why the kernel is no longer there; empty while it is."""

    def __enter__(self) -> StudentKernel:
        with ExitStack() as resources:
            self._start(resources)
            self._resources = resources.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def _start(self, resources: ExitStack) -> None:
        self._folder = resources.enter_context(scratch_folder())
        self._folder.chmod(0o777)
        self._connection = KernelConnection(self._folder, self.limits.output)
        resources.enter_context(self._connection)
        arguments = [sys.executable, "-m", "ipykernel_launcher", "-f", str(self._connection.file)]
        arguments += ["--HistoryManager.enabled=False"]
        if self.sandboxed:
            sandbox.require_programs()
            number = resources.enter_context(unused_user_number())
            arguments = sandbox.command(arguments, self._folder, self.limits, number)
        with (self._folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        resources.callback(self._end_process)
        self._guard = resources.enter_context(Guard(self._process.pid, self.limits))
        if not self._connection.listen(self._is_alive):
            log_end = (self._folder / "log.txt").read_text(errors="replace")[-500:]
            raise KernelEnded(f"the kernel did not start: {log_end}")
        self._kernel = first_in(self._process.pid) if self.sandboxed else self._process.pid

    def _is_alive(self) -> bool:
        return self._process.poll() is None

    def _end_process(self) -> None:
        end_all(self._process.pid)
        if not self.sandboxed:
            self._process.kill()
        try:
            self._process.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def run_cell(self, source: str) -> list[Any]:
        """Run a cell; return its outputs as nbformat has them.

        Raises
        ------
        KernelEnded
            The kernel is gone, or did not stop when it was interrupted.
        """
        outputs: list[Any] = []
        try:
            self._execute(source, outputs)
        except _Interrupted:
            message = f"The cell was stopped after {self.limits.cell_seconds} s."
            outputs.append(error_output(TOO_SLOW, message))
        return outputs

    def fetch(self, name: str) -> Any:
        """The value of a name that the student's cells define; a function can be called as if it were here.

        Raises
        ------
        AnswerFailed
            The name is not defined.
        KernelEnded, values.BadReply
            Its value cannot be had.
        """
        answer = self._ask(name)
        if answer.get("callable") == name:
            return lambda *arguments, **keywords: self.call(name, arguments, keywords)
        return self._value(name, answer)

    def call(self, name: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """What a function of the student's returns, as plain data.

        Raises
        ------
        AnswerFailed
            It raised an error, or took longer than a cell may.
        KernelEnded, values.BadReply
            Its value cannot be had.
        TypeError
            An argument is no plain data.
        """
        positional = json.dumps([values.packed(value) for value in arguments])
        named = json.dumps({key: values.packed(value) for key, value in keywords.items()})
        return self._value(name, self._ask(name, positional, named))

    def _ask(self, *arguments: str) -> dict[str, Any]:
        """Call `in_kernel.reply_to` in the kernel."""
        name = arguments[0]
        source = _ASK.format(source=_IN_KERNEL, arguments=arguments)
        try:
            reply = self._execute(source, None, {"reply": "_course_reply"})
        except _Interrupted:
            raise AnswerRaised(
                f"{name} was stopped: it ran for more than {self.limits.cell_seconds} s"
            ) from None
        try:
            text = ast.literal_eval(reply["user_expressions"]["reply"]["data"]["text/plain"])
            answer = json.loads(text)
        except Exception as error:  # whatever was done to the kernel
            raise values.BadReply(f"{name}: {type(error).__name__}"[:200]) from None
        if not isinstance(answer, dict):
            raise values.BadReply(f"{name}: not of the grader's form")
        return answer

    def _value(self, name: str, answer: dict[str, Any]) -> object:
        match answer:
            case {"missing": _}:
                raise AnswerFailed(f"{name} is not defined: was its cell deleted, or does it fail?")
            case {"not done": str(where)}:
                raise AnswerFailed(
                    f"{name} is not done yet"
                    if where == name
                    else f"{name} uses {where[:60]}, which is not done yet"
                )
            case {"changed": int(number)}:
                raise AnswerFailed(f"{name} changed its argument number {number}: it must work on a copy")
            case {"error": [str(kind), str(message)]}:
                raise AnswerRaised(f"{name} raised {kind[:60]}: {message[:500]}")
            case {"value": packed}:
                return values.decode(json.dumps(packed))
        raise values.BadReply(f"{name}: not of the grader's form")

    def _execute(
        self, source: str, outputs: list[Any] | None, expressions: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Run code until the kernel says that it is done; None for `outputs` drops them."""
        request = self._connection.execute(source, expressions, silent=outputs is None)
        watch = Stopwatch(self._process.pid, self._kernel)
        interrupted: Stopwatch | None = None
        idle = False
        reply: dict[str, Any] | None = None
        replied = 0.0
        while True:
            if not self._is_alive():
                self._raise_ended("its process ended in the middle of a cell")
            if reply is None and interrupted is None and watch.has_passed(self.limits.cell_seconds):
                interrupted = Stopwatch(self._process.pid, self._kernel)
                self._connection.interrupt()
            if reply is None and interrupted is not None and interrupted.has_passed(INTERRUPT_SECONDS):
                self._guard.end("a cell did not stop when it was interrupted")
                self._raise_ended(self._guard.reason)
            idle = self._connection.take_output(request, outputs) or idle
            if reply is None:  # asked for after the outputs: nothing is waited for once both are there
                reply = self._connection.reply_to(request)
                replied = time.monotonic()
            if reply is None:
                continue
            # A message that is too large cuts the connection, and what comes next may be lost.
            cut = self._connection.was_cut()
            if idle or time.monotonic() - replied > (GRACE_SECONDS if cut else IDLE_SECONDS):
                if cut:
                    cut_off(outputs, self.limits.output)
                if (cut or not idle) and not self._connection.listen_anew(self._is_alive):
                    self._raise_ended("its outputs do not come over any more")
                if interrupted is not None:
                    raise _Interrupted
                return reply

    def _raise_ended(self, reason: str) -> NoReturn:
        self.ended = self._guard.reason or reason
        raise KernelEnded(self.ended)


class _Interrupted(Exception):
    """A cell was interrupted because its time was up."""

"""A student's kernel: runs the cells of a notebook, and calls the functions that they define.

The kernel is an ipykernel in the sandbox. It is spoken to over sockets in one folder, by
jupyter_client. Nothing that it sends is believed to be more than text: outputs are counted and cut, and
what a function returns goes through `classroom.runner.values`.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from queue import Empty
from types import TracebackType
from typing import Any, NoReturn

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from classroom.locks import own_folder, own_number
from classroom.runner import sandbox, values
from classroom.runner.outputs import TOO_SLOW, add_message, cut_off, error_output
from classroom.runner.sandbox import Guard, Limits, Stopwatch

START_SECONDS = 180
# The first answer may come before its outputs can: then it is asked again.
ASK_AGAIN_SECONDS = 0.1
WAIT_MILLISECONDS = 20
GRACE_SECONDS = 3
# Long, since a busy machine may be in the middle of 200 MB of output.
INTERRUPT_SECONDS = 10
IDLE_SECONDS = 60
# A message that is larger is not taken in: zmq cuts the connection, and makes a new one.
_MOST_IN_A_MESSAGE = 2 * values.MOST_BYTES


class KernelEnded(Exception):
    """The kernel is gone, or had to be ended: what comes after cannot be graded by a machine."""


class AnswerFailed(Exception):
    """A student's function raised an error, is missing or took too long; the message says so."""


class AnswerRaised(AnswerFailed):
    """A student's function was called, and raised an error or took too long."""


class StudentKernel:
    """To be used with `with`.

    Parameters
    ----------
    limits : what the notebook may use.
    sandboxed : False runs the kernel as you, with all that you may do.
    """

    def __init__(self, limits: Limits, *, sandboxed: bool = True) -> None:
        self.limits, self.sandboxed = limits, sandboxed
        self._printed = 0
        self.ended = ""
        """Why the kernel is no longer there; empty while it is."""

    def __enter__(self) -> StudentKernel:
        self._claims = ExitStack()
        self._folder = self._claims.enter_context(own_folder())
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _start(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None
        self._context = zmq.Context()
        self._context.maxmsgsize = _MOST_IN_A_MESSAGE
        self._client = BlockingKernelClient(context=self._context)
        self._folder.chmod(0o777)
        file = str(self._folder / "c.json")
        write_connection_file(file, transport="ipc", ip=str(self._folder / "s"))
        Path(file).chmod(0o644)
        arguments = [sys.executable, "-m", "ipykernel_launcher", "-f", file]
        arguments += ["--HistoryManager.enabled=False"]
        if self.sandboxed:
            sandbox.require_programs()
            number = self._claims.enter_context(own_number())
            arguments = sandbox.command(arguments, self._folder, self.limits, number)
        with (self._folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._guard = Guard(self._process.pid, self.limits).__enter__()
        self._client.load_connection_file(file)
        self._client.start_channels(iopub=False, stdin=False, hb=False)
        if not self._listens():
            log_end = (self._folder / "log.txt").read_text(errors="replace")[-500:]
            raise KernelEnded(f"the kernel did not start: {log_end}")
        self._kernel = sandbox.first_in(self._process.pid) if self.sandboxed else self._process.pid

    def _listens(self) -> bool:
        """Connect to the kernel's outputs, and see that they come over, unless it ends or takes too long."""
        assert self._process is not None
        self._outputs = self._client.connect_iopub()
        self._cuts = self._outputs.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                return False
        return True

    def _answers(self) -> bool:
        """Whether the kernel replies, and its outputs come over, too; waits a moment for it."""
        request = self._client.kernel_info()
        until = time.monotonic() + ASK_AGAIN_SECONDS
        replied = idle = False
        while time.monotonic() < until and not (replied and idle):
            idle = self._take_outputs(request, None) or idle
            replied = replied or self._reply_to(request) is not None
        return replied and idle

    def _stop(self) -> None:
        if self._guard is not None:
            self._guard.__exit__(None, None, None)
        if self._process is not None:
            sandbox.end_all(self._process.pid)
            if not self.sandboxed:
                self._process.kill()
            try:
                self._process.wait(timeout=GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._client.stop_channels()
        self._context.destroy(linger=0)
        self._claims.close()

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
        except _TooLate:
            words = f"The cell was stopped after {self.limits.cell_seconds} s."
            outputs.append(error_output(TOO_SLOW, words))
        return outputs

    def fetch(self, name: str) -> Any:
        """The value of a name that the student's cells define; for a function, something to call.

        Raises
        ------
        AnswerFailed
            The name is not defined.
        KernelEnded, values.BadReply
            It cannot be told.
        """
        answer = self._ask(name, "None", "None")
        if answer.get("callable") == name:
            return RemoteFunction(self, name)
        return self._value(name, answer)

    def call(self, name: str, arguments: Sequence[object], keywords: Mapping[str, object]) -> object:
        """What a function of the student's returns, as plain data.

        Raises
        ------
        AnswerFailed
            It raised an error, or took longer than a cell may.
        KernelEnded, values.BadReply
            It cannot be told.
        TypeError
            An argument is no plain data.
        """
        packed = [json.loads(values.encode(value)) for value in arguments]
        named = {key: json.loads(values.encode(value)) for key, value in keywords.items()}
        return self._value(name, self._ask(name, json.dumps(packed), json.dumps(named)))

    def _ask(self, name: str, arguments: str, keywords: str) -> dict[str, Any]:
        given = ", ".join(word if word == "None" else repr(word) for word in (arguments, keywords))
        source = f"{values.IN_KERNEL}\n_course_reply = _course_call({name!r}, {given})\n"
        try:
            reply = self._execute(source, None, {"reply": "_course_reply"})
        except _TooLate:
            raise AnswerRaised(
                f"{name} was stopped: it ran for more than {self.limits.cell_seconds} s"
            ) from None
        try:
            text = ast.literal_eval(reply["user_expressions"]["reply"]["data"]["text/plain"])
            found = json.loads(text)
        except Exception as error:  # whatever was done to the kernel
            raise values.BadReply(f"{name}: {type(error).__name__}"[:200]) from None
        if not isinstance(found, dict):
            raise values.BadReply(f"{name}: not of the grader's form")
        return found

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
            case {"error": [str(kind), str(words)]}:
                raise AnswerRaised(f"{name} raised {kind[:60]}: {words[:500]}")
            case {"value": packed}:
                return values.decode(json.dumps(packed))
        raise values.BadReply(f"{name}: not of the grader's form")

    def _execute(
        self, source: str, outputs: list[Any] | None, expressions: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Run code until the kernel says that it is done; None for `outputs` drops them."""
        assert self._process is not None
        assert self._guard is not None
        silent = outputs is None
        request = self._client.execute(
            source,
            silent=silent,
            store_history=not silent,
            user_expressions=expressions,
            allow_stdin=False,
            stop_on_error=False,
        )
        watch = Stopwatch(self._process.pid, self._kernel)
        interrupted: Stopwatch | None = None
        idle = False
        reply: dict[str, Any] | None = None
        replied = 0.0
        while True:
            if self._process.poll() is not None:
                self._say_ended("its process ended in the middle of a cell")
            if reply is None and interrupted is None and watch.has_passed(self.limits.cell_seconds):
                interrupted = Stopwatch(self._process.pid, self._kernel)
                self._interrupt()
            if reply is None and interrupted is not None and interrupted.has_passed(INTERRUPT_SECONDS):
                self._guard.end("a cell did not stop when it was interrupted")
                self._say_ended(self._guard.reason)
            idle = self._take_outputs(request, outputs) or idle
            if reply is None:  # looked for after the outputs: nothing is waited for once both are there
                reply = self._reply_to(request)
                replied = time.monotonic()
            if reply is None:
                continue
            # A message that is too large to come over cuts the connection, and what comes next may be lost.
            cut = bool(self._cuts.poll(0))
            if idle or time.monotonic() - replied > (GRACE_SECONDS if cut else IDLE_SECONDS):
                if cut:
                    cut_off(outputs, self.limits.output)
                if cut or not idle:
                    self._listen_anew()
                if interrupted is not None:
                    raise _TooLate
                return reply

    def _say_ended(self, reason: str) -> NoReturn:
        assert self._guard is not None
        self.ended = self._guard.reason or reason
        raise KernelEnded(self.ended)

    def _reply_to(self, request: str) -> dict[str, Any] | None:
        try:
            while True:
                message = self._client.get_shell_msg(timeout=0)
                if message["parent_header"].get("msg_id") == request:
                    content: dict[str, Any] = message["content"]
                    return content
        except Empty:
            return None
        except Exception as error:  # a message that is no message
            raise values.BadReply(f"{type(error).__name__}"[:200]) from None

    def _take_outputs(self, request: str, outputs: list[Any] | None) -> bool:
        """Wait a moment for outputs; True when the kernel is idle again."""
        if not self._outputs.poll(WAIT_MILLISECONDS):
            return False
        try:
            _, message = self._client.session.recv(self._outputs)
        except Exception as error:
            raise values.BadReply(f"{type(error).__name__}"[:200]) from None
        if message is None or message["parent_header"].get("msg_id") != request:
            return False
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            return bool(content.get("execution_state") == "idle")
        if kind in ("stream", "display_data", "execute_result", "error"):
            size = len(json.dumps(content, default=str))
            before = self._printed
            self._printed += size
            if self._printed > self.limits.output:
                if before <= self.limits.output:
                    self._interrupt()
                    cut_off(outputs, self.limits.output)
            elif outputs is not None:
                add_message(outputs, message)
        return False

    def _listen_anew(self) -> None:
        self._outputs.disable_monitor()
        for end in (self._outputs, self._cuts):
            end.close(linger=0)
        if not self._listens():
            self._say_ended("its outputs do not come over any more")

    def _interrupt(self) -> None:
        message = self._client.session.msg("interrupt_request", {})
        self._client.control_channel.send(message)


class RemoteFunction:
    """A function of the student's, called from a test as if it were here."""

    def __init__(self, kernel: StudentKernel, name: str) -> None:
        self._kernel, self._name = kernel, name

    def __call__(self, *arguments: object, **keywords: object) -> object:
        return self._kernel.call(self._name, arguments, keywords)


class _TooLate(Exception):
    """A cell was interrupted because its time was up."""

"""The sockets of a student's kernel, in one folder: requests go in, replies and outputs come out.

jupyter_client speaks the protocol. Nothing that the kernel sends is trusted: outputs are counted and cut
off, and a message that is none is a `BadReply`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from classroom.runner import values
from classroom.runner.outputs import add_message, cut_off

START_SECONDS = 180
# The first reply may come before outputs can: then the kernel is asked again.
ASK_AGAIN_SECONDS = 0.1
WAIT_MILLISECONDS = 20
# zmq refuses a message that is larger: it cuts the connection, and makes a new one.
_MOST_IN_A_MESSAGE = 2 * values.MOST_BYTES


class KernelConnection:
    """Context manager: the client's side of a kernel's sockets.

    Parameters
    ----------
    folder : for the sockets and `file`, the connection file that the kernel is started with.
    most_output : bytes of output, of all cells together, after which it is cut off.
    """

    def __init__(self, folder: Path, most_output: int) -> None:
        self.file = folder / "c.json"
        self._most_output, self._printed = most_output, 0
        self._context = zmq.Context()
        self._context.maxmsgsize = _MOST_IN_A_MESSAGE
        self._client = BlockingKernelClient(context=self._context)
        write_connection_file(str(self.file), transport="ipc", ip=str(folder / "s"))
        self.file.chmod(0o644)

    def __enter__(self) -> KernelConnection:
        self._client.load_connection_file(str(self.file))
        self._client.start_channels(iopub=False, stdin=False, hb=False)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.stop_channels()
        self._context.destroy(linger=0)

    def listen(self, is_alive: Callable[[], bool]) -> bool:
        """Connect to the kernel's outputs and wait until some arrive; False if it ends or takes too long."""
        self._outputs = self._client.connect_iopub()
        self._disconnections = self._outputs.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        until = time.monotonic() + START_SECONDS
        while not self._is_answered():
            if not is_alive() or time.monotonic() > until:
                return False
        return True

    def listen_anew(self, is_alive: Callable[[], bool]) -> bool:
        """Close the connection to the outputs, and open a new one."""
        self._outputs.disable_monitor()
        for socket in (self._outputs, self._disconnections):
            socket.close(linger=0)
        return self.listen(is_alive)

    def _is_answered(self) -> bool:
        """Whether the kernel replies to a request and its outputs arrive, too, within a moment."""
        request = self._client.kernel_info()
        until = time.monotonic() + ASK_AGAIN_SECONDS
        replied = idle = False
        while time.monotonic() < until and not (replied and idle):
            idle = self.take_output(request, None) or idle
            replied = replied or self.reply_to(request) is not None
        return replied and idle

    def was_cut(self) -> bool:
        """Whether the connection to the outputs was cut: what was sent meanwhile may be lost."""
        return bool(self._disconnections.poll(0))

    def execute(self, source: str, expressions: dict[str, str] | None, *, silent: bool) -> str:
        """Ask the kernel to run code; returns the request's id."""
        return str(
            self._client.execute(
                source,
                silent=silent,
                store_history=not silent,
                user_expressions=expressions,
                allow_stdin=False,
                stop_on_error=False,
            )
        )

    def interrupt(self) -> None:
        message = self._client.session.msg("interrupt_request", {})
        self._client.control_channel.send(message)

    def reply_to(self, request: str) -> dict[str, Any] | None:
        """The reply to a request, if it is there."""
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

    def take_output(self, request: str, outputs: list[Any] | None) -> bool:
        """Wait a moment for one output, and add it; True if it says that the kernel is idle again."""
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
            before = self._printed
            self._printed += len(json.dumps(content, default=str))
            if self._printed <= self._most_output:
                if outputs is not None:
                    add_message(outputs, message)
            elif before <= self._most_output:
                self.interrupt()
                cut_off(outputs, self._most_output)
        return False

"""Run a notebook in a fresh kernel, and leave outputs that are the same next time.

nbclient runs it. What it lacks is here: the kernel of this very interpreter, a second look for
messages, an environment without the person's own settings, and outputs without what differs from
run to run.
"""

from __future__ import annotations

import asyncio
import copy
import re
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from types import MappingProxyType
from typing import Any

import nbclient
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

from authoring import cell_timeout, setup

NOTHING_EXTRA: Mapping[str, str] = MappingProxyType({})
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# What course.py lets through, and a kernel whose outputs are stored does not get: also what a person may set
# on purpose for a kernel of his own.
_FOR_OTHER_KERNELS = re.compile(r"(COURSE_|KERAS_|TF_|XLA_).*|MPLBACKEND|NO_COLOR")
_TERMINAL_COLOURS = re.compile(r"\x1b\[[\d;]*m")


class ExecutionFailed(Exception):
    """A cell failed; the message shows the cell and the error.

    `cell` counts from 1, `reason` is the error in one line, and `executed` the notebook with the
    outputs that were there by then.
    """

    def __init__(self, message: str, *, cell: int, reason: str, executed: Any) -> None:
        super().__init__(message)
        self.cell, self.reason, self.executed = cell, reason, executed


class Stopped(Exception):
    """The run was asked to stop; its kernel is gone."""


class _ThisInterpreter(KernelSpecManager):
    """A kernel named python3 that a person installed must not take the place of ours."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class WatchfulChannel(AsyncZMQSocketChannel):
    """Looks for a message again each second.

    While a widget's output is captured, the asyncio socket can miss that a message has come. It then
    stays unread until the time is over: two minutes lost, or an output that is never stored.
    """

    async def get_msg(  # type: ignore[override]  # as in the class above
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = 1.0 if deadline is None else min(1.0, deadline - time.monotonic())
            try:
                return await super().get_msg(timeout=max(0.0, left))
            except Empty:
                if deadline is not None and time.monotonic() >= deadline:
                    raise


class _WatchfulClient(AsyncKernelClient):
    shell_channel_class = Type(WatchfulChannel)
    iopub_channel_class = Type(WatchfulChannel)


def kernel_manager() -> AsyncKernelManager:
    """A manager for nbclient: it starts this interpreter, and its client misses no message."""
    return AsyncKernelManager(kernel_spec_manager=_ThisInterpreter(), client_factory=_WatchfulClient)


def execute(
    notebook: Any,
    folder: Path,
    where: str,
    progress: Callable[[int], None] = lambda _: None,
    cell_seconds: int | None = None,
    extra_environment: Mapping[str, str] = NOTHING_EXTRA,
    stop: threading.Event | None = None,
) -> Any:
    """Return a copy of the notebook with the outputs of running it in `folder`.

    `progress` is called with the position of each cell before it runs. A cell may take
    `cell_seconds`, or what `cell_timeout` says. The kernel gets this process's variables without the
    personal ones, and those of `extra_environment`. Raises `ExecutionFailed`, whose message begins with
    `where`. Ctrl-C ends the kernel and then raises; so does `stop` when it is set, with `Stopped`.
    """
    executed = copy.deepcopy(notebook)
    limit = cell_timeout.cell_seconds() if cell_seconds is None else cell_seconds
    position = 0
    stop, started = stop or threading.Event(), threading.Event()

    def cell_starts(cell: Any, cell_index: int) -> None:  # noqa: ARG001
        nonlocal position
        position = cell_index
        progress(cell_index + 1)

    def failed(reason: str, shown: str = "") -> ExecutionFailed:
        source = "\n".join(f"    {line}" for line in executed.cells[position].source.splitlines())
        message = f"{where} cell {position + 1}:\n{source}\n{shown or reason}"
        return ExecutionFailed(message, cell=position + 1, reason=reason, executed=executed)

    client = nbclient.NotebookClient(
        executed,
        km=kernel_manager(),
        resources={"metadata": {"path": str(folder)}},
        timeout=limit,
        # Else the kernel's own log (unencrypted on the loopback, interrupted at its end) fills the terminal.
        extra_arguments=["--log-level=CRITICAL"],
        startup_timeout=180,
        record_timing=False,
        on_notebook_start=lambda notebook: started.set(),  # noqa: ARG005
        on_cell_start=cell_starts,
    )
    try:
        with neutral_environment() as environment:
            variables = {**environment, **extra_environment}
            # Not client.execute, which in a thread leaves its event loop open behind it.
            _run(client.async_execute(env=variables, cleanup_kc=True), started, stop)
    except (asyncio.CancelledError, nbclient.exceptions.DeadKernelError) as error:
        if stop.is_set():  # nbclient may take that for the kernel's death
            raise Stopped from error
        raise failed("the kernel died") from error
    except nbclient.exceptions.CellTimeoutError as error:
        raise failed(f"still running after {limit} s") from error
    except nbclient.exceptions.CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".splitlines()[0]
        raise failed(reason, _traceback(executed.cells[position])) from error
    # nbclient writes the interpreter's exact version there, and the widgets' state. (Told not to store
    # that, by store_widget_state=False, it breaks at the first print inside an ipywidgets.Output.)
    executed.metadata = copy.deepcopy(notebook.metadata)
    clean_outputs(executed)
    return executed


def _run(work: Coroutine[Any, Any, Any], started: threading.Event, stop: threading.Event) -> None:
    """Run nbclient in a separate thread, and wait until its kernel is gone, whatever ends it.

    In the main thread nbclient would take Ctrl-C for itself and call it a kernel that died. A thread that
    is left running while Python exits is no way out either: nbclient's own clean-up would then use its
    sockets at the same time, and libzmq ends the process with a failed assertion.
    """

    async def until_stopped() -> None:
        task = asyncio.ensure_future(work)
        while not (stop.is_set() and started.is_set()):  # before it has, nbclient would leave it behind
            if (await asyncio.wait({task}, timeout=0.2))[0]:
                break
        else:
            task.cancel()  # once: a second time would end the clean-up
        await task

    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(asyncio.run, until_stopped())
        try:
            while not wait([running], timeout=0.5).done:  # without a limit, Windows would not notice Ctrl-C
                pass
        except BaseException:
            stop.set()
            raise
    running.result()


@contextmanager
def neutral_environment() -> Iterator[dict[str, str]]:
    """This process's environment variables without what is personal."""
    with tempfile.TemporaryDirectory(prefix="course_", ignore_cleanup_errors=True) as folder:
        environment = {
            name: value
            for name, value in setup.environment().items()
            if not _FOR_OTHER_KERNELS.fullmatch(name)
        }
        # An empty profile and an empty matplotlibrc stand before those in the home folder.
        empty = Path(folder) / "matplotlibrc"
        empty.touch()
        yield environment | {"IPYTHONDIR": folder, "MATPLOTLIBRC": str(empty)}


def clean_outputs(notebook: Any) -> None:
    """Drop from the stored outputs what is different each time."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _joined_streams(cell.outputs)
            for output in cell.outputs:
                # It names a model of a kernel that is gone; the text beside it remains.
                output.get("data", {}).pop(WIDGET_VIEW, None)


def _joined_streams(outputs: list[Any]) -> list[Any]:
    """Join what one stream wrote in one go, and which arrived in pieces as time had it.

    nbclient's own way joins also across a figure, and so moves what is printed after it before it.
    """
    joined: list[Any] = []
    for output in outputs:
        before = joined[-1] if joined else None
        if before and output.output_type == before.output_type == "stream" and output.name == before.name:
            before.text += output.text
        else:
            joined.append(copy.deepcopy(output))
    return joined


def _traceback(cell: Any) -> str:
    lines = [line for output in cell.outputs if output.output_type == "error" for line in output.traceback]
    return _TERMINAL_COLOURS.sub("", "\n".join(lines))

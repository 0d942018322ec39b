"""authoring.execute, and a whole build with it: a real kernel runs here, as few times as will do."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import pytest

from authoring import build
from authoring.cell_timeout import cell_seconds
from authoring.execute import (
    ExecutionFailed,
    WatchfulChannel,
    clean_outputs,
    execute,
    kernel_manager,
    neutral_environment,
)
from authoring.readme import BEGIN, END
from authoring.render import notebook_metadata
from tests.support.sample_course import code, opening, stream

pytestmark = pytest.mark.slow


def test_streams_are_joined_where_nothing_stands_between() -> None:
    figure = nbformat.v4.new_output("display_data", data={"text/plain": "Figure"})
    pieces = [stream("a"), stream("b\n"), figure, stream("c\n"), stream("d\n", name="stderr")]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=pieces)])
    clean_outputs(notebook)
    outputs = notebook.cells[0].outputs
    assert [output.get("text") for output in outputs] == ["ab\n", None, "c\n", "d\n"]
    assert pieces[0].text == "a"


def test_personal_settings_do_not_reach_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    personal = [
        "COURSE_SEED",
        "JPY_SESSION_NAME",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONPATH",
        "TF_CPP_MIN_LOG_LEVEL",
        "MPLBACKEND",
        "COLUMNS",
        "JUPYTER_PATH",
        "KERAS_HOME",
        "NO_COLOR",
        "XLA_FLAGS",
    ]
    for name in [*personal, "LINESMAN", "IPYTHONDIR"]:
        monkeypatch.setenv(name, "mine")
    with neutral_environment() as environment:
        assert not set(personal) & set(environment)
        assert environment["LINESMAN"] == "mine"
        assert environment["IPYTHONDIR"] != "mine"
        assert Path(environment["MATPLOTLIBRC"]).read_text() == ""
        assert environment["PATH"]


TINY = opening("Tiny") + "".join(
    code(text)
    for text in (
        "import os\nimport pathlib\nimport sys\n\nimport ipywidgets\nimport matplotlib.pyplot as plt\n"
        "from IPython.display import display",
        'print("a", flush=True)\nsys.stdout.flush()\nprint("b")',
        'fig, ax = plt.subplots()\nax.plot([0, 1])\nprint("before", flush=True)\n'
        'display(fig, metadata={"image/png": {"alt": "a line"}})\nprint("after")\nplt.close(fig)',
        "shown = ipywidgets.Output()\nwith shown:\n    print(3)\n"
        "ipywidgets.VBox([ipywidgets.IntSlider(), shown])",
        'print(pathlib.Path.cwd().name, os.environ.get("COURSE_SEED"), sys.dont_write_bytecode)',
        "1 + 1",
    )
)


@dataclass(frozen=True)
class Built:
    """What two builds and then a failing one left behind."""

    first: bytes
    second: bytes
    after_failure: bytes
    printed: str
    files: list[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("tiny")
    (root / "lessons").mkdir()
    (root / "README.md").write_text(f"{BEGIN}\n{END}\n")
    lesson, notebook = root / "lessons" / "00_tiny.py", root / "notebooks" / "00_tiny.ipynb"
    lesson.write_text(TINY, encoding="utf-8")
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(printed):
        patch.setenv("COURSE_SEED", "7")
        patch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        assert build.main([], root) == 0
        first = notebook.read_bytes()
        assert build.main(["00"], root) == 0
        second = notebook.read_bytes()
        lesson.write_text(TINY + code('x = 0\nprint("so far")\n1 / x'), encoding="utf-8")
        assert build.main([], root) == 1
    files_left = sorted(path.name for path in notebook.parent.iterdir())
    return Built(first, second, notebook.read_bytes(), printed.getvalue(), files_left)


@pytest.fixture
def cells(built: Built) -> list[Any]:
    return [cell for cell in json.loads(built.first)["cells"] if cell["cell_type"] == "code"]


def test_building_twice_gives_the_same_bytes(built: Built) -> None:
    assert built.first == built.second
    assert b"\r\n" not in built.first
    assert built.first.endswith(b"}\n")


def test_a_failure_leaves_the_old_notebook_and_shows_cell_and_error(built: Built) -> None:
    assert built.after_failure == built.first
    assert built.files == ["00_tiny.ipynb"]
    assert "tiny: NOT written" in built.printed
    assert "lessons/00_tiny.py cell 8:\n    x = 0\n" in built.printed
    assert "ZeroDivisionError: division by zero" in built.printed
    assert "\x1b[" not in built.printed


def test_progress_is_said(built: Built) -> None:
    assert "tiny: executing 7 cells ..." in built.printed
    assert "tiny: written; executed in " in built.printed
    assert "COURSE_SEED is set and left out of account" in built.printed


def test_outputs_are_stored_in_order_and_joined(cells: list[Any]) -> None:
    assert [cell["execution_count"] for cell in cells] == [1, 2, 3, 4, 5, 6]
    assert [output["text"] for output in cells[1]["outputs"]] == [["a\n", "b\n"]]
    before, figure, after = cells[2]["outputs"]
    assert (before["text"], after["text"]) == (["before\n"], ["after\n"])
    assert set(figure["data"]) == {"image/png", "text/plain"}
    assert figure["metadata"] == {"image/png": {"alt": "a line"}}


def test_of_a_widget_the_words_are_stored_and_nothing_random(built: Built, cells: list[Any]) -> None:
    (widget,) = cells[3]["outputs"]
    assert widget["data"] == {"text/plain": ["VBox(children=(IntSlider(value=0), Output()))"]}
    assert json.loads(built.first)["metadata"] == notebook_metadata()
    assert all(cell["metadata"] == {} for cell in cells)


def test_the_kernel_runs_beside_the_notebooks_without_personal_settings(cells: list[Any]) -> None:
    assert cells[4]["outputs"][0]["text"] == ["notebooks None False\n"]


@pytest.mark.parametrize(
    ("source", "seconds", "message"),
    [
        ("import time\ntime.sleep(3600)", 1, "still running after 1 s"),
        ("import os\nos._exit(1)", 900, "the kernel died"),
    ],
    ids=["endless", "dead"],
)
def test_an_endless_cell_and_a_dead_kernel_are_failures(
    tmp_path: Path, source: str, seconds: int, message: str
) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with pytest.raises(ExecutionFailed) as caught:
        execute(notebook, tmp_path, where="lessons/00_x.py", cell_seconds=seconds)
    assert str(caught.value).startswith("lessons/00_x.py cell 1:\n    import")
    assert message in str(caught.value)


def test_one_variable_is_the_time_limit_of_a_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import time\ntime.sleep(60)")])
    assert cell_seconds() == 120
    monkeypatch.setenv("COURSE_CELL_SECONDS", "1")
    with pytest.raises(ExecutionFailed, match="still running after 1 s"):
        execute(notebook, tmp_path, where="lessons/00_x.py")


@pytest.mark.parametrize("text", ["soon", "0", "-1", "1.5", "²"])
def test_a_bad_time_limit_is_refused_before_anything_is_built(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "00_tiny.py").write_text(TINY, encoding="utf-8")
    monkeypatch.setenv("COURSE_CELL_SECONDS", text)
    assert build.main([], tmp_path) == 2
    output = capsys.readouterr().err
    assert output == (
        f"COURSE_CELL_SECONDS must be a whole number of seconds, at least 1; got {text!r}: unset it\n"
    )


class ForgetfulSocket:
    """Says that no message is there, for so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    async def poll(self, timeout: int | None) -> bool:
        assert timeout is not None
        assert timeout <= 1000, "a message that was missed would wait longer than a second"
        self.looks -= 1
        await asyncio.sleep(0.001)
        return self.looks < 0


class Message(WatchfulChannel):
    def __init__(self, looks: int) -> None:
        self.socket = ForgetfulSocket(looks)

    async def _recv(self) -> dict[str, str]:
        return {"msg_type": "execute_reply"}


@pytest.mark.parametrize("timeout", [None, 60])
def test_a_message_that_was_missed_is_found_at_the_next_look(timeout: float | None) -> None:
    assert asyncio.run(Message(3).get_msg(timeout)) == {"msg_type": "execute_reply"}


def test_without_a_message_the_channel_gives_up_in_time() -> None:
    with pytest.raises(Empty):
        asyncio.run(Message(10**9).get_msg(timeout=0.05))


def test_both_channels_of_our_kernels_are_watchful() -> None:
    made = kernel_manager().client_factory
    assert made.shell_channel_class.default_value is WatchfulChannel
    assert made.iopub_channel_class.default_value is WatchfulChannel

"""What a learner sees: JupyterLab in Chromium runs a lesson from top to bottom; slider and quiz work.

Screenshots go to artefacts/, which git ignores.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from course_utils.distributed import workers
from tests.support import ROOT

ARTEFACTS = ROOT / "artefacts"
FIRST, LESSON = "00_start_here.ipynb", "01_unrolled.ipynb"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
# As root there is no sandbox; the others keep Chromium from asking the network for things of its own.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
# A busy machine is no error.
RUN_MILLISECONDS = 900_000
expect.set_options(timeout=300_000)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found; on Debian: apt install chromium"),
]


@dataclass
class Lab:
    """A JupyterLab server on the loopback, and the folder that it serves."""

    port: int
    token: str
    folder: Path

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}?token={self.token}"


def stored(name: str) -> Any:
    return nbformat.read(ROOT / "notebooks" / name, as_version=4)


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on copies of the notebooks without outputs, so that what is seen was run here."""
    folder, home = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("home")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        notebook = stored(path.name)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / path.name)
    (port,) = workers._free_ports(1)
    lab = Lab(port, secrets.token_hex(16), folder)
    with (home / "log").open("w") as log:
        server = start_server(lab, home, log)
        try:
            wait_until_it_answers(lab, server, home / "log")
            yield lab
        finally:
            server.terminate()
            server.wait(timeout=300)


def start_server(lab: Lab, home: Path, log: Any) -> subprocess.Popen[bytes]:
    settings = home / "config" / "labconfig"
    settings.mkdir(parents=True)
    # Cells that are out of sight stay in the page, so that the test can look at all of them.
    every_cell = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
    (settings / "default_setting_overrides.json").write_text(json.dumps(every_cell))
    variables = {"HOME": str(home), "JUPYTER_TOKEN": lab.token, "IPYTHONDIR": str(home)}
    folders = (ROOT / "authoring" / "jupyter", home / "config")
    variables |= {"JUPYTER_CONFIG_DIR": str(home / "own"), "JUPYTER_DATA_DIR": str(home / "data")}
    variables["JUPYTER_CONFIG_PATH"] = os.pathsep.join(map(str, folders))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={lab.port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={lab.folder}"]
    return subprocess.Popen(command, env=os.environ | variables, stdout=log, stderr=log)


def wait_until_it_answers(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 300
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", lab.port, timeout=60)) as asked:
            try:
                asked.request("GET", f"/api/status?token={lab.token}")
                if asked.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.1)
    pytest.fail(f"JupyterLab did not answer within five minutes:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened(browser: Browser, lab: Lab, name: str) -> Iterator[Page]:
    """A notebook in JupyterLab, all of its cells run; its screenshot is kept."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(lab.address(f"/lab/tree/{name}") + "&reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=300_000)
    # Before the kernel is idle, Run All Cells may run nothing.
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=300_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    try:
        last = page.locator(".jp-OutputArea-output", has_text=checks(name)[-1])
        last.wait_for(timeout=RUN_MILLISECONDS)
        yield page
    finally:
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png")
        page.close()


def checks(name: str) -> list[str]:
    """The lines of the checks that hold in the stored notebook."""
    texts = [output.get("text", "") for output in outputs(stored(name))]
    return [line for text in texts for line in text.splitlines() if line.startswith("✓")]


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    with opened(browser, lab, LESSON) as page:
        yield page


def test_no_cell_failed_and_nothing_was_written_to_stderr(page: Page) -> None:
    expect(page.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.error']")).to_have_count(0)
    expect(page.locator(".jp-Notebook [data-mime-type='application/vnd.jupyter.stderr']")).to_have_count(0)


def test_every_figure_is_drawn(page: Page) -> None:
    wanted = sum("image/png" in output.get("data", {}) for output in outputs(stored(LESSON)))
    assert wanted > 0
    images = page.locator(".jp-Notebook .jp-OutputArea-output img[src^='data:image/png']")
    expect(images).to_have_count(wanted)
    assert all(width > 300 for width in images.evaluate_all("all => all.map(image => image.naturalWidth)"))


def test_every_check_holds(page: Page) -> None:
    result = "\n".join(page.locator(".jp-Notebook .jp-OutputArea-output").all_inner_texts())
    assert [line for line in checks(LESSON) if line not in result] == []


def test_no_news_asks_for_attention(page: Page) -> None:
    expect(page.get_by_text("official Jupyter news")).to_have_count(0)


def test_moving_the_slider_draws_another_figure(page: Page) -> None:
    slider = page.locator(".jp-Notebook .widget-slider")
    expect(slider).to_have_count(1)
    drawn = page.locator(".jp-Notebook .widget-vbox .widget-output img")
    expect(drawn).to_have_count(0)
    handle = slider.locator(".noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    expect(drawn).to_have_count(1)
    first = drawn.get_attribute("src")
    handle.press("ArrowRight")
    expect(drawn).not_to_have_attribute("src", first or "")
    expect(drawn).to_have_count(1)
    slider.scroll_into_view_if_needed()
    page.screenshot(path=ARTEFACTS / "lesson_01_slider.png")


def test_the_quiz_gives_a_hint_for_a_wrong_answer_and_praise_for_the_right_one(
    browser: Browser, lab: Lab
) -> None:
    with opened(browser, lab, FIRST) as page:
        question = page.locator(".Quiz").first
        question.locator("label.MCButton", has_text="(50, 32, 8)").click()
        hint = question.locator(".Feedback.incorrect")
        expect(hint).to_contain_text("What is a sequence here?")
        expect(hint).not_to_contain_text("(32, 50, 8)")
        question.locator("label.MCButton", has_text="(32, 50, 8)").click()
        expect(question.locator(".Feedback.correct")).to_contain_text("Right")
        number = page.locator(".Quiz").nth(1)
        number.locator("input").press_sequentially("16")
        number.locator("input").press("Enter")
        expect(number.locator(".Feedback.incorrect")).to_contain_text("how many sequences")

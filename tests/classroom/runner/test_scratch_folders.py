"""A scratch folder is one process's alone, and neither its end nor a kill leaves it behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.runner import scratch_folders
from classroom.runner.scratch_folders import scratch_folder, try_lock
from tests.support.own_processes import running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no sandbox")


def test_a_folder_goes_at_the_end_however_deep_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_folders, "SHARED", tmp_path)
    deep = "import os\nfor _ in range(3000):\n    os.mkdir('a')\n    os.chdir('a')"
    with scratch_folder() as folder:
        assert list(tmp_path.iterdir()) == [folder]
        subprocess.run([sys.executable, "-c", deep], cwd=folder, check=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_and_a_living_ones_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch_folders, "SHARED", tmp_path)
    (tmp_path / "rnn-course-notes").write_text("a file of somebody's")
    (tmp_path / "rnn-course-link").symlink_to(tmp_path)
    code = (
        "import time\nfrom pathlib import Path\nfrom classroom.runner import scratch_folders\n"
        f"scratch_folders.SHARED = Path({str(tmp_path)!r})\n"
        "with scratch_folders.scratch_folder() as folder:\n"
        "    (folder / 'socket').touch()\n    print(folder, flush=True)\n    time.sleep(3600)"
    )
    with running(code) as (dead, left), running(code) as (_, living):
        dead.kill()
        dead.wait()
        assert Path(left, "socket").exists()
        with scratch_folder() as mine:
            names = {"rnn-course-notes", "rnn-course-link", Path(living).name, mine.name}
            assert {path.name for path in tmp_path.iterdir()} == names
        assert Path(living, "socket").exists()


def test_another_users_folder_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_folders, "SHARED", tmp_path)
    left = tmp_path / "rnn-course-left"
    left.mkdir()
    with monkeypatch.context() as somebody:
        somebody.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
        scratch_folders.remove_abandoned()
    assert left.exists()
    scratch_folders.remove_abandoned()
    assert not left.exists()


def test_a_folder_that_is_taken_for_left_over_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch_folders, "SHARED", tmp_path)
    made = []

    def disturbed(file: int, *, shared: bool = False, try_lock=try_lock) -> bool:  # type: ignore[no-untyped-def]
        made.append(next(tmp_path.iterdir()))
        if len(made) == 1:
            made[0].rmdir()
        return bool(try_lock(file, shared=shared))

    monkeypatch.setattr(scratch_folders, "try_lock", disturbed)
    with scratch_folder() as folder:
        assert folder.is_dir()
    assert len(made) == 2

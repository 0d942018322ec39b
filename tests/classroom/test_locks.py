"""A class's folder is graded into by one command, or by shards that share it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from classroom.locks import folder_lock
from classroom.runner import scratch_folders
from tests.support.own_processes import running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no sandbox")


def test_a_class_is_graded_by_one_alone_or_by_several_shards(tmp_path: Path) -> None:
    busy = pytest.raises(RuntimeError, match="Somebody is grading into")
    with folder_lock(tmp_path):
        for shared in (False, True):
            with busy, folder_lock(tmp_path, shared=shared):
                pass
    with folder_lock(tmp_path, shared=True), folder_lock(tmp_path, shared=True):  # noqa: SIM117
        with busy, folder_lock(tmp_path):
            pass
    with folder_lock(tmp_path):
        pass


def test_a_process_that_inherits_the_lock_keeps_it(tmp_path: Path) -> None:
    with folder_lock(tmp_path) as lock:
        shard = running("import time\nprint('here', flush=True)\ntime.sleep(3600)", pass_fds=(lock,))
        process, _ = shard.__enter__()
    with pytest.raises(RuntimeError, match="Somebody is grading into"), folder_lock(tmp_path):
        pass
    process.kill()
    process.wait()
    with folder_lock(tmp_path):
        pass
    shard.__exit__(None, None, None)


def test_where_a_file_system_has_no_locks_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(scratch_folders.fcntl, "flock", none)
    with folder_lock(tmp_path):
        pass

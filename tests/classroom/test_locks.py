"""What a grading has is no other's, and neither its end nor a kill leaves any of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("psutil", reason="needs psutil: python3 course.py setup --classroom")

from classroom import locks

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no sandbox")


@contextmanager
def elsewhere(code: str, *, pass_fds: tuple[int, ...] = ()) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that runs the code, and the line that it prints; then it waits to be killed."""
    code = f"import time\nfrom pathlib import Path\nfrom classroom import locks\n{code}\n    time.sleep(3600)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path.cwd(), pass_fds=pass_fds
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> int:
    """The one number that there is, as long as this test runs; nobody else takes it."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    number = os.getpid() % 1000 + 2_000_000_000
    monkeypatch.setattr(locks, "NUMBERS", range(number, number + 1))
    monkeypatch.setattr(locks, "_is_known", lambda _: True)
    return number


def test_a_number_is_held_by_one_alone_until_it_is_given_back(only: int) -> None:
    with locks.own_number() as number:
        assert number == only
        with (
            pytest.raises(RuntimeError, match=f"from {only} to {only} seems to be in use"),
            locks.own_number(),
        ):
            pass
    with locks.own_number() as number:
        assert number == only


def test_a_number_comes_back_from_a_process_that_was_killed(only: int) -> None:
    code = (
        f"locks.NUMBERS, locks._is_known = range({only}, {only + 1}), lambda _: True\n"
        "locks.os.geteuid = lambda: 0\n"
        "with locks.own_number() as number:\n    print(number, flush=True)"
    )
    with elsewhere(code) as (process, line):
        assert line == str(only)
        with pytest.raises(RuntimeError, match="seems to be in use"), locks.own_number():
            pass
        process.kill()
        process.wait()
        with locks.own_number() as number:
            assert number == only


def test_a_users_number_and_that_of_a_running_process_are_passed_over(
    only: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = SimpleNamespace(info={"uids": (0, only, 0)})
    monkeypatch.setattr(locks.psutil, "process_iter", lambda _: [running])
    with pytest.raises(RuntimeError, match="seems to be in use"), locks.own_number():
        pass
    monkeypatch.undo()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(locks, "FEWER_NUMBERS", range(1))  # root's
    monkeypatch.setattr(locks, "_is_known", lambda _: False)
    with pytest.raises(RuntimeError, match="from 0 to 0 seems to be in use"), locks.own_number():
        pass


def test_a_container_that_knows_few_numbers_gets_one_of_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda *_, **__: "         0     100000      65536\n     70000     200000         10\n",
    )
    assert locks._is_known(0)
    assert locks._is_known(70_009)
    assert not locks._is_known(65_536)
    with locks.own_number() as number:
        assert number in locks.FEWER_NUMBERS


def test_who_is_not_root_keeps_his_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    with locks.own_number() as number, locks.own_number() as other:
        assert number == other == 1234


def test_a_folder_goes_at_the_end_however_deep_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "SHARED", tmp_path)
    deep = "import os\nfor _ in range(3000):\n    os.mkdir('a')\n    os.chdir('a')"
    with locks.own_folder() as folder:
        assert list(tmp_path.iterdir()) == [folder]
        subprocess.run([sys.executable, "-c", deep], cwd=folder, check=True)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_cleared_and_a_living_ones_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "SHARED", tmp_path)
    (tmp_path / "rnn-course-notes").write_text("a file of somebody's")
    (tmp_path / "rnn-course-link").symlink_to(tmp_path)
    code = (
        f"locks.SHARED = Path({str(tmp_path)!r})\n"
        "with locks.own_folder() as folder:\n    (folder / 'socket').touch()\n    print(folder, flush=True)"
    )
    with elsewhere(code) as (dead, left), elsewhere(code) as (_, living):
        dead.kill()
        dead.wait()
        assert Path(left, "socket").exists()
        with locks.own_folder() as mine:
            names = {"rnn-course-notes", "rnn-course-link", Path(living).name, mine.name}
            assert {path.name for path in tmp_path.iterdir()} == names
        assert Path(living, "socket").exists()


def test_another_users_folder_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "SHARED", tmp_path)
    left = tmp_path / "rnn-course-left"
    left.mkdir()
    with monkeypatch.context() as somebody:
        somebody.setattr(os, "geteuid", lambda: left.stat().st_uid + 1)
        locks.clear_left_over()
    assert left.exists()
    locks.clear_left_over()
    assert not left.exists()


def test_a_folder_that_is_taken_for_left_over_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "SHARED", tmp_path)
    made = []

    def disturbed(file: int, *, shared: bool = False, take=locks.take) -> bool:  # type: ignore[no-untyped-def]
        made.append(next(tmp_path.iterdir()))
        if len(made) == 1:
            made[0].rmdir()
        return bool(take(file, shared=shared))

    monkeypatch.setattr(locks, "take", disturbed)
    with locks.own_folder() as folder:
        assert folder.is_dir()
    assert len(made) == 2


def test_a_class_is_graded_by_one_alone_or_by_several_shards(tmp_path: Path) -> None:
    busy = pytest.raises(RuntimeError, match="Somebody is grading into")
    with locks.grading_into(tmp_path):
        for shared in (False, True):
            with busy, locks.grading_into(tmp_path, shared=shared):
                pass
    with locks.grading_into(tmp_path, shared=True), locks.grading_into(tmp_path, shared=True):  # noqa: SIM117
        with busy, locks.grading_into(tmp_path):
            pass
    with locks.grading_into(tmp_path):
        pass


def test_a_process_that_inherits_the_lock_keeps_it(tmp_path: Path) -> None:
    with locks.grading_into(tmp_path) as lock:
        shard = elsewhere("if True:\n    print('here', flush=True)", pass_fds=(lock,))
        process, _ = shard.__enter__()
    with pytest.raises(RuntimeError, match="Somebody is grading into"), locks.grading_into(tmp_path):
        pass
    process.kill()
    process.wait()
    with locks.grading_into(tmp_path):
        pass
    shard.__exit__(None, None, None)


def test_where_a_file_system_has_no_locks_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError(locks.errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", none)
    with locks.grading_into(tmp_path):
        pass

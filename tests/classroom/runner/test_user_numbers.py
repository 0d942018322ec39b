"""A user number is one sandbox's alone, and neither its end nor a kill leaves it taken."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("psutil", reason="needs psutil: python3 course.py setup --classroom")

from classroom.runner import user_numbers
from classroom.runner.user_numbers import unused_user_number
from tests.support.own_processes import running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no sandbox")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> int:
    """The one number that there is, as long as this test runs; nobody else takes it."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    number = os.getpid() % 1000 + 2_000_000_000
    monkeypatch.setattr(user_numbers, "NUMBERS", range(number, number + 1))
    monkeypatch.setattr(user_numbers, "_is_mapped", lambda _: True)
    return number


def test_a_number_is_held_by_one_alone_until_it_is_given_back(only: int) -> None:
    with unused_user_number() as number:
        assert number == only
        with (
            pytest.raises(RuntimeError, match=f"from {only} to {only} seems to be in use"),
            unused_user_number(),
        ):
            pass
    with unused_user_number() as number:
        assert number == only


def test_a_number_comes_back_from_a_process_that_was_killed(only: int) -> None:
    code = (
        "import time\nfrom classroom.runner import user_numbers\n"
        f"user_numbers.NUMBERS, user_numbers._is_mapped = range({only}, {only + 1}), lambda _: True\n"
        "user_numbers.os.geteuid = lambda: 0\n"
        "with user_numbers.unused_user_number() as number:\n    print(number, flush=True)\n"
        "    time.sleep(3600)"
    )
    with running(code) as (process, line):
        assert line == str(only)
        with pytest.raises(RuntimeError, match="seems to be in use"), unused_user_number():
            pass
        process.kill()
        process.wait()
        with unused_user_number() as number:
            assert number == only


def test_a_users_number_and_that_of_a_running_process_are_passed_over(
    only: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = SimpleNamespace(info={"uids": (0, only, 0)})
    monkeypatch.setattr(user_numbers.psutil, "process_iter", lambda _: [process])
    with pytest.raises(RuntimeError, match="seems to be in use"), unused_user_number():
        pass
    monkeypatch.undo()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(user_numbers, "FEWER_NUMBERS", range(1))  # root's
    monkeypatch.setattr(user_numbers, "_is_mapped", lambda _: False)
    with pytest.raises(RuntimeError, match="from 0 to 0 seems to be in use"), unused_user_number():
        pass


def test_a_container_that_knows_few_numbers_gets_one_of_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda *_, **__: "         0     100000      65536\n     70000     200000         10\n",
    )
    assert user_numbers._is_mapped(0)
    assert user_numbers._is_mapped(70_009)
    assert not user_numbers._is_mapped(65_536)
    with unused_user_number() as number:
        assert number in user_numbers.FEWER_NUMBERS


def test_who_is_not_root_keeps_his_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    with unused_user_number() as number, unused_user_number() as other:
        assert number == other == 1234

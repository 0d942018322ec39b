"""The machine, the costs, and the command line of the benchmarks."""

import re
from pathlib import Path

import pytest

from benchmarks import __main__ as command_line
from benchmarks import costs, environments, machine, page, targets


def test_the_machine_is_named_and_its_load_is_told():
    assert re.search(r"\d+ cores, \w+ \S+, Python 3\.\d+", machine.name())
    before = machine.busy()
    if before:
        sum(range(10**7))
        after = machine.busy()
        assert after[0] >= before[0]
        assert 0 <= after[0] - before[0] <= after[1] - before[1] + 0.05


def test_the_import_is_timed_in_a_separate_process(monkeypatch):
    ran = []
    monkeypatch.setattr(costs.subprocess, "run", lambda command, **_: ran.append(command[-1]))
    result = costs.imports(2)
    assert len(result) == 2
    assert all(seconds >= 0 for seconds in result.values())
    assert ran[0] == ran[1] == "import course_utils"


def test_the_quick_form_runs_small_works_and_writes_nothing(monkeypatch, capsys):
    seen = []
    monkeypatch.setattr(command_line, "measure", lambda works, rounds: seen.append((works, rounds)) or [])
    monkeypatch.setattr(
        targets, "run_all", lambda *_, **__: [targets.Target("g", "them", missing="left out")]
    )
    monkeypatch.setattr(costs, "imports", lambda _: {"import": 1.0})
    monkeypatch.setattr(page, "write", lambda *_: pytest.fail("the quick form must write nothing"))
    assert command_line.main(["--quick"]) == 0
    (works, rounds) = seen[0]
    assert rounds == 1
    assert all(work.rows == 2 * work.batch_size for work in works)
    assert "g, them: left out" in capsys.readouterr().out


def test_the_set_up_is_timed_in_a_clone_with_no_package_kept_from_before(monkeypatch):
    ran = []
    monkeypatch.setattr(costs.subprocess, "run", lambda command, **options: ran.append((command, options)))
    assert costs.cold_set_up() >= 0
    (clone, _), (set_up, options) = ran
    assert (clone[:2], set_up[1:]) == (["git", "clone"], ["course.py", "setup"])
    assert not {Path(options["env"][name]).exists() for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR")} - {False}
    assert not options["cwd"].exists(), "the clone goes away again"


def test_the_full_form_measures_all_and_writes_it(monkeypatch):
    written = []
    monkeypatch.setattr(command_line, "measure", lambda works, rounds: [len(works), rounds])
    monkeypatch.setattr(targets, "run_all", lambda seeds, source: [targets.Target(f"{seeds} {source}", "us")])
    monkeypatch.setattr(costs, "imports", lambda _: {"import": 1.0})
    monkeypatch.setattr(costs, "cold_set_up", lambda: 25.0)
    monkeypatch.setattr(page, "write", written.append)
    assert command_line.main(["--rounds", "2"]) == 0
    (result,) = written
    assert result["races"] == [3, 2]
    assert result["targets"][0]["goal"] == "3 True"
    assert result["set_up"] == 25.0


def test_the_sources_program_begins_anew_once_it_has_ended(monkeypatch, tmp_path):
    state = tmp_path / "state"

    def runs(target, command):
        assert not (state / "source_1.json").exists() or "target_source" not in command[2]
        if "target_source" in command[2]:
            (state / "source_1.json").write_text("[]", encoding="utf-8")
        target.seconds.append(1.0)

    monkeypatch.setattr(targets, "STATE", state)
    monkeypatch.setattr(environments, "missing", lambda _: "")
    monkeypatch.setattr(targets.Target, "run", runs)
    for _ in range(2):
        theirs, *ours = targets.run_all(2, source=True)
        assert theirs.seconds == [1.0]
        assert [len(target.seconds) for target in ours] == [2, 2]

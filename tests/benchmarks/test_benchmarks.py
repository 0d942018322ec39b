"""benchmarks/: equal work or no result, missing rivals named, and pages that are what the results give."""

import json
import math
import re
import shutil
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import __main__ as command_line
from benchmarks import costs, environments, machine, page, race, strings, targets
from benchmarks.work import WORKS, Work, gates_in_order
from tests.support import ROOT

SMALL = Work("small", rows=12, steps=4, features=2, units=3, batch_size=6)

FAKE = """
import sys
sys.path.insert(0, {root!r})
from benchmarks.contenders.talk import serve
from benchmarks.work import Work

def prepare(work):
    print("a library that chats on standard output")
    {prepare}
    losses = iter({losses})
    return (lambda order: next(losses)), work.parameters + {more}, "fake 1.0"

serve(prepare)
"""


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Makes contenders of a few lines, which answer with given losses."""
    scripts = {}

    def make(name, *, losses="[3.0, 2.0, 1.0, 0.5]", more=0, prepare="pass"):
        scripts[name] = tmp_path / f"{name}.py"
        text = FAKE.format(root=str(ROOT), losses=losses, more=more, prepare=prepare)
        scripts[name].write_text(text, encoding="utf-8")
        return race.Contender(name, f"the {name} one")

    monkeypatch.setattr(race.Contender, "command", lambda self: [sys.executable, str(scripts[self.module])])
    return make


# --- the work ---


def test_the_work_is_that_of_the_course():
    assert [(w.rows, w.steps, w.features, w.units, w.batch_size) for w in WORKS] == [
        (10_000, 20, 1, 24, 1000),
        (10_000, 20, 1, 24, 100),
        (640, 100, 32, 128, 64),
    ]
    assert WORKS[0].flops == 10 * 288_000_000  # forward 2 * 20 000 * 25 * 96, and twice that back
    assert WORKS[0].curves == 24_000_000
    assert WORKS[0].parameters == 2496 + 525


def test_data_weights_and_order_are_the_same_each_time_and_differ_from_epoch_to_epoch():
    (x, y), weights = SMALL.data(), SMALL.weights()
    assert x.shape == (12, 4, 2)
    assert set(np.unique(x)) == {0, 1}
    np.testing.assert_array_equal(y, x[:, :, 0].sum(axis=1))
    assert [w.shape for w in weights] == [(2, 12), (3, 12), (12,), (3, 21), (21,)]
    assert sum(w.size for w in weights) == SMALL.parameters
    assert sorted(SMALL.order(3)) == list(range(12))
    assert SMALL.order(3).tolist() != SMALL.order(4).tolist()
    assert SMALL.digest() == replace(SMALL, name="other").digest()
    assert SMALL.digest() != replace(SMALL, units=4).digest()


def test_gates_are_put_into_another_order_and_back():
    gates = np.arange(8.0)
    np.testing.assert_array_equal(gates_in_order(gates, "icfo"), [0, 1, 4, 5, 2, 3, 6, 7])
    np.testing.assert_array_equal(gates_in_order(gates_in_order(gates, "icfo"), "icfo"), gates)


def test_the_sources_data_are_all_strings_and_two_parts():
    x, y = strings.all_strings()
    assert x.shape == (2**20, 20, 1)
    some = np.random.default_rng(0).integers(0, 2**20, 200)
    assert [bin(i).count("1") for i in some] == y[some].tolist()
    train, test = strings.split(1)
    assert len(train) == 10_000
    assert len(np.union1d(train, test)) == 2**20


# --- the race ---


def test_contenders_take_turns_and_what_warms_up_does_not_count(fake):
    results = race.race(SMALL, [fake("first"), fake("second")], rounds=3, warm_up=1)
    assert [r.module for r in results] == ["first", "second"]
    for result in results:
        assert result.version == "fake 1.0"
        assert result.losses == [3.0, 2.0, 1.0, 0.5]
        assert len(result.seconds) == len(result.cpu) == 3
        assert result.median >= 0
        assert result.others is None or 0 <= result.others <= 1


def test_a_persons_settings_are_not_measured(fake, monkeypatch):
    personal = ["KERAS_BACKEND", "OMP_NUM_THREADS", "PYTHONOPTIMIZE", "TF_XLA_FLAGS", "XLA_FLAGS"]
    for name in [*personal, "KERAS_HOME"]:
        monkeypatch.setenv(name, "1")
    kept = environments.variables()
    assert not set(personal) & set(kept)
    assert (Path(kept["KERAS_HOME"]) / "keras.json").exists()
    alone = "import os; 'OMP_NUM_THREADS' in os.environ and sys.exit('it was seen')"
    race.race(SMALL, [fake("first", prepare=alone)], rounds=1, warm_up=1)


def test_a_turn_may_have_several_epochs(fake, monkeypatch):
    order = []
    run = race.run_epoch

    def noted(process, result, number, *, counts):
        order.append((result.module[0], number, counts))
        run(process, result, number, counts=counts)

    monkeypatch.setattr(race, "run_epoch", noted)
    results = race.race(SMALL, [fake("first"), fake("second")], rounds=1, warm_up=1, a_turn=3)
    turns = [[("f", 0, False), ("s", 0, False)], *([(who, n, True) for n in (1, 2, 3)] for who in "fs")]
    assert order == [entry for turn in turns for entry in turn]
    assert [len(result.seconds) for result in results] == [3, 3]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"losses": "[3.0, 2.0, 1.1, 0.5]"},
            "second has the loss 1.1 in epoch 2, where first has 1: they do",
        ),
        ({"losses": "[3.0, 2.0, float('nan'), 0.5]"}, "second has the loss nan in epoch 2"),
        ({"more": 7}, f"second trains {SMALL.parameters + 7} parameters, where small has {SMALL.parameters}"),
        (
            {"prepare": "Work.digest = lambda self: 'other'"},
            "second has other data or start weights than small",
        ),
    ],
)
def test_unequal_work_is_refused(fake, wrong, message):
    with pytest.raises(race.Unequal, match=re.escape(message)):
        race.race(SMALL, [fake("first"), fake("second", **wrong)], rounds=3, warm_up=1)


def test_losses_within_a_hundredth_are_equal(fake):
    close = fake("second", losses="[3.02, 1.99, 1.0, 0.5]")
    assert len(race.race(SMALL, [fake("first"), close], rounds=3, warm_up=1)) == 2


def test_losses_that_rounding_may_have_driven_apart_are_not_compared(fake, monkeypatch):
    monkeypatch.setattr(race, "COMPARED", 3)
    later = fake("second", losses="[3.0, 2.0, 1.0, 0.6]")
    assert len(race.race(SMALL, [fake("first"), later], rounds=3, warm_up=1)) == 2


def test_a_contender_that_breaks_off_is_shown(fake):
    broken = fake("second", prepare="raise ValueError('no such thing')")
    with pytest.raises(RuntimeError, match=r"second broke off:(.|\n)*no such thing"):
        race.race(SMALL, [fake("first"), broken], rounds=1)


def test_a_rival_without_its_environment_says_why_it_is_missing(fake, tmp_path, monkeypatch):
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    absent = race.Contender("torch_lstm", "PyTorch", "torch")
    first, second = race.race(SMALL, [fake("first"), absent], rounds=1)
    assert first.seconds
    assert second.missing == "its environment is not there: python3 course.py bench --rivals"
    assert math.isnan(second.median)
    python = environments.python_of("torch")
    python.parent.mkdir(parents=True)
    python.touch()
    assert "was not made from its lock of now" in environments.missing("torch")
    shutil.copy(environments.LOCKS / "torch.lock", tmp_path / "torch" / "made_from.lock")
    assert environments.missing("torch") == ""


def test_every_rival_has_a_lock_with_hashes_and_no_address():
    assert environments.rivals() == ["jax", "tf_keras", "torch"]
    assert {c.rival for c in race.CONTENDERS} - {""} == set(environments.rivals())
    for rival in environments.rivals():
        lock = (environments.LOCKS / f"{rival}.lock").read_text(encoding="utf-8")
        wanted = (environments.LOCKS / f"{rival}.in").read_text(encoding="utf-8")
        assert not re.search(r"https?://", lock)
        for pinned in re.findall(r"^\S+==[\d.]+", wanted, re.MULTILINE):
            assert re.search(rf"^{re.escape(pinned)}\b.*\\\n    --hash=sha256:", lock, re.MULTILINE), pinned


def test_every_contender_is_a_program_of_its_own():
    for contender in (*race.CONTENDERS, race.LIMIT):
        path = ROOT / "benchmarks" / "contenders" / f"{contender.module}.py"
        assert path.read_text(encoding="utf-8").endswith("serve(prepare)\n")


# --- the pages ---


def test_page_table_and_plot_are_what_the_results_on_record_give():
    assert page.problems() == []


def test_what_is_stale_is_found_and_the_mending_command_named(tmp_path):
    for name in (page.RESULTS, page.PAGE, page.RUN_TIMES, "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    result = page.read(tmp_path)
    result["races"][0]["results"][0]["seconds"] = [9.0]
    (tmp_path / page.RESULTS).write_text(json.dumps(result), encoding="utf-8")
    assert [line.split(" is not what")[0] for line in page.problems(tmp_path)] == [
        "docs/benchmarks.md",
        "README.md's benchmark table",
    ]
    page.render(tmp_path)
    assert page.problems(tmp_path) == []
    assert (tmp_path / page.PLOT).read_bytes()[:4] == b"\x89PNG"
    assert "| 9000 (" in (tmp_path / "README.md").read_text(encoding="utf-8")
    (tmp_path / "lessons" / "run_times.json").write_text('{"04_echo": 7.0}', encoding="utf-8")
    (stale,) = page.problems(tmp_path)
    assert "docs/benchmarks.md is not what" in stale
    page.render(tmp_path)
    assert "| lesson 04_echo, in strict nbval | 7 |" in (tmp_path / page.PAGE).read_text(encoding="utf-8")


def test_a_missing_contender_stands_in_the_table_with_its_reason():
    ours = race.Result("course_fast", "ours", seconds=[0.1, 0.3, 0.2], others=0.02)
    absent = race.Result("torch_lstm", "PyTorch", missing="its environment is not there")
    table = page.race_table([asdict(ours), asdict(absent)])
    assert "| ours | 200 | 100–300 | 1.00 | 2% |" in table
    assert "| PyTorch | – | its environment is not there | – | – |" in table


def test_a_readme_without_the_place_for_the_table_is_refused():
    with pytest.raises(ValueError, match=r"README\.md must have the lines"):
        page.with_table("# Nothing here\n", page.read())


# --- the machine, the costs, the command ---


def test_the_machine_is_named_and_its_load_is_told():
    assert re.search(r"\d+ cores, \w+ \S+, Python 3\.\d+", machine.name())
    before = machine.busy()
    if before:
        sum(range(10**7))
        after = machine.busy()
        assert after[0] >= before[0]
        assert 0 <= after[0] - before[0] <= after[1] - before[1] + 0.05


def test_the_import_is_timed_in_a_process_of_its_own(monkeypatch):
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


@pytest.mark.training
def test_the_courses_contenders_do_equal_work_and_the_limit_measures_itself():
    contenders = [c for c in race.CONTENDERS if not c.rival]
    fit, fast, limit = race.race(SMALL, [*contenders, race.LIMIT], rounds=1, warm_up=1)
    assert fit.parameters == fast.parameters == SMALL.parameters
    assert len(fit.losses) == len(fast.losses) == 2
    assert limit.more.keys() == {"products", "curves"}
    assert limit.seconds[0] == pytest.approx(sum(limit.more.values()))

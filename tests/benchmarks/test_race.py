"""Equal work or no result, and missing rivals named."""

import math
import re
import shutil
import sys
from pathlib import Path

import pytest

from benchmarks import environments, race
from benchmarks.work import Work
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


def test_every_contender_is_a_separate_program():
    for contender in (*race.CONTENDERS, race.LIMIT):
        path = ROOT / "benchmarks" / "contenders" / f"{contender.module}.py"
        assert path.read_text(encoding="utf-8").endswith("serve(prepare)\n")


@pytest.mark.training
def test_the_courses_contenders_do_equal_work_and_the_limit_measures_itself():
    contenders = [c for c in race.CONTENDERS if not c.rival]
    fit, fast, limit = race.race(SMALL, [*contenders, race.LIMIT], rounds=1, warm_up=1)
    assert fit.parameters == fast.parameters == SMALL.parameters
    assert len(fit.losses) == len(fast.losses) == 2
    assert limit.more.keys() == {"products", "curves"}
    assert limit.seconds[0] == pytest.approx(sum(limit.more.values()))

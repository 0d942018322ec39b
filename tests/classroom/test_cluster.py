"""classroom/cluster: the Kubernetes job is one, and starts what is there."""

from __future__ import annotations

import signal
from typing import Any

import pytest
import yaml

from authoring import problem_sets

validator = pytest.importorskip(
    "kubernetes_validate", reason="needs kubernetes-validate: python3 course.py setup --classroom"
)
shard = pytest.importorskip("classroom.shard", reason="needs nbgrader: python3 course.py setup --classroom")

FOLDER = problem_sets.ROOT / "classroom" / "cluster"


@pytest.fixture
def job() -> Any:
    return yaml.safe_load((FOLDER / "job.yml").read_text(encoding="utf-8"))


def test_the_job_obeys_kubernetes_schema(job: Any) -> None:
    assert validator.validate(job, "1.31", strict=True) == "1.31"


def test_a_misspelt_key_is_found(job: Any) -> None:
    job["spec"]["completionMod"] = "Indexed"
    with pytest.raises(validator.ValidationError, match="completionMod"):
        validator.validate(job, "1.31", strict=True)


def test_each_pod_grades_its_own_part(job: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (container,) = job["spec"]["template"]["spec"]["containers"]
    program, _, module, *arguments = container["command"]
    assert (program, module) == (".venv/bin/python", "classroom.shard")
    assert job["spec"]["completionMode"] == "Indexed"
    assert job["spec"]["completions"] == int(arguments[arguments.index("--of") + 1])
    assert container["env"][0]["name"] == shard.GRADEBOOK_VARIABLE
    seen = []
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "7")
    monkeypatch.setenv(shard.GRADEBOOK_VARIABLE, "postgresql+psycopg://somebody@somewhere/class")
    monkeypatch.setattr(shard, "require", lambda: None)
    monkeypatch.setattr(shard, "grade", lambda *given, **_: seen.append(given) or [])
    arguments[arguments.index("--course") + 1] = str(tmp_path)
    assert shard.main(arguments) == 0
    assert signal.getsignal(signal.SIGTERM) == before, "the caller's own way to stop is put back"
    ((course, problem_set, number, of),) = seen
    assert (course.gradebook, course.path) == ("postgresql+psycopg://somebody@somewhere/class", tmp_path)
    assert (problem_set.name, number, of) == ("ps01", 7, 8)


def test_a_number_outside_the_shards_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        shard.main(["ps01", "--course", "x", "--shard", "2", "--of", "2"])
    assert "--shard counts from 0 to 1, got 2" in capsys.readouterr().err

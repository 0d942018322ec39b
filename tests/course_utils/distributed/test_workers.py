"""What the processes report, which of them failed, and that none is left."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from course_utils import _settings, plotting
from course_utils.distributed import workers

pytestmark = pytest.mark.training  # slow: processes that hang must be given time

START = """
import json, os, sys, time
config = json.loads(os.environ["TF_CONFIG"])
me = config["task"]["index"]
def report(**values):
    print(json.dumps({"pid": os.getpid(), **values}), flush=True)
"""


@pytest.fixture
def script(tmp_path):
    def write(body):
        path = tmp_path / "script.py"
        path.write_text(START + textwrap.dedent(body), encoding="utf-8")
        return path

    return write


def pids(reports):
    return {report.values["pid"] for report in reports}


def gone(pid):
    """Whether no such process runs; what has ended and was not asked for its exit code does not run."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path("/proc").is_dir()


def is_soon_gone(pid, seconds=300.0):
    deadline = time.monotonic() + seconds
    while not gone(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_each_worker_knows_who_the_others_are_and_which_it_is(script):
    path = script("report(config=config, words=sys.argv[1:])")
    done = workers.run(path, "--seed", 7, workers=3)
    configs = [done.of(n)[0]["config"] for n in range(3)]
    assert [config["task"] for config in configs] == [{"type": "worker", "index": n} for n in range(3)]
    assert configs[0]["cluster"] == configs[1]["cluster"] == configs[2]["cluster"]
    addresses = configs[0]["cluster"]["worker"]
    assert len(set(addresses)) == 3
    assert all(address.startswith("127.0.0.1:") for address in addresses)
    assert done.of(2)[0]["words"] == ["--seed", "7"]
    assert (done.starts, [end.how for end in done.ends]) == (1, ["done"] * 3)
    assert all(is_soon_gone(pid) for pid in pids(done.reports))


def test_a_script_finds_its_neighbours_as_python_lets_it(script, tmp_path):
    (tmp_path / "neighbour.py").write_text("value = 5", encoding="utf-8")
    assert workers.run(script("import neighbour; report(x=neighbour.value)"), workers=1).of(0)[0]["x"] == 5


def test_reports_are_in_order_and_have_their_time(script):
    path = script("""
        for n in range(3):
            report(n=n)
            while not os.path.exists(f"{sys.argv[1]}.{me}.{n}"):
                time.sleep(0.01)
    """)

    def later(report):
        time.sleep(0.1)
        path.with_name(f"go.{report.worker}.{report.values['n']}").touch()

    done = workers.run(path, path.with_name("go"), workers=2, kill_when=later)
    for worker in (0, 1):
        mine = [report for report in done.reports if report.worker == worker]
        assert [report.values["n"] for report in mine] == [0, 1, 2]
        assert mine[0].seconds + 0.1 <= mine[1].seconds <= mine[2].seconds - 0.1
        assert next(end.seconds for end in done.ends if end.worker == worker) > mine[2].seconds


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("print('no report'); print('[1, 2]'); print('{broken'); print(3)", "no report"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe\\x00 odd\\n'); sys.stdout.flush()", "odd"),
        ("sys.stdout.write('x' * 300_000 + chr(10)); sys.stdout.flush()", "xxx"),
        ("for n in range(2000): print('line', n)", "line 1999"),
    ],
)
def test_nonsense_is_no_report_and_is_kept_in_small(script, body, message):
    done = workers.run(script(f"{body}\nreport(n=1)\nos._exit(0) if me else None"), workers=2)
    assert [len(done.of(n)) for n in (0, 1)] == [1, 1]
    assert message in done.ends[0].words
    assert len(done.ends[0].words.splitlines()) <= 30


def test_the_one_that_fails_is_named_with_its_last_words_and_the_other_is_stopped(script, monkeypatch):
    monkeypatch.setattr(workers, "_GRACE", 0.3)
    path = script("""
        report(n=0)
        if me == 1:
            raise ValueError("the disk is full")
        time.sleep(3600)
    """)
    seen = []
    with pytest.raises(workers.WorkersFailed) as caught:
        workers.run(path, workers=2, kill_when=lambda report: seen.append(report) or False)
    output = str(caught.value)
    assert output.startswith("worker 1 ended with exit code 1 after ")
    assert "in start 1 of 1" in output
    assert output.endswith("ValueError: the disk is full")
    assert len(seen) == 2
    assert all(is_soon_gone(pid) for pid in pids(seen))


@pytest.fixture
def run_until(monkeypatch):
    """Runs workers until so many reports are there; then their time is up, however fast the machine is."""
    passed, real = [0.0], time.monotonic
    monkeypatch.setattr(workers.time, "monotonic", lambda: real() + passed[0])

    def run(path, reports):
        seen = []

        def count(report):
            seen.append(report)
            if len(seen) == reports:
                passed[0] = 1000.0

        with pytest.raises(workers.WorkersFailed) as caught:
            workers.run(path, workers=reports, seconds=1000, kill_when=count)
        passed[0] = 0.0
        return seen, str(caught.value)

    return run


@pytest.mark.parametrize("body", ["pass", "os.close(1)", "deaf()"])
def test_one_that_hangs_is_stopped_when_time_runs_out(script, body, run_until):
    path = script(f"""
        def deaf():  # to a polite request
            import signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if me == 1:
            print("waiting for a friend", flush=True)
            report(n=0)
            {body}
            time.sleep(3600)
        report(n=0)
    """)
    seen, output = run_until(path, 2)
    assert re.match(r"not done after 1000 s, in start 1 of 1; still running: worker (0, )?1\. ", output)
    assert "worker 1: waiting for a friend" in output
    assert all(is_soon_gone(pid) for pid in pids(seen))


def test_what_a_worker_has_started_goes_with_it(script, run_until):
    path = script("""
        import subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        report(child=child.pid)
        time.sleep(3600)
    """)
    seen, _ = run_until(path, 1)
    assert is_soon_gone(seen[0].values["child"])


@pytest.mark.parametrize("victim", [0, 1])
def test_after_a_kill_all_are_started_again_with_new_ports(script, monkeypatch, victim):
    monkeypatch.setattr(workers, "_GRACE", 0.3)
    path = script("""
        first, n = not os.path.exists(sys.argv[1]), 0
        while first or n < 4:
            report(n=n, addresses=config["cluster"]["worker"])
            n += 1
            time.sleep(0.1)
    """)
    mark, began = path.with_name("mark"), set()

    def kill(report):
        began.add(report.worker)
        if began == {0, 1} and report.worker == victim and report.values["n"] >= 2:
            mark.touch()
            return True
        return False

    done = workers.run(path, mark, restarts=3, kill_when=kill)
    assert done.starts == 2
    how = {(end.start, end.worker): (end.how, end.exit_code) for end in done.ends}
    assert how[1, victim] == ("killed", -signal.SIGKILL)
    assert how[1, 1 - victim] == ("stopped", -signal.SIGKILL)
    assert how[2, 0] == how[2, 1] == ("done", 0)
    assert [values["n"] for values in done.of(victim, start=2)] == [0, 1, 2, 3]  # killed once only
    assert done.of(0, start=1)[0]["addresses"] != done.of(0, start=2)[0]["addresses"]
    ends = {(end.start, end.worker): end for end in done.ends}
    assert ends[1, 0].seconds <= ends[2, 0].began < ends[2, 0].seconds


def test_it_gives_up_after_the_last_restart(script):
    with pytest.raises(workers.WorkersFailed, match=r"(?s)in start 3 of 3.*ZeroDivisionError"):
        workers.run(script("report(n=0); 1 / 0"), workers=1, restarts=2)


def test_the_error_of_an_end_is_the_exceptions_name(script, tmp_path):
    path = script("""
        if not os.path.exists(sys.argv[1]):
            open(sys.argv[1], "w").close()
            raise json.JSONDecodeError("odd", "x", 0)
    """)
    done = workers.run(path, tmp_path / "mark", workers=1, restarts=1)
    assert [end.error for end in done.ends] == ["JSONDecodeError", ""]


def test_no_worker_outlives_a_runner_that_is_killed(script):
    path = script("report(n=0); time.sleep(3600)")
    code = (
        "import sys; from course_utils import workers\n"
        "workers.run(sys.argv[1], kill_when=lambda r: print(r.values['pid'], flush=True))"
    )
    runner = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert runner.stdout is not None
    started = [int(runner.stdout.readline()) for _ in range(2)]
    assert not any(gone(pid) for pid in started)
    runner.kill()
    runner.communicate()
    assert all(is_soon_gone(pid) for pid in started)


def test_a_proxy_is_not_asked_for_the_loopback_address(script, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_grpc_proxy", "example.org")
    done = workers.run(script("report(no_proxy=os.environ['no_grpc_proxy'])"), workers=1)
    assert done.of(0)[0]["no_proxy"] == "example.org,127.0.0.1"


def test_a_worker_reports_in_the_letters_that_are_read(script, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "utf-16")
    _settings.put_aside()
    assert workers.run(script("report(n=1)"), workers=1).of(0)[0]["n"] == 1


def test_ports_that_are_taken_are_left_out(monkeypatch):
    import socket

    (port,) = workers._free_ports(1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        monkeypatch.setattr(workers, "_PORTS", range(port, port + 1))
        with pytest.raises(workers.WorkersFailed, match="no 1 free ports"):
            workers._free_ports(1)
    assert workers._free_ports(1) == [port]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"script": 3}, TypeError, "script must be the path of a Python file; got 3"),
        ({"script": "no/such.py"}, ValueError, "script must be a file; got 'no/such.py'"),
        ({"workers": 0}, ValueError, "workers must be a whole number, at least 1; got 0"),
        ({"restarts": -1}, ValueError, "restarts must be a whole number, at least 0; got -1"),
        ({"seconds": 0}, ValueError, "seconds must be a finite number, above 0; got 0"),
        ({"kill_when": 3}, TypeError, "kill_when must be a function of a report; got 3"),
    ],
)
def test_run_names_bad_arguments(script, change, error, message):
    given = {"script": script("")} | change
    with pytest.raises(error) as caught:
        workers.run(given.pop("script"), **given)
    assert message in str(caught.value)


def test_a_run_is_data_that_json_can_hold(script):
    done = workers.run(script("report(n=me)"), workers=2)
    assert json.loads(json.dumps([report.values["n"] for report in done.reports])) in ([0, 1], [1, 0])


def test_tracks_are_what_a_plot_of_workers_draws():
    """No process needed: two workers, two starts, in the order of their arrival."""
    came = [(0, 1, 5.0, 1), (1, 1, 5.1, 1), (1, 1, 5.5, 2), (0, 2, 9.0, 1), (0, 2, 9.2, 2)]
    reports = tuple(workers.Report(n, start, when, {"step": step}) for n, start, when, step in came)
    ends = tuple(workers.End(n, start, 0.0, 6.0, "done", 0, "") for n in (0, 1) for start in (1, 2))
    result = workers.Run(reports, ends).tracks(lambda values: 10 * values["step"])
    assert result == {
        "worker 0": [([5.0], [10]), ([9.0, 9.2], [10, 20])],
        "worker 1": [([5.1, 5.5], [10, 20])],  # in the second start it reported nothing
    }
    ax = plotting.progress_of_workers(result, checkpoint_every=10, title="Two starts")
    drawn = [line.get_ydata().tolist() for line in ax.lines if line.get_linewidth() == 0]
    assert drawn == [[10], [10, 20], [10, 20]]

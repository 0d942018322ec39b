"""notebooks/cluster: Slurm's script and Kubernetes' manifest start train.py with what it needs."""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
import yaml

from course_utils.distributed import tf_config, workers
from tests.support import ROOT

FOLDER = ROOT / "notebooks" / "cluster"
BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None or os.name == "nt", reason="needs bash")


@pytest.fixture
def manifest():
    return list(yaml.safe_load_all((FOLDER / "kubernetes.yml").read_text(encoding="utf-8")))


# As on many clusters: a proxy for the web. It knows none of the workers, and must not be asked for them.
PROXY = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


# ---------------------------------------------------------------- Kubernetes


def test_the_manifest_obeys_kubernetes_schema_and_a_misspelt_key_is_found(manifest):
    validator = pytest.importorskip(
        "kubernetes_validate", reason="needs kubernetes-validate: python3 course.py setup --classroom"
    )
    for part in manifest:
        assert validator.validate(part, "1.31", strict=True) == "1.31"
    manifest[1]["spec"]["completionMod"] = "Indexed"
    with pytest.raises(validator.ValidationError, match="completionMod"):
        validator.validate(manifest[1], "1.31", strict=True)


def test_each_pod_gets_the_names_that_the_service_gives(manifest):
    service, job = manifest
    spec = job["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]
    variables = {entry["name"]: entry["value"] for entry in container["env"]}
    assert spec["completionMode"] == "Indexed"  # Kubernetes then sets JOB_COMPLETION_INDEX
    assert spec["completions"] == spec["parallelism"] == int(variables["COURSE_WORKERS"])

    # A pod of an indexed Job is called JOB-INDEX; under a headless service, POD.SERVICE is its address.
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == {"job-name": job["metadata"]["name"]}
    assert pod["subdomain"] == service["metadata"]["name"]
    port = container["ports"][0]["containerPort"]
    assert port == service["spec"]["ports"][0]["port"]
    name, subdomain = job["metadata"]["name"], pod["subdomain"]
    for index in range(spec["completions"]):
        config = json.loads(tf_config.from_numbers(variables | {"JOB_COMPLETION_INDEX": str(index)}))
        assert config["cluster"]["worker"] == [
            f"{name}-{n}.{subdomain}:{port}" for n in range(spec["completions"])
        ]
        assert config["task"]["index"] == index
    assert pod["restartPolicy"] == "OnFailure"


def test_the_pods_command_is_there_and_writes_to_the_volume(manifest):
    (container,) = manifest[1]["spec"]["template"]["spec"]["containers"]
    program, script, folder = container["command"]
    assert (program, script) == (".venv/bin/python", "notebooks/cluster/train.py")
    assert (ROOT / script).is_file()
    assert folder in [mount["mountPath"] for mount in container["volumeMounts"]]
    recipe = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^WORKDIR /course$.*^COPY \. \.$.*^RUN python course\.py setup$", recipe, re.M | re.S)


def two_free_ports():
    """The first of two neighbours, a multiple of ten."""
    while True:
        (port,) = workers._free_ports(1)
        port -= port % 10
        with contextlib.suppress(OSError), socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", port))
            second.bind(("127.0.0.1", port + 1))
            return port


@pytest.mark.training
def test_workers_that_are_started_again_each_by_itself_find_each_other(manifest, tmp_path):
    """As OnFailure does it: the same number, the same address, and nobody who starts both."""
    (container,) = manifest[1]["spec"]["template"]["spec"]["containers"]
    port = two_free_ports() // 10
    given = {entry["name"]: entry["value"] for entry in container["env"]}
    given["COURSE_ADDRESS"] = f"127.0.0.1:{port}{{index}}"
    command = [sys.executable, str(ROOT / container["command"][1]), str(tmp_path), "--epochs", "3"]
    killed, over = threading.Event(), threading.Event()
    codes, lines = {0: [], 1: []}, {0: [], 1: []}
    log = tmp_path / "log"

    def keep(index):
        variables = {**os.environ, **PROXY, **given, "JOB_COMPLETION_INDEX": str(index)}
        while len(codes[index]) < 5 and 0 not in codes[index] and not over.is_set():
            with log.open("a") as errors:
                pod = subprocess.Popen(
                    command, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True
                )
            pods.append(pod)
            for line in pod.stdout:
                lines[index].append(json.loads(line))
                if index == 1 and '"epoch": 2, "step": 8,' in line and not killed.is_set():
                    killed.set()
                    pod.kill()
            codes[index].append(pod.wait())
            pod.stdout.close()

    pods = []
    threads = [threading.Thread(target=keep, args=(index,), daemon=True) for index in (0, 1)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 1200
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
    ended = not any(thread.is_alive() for thread in threads)
    over.set()  # no further pod is started, and those that run are ended: none is left
    while any(thread.is_alive() for thread in threads):
        for pod in pods:
            pod.kill()
        time.sleep(0.1)
    assert ended, (codes, log.read_text()[-2000:])
    assert codes[1][0] < 0
    assert codes[0][0] > 0
    assert codes[0][-1] == codes[1][-1] == 0
    last = [(report["epoch"], report["step"]) for report in lines[0][-32:]]
    assert last == [(epoch, step) for epoch in (2, 3) for step in range(1, 17)]


# ---------------------------------------------------------------- Slurm

# Stands in for Slurm's srun on one machine: as many tasks as the script asks for nodes, with srun's
# variables. The first failure ends all, as --kill-on-bad-exit says.
SRUN = f"""#!{sys.executable}
import os, re, subprocess, sys, time
script = open(os.environ["BATCH_SCRIPT"], encoding="utf-8").read()
nodes = int(re.search(r"^#SBATCH --nodes=(\\d+)$", script, re.M)[1])
assert sys.argv[1] == "--kill-on-bad-exit=1", sys.argv
common = dict(os.environ, SLURM_STEP_NODELIST="127.0.0.1", SLURM_STEP_TASKS_PER_NODE=str(nodes))
tasks = [subprocess.Popen(sys.argv[2:], env=dict(common, SLURM_PROCID=str(n))) for n in range(nodes)]
try:
    while None in (codes := [task.poll() for task in tasks]) and not any(codes):
        time.sleep(0.05)
finally:
    for task in tasks:
        task.kill()
    for task in tasks:  # srun ends when all have ended: their ports are free again
        task.wait()
sys.exit(next(filter(None, codes), 0))
"""


@pytest.fixture
def submit(tmp_path):
    """Runs slurm.sh with stand-ins for srun and for the Python of .venv."""

    def run(python, seconds):
        for name, text in {"srun": SRUN, ".venv/bin/python": python}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755)
        (tmp_path / "notebooks").symlink_to(ROOT / "notebooks")
        script = FOLDER / "slurm.sh"
        variables = {
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "SLURM_JOB_ID": str(random.SystemRandom().randrange(1000)),  # a port of its own follows from it
            "BATCH_SCRIPT": str(script),
        }
        with subprocess.Popen(
            [str(BASH), str(script)],
            cwd=tmp_path,
            env={**os.environ, **PROXY, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as job:
            try:
                out, errors = job.communicate(timeout=seconds)
            finally:
                with contextlib.suppress(ProcessLookupError):  # none of its workers is left
                    os.killpg(job.pid, signal.SIGKILL)
        return subprocess.CompletedProcess(job.args, job.returncode, out, errors)

    return run


@needs_bash
def test_the_script_is_bash_and_its_first_lines_are_slurms():
    path = FOLDER / "slurm.sh"
    subprocess.run([str(BASH), "-n", str(path)], check=True)
    lines = path.read_text(encoding="utf-8").splitlines()
    options = [line for line in lines if line.startswith("#SBATCH")]
    assert all(re.fullmatch(r"#SBATCH --[a-z-]+=[\w.:%-]+", line) for line in options)
    # Slurm stops reading options at the first command.
    commands = [n for n, line in enumerate(lines) if line and not line.startswith("#")]
    assert max(lines.index(line) for line in options) < commands[0]


@needs_bash
@pytest.mark.parametrize(("failures", "code", "starts"), [(0, 0, 1), (2, 0, 3), (9, 1, 3)])
def test_the_script_starts_again_at_most_twice(submit, failures, code, starts):
    python = f"""#!{BASH}
        [ "$SLURM_PROCID" = 0 ] || exit 0
        echo x >> count
        [ "$(wc -l < count)" -gt {failures} ]
    """
    done = submit(python, 1200)
    assert (done.returncode, done.stdout.count("start ")) == (code, starts), done.stderr


# Stands in for .venv/bin/python: task 1 is killed in the middle of epoch 2, once.
KILLED_ONCE = f"""#!{sys.executable}
import os, subprocess, sys
command = [{sys.executable!r}, *sys.argv[1:], "--epochs", "3"]
if os.environ["SLURM_PROCID"] == "0" or os.path.exists("killed"):
    os.execv(command[0], command)
task = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
for line in task.stdout:
    print(line, end="", flush=True)
    if '"epoch": 2, "step": 8,' in line:
        open("killed", "w").close()
        task.kill()
sys.exit(task.wait() != 0)
"""


@needs_bash
@pytest.mark.training
def test_under_slurms_script_a_killed_worker_is_restarted_and_the_training_ends(submit, tmp_path):
    done = submit(KILLED_ONCE, 1200)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("start ") == 2
    second = [json.loads(line) for line in re.findall(r"{.*?}", done.stdout.split("start 2")[1])]
    steps = [(report["epoch"], report["step"]) for report in second]
    assert sorted(steps) == sorted(2 * [(epoch, step) for epoch in (2, 3) for step in range(1, 17)])
    (folder,) = (tmp_path / "checkpoints").iterdir()
    assert sorted(path.name for path in folder.glob("*.index")) == ["ckpt-2.index", "ckpt-3.index"]

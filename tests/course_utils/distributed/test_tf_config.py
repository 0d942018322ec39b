"""TF_CONFIG from a list, from Slurm's variables, from Kubernetes'."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.distributed import tf_config

SLURM = {
    "SLURM_STEP_NODELIST": "node[01-02]",
    "SLURM_STEP_TASKS_PER_NODE": "1(x2)",
    "SLURM_PROCID": "1",
    "SLURM_JOB_ID": "7",
}
NUMBERED = {"COURSE_ADDRESS": "train-{index}.train:2222", "COURSE_WORKERS": "3", "JOB_COMPLETION_INDEX": "2"}


def parts(config):
    result = json.loads(config)
    assert set(result) == {"cluster", "task"}
    assert set(result["cluster"]) == {"worker"}
    assert result["task"]["type"] == "worker"
    return result["cluster"]["worker"], result["task"]["index"]


def test_only_the_index_differs_between_workers():
    addresses = ["a:1", "b:2", "c:65535"]
    assert [parts(tf_config.tf_config(addresses, n)) for n in range(3)] == [(addresses, n) for n in range(3)]


@pytest.mark.parametrize(
    ("addresses", "index", "error", "message"),
    [
        ("a:1", 0, TypeError, "addresses must be a list of 'host:port' texts; got 'a:1'"),
        ([], 0, ValueError, "addresses must name at least one worker"),
        (["a"], 0, ValueError, "addresses[0] must be 'host:port' with a port from 1 to 65535; got 'a'"),
        (["a:1", "b:65536"], 0, ValueError, "addresses[1] must be 'host:port'"),
        (["a:1", "b:0"], 0, ValueError, "addresses[1] must be 'host:port'"),
        (["a:1", 2], 0, ValueError, "addresses[1] must be 'host:port'"),
        (["a:1", "a:1"], 0, ValueError, "addresses must differ, one for each worker"),
        (["a:1", "b:1"], 2, ValueError, "index must be a whole number, at least 0, at most 1; got 2"),
        (["a:1"], "0", TypeError, "index must be a whole number"),
    ],
)
def test_tf_config_names_bad_arguments(addresses, index, error, message):
    with pytest.raises(error) as caught:
        tf_config.tf_config(addresses, index)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("job", "port"),
    [("0", 12000), ("1", 12016), ("999", 12000 + 16 * 999), ("1000", 12000), ("12345", 17520)],
)
def test_a_jobs_ports_follow_from_its_number_and_stay_below_those_for_outgoing_connections(job, port):
    addresses, _ = parts(tf_config.from_slurm(SLURM | {"SLURM_JOB_ID": job}))
    assert addresses == [f"node01:{port}", f"node02:{port}"]
    assert port + 15 < 32_768


def test_slurm_tasks_of_one_node_have_ports_of_their_own():
    given_ = SLURM | {"SLURM_STEP_TASKS_PER_NODE": "2,1", "SLURM_PROCID": "2"}
    assert parts(tf_config.from_slurm(given_)) == (["node01:12112", "node01:12113", "node02:12112"], 2)


def test_jobs_of_slurm_that_follow_each_other_have_other_ports():
    used = set()
    for job in range(20):
        given_ = SLURM | {"SLURM_JOB_ID": str(990 + job), "SLURM_STEP_TASKS_PER_NODE": "16(x2)"}
        addresses, _ = parts(tf_config.from_slurm(given_))
        assert not used & set(addresses)
        used |= set(addresses)
        assert all(1024 < int(address.split(":")[1]) < 32_768 for address in addresses)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SLURM_PROCID": ""}, "SLURM_PROCID must be set in the environment"),
        ({"SLURM_PROCID": "-1"}, "SLURM_PROCID must be a whole number, at least 0; got '-1'"),
        ({"SLURM_PROCID": "2"}, "SLURM_PROCID must be below the number of workers, 2; got 2"),
        ({"SLURM_JOB_ID": "x"}, "SLURM_JOB_ID must be a whole number"),
        ({"SLURM_STEP_NODELIST": "node[1-"}, "SLURM_STEP_NODELIST must be a list of nodes"),
        ({"SLURM_STEP_NODELIST": "node[3-1]"}, "SLURM_STEP_NODELIST must be a list of nodes"),
        ({"SLURM_STEP_NODELIST": "node[1-2-3]"}, "SLURM_STEP_NODELIST must be a list of nodes"),
        ({"SLURM_STEP_NODELIST": "node[,1]"}, "SLURM_STEP_NODELIST must be a list of nodes"),
        ({"SLURM_STEP_NODELIST": "a b"}, "SLURM_STEP_NODELIST must be a list of nodes"),
        ({"SLURM_STEP_NODELIST": "a"}, "names 1 nodes and SLURM_STEP_TASKS_PER_NODE 2"),
        ({"SLURM_STEP_TASKS_PER_NODE": "2x2"}, "SLURM_STEP_TASKS_PER_NODE must be such as '2(x3),1'"),
        ({"SLURM_STEP_TASKS_PER_NODE": "17(x2)"}, "at most 16 on a node; got 17"),
    ],
)
def test_from_slurm_names_bad_variables(change, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words follow
        tf_config.from_slurm(SLURM | change)
    assert message in str(caught.value)


# The nodes, and the list of them that Slurm writes.
piece = st.one_of(
    st.integers(0, 120).map(lambda n: ([f"n{n}"], f"n{n}")),
    st.tuples(st.integers(0, 99), st.integers(0, 20), st.integers(1, 4)).map(
        lambda t: (
            [f"rack-{n:0{t[2]}}x" for n in range(t[0], t[0] + t[1] + 1)],
            f"rack-[{t[0]:0{t[2]}}-{t[0] + t[1]:0{t[2]}}]x",
        )
    ),
    st.lists(st.integers(0, 99), min_size=1, max_size=4).map(
        lambda ns: ([f"m{n:03}" for n in ns], f"m[{','.join(f'{n:03}' for n in ns)}]")
    ),
)


@given(st.lists(piece, min_size=1, max_size=4))
def test_a_list_of_nodes_is_expanded_in_its_order(pieces):
    written = ",".join(text for _, text in pieces)
    assert list(tf_config._hosts(written)) == [host for hosts, _ in pieces for host in hosts]


@given(st.lists(st.tuples(st.integers(1, 16), st.integers(1, 5)), min_size=1, max_size=5))
def test_tasks_per_node_are_expanded(groups):
    written = ",".join(f"{n}" if times == 1 else f"{n}(x{times})" for n, times in groups)
    assert list(tf_config._tasks_per_node(written)) == [n for n, times in groups for _ in range(times)]


@pytest.mark.training
@pytest.mark.parametrize("nodes", ["m5,n[1-2],o[3-4,6,7-9]", "a", "gpu[008-011]", "x-1,y[1,3]"])
def test_nodes_and_tasks_are_what_tensorflows_own_resolver_reads(nodes, monkeypatch):
    import tensorflow as tf

    count = len(list(tf_config._hosts(nodes)))
    tasks = "2" if count == 1 else f"2(x{count - 1}),1"
    total = sum(tf_config._tasks_per_node(tasks))
    variables = {
        "SLURM_STEP_NODELIST": nodes,
        "SLURM_STEP_TASKS_PER_NODE": tasks,
        "SLURM_STEP_NUM_TASKS": str(total),
        "SLURM_PROCID": str(total - 1),
        "SLURM_JOB_ID": "0",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    resolver = tf.distribute.cluster_resolver.SlurmClusterResolver
    theirs = resolver(port_base=12_000, auto_set_gpu=False, gpus_per_node=16, gpus_per_task=1)
    addresses, index = parts(tf_config.from_slurm(variables))
    assert addresses == theirs.cluster_spec().as_dict()["worker"]
    assert index == theirs.get_task_info()[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"COURSE_ADDRESS": "train:2222"}, "COURSE_ADDRESS must have {index} in the place"),
        ({"COURSE_WORKERS": "0"}, "JOB_COMPLETION_INDEX must be below the number of workers, 0"),
        ({"JOB_COMPLETION_INDEX": "3"}, "JOB_COMPLETION_INDEX must be below the number of workers, 3; got 3"),
        ({"JOB_COMPLETION_INDEX": ""}, "JOB_COMPLETION_INDEX must be set"),
    ],
)
def test_from_numbers_names_bad_variables(change, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words follow
        tf_config.from_numbers(NUMBERED | change)
    assert message in str(caught.value)


def test_set_tf_config_takes_what_there_is_and_leaves_what_is_set():
    for given_, addresses in [
        (SLURM, ["node01:12112", "node02:12112"]),
        (NUMBERED, [f"train-{n}.train:2222" for n in range(3)]),
    ]:
        variables = dict(given_)
        tf_config.set_tf_config(variables)
        assert parts(variables["TF_CONFIG"])[0] == addresses
    variables = SLURM | {"TF_CONFIG": "{}"}
    tf_config.set_tf_config(variables)
    assert variables["TF_CONFIG"] == "{}"
    variables = {"SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "2"}  # sbatch without srun
    tf_config.set_tf_config(variables)
    assert "TF_CONFIG" not in variables
    assert "no_grpc_proxy" not in variables


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, "node01,node02"),
        ({"no_proxy": "a.org,b.org"}, "a.org,b.org,node01,node02"),
        ({"no_proxy": "a.org", "no_grpc_proxy": "node02,c.org"}, "node02,c.org,node01"),  # the second counts
    ],
)
def test_workers_reach_each_other_past_a_proxy(before, after):
    variables = SLURM | before
    tf_config.set_tf_config(variables)
    assert variables["no_grpc_proxy"] == after
    assert tf_config.without_proxy(["node01:1", "node01:2", "node02:1"], before) == after


def test_set_tf_config_writes_to_this_process(monkeypatch):
    excepted = "no_grpc_proxy"  # gRPC reads it in small letters only
    for name in ("SLURM_STEP_NODELIST", "TF_CONFIG", excepted):
        monkeypatch.setenv(name, "")  # so that what is written is taken back
        monkeypatch.delenv(name)
    for name, value in NUMBERED.items():
        monkeypatch.setenv(name, value)
    import os

    tf_config.set_tf_config()
    assert parts(os.environ["TF_CONFIG"])[1] == 2
    assert os.environ[excepted].endswith("train-0.train,train-1.train,train-2.train")

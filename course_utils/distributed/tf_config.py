"""Makes TF_CONFIG from a list of workers, or from the variables that Slurm and Kubernetes set.

TensorFlow reads the environment variable TF_CONFIG when a `tf.distribute` strategy for several machines is
made. It holds the addresses of all workers, the same on each of them, and the number of this one.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, MutableMapping, Sequence

from course_utils import _arguments as arguments

__all__ = ["from_numbers", "from_slurm", "set_tf_config", "tf_config", "without_proxy"]

_ADDRESS = re.compile(r"[A-Za-z0-9._-]+:(\d{1,5})")
_NUMBERS = r"\[\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*\]"
_NODE = rf"(?:[\w.-]+|{_NUMBERS})+"
_NODES = re.compile(rf"{_NODE}(?:,{_NODE})*")
_FIRST_PORT = 12_000  # below the ports that systems use for outgoing connections
_PORTS_A_NODE = 16


def tf_config(addresses: Sequence[str], index: int) -> str:
    """Return the TF_CONFIG of one worker.

    Parameters
    ----------
    addresses : `host:port` of each worker, in the order that all workers agree on. Worker 0 is the one that
        the others ask who is there, and the one that writes checkpoints.
    index : which of them this is, from 0.

    Returns
    -------
    str
        JSON, as TensorFlow reads it.

    Examples
    --------
    >>> tf_config(["alpha:2222", "beta:2222"], 1)
    '{"cluster": {"worker": ["alpha:2222", "beta:2222"]}, "task": {"type": "worker", "index": 1}}'
    """
    if isinstance(addresses, str) or not isinstance(addresses, Sequence):
        raise TypeError(
            f"addresses must be a list of 'host:port' texts; got {arguments.described(addresses)}"
        )
    if not addresses:
        raise ValueError("addresses must name at least one worker, as 'host:port'; got none")
    for n, address in enumerate(addresses):
        match = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
        if not match or not 1 <= int(match[1]) <= 65_535:
            raise ValueError(
                f"addresses[{n}] must be 'host:port' with a port from 1 to 65535; got {address!r}"
            )
    if len(set(addresses)) < len(addresses):
        raise ValueError(
            f"addresses must differ, one for each worker; got {list(addresses)}: take another port"
        )
    number = arguments.whole_number("index", index, at_least=0, at_most=len(addresses) - 1)
    return json.dumps({"cluster": {"worker": list(addresses)}, "task": {"type": "worker", "index": number}})


def from_slurm(variables: Mapping[str, str]) -> str:
    """Return the TF_CONFIG of a task that Slurm's `srun` started.

    Parameters
    ----------
    variables : the task's environment. Read are SLURM_STEP_NODELIST, the nodes, such as `node[01-03,07]`;
        SLURM_STEP_TASKS_PER_NODE, how many tasks each has, such as `2(x3),1`; SLURM_PROCID, the number of
        this one; and SLURM_JOB_ID, from which the ports follow, so that two jobs on one node do not meet.

    Raises
    ------
    ValueError
        A variable is missing, is not written as Slurm writes it, or they do not agree.

    References
    ----------
    Slurm's manual page of srun, "Output environment variables". Tasks are counted as srun's distribution
    "block" counts them, node by node, which is its default.

    Examples
    --------
    >>> one = {"SLURM_STEP_NODELIST": "node[08-10]", "SLURM_STEP_TASKS_PER_NODE": "1(x3)"}
    >>> from_slurm(one | {"SLURM_PROCID": "2", "SLURM_JOB_ID": "7"})
    '{"cluster": {"worker": ["node08:12112", "node09:12112", ...]}, "task": {..., "index": 2}}'
    """
    hosts = list(_hosts(_read(variables, "SLURM_STEP_NODELIST")))
    tasks = list(_tasks_per_node(_read(variables, "SLURM_STEP_TASKS_PER_NODE")))
    if len(hosts) != len(tasks):
        raise ValueError(
            f"SLURM_STEP_NODELIST names {len(hosts)} nodes and SLURM_STEP_TASKS_PER_NODE {len(tasks)}: "
            "they must be those of one srun"
        )
    if max(tasks) > _PORTS_A_NODE:
        raise ValueError(f"SLURM_STEP_TASKS_PER_NODE: at most {_PORTS_A_NODE} on a node; got {max(tasks)}")
    port = _FIRST_PORT + _whole(variables, "SLURM_JOB_ID") % 1000 * _PORTS_A_NODE
    addresses = [f"{host}:{port + n}" for host, count in zip(hosts, tasks, strict=True) for n in range(count)]
    return tf_config(addresses, _whole(variables, "SLURM_PROCID", below=len(addresses)))


def from_numbers(variables: Mapping[str, str]) -> str:
    """Return the TF_CONFIG of a worker that knows its number, such as a pod of Kubernetes' indexed Job.

    Parameters
    ----------
    variables : the worker's environment. Read are JOB_COMPLETION_INDEX, the number of this one, which
        Kubernetes sets; COURSE_WORKERS, how many there are; and COURSE_ADDRESS, the address of each with
        `{index}` in the place of its number.

    Raises
    ------
    ValueError
        A variable is missing, is not such a number, or the address has no place for one.

    Examples
    --------
    >>> given = {"COURSE_ADDRESS": "train-{index}.train:2222", "COURSE_WORKERS": "2"}
    >>> from_numbers(given | {"JOB_COMPLETION_INDEX": "0"})
    '{"cluster": {"worker": ["train-0.train:2222", "train-1.train:2222"]}, "task": {..., "index": 0}}'
    """
    pattern = _read(variables, "COURSE_ADDRESS")
    if "{index}" not in pattern:
        raise ValueError(
            f"COURSE_ADDRESS must have {{index}} in the place of a worker's number; got {pattern!r}"
        )
    workers = _whole(variables, "COURSE_WORKERS")
    index = _whole(variables, "JOB_COMPLETION_INDEX", below=workers)
    return tf_config([pattern.replace("{index}", str(n)) for n in range(workers)], index)


def set_tf_config(variables: MutableMapping[str, str] | None = None) -> None:
    """Set TF_CONFIG from the variables of Slurm or Kubernetes, unless it is set; without them, do nothing.

    Call it before a strategy is made. A process without these variables trains alone. Workers are reached
    directly, even where a proxy is set: see `without_proxy`.

    Parameters
    ----------
    variables : the environment to read and to write; this process's if None.

    Examples
    --------
    >>> variables = {"JOB_COMPLETION_INDEX": "0", "COURSE_WORKERS": "1", "COURSE_ADDRESS": "w{index}:2222"}
    >>> set_tf_config(variables)
    >>> variables["TF_CONFIG"]
    '{"cluster": {"worker": ["w0:2222"]}, "task": {"type": "worker", "index": 0}}'
    """
    environ: MutableMapping[str, str] = os.environ if variables is None else variables
    if environ.get("TF_CONFIG"):
        return
    if "SLURM_STEP_NODELIST" in environ:
        environ["TF_CONFIG"] = from_slurm(environ)
    elif "COURSE_ADDRESS" in environ:
        environ["TF_CONFIG"] = from_numbers(environ)
    else:
        return
    addresses = json.loads(environ["TF_CONFIG"])["cluster"]["worker"]
    environ["no_grpc_proxy"] = without_proxy(addresses, environ)


def without_proxy(addresses: Sequence[str], variables: Mapping[str, str]) -> str:
    """Return the value of `no_grpc_proxy` with which workers reach each other directly.

    TensorFlow's workers talk through gRPC, which uses the proxy in `http_proxy` for each address that is not
    excepted. A web proxy does not know the nodes of a cluster: the workers would wait for each other without
    an error.

    Parameters
    ----------
    addresses : `host:port` of each worker.
    variables : the environment. What is excepted in it already stays so: `no_grpc_proxy`, or else `no_proxy`.

    References
    ----------
    gRPC Core's list of environment variables, "grpc_proxy, https_proxy, http_proxy", "no_grpc_proxy".

    Examples
    --------
    >>> without_proxy(["a:2222", "b:2222"], {"no_proxy": "localhost"})
    'localhost,a,b'
    """
    excepted = variables.get("no_grpc_proxy") or variables.get("no_proxy", "")
    hosts = [address.rpartition(":")[0] for address in addresses]
    return ",".join(dict.fromkeys([*filter(None, excepted.split(",")), *hosts]))


def _read(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    if not value:
        raise ValueError(f"{name} must be set in the environment, and is not")
    return value


def _whole(variables: Mapping[str, str], name: str, *, below: int | None = None) -> int:
    text = _read(variables, name)
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{name} must be a whole number, at least 0; got {text!r}")
    if below is not None and int(text) >= below:
        raise ValueError(f"{name} must be below the number of workers, {below}; got {text}")
    return int(text)


def _hosts(text: str) -> Iterator[str]:
    """Yield the nodes of a list as Slurm writes it.

    >>> list(_hosts("login,n[1-2,08-10]x"))
    ['login', 'n1x', 'n2x', 'n08x', 'n09x', 'n10x']
    """
    if not _NODES.fullmatch(text):
        raise ValueError(_not_nodes(text))
    for part in re.findall(r"(?:[^,\[]|\[[^\]]*\])+", text):
        yield from _expanded(part)


def _expanded(part: str) -> Iterator[str]:
    head, bracket, rest = part.partition("[")
    if not bracket:
        yield head
        return
    inside, _, tail = rest.partition("]")
    for numbers in inside.split(","):
        first, _, last = numbers.partition("-")
        if int(last or first) < int(first):
            raise ValueError(_not_nodes(part))
        for n in range(int(first), int(last or first) + 1):
            for end in _expanded(tail):
                yield f"{head}{n:0{len(first)}}{end}"


def _not_nodes(text: str) -> str:
    return f"SLURM_STEP_NODELIST must be a list of nodes such as 'node[01-03,07]'; got {text!r}"


def _tasks_per_node(text: str) -> Iterator[int]:
    """Yield how many tasks each node has.

    >>> list(_tasks_per_node("2(x3),1"))
    [2, 2, 2, 1]
    """
    for part in text.split(","):
        match = re.fullmatch(r"([1-9]\d*)(?:\(x([1-9]\d*)\))?", part)
        if not match:
            raise ValueError(f"SLURM_STEP_TASKS_PER_NODE must be such as '2(x3),1'; got {text!r}")
        yield from [int(match[1])] * int(match[2] or 1)

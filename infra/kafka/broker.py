"""A real Kafka on this machine, without Docker: one node, or three for tests of faults. Its data outlives it.

The folder that the caller names holds `baseplus-kafka.json` (the cluster's id and the ports) and `node-1` …, each with
its settings, its log file and its data. Everything listens on 127.0.0.1 only.
"""

from __future__ import annotations

import base64
import fcntl
import json
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

import msgspec
from kafka import KafkaAdminClient

from baseplus.kernel.refusals import Refusal
from infra.kafka.clients import UNREACHABLE
from infra.kafka.jars import VERSION, fetch_jars, silent
from infra.kafka.java import find_java
from infra.kafka.node import Node, Ports
from infra.service import ForeignData, PortInUse, free_ports, require_port, writing_to

_STATE = "baseplus-kafka.json"
_LOCK = "lock"


class AlreadyRunning(Refusal):
    """The broker of this folder runs already. Facts: folder, bootstrap."""

    code = "already_running"
    mend = "use that one (KAFKA_BOOTSTRAP_SERVERS), or stop it first"


class _State(msgspec.Struct):
    made_by: str
    kafka: str
    cluster: str
    nodes: list[Ports]


class RunningBroker:
    """A cluster of ours. A context manager: the end stops it."""

    def __init__(self, nodes: Sequence[Node], lock: TextIO) -> None:
        self.nodes = tuple(nodes)
        self._lock = lock

    @property
    def bootstrap(self) -> str:
        """The addresses of all nodes, for clients."""
        return ",".join(node.address for node in self.nodes)

    def await_ready(self, patience: float = 90.0) -> None:
        """Until a client sees every node. Raises ServiceFailed for one that ended or is late."""
        deadline = time.monotonic() + patience
        for node in self.nodes:
            node.await_port(deadline)
        while not self._complete():
            for node in self.nodes:
                node.check(deadline)

    def ended(self) -> list[Refusal]:
        """Why nodes have ended that had been started, one refusal each. Without a majority the rest is of no use."""
        return [why for node in self.nodes if (why := node.ended()) is not None]

    def stop(self) -> None:
        """End every node in order, so that the next start has nothing to recover."""
        for node in self.nodes:
            node.terminate()
        for node in self.nodes:
            node.stop()
        self._lock.close()

    def __enter__(self) -> RunningBroker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _complete(self) -> bool:
        try:
            admin = KafkaAdminClient(
                bootstrap_servers=self.bootstrap, bootstrap_timeout_ms=3000, request_timeout_ms=3000
            )
        except UNREACHABLE:
            return False
        try:
            seen = admin.describe_cluster()
        except UNREACHABLE:
            return False
        finally:
            admin.close()
        return bool(len(seen["brokers"]) == len(self.nodes) and seen["controller_id"] >= 0)


def start_broker(
    data: Path,
    port: int | None = None,
    nodes: int = 1,
    *,
    with_parent: bool = True,
    patience: float = 90.0,
    say: Callable[[str], None] = silent,
) -> RunningBroker:
    """Start our Kafka on the folder `data`, made where it is missing; back when clients can use it.

    port: of the first node; else the port of last time, or a free one. nodes: 1 or 3. with_parent: it ends when the
    calling thread's process dies, even by kill -9. patience: seconds until a node that does not answer is given up.
    say: takes lines for a person to read while the jars are fetched.
    Raises NoJava, NoMaven, JarsUnavailable, AlreadyRunning, ForeignData, FolderUnwritable, DiskFull, PortInUse or
    ServiceFailed.
    """
    data = data.absolute()
    java, jars = find_java(), fetch_jars(say=say)
    with ExitStack() as undo:
        state, lock = _open(data, nodes)
        undo.callback(lock.close)
        state.nodes = _ports(state.nodes, port)
        with writing_to(data):
            _write(data, state)
        cluster = [
            Node(number, data / f"node-{number}", java, jars, state.cluster, state.nodes, with_parent)
            for number in range(1, nodes + 1)
        ]
        broker = RunningBroker(cluster, lock)
        undo.callback(broker.stop)
        for node in cluster:
            node.prepare()
        for node in cluster:
            node.start()
        broker.await_ready(patience)
        undo.pop_all()
    return broker


def _open(data: Path, nodes: int) -> tuple[_State, TextIO]:
    """What the folder holds, or a new state for an empty one, and the lock that says that we use it."""
    with writing_to(data):
        data.mkdir(parents=True, exist_ok=True)
        strange = [path for path in data.iterdir() if path.name != _LOCK]
        try:
            content = (data / _STATE).read_bytes()
        except FileNotFoundError:
            if strange:
                raise ForeignData(folder=str(data), reason="it is not empty, and not made by baseplus") from None
            cluster = base64.urlsafe_b64encode(b"\x42" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
            empty = [Ports(broker=0, controller=0) for _ in range(nodes)]
            state = _State(made_by="baseplus", kafka=VERSION, cluster=cluster, nodes=empty)
        else:
            try:
                state = msgspec.json.decode(content, type=_State)
            except msgspec.DecodeError:
                raise ForeignData(folder=str(data), reason=f"{_STATE} in it is not readable") from None
        if state.made_by != "baseplus":
            raise ForeignData(folder=str(data), reason="not made by baseplus")
        if len(state.nodes) != nodes:
            raise ForeignData(folder=str(data), reason=f"made for {len(state.nodes)} nodes, not for {nodes}")
        lock = (data / _LOCK).open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            addresses = ",".join(f"127.0.0.1:{ports.broker}" for ports in state.nodes)
            raise AlreadyRunning(folder=str(data), bootstrap=addresses) from None
    return state, lock


def _ports(known: Sequence[Ports], wanted: int | None) -> list[Ports]:
    """The ports of every node: those of last time where they are free, so that clients find the cluster again."""
    if wanted is not None:
        require_port(wanted, "Kafka")
    fresh = iter(free_ports(2 * len(known)))

    def settle(port: int) -> int:
        other = next(fresh)
        if port in (0, wanted):
            return other
        try:
            require_port(port, "Kafka")
        except PortInUse:
            return other
        return port

    settled = [Ports(broker=settle(one.broker), controller=settle(one.controller)) for one in known]
    if wanted is not None:
        settled[0].broker = wanted
    return settled


def _write(data: Path, state: _State) -> None:
    part = data / f"{_STATE}.part"
    part.write_bytes(json.dumps(msgspec.to_builtins(state), indent=2).encode())
    part.replace(data / _STATE)

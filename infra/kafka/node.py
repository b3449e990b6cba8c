"""One node of our Kafka: its settings, its folder, its process."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from baseplus.kernel.refusals import Refusal
from infra.kafka.archive import Archive
from infra.service import ForeignData, ServiceFailed, end, ended_within, failure, launch, log_size, log_tail, writing_to

_LOGGING = Path(__file__).with_name("log4j2.xml")
_WHAT = "Kafka"


class Ports(msgspec.Struct):
    """The ports of a node on 127.0.0.1: clients', and that of the controllers among themselves."""

    broker: int
    controller: int


class Node:
    """A broker and controller in one process. Made by `start_broker`."""

    def __init__(
        self, number: int, folder: Path, java: Path, jars: Path, cluster: str, ports: Sequence[Ports], with_parent: bool
    ) -> None:
        self.number = number
        self.folder = folder
        self.log = folder / "kafka.log"
        self._java = java
        self._jars = jars
        self._cluster = cluster
        self._ports = ports
        self._with_parent = with_parent
        self._unpacked = folder / "unpacked"
        self._archive = Archive(java, jars, folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_from = 0

    @property
    def port(self) -> int:
        """Where clients connect."""
        return self._ports[self.number - 1].broker

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the running process, or of the last one."""
        return self._process.pid if self._process is not None else 0

    def prepare(self) -> None:
        """Write the settings, and format the folder if that has not been done. Raises ForeignData, DiskFull …"""
        data = self.folder / "data"
        with writing_to(self.folder):
            self.folder.mkdir(exist_ok=True)
            lines = [f"{name}={value}" for name, value in self._settings(data).items()]
            (self.folder / "server.properties").write_text("\n".join(lines) + "\n", encoding="utf-8")
            # Java unpacks native libraries there, and leaves them behind when it is killed
            shutil.rmtree(self._unpacked, ignore_errors=True)
            self._unpacked.mkdir()
            formatted = _cluster_of(data)
        if formatted not in (None, self._cluster):
            raise ForeignData(folder=str(data), reason=f"it belongs to another Kafka cluster, {formatted}")
        if formatted is None:
            # an interrupted one leaves half a folder, which the tool would not touch
            shutil.rmtree(data, ignore_errors=True)
            command = self._java_command("kafka.tools.StorageTool", "format", "--cluster-id", self._cluster, "--config")
            self._log_from = log_size(self.log)
            process = launch([*command, self.folder / "server.properties"], log=self.log)
            try:
                code = process.wait()
            finally:
                end(process, (signal.SIGKILL, 5))
            if code != 0:
                raise self._failure()

    def start(self) -> None:
        """Start the process; `check` and `await_port` say what becomes of it."""
        self._log_from = log_size(self.log)
        with writing_to(self.folder):
            self._process = launch(
                [*self._java_command("kafka.Kafka", train=len(self._ports) == 1), self.folder / "server.properties"],
                log=self.log,
                death_signal=signal.SIGTERM if self._with_parent else None,
            )

    def restart(self, patience: float = 90.0) -> None:
        """Start it again after a kill or a stop; back when its port is open."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        self.await_port(time.monotonic() + patience)

    def kill(self) -> None:
        """kill -9, for tests of faults."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def terminate(self) -> None:
        """Ask it to end; `stop` waits for that."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> None:
        """End it in order. The last of several nodes finds no quorum to sign off from, so it is not waited for long."""
        if self._process is not None:
            end(self._process, (signal.SIGTERM, 30 if len(self._ports) == 1 else 5))
            self._archive.keep()

    def await_port(self, deadline: float) -> None:
        """Until its port is open. Raises like `check`."""
        while True:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            self.check(deadline)

    def check(self, deadline: float) -> None:
        """Wait a moment. Raises what fits its log when it has ended, or when the deadline (monotonic) is over."""
        assert self._process is not None
        if ended_within(self._process, 0.05) or time.monotonic() > deadline:
            raise self._failure()

    def ended(self) -> Refusal | None:
        """What fits its log where the process has ended, or the signal that ended it; None while it runs."""
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return None
        if code < 0:
            said = f"node {self.number} was ended by {signal.Signals(-code).name}"
            return ServiceFailed(what=_WHAT, reason=said, log=str(self.log))
        return self._failure()

    def _failure(self) -> Refusal:
        return failure(_WHAT, self.folder, self.log, log_tail(self.log, self._log_from))

    def _java_command(self, *arguments: str, train: bool = False) -> list[str | Path]:
        return [
            *(self._java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError"),
            *("-XX:-UsePerfData", f"-XX:ErrorFile={self.folder}/java_error.log", f"-Djava.io.tmpdir={self._unpacked}"),
            *("-Djava.awt.headless=true", f"-Dlog4j2.configurationFile={_LOGGING}"),
            *self._archive.options(train),
            *("-cp", f"{self._jars}{os.sep}*", *arguments),
        ]

    def _settings(self, data: Path) -> Mapping[str, object]:
        mine, count = self._ports[self.number - 1], len(self._ports)
        together = 2 if count > 1 else 1
        return {
            "process.roles": "broker,controller",
            "node.id": self.number,
            # static voters: the ports may change from start to start
            "controller.quorum.voters": ",".join(
                f"{number}@127.0.0.1:{ports.controller}" for number, ports in enumerate(self._ports, 1)
            ),
            "listeners": f"PLAINTEXT://127.0.0.1:{mine.broker},CONTROLLER://127.0.0.1:{mine.controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{mine.broker}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(data),
            "auto.create.topics.enable": "false",
            "num.partitions": 12,
            "default.replication.factor": count,
            "min.insync.replicas": together,
            "log.retention.ms": -1,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": count,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": count,
            "transaction.state.log.min.isr": together,
            "share.coordinator.state.topic.replication.factor": count,
            "share.coordinator.state.topic.min.isr": together,
            # after a kill -9 a node may come back only when its last session is over
            "broker.session.timeout.ms": 5000,
            "broker.heartbeat.interval.ms": 1000,
            "group.initial.rebalance.delay.ms": 0,
            # its default, 128 MiB, does not fit into the heap
            "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
        }


def _cluster_of(data: Path) -> str | None:
    """The id of the cluster that a folder was formatted for."""
    try:
        lines = (data / "meta.properties").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    return next((line.partition("=")[2] for line in lines if line.startswith("cluster.id=")), "unknown")

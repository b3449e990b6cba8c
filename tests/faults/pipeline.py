"""The whole pipeline as processes of its own, each of which may be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kafka.admin import KafkaAdminClient

from baseplus.kernel.vocabulary import TenantId
from infra.postgres.database import Database
from tests.faults.writer import Ack, acknowledged

PATIENCE = 150.0
UNAVAILABLE = 3


def until(what: str, condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait for a condition; a hang guard, not a measure of speed."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.05)


class Pipeline:
    """Writer, relay and worker against a database and a Kafka that somebody else runs (and kills)."""

    def __init__(self, database: Database, bootstrap: str, topic: str, folder: Path, tenants: list[TenantId]) -> None:
        self.database, self.bootstrap, self.topic = database, bootstrap, topic
        self.folder, self.tenants = folder, tenants
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.logs: list[Path] = []

    def start(self, kind: str) -> None:
        """Start a relay, a worker or a writer."""
        program = [sys.executable, "-m"]
        if kind == "writer":
            self.logs.append(self.folder / f"acks-{len(self.logs)}.jsonl")
            program += ["tests.faults.writer", str(self.logs[-1]), str(len(self.logs)), *self.tenants]
        else:
            program += ["infra.cli", {"relay": "relay", "worker": "project"}[kind]]
        environment = {
            **os.environ,
            "DATABASE_URL": self.database.url,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap,
            "BASEPLUS_TOPIC": self.topic,
            "BASEPLUS_REPLICAS": str(min(3, self.bootstrap.count(",") + 1)),
            "BASEPLUS_DATA": str(self.folder / "data"),
            "BASEPLUS_LOG_LEVEL": "warning",
        }
        with (self.folder / f"{kind}.log").open("ab") as output:
            self.processes[kind] = subprocess.Popen(program, env=environment, stdout=output, stderr=output)

    def kill(self, kind: str) -> None:
        """kill -9, at whatever it is doing."""
        process = self.processes[kind]
        process.kill()
        process.wait()

    def tend(self) -> None:
        """Start what could not begin because a server was away just then, as a supervisor does. Whatever was at work
        waits for the server by itself, and any other end is a fault."""
        for kind, process in list(self.processes.items()):
            if process.poll() is not None:
                assert process.returncode == UNAVAILABLE, f"the {kind} ended: {self.said(kind)}"
                assert kind != "writer", f"the writer waits for a server by itself, and ended: {self.said(kind)}"
                self.start(kind)

    def until(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait for a condition, tending the processes."""

        def tended() -> bool:
            self.tend()
            return condition()

        until(what, tended)

    def stop(self) -> None:
        """End everything that still runs."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def finish_writing(self) -> None:
        """Let the writer end its agreements."""
        # One that was started a moment ago does not listen to SIGTERM yet; what it acknowledges tells that it does.
        self.await_more_acks()
        writer = self.processes.pop("writer")
        writer.terminate()
        try:
            ended = writer.wait(PATIENCE)
        finally:
            writer.kill()
        assert ended == 0, f"the writer ended with {ended}: {self.said('writer')}"

    def said(self, kind: str) -> str:
        """The end of a process's output."""
        return (self.folder / f"{kind}.log").read_text(errors="replace")[-2000:]

    def acks(self) -> list[Ack]:
        """Every acknowledgement of every writer so far."""
        return [ack for log in self.logs if log.exists() for ack in acknowledged(log)]

    def await_more_acks(self, more: int = 5) -> None:
        """Until the writers got so many further acknowledgements."""
        had = len(self.acks())
        self.until("acknowledged", lambda: len(self.acks()) >= had + more)

    def await_relayed(self) -> None:
        """Until Kafka has everything."""
        self.until("relayed", lambda: not self._behind("store.relayed"))

    def await_projected(self) -> None:
        """Until the views have everything."""
        self.until("projected", lambda: not self._behind("views.tenant_position"))

    def relayed(self) -> int:
        """How many events Kafka has acknowledged, of all tenants."""
        return self._number("SELECT coalesce(sum(position), 0) FROM store.relayed")

    def leader(self, partition: int) -> int:
        """The number of the node that leads a partition, 1 for the first."""
        return int(self._partitions()[partition]["leader_id"])

    def in_sync(self) -> bool:
        """Whether every replica of every partition has everything."""
        return all(len(one["isr_nodes"]) == len(one["replica_nodes"]) for one in self._partitions().values())

    def _partitions(self) -> dict[int, dict[str, Any]]:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            (topic,) = admin.describe_topics([self.topic])
        finally:
            admin.close()
        return {one["partition_index"]: one for one in topic["partitions"]}

    def _behind(self, table: str) -> int:
        return self._number(
            f"SELECT count(*) FROM store.tenants t LEFT JOIN {table} p USING (tenant) "
            "WHERE coalesce(p.position, 0) < t.last_position"
        )

    def _number(self, query: str) -> int:
        with self.database.connect("admin") as connection:
            row = connection.execute(query).fetchone()
            assert row is not None
            return int(row[0])

"""Our own PostgreSQL and Kafka as parts that a supervisor keeps running."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from infra.kafka.broker import RunningBroker, start_broker
from infra.postgres.database import Database
from infra.postgres.embedded import RunningPostgres, start_postgres
from infra.supervisor import Part


class OwnPostgres(Part):
    """PostgreSQL on a folder. The first start makes what is missing; later ones recover."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: RunningPostgres | None = None

    @property
    def name(self) -> str:
        return "postgresql"

    @property
    def database(self) -> Database:
        """How to log in, once it has started: the same after each restart."""
        assert self._server is not None, "not started"
        return self._server.database

    def start(self) -> int:
        if self._server is None:
            self._server = start_postgres(self._folder)
        else:
            self._server.restart()
        return self._server.pid

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()


class OwnKafka(Part):
    """A broker of one node on a folder. say: told while the jars are fetched."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder, self._say = folder, say
        self._broker: RunningBroker | None = None

    @property
    def name(self) -> str:
        return "kafka"

    @property
    def bootstrap(self) -> str:
        """Its address, once it has started: the same after each restart."""
        assert self._broker is not None, "not started"
        return self._broker.bootstrap

    def start(self) -> int:
        if self._broker is None:
            self._broker = start_broker(self._folder, say=self._say)
        else:
            self._broker.nodes[0].restart()
            self._broker.await_ready()
        return self._broker.nodes[0].pid

    def stop(self) -> None:
        if self._broker is not None:
            self._broker.stop()

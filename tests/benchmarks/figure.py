"""A measured figure, and what a measurement is given to work with."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from uuid import uuid4

import msgspec
from psycopg import sql

from baseplus.kernel.events import EventTypes
from infra.postgres.database import Database
from infra.postgres.embedded import start_postgres
from infra.postgres.migrate import migrate
from infra.postgres.store import Store


class Figure(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the output. value is ours, in `unit`; ratio is ours over `against`, measured in the same run."""

    figure: str
    value: float
    unit: str
    against: str | None = None
    ratio: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None


class Environment:
    """Servers of our own in a temporary folder, each started when first asked for. A context manager."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._server: Database | None = None
        self._bootstrap: str | None = None
        self._database: Database | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="baseplus-bench-"))
        self.folder.chmod(0o755)
        self._open.callback(shutil.rmtree, self.folder, ignore_errors=True)

    @property
    def database(self) -> Database:
        """This figure's own database, migrated and empty."""
        if self._database is None:
            if self._server is None:
                self._server = self._open.enter_context(start_postgres(self.folder / "postgres")).database
            name = f"bench_{uuid4().hex}"
            with self._server.connect("admin") as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            self._database = self._server.named(name)
            migrate(self._database)
        return self._database

    @property
    def bootstrap(self) -> str:
        """A running Kafka broker."""
        if self._bootstrap is None:
            from infra.kafka.broker import start_broker

            self._bootstrap = self._open.enter_context(start_broker(self.folder / "kafka")).bootstrap
        return self._bootstrap

    def store(self, types: EventTypes | None = None) -> Store:
        """A store on `database`; with every event type of the program, or those given. The caller closes it."""
        if types is None:
            from infra.wiring import EVENT_TYPES

            types = EVENT_TYPES
        return Store(self.database, types)

    def next_figure(self) -> None:
        """Forget the database, so that the next figure gets an empty one."""
        if self._database is not None and self._server is not None:
            database, self._database = self._database, None
            with database.connect("admin") as theirs:
                name = sql.Identifier(theirs.info.dbname)
            with self._server.connect("admin") as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def __enter__(self) -> Environment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


Measurement = Callable[[Environment], Sequence[Figure]]
"""A function of a benchmark file, listed there in `FIGURES` by the name it is asked for."""


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the durations lie, in milliseconds."""
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 3)


def against(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median ratio of runs that were measured in turns: what else the machine did meanwhile hit both alike."""
    return round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 3)

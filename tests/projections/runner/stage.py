"""A database, a log and workers, and what happens on them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.deciding import Followers
from infra.postgres.store import NewEvent, Store
from projections.runner.rows import AnyConnection
from projections.runner.source import Delivered, Source
from projections.runner.verify import Checked, verify_views
from projections.runner.view import View
from projections.runner.worker import Worker
from tests.projections.runner.memory import MemoryLog, MemorySource
from tests.projections.runner.shop import TYPES, VIEWS, Line, OrderCancelled, OrderPaid, OrderPlaced, ShopPainted

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
HANG = 240.0


class Stage:
    """Tenants' histories in the store, and what of them is in the log."""

    def __init__(self, database: Database, types: EventTypes = TYPES, followers: Followers | None = None) -> None:
        self.database = database
        self.types = types
        self.store = Store(database, types, followers=followers)
        self.log = MemoryLog()
        self._versions: dict[tuple[str, str], int] = {}
        self._published: dict[str, int] = {}
        self._reading = database.connect("worker", options="-c timezone=UTC")

    def close(self) -> None:
        self.store.close()
        self._reading.close()

    def connect(self) -> AnyConnection:
        return self.database.connect("worker")

    def happened(self, tenant: str, *events: tuple[str, Event]) -> None:
        """Append (order, event) pairs to the store; not published yet."""
        self.store.register(TenantId(tenant))
        new = []
        for n, (order, event) in enumerate(events):
            version = self._versions[tenant, order] = self._versions.get((tenant, order), 0) + 1
            new.append(NewEvent(StreamId(f"orders/{order}"), version, event, NOON + timedelta(microseconds=n)))
        self.store.append(TenantId(tenant), new)

    def publish(self, tenant: str | None = None) -> None:
        """Put everything new into the log."""
        for name, partition in self._reading.execute("SELECT tenant, partition FROM store.tenants").fetchall():
            if tenant in (None, name):
                events = list(self.heal(name, self._published.get(name, 0), 2**62))
                self.log.add(partition, *events)
                if events:
                    self._published[name] = events[-1].position

    def heal(self, tenant: str, after: int, upto: int) -> Iterator[Delivered]:
        with self.connect() as connection:
            connection.execute("SET timezone = 'UTC'")
            rows = connection.execute(
                "SELECT tenant, position, type, stream, occurred_at, recorded_at, data FROM store.events "
                "WHERE tenant = %s AND position > %s AND position <= %s ORDER BY position",
                (tenant, after, upto),
            )
            yield from (Delivered(*row) for row in rows)

    def partition(self, tenant: str) -> int:
        row = self.ask("SELECT partition FROM store.tenants WHERE tenant = %s", tenant)
        return int(row[0][0])

    def worker(self, views: Sequence[View[Any, Any]] = VIEWS, source: Source | None = None, **more: Any) -> Worker:
        more = {"lease": 2.0, **more}
        return Worker(self.connect, views, self.types, source or MemorySource(self.log), self.heal, **more)

    def fold_all(self, views: Sequence[View[Any, Any]] = VIEWS, **more: Any) -> None:
        """Publish everything, and have one worker fold it."""
        self.publish()
        with running(self.worker(views, **more)):
            until(self.folded)

    def folded(self) -> bool:
        """Whether the read models have everything that the store has."""
        return not self.ask(
            "SELECT FROM store.tenants t LEFT JOIN views.tenant_position p USING (tenant) "
            "WHERE t.last_position > coalesce(p.position, 0) LIMIT 1"
        )

    def ask(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(sql, params).fetchall()

    def verify(self, views: Sequence[View[Any, Any]] = VIEWS, processes: int = 1) -> Checked:
        return verify_views(self.connect, views, self.types, processes=processes)

    def play(self, tenants: Sequence[str], events: int, seed: int) -> None:
        """A random but repeatable story."""
        chance = random.Random(seed)
        for tenant in tenants:
            story: list[tuple[str, Event]] = []
            for n in range(events):
                order = f"o-{seed}-{chance.randrange(max(1, events // 4))}"
                story.append((order, something(chance, n)))
            self.happened(tenant, *story)


def something(chance: random.Random, n: int) -> Event:
    """An event of the shop."""
    kind = chance.random()
    if kind < 0.5:
        lines = tuple(Line(f"p-{chance.randrange(9)}", chance.randrange(1, 5)) for _ in range(chance.randrange(1, 4)))
        return OrderPlaced(customer=f"c-{chance.randrange(7)}", lines=lines)
    if kind < 0.8:
        return OrderPaid(amount=n)
    return OrderCancelled() if kind < 0.9 else ShopPainted(colour="red")


class Running(Protocol):
    """What works until it is told to stop."""

    def run(self, stop: threading.Event) -> None: ...


@contextmanager
def running(*workers: Running) -> Iterator[threading.Event]:
    """Workers and reactors in threads, stopped at the end; what one of them raised is raised here."""
    stop = threading.Event()
    raised: list[BaseException] = []

    def run(worker: Running) -> None:
        try:
            worker.run(stop)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if raised:
        raise raised[0]


def until(condition: Callable[[], bool], seconds: float = HANG) -> None:
    """Wait for something that other threads or processes do."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.02)

"""Histories for the tests of Kafka: events that differ in everything an envelope carries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import ClassVar
from uuid import uuid4

from baseplus.kernel.decisions import Metadata
from baseplus.kernel.events import Event, EventTypes
from baseplus.kernel.refusals import Unavailable
from baseplus.kernel.vocabulary import StreamId, TenantId
from infra.postgres.database import Database
from infra.postgres.store import NewEvent, Store

PATIENCE = 240.0
_BEGAN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Noted(Event):
    TYPE: ClassVar[str] = "notes.noted.v1"
    text: str


TYPES = EventTypes(Noted)


def tenants(count: int) -> list[TenantId]:
    """Names of tenants, always the same."""
    return [TenantId(f"uni-{number}") for number in range(count)]


def write(
    store: Store, tenant: TenantId, count: int, *, size: int = 40, key: str | None = None, dense: bool = False
) -> None:
    """Append `count` events to a stream that nobody else has, every second append with all metadata. The same key
    writes once. dense: their text cannot be compressed to less than half."""
    stream = StreamId(f"notes/{uuid4().hex}" if key is None else f"notes/{key}")
    metadata = Metadata(key=key)
    if count % 2:
        metadata = Metadata("person-7", "c-1", "c-0", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", key)
    events = [
        NewEvent(
            stream,
            version,
            Noted(text=token_hex(size // 2) if dense else f"ü{version} ".ljust(size, "x")),
            _BEGAN + timedelta(microseconds=version),
        )
        for version in range(1, count + 1)
    ]
    store.append(tenant, events, metadata)


@contextmanager
def load(database: Database, names: Sequence[TenantId], *, threads: int = 4) -> Iterator[None]:
    """Threads that append all the time, by keys, so that an outage of the database leaves nothing unknown."""
    store = Store(database, TYPES)
    store.register(*names)
    stop = threading.Event()
    failed: list[BaseException] = []

    def keep_writing(number: int) -> None:
        try:
            turn = 0
            while not stop.is_set():
                turn += 1
                _insist(store, names[(number + turn) % len(names)], 1 + turn % 3, f"{number}-{turn}", stop)
                stop.wait(0.002)
        except BaseException as error:
            failed.append(error)

    running = [threading.Thread(target=keep_writing, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()
        store.close()
    assert not failed, failed


def _insist(store: Store, tenant: TenantId, count: int, key: str, stop: threading.Event) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return write(store, tenant, count, key=key)
        except Unavailable:
            assert time.monotonic() < deadline, "PostgreSQL did not come back"
            stop.wait(0.05)


def until(what: str, condition: Callable[[], bool]) -> None:
    """Wait for a condition; a hang guard, not a measure of speed."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        threading.Event().wait(0.02)


def backlog(database: Database) -> int:
    """Events in the store that are not recorded as relayed."""
    with database.connect("admin") as connection:
        row = connection.execute(
            "SELECT coalesce(sum(t.last_position - coalesce(r.position, 0)), 0)"
            " FROM store.tenants t LEFT JOIN store.relayed r USING (tenant)"
        ).fetchone()
    assert row is not None
    return int(row[0])


def until_relayed(database: Database) -> None:
    """Wait until Kafka has everything."""

    def done() -> bool:
        try:
            return backlog(database) == 0
        except Unavailable:
            return False

    until("relayed", done)
